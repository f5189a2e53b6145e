// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// verdictConditions are those of the questions that automation asks.
var verdictConditions = []string{
	v1alpha1.ConditionQuotaLow,
	v1alpha1.ConditionQuotaExhausted,
	v1alpha1.ConditionExpiringSoon,
	v1alpha1.ConditionRunOutSoon,
	v1alpha1.ConditionPlannedDemandShort,
	v1alpha1.ConditionUsageHigh,
	v1alpha1.ConditionDataStale,
	v1alpha1.ConditionPartialData,
}

// suspend freezes the status: the numbers and verdicts stay as they are.
func (a *assessment) suspend() {
	for _, condition := range verdictConditions {
		if meta.FindStatusCondition(*a.list, condition) == nil {
			a.set(condition, metav1.ConditionUnknown, v1alpha1.ReasonNoData, "Nothing has been read yet")
		}
	}
	a.suspended(a.Problem)
	a.status.State = v1alpha1.StateSuspended
	a.status.NextPollTime = metav1.Time{}
}

// judgeReadiness says whether the numbers answer the spec and are fresh, and if
// not, whether that needs a person.
func (a *assessment) judgeReadiness() {
	if a.Problem != nil {
		a.notReady(a.Problem.Reason, a.Problem.Message, a.stalls(a.Problem))
		return
	}
	for _, judge := range []func(section) bool{a.failsForGood, a.failsForNow, a.waits, a.getsStale} {
		if slices.ContainsFunc(a.sections, judge) {
			return
		}
	}
	a.ready(a.readyMessage())
}

// failsForGood shows a section's failure that needs a person.
func (a *assessment) failsForGood(s section) bool {
	failure := *s.lastError
	if failure == nil || a.passes(failure, a.CredentialChanged) {
		return false
	}
	a.notReady(string(failure.Kind), s.name+": "+describe(failure, s.err), true)
	return true
}

// failsForNow shows a section's failure that will pass, when it has no numbers
// to show meanwhile.
func (a *assessment) failsForNow(s section) bool {
	failure := *s.lastError
	if failure == nil || !a.awaits(s) {
		return false
	}
	a.notReady(string(failure.Kind), s.name+": "+describe(failure, s.err)+"; the vendor is asked again", false)
	return true
}

func (a *assessment) waits(s section) bool {
	if !a.awaits(s) {
		return false
	}
	a.progressing("Waiting for the vendor's answer to the present spec")
	return true
}

// getsStale shows that the numbers of a section are too old.
func (a *assessment) getsStale(s section) bool {
	if !a.stale(s) {
		return false
	}
	a.notReady(v1alpha1.ReasonDataStale, "The numbers are older than staleAfter"+a.trouble()+"; the vendor is asked again", false)
	return true
}

// trouble names the first section whose last attempt failed, and why; nothing
// when none did.
func (a *assessment) trouble() string {
	for _, s := range a.sections {
		if failure := *s.lastError; failure != nil {
			return "; " + s.name + ": " + describe(failure, s.err)
		}
	}
	return ""
}

func (a *assessment) readyMessage() string {
	message := "The numbers answer the spec and are fresh" + a.trouble()
	var fields []string
	var raised time.Duration
	for _, s := range a.sections {
		if s.polled > s.asked {
			fields, raised = append(fields, s.field), s.polled
		}
	}
	if len(fields) == 0 {
		return message
	}
	return fmt.Sprintf("%s; the operator's --min-interval raises %s to %s", message, list(fields), raised)
}
