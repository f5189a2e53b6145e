// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"

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
	failure := a.packagesError()
	noNumbers := a.awaiting || !a.hasPackages()
	switch {
	case a.Problem != nil:
		a.notReady(a.Problem.Reason, a.Problem.Message, a.stalls(a.Problem))
	case failure != nil && !a.passes(failure, a.CredentialChanged):
		a.notReady(string(failure.Kind), "packages: "+describe(failure), true)
	case failure != nil && noNumbers:
		a.notReady(string(failure.Kind), "packages: "+describe(failure)+"; the vendor is asked again", false)
	case noNumbers:
		a.progressing("Waiting for the vendor's answer to the present spec")
	case a.stale():
		a.notReady(v1alpha1.ReasonDataStale, "The numbers are older than staleAfter; the vendor is asked again", false)
	default:
		a.ready(a.readyMessage())
	}
}

func (a *assessment) readyMessage() string {
	const message = "The numbers answer the spec and are fresh"
	if a.Packages.Interval > a.Watch.GetInterval() {
		return fmt.Sprintf("%s; the operator's --min-interval raises interval to %s", message, a.Packages.Interval)
	}
	return message
}
