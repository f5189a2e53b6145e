// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/quota"
)

// Actions of Events: what the operator was doing.
const (
	actionPoll   = "Poll"
	actionVerify = "Verify"
)

// occurrence is something worth an Event.
type occurrence struct {
	eventType, reason, note string
}

func warning(reason, note string) occurrence {
	return occurrence{corev1.EventTypeWarning, reason, note}
}

func normal(reason, note string) occurrence {
	return occurrence{corev1.EventTypeNormal, reason, note}
}

// announceWatch tells what changed between two stored statuses of a watch; changes
// is what no condition tells of it.
func announceWatch(recorder events.EventRecorder, before, after *v1alpha1.QuotaWatch, changes []quota.Change) {
	occurrences := readyOccurrences(before.Status.Conditions, after.Status.Conditions)
	occurrences = append(occurrences, verdictOccurrences(before.Status.Conditions, after.Status.Conditions)...)
	if isThrottled(after) && !isThrottled(before) {
		occurrences = append(occurrences, throttled())
	}
	for _, change := range changes {
		occurrences = append(occurrences, changeOccurrence(before, after, change))
	}
	for _, o := range occurrences {
		recorder.Eventf(after, nil, o.eventType, o.reason, actionPoll, "%s", o.note)
	}
}

// changeEvents are how the Events of changes are told. What is not here is told by
// a function of its own.
var changeEvents = map[string]struct {
	tell func(reason, note string) occurrence
	text string
}{
	v1alpha1.EventOverageBilling:     {warning, "No package covers what is used, and it is paid as you go: "},
	v1alpha1.EventRenewalFailed:      {warning, "The vendor could not renew "},
	v1alpha1.EventPackageDisappeared: {warning, "Gone before the end, with something left when last seen: "},
	v1alpha1.EventPackageExpired:     {warning, "Expired with something left: "},
	v1alpha1.EventPackageRenewed:     {normal, "Renewed: "},
	v1alpha1.EventPackageAdded:       {normal, "New: "},
}

// changeOccurrence tells of a change between two stored statuses.
func changeOccurrence(before, after *v1alpha1.QuotaWatch, change quota.Change) occurrence {
	switch change.Event {
	case v1alpha1.EventSummaryChanged:
		return normal(change.Event, summaryNote(before, after))
	case v1alpha1.EventAccountFrozen:
		return frozen("The vendor stopped the account: it is frozen, in arrears or not opened")
	default:
		event := changeEvents[change.Event]
		return event.tell(change.Event, event.text+change.About)
	}
}

func frozen(note string) occurrence { return warning(v1alpha1.EventAccountFrozen, note) }

// announceAccount tells what changed between two stored statuses of an account.
func announceAccount(recorder events.EventRecorder, before, after *v1alpha1.VendorAccount, rotated bool) {
	occurrences := readyOccurrences(before.Status.Conditions, after.Status.Conditions)
	if rotated {
		occurrences = append(occurrences, normal(v1alpha1.EventCredentialsRotated, "The vendor accepts the changed credential"))
	}
	if throttles(after.Status.LastError) && !throttles(before.Status.LastError) {
		occurrences = append(occurrences, throttled())
	}
	if isFrozen(after) && !isFrozen(before) {
		occurrences = append(occurrences, frozen(messageOf(after.Status.Conditions, v1alpha1.ConditionReady)))
	}
	for _, o := range occurrences {
		recorder.Eventf(after, nil, o.eventType, o.reason, actionVerify, "%s", o.note)
	}
}

// readyEvents are the reasons of Ready that are worth an Event when they begin.
var readyEvents = map[string]func(note string) occurrence{
	v1alpha1.ReasonSecretNotFound:         func(n string) occurrence { return warning(v1alpha1.EventSecretNotFound, n) },
	v1alpha1.ReasonSecretKeyMissing:       func(n string) occurrence { return warning(v1alpha1.EventSecretKeyMissing, n) },
	string(v1alpha1.ErrorUnauthenticated): func(n string) occurrence { return warning(v1alpha1.EventAuthenticationFailed, n) },
	string(v1alpha1.ErrorForbidden):       func(n string) occurrence { return warning(v1alpha1.EventAuthenticationFailed, n) },
	v1alpha1.ReasonSuspended:              func(n string) occurrence { return normal(v1alpha1.EventSuspended, n) },
	v1alpha1.ReasonAccountSuspended:       func(n string) occurrence { return normal(v1alpha1.EventSuspended, n) },
}

// readyOccurrences tells of a new reason for being, or not being, Ready.
func readyOccurrences(before, after []metav1.Condition) []occurrence {
	was, is := reasonOf(before, v1alpha1.ConditionReady), reasonOf(after, v1alpha1.ConditionReady)
	if was == is {
		return nil
	}
	var occurrences []occurrence
	if isSuspension(was) && !isSuspension(is) {
		occurrences = append(occurrences, normal(v1alpha1.EventResumed, "Polling goes on"))
	}
	if event, ok := readyEvents[is]; ok {
		occurrences = append(occurrences, event(messageOf(after, v1alpha1.ConditionReady)))
	}
	return occurrences
}

func isSuspension(reason string) bool {
	return reason == v1alpha1.ReasonSuspended || reason == v1alpha1.ReasonAccountSuspended
}

// verdictEvents are the conditions that are worth an Event when they turn True,
// or True for a graver reason.
var verdictEvents = []struct{ condition, reason string }{
	{v1alpha1.ConditionQuotaLow, v1alpha1.EventQuotaLow},
	{v1alpha1.ConditionQuotaExhausted, v1alpha1.EventQuotaExhausted},
	{v1alpha1.ConditionExpiringSoon, v1alpha1.EventExpiringSoon},
	{v1alpha1.ConditionUsageHigh, v1alpha1.EventUsageHigh},
	{v1alpha1.ConditionRunOutSoon, v1alpha1.EventRunOutSoon},
	{v1alpha1.ConditionPlannedDemandShort, v1alpha1.EventPlannedDemandShort},
	{v1alpha1.ConditionDataStale, v1alpha1.EventDataStale},
	{v1alpha1.ConditionPartialData, v1alpha1.EventPartialData},
}

// graver maps the reasons for which a condition is already True to the graver
// ones that are worth another Event.
var graver = map[string]string{
	v1alpha1.ReasonLowWarning:        v1alpha1.ReasonLowCritical,
	v1alpha1.ReasonExpiringWarning:   v1alpha1.ReasonExpiringCritical,
	v1alpha1.ReasonRunningOutWarning: v1alpha1.ReasonRunningOutCritical,
	v1alpha1.ReasonUsageHighWarning:  v1alpha1.ReasonUsageHighCritical,
}

// verdictOccurrences tells of verdicts that began, grew graver, or ended.
func verdictOccurrences(before, after []metav1.Condition) []occurrence {
	var occurrences []occurrence
	for _, event := range verdictEvents {
		if began(before, after, event.condition) {
			occurrences = append(occurrences, warning(event.reason, messageOf(after, event.condition)))
		}
	}
	if recovered(before, after) {
		occurrences = append(occurrences, normal(v1alpha1.EventQuotaRecovered, "Enough is left again"))
	}
	return occurrences
}

func began(before, after []metav1.Condition, condition string) bool {
	if !meta.IsStatusConditionTrue(after, condition) {
		return false
	}
	is, was := reasonOf(after, condition), reasonOf(before, condition)
	return !meta.IsStatusConditionTrue(before, condition) || graver[was] == is
}

// recovered tells whether too little was left and now enough is, which is more
// than that nobody asks any more or nobody knows.
func recovered(before, after []metav1.Condition) bool {
	var ended bool
	for _, condition := range []string{v1alpha1.ConditionQuotaLow, v1alpha1.ConditionQuotaExhausted} {
		if meta.IsStatusConditionTrue(after, condition) {
			return false
		}
		ended = ended || meta.IsStatusConditionTrue(before, condition) && reasonOf(after, condition) == v1alpha1.ReasonSufficient
	}
	return ended
}

func throttles(failure *v1alpha1.VendorError) bool {
	return failure != nil && failure.Kind == v1alpha1.ErrorThrottled
}

// isThrottled tells whether the vendor throttles any of a watch's readings.
func isThrottled(watch *v1alpha1.QuotaWatch) bool {
	return slices.ContainsFunc(readingErrors(&watch.Status), throttles)
}

// isFrozen tells whether Ready says that the vendor stopped an account.
func isFrozen(account *v1alpha1.VendorAccount) bool {
	return reasonOf(account.Status.Conditions, v1alpha1.ConditionReady) == string(v1alpha1.ErrorAccountFrozen)
}

func throttled() occurrence {
	return warning(v1alpha1.EventThrottled, "The vendor refuses calls because there are too many")
}

// summaryNote says in one sentence what is left, was used and was billed.
func summaryNote(before, after *v1alpha1.QuotaWatch) string {
	var parts []string
	status := &after.Status
	if status.Packages != nil {
		parts = append(parts, packagesNote(status.Summary))
	}
	if status.Usage != nil {
		parts = append(parts, usageNote(status.Usage))
	}
	if status.Bill != nil {
		parts = append(parts, billNote(status.Bill))
	}
	note := strings.Join(parts, "; ")
	if before.Status.LastAnnouncement == nil {
		return "First reading: " + note
	}
	return note
}

func packagesNote(summary *v1alpha1.Summary) string {
	if summary == nil || summary.Text == "" {
		return "no package in use"
	}
	return summary.Text
}

func billNote(bill *v1alpha1.BillStatus) string {
	months := make([]string, 0, len(bill.Periods))
	for _, period := range bill.Periods {
		months = append(months, period.Month)
	}
	return "billed in " + strings.Join(months, ", ")
}

// maxNoted is how many usage items a note names.
const maxNoted = 3

func usageNote(usage *v1alpha1.UsageStatus) string {
	var items []string
	for _, item := range usage.Items[:min(len(usage.Items), maxNoted)] {
		unit := string(item.Unit)
		if item.UnitLabel != "" {
			unit = item.UnitLabel
		}
		items = append(items, fmt.Sprintf("%s %s %s", item.Name, item.Amount, unit))
	}
	if len(items) == 0 {
		return "no usage"
	}
	return "used " + strings.Join(items, ", ")
}

func reasonOf(conditions []metav1.Condition, conditionType string) string {
	if c := meta.FindStatusCondition(conditions, conditionType); c != nil {
		return c.Reason
	}
	return ""
}

func messageOf(conditions []metav1.Condition, conditionType string) string {
	if c := meta.FindStatusCondition(conditions, conditionType); c != nil {
		return c.Message
	}
	return ""
}
