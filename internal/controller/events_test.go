// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/quota"
)

func TestVerdictOccurrences(t *testing.T) {
	says := func(condition string, status metav1.ConditionStatus, reason string) metav1.Condition {
		return metav1.Condition{Type: condition, Status: status, Reason: reason}
	}
	low := func(status metav1.ConditionStatus, reason string) metav1.Condition {
		return says(v1alpha1.ConditionQuotaLow, status, reason)
	}
	exhausted := func(status metav1.ConditionStatus, reason string) metav1.Condition {
		return says(v1alpha1.ConditionQuotaExhausted, status, reason)
	}
	runOut := func(status metav1.ConditionStatus, reason string) []metav1.Condition {
		return []metav1.Condition{says(v1alpha1.ConditionRunOutSoon, status, reason)}
	}
	demand := func(status metav1.ConditionStatus, reason string) []metav1.Condition {
		return []metav1.Condition{says(v1alpha1.ConditionPlannedDemandShort, status, reason)}
	}
	lasts, unforeseen := runOut(metav1.ConditionFalse, v1alpha1.ReasonNotRunningOut), runOut(metav1.ConditionUnknown, v1alpha1.ReasonNoForecast)
	soon, sooner := runOut(metav1.ConditionTrue, v1alpha1.ReasonRunningOutWarning), runOut(metav1.ConditionTrue, v1alpha1.ReasonRunningOutCritical)
	covered, short := demand(metav1.ConditionFalse, v1alpha1.ReasonDemandCovered), demand(metav1.ConditionTrue, v1alpha1.ReasonDemandShort)
	enough := []metav1.Condition{
		low(metav1.ConditionFalse, v1alpha1.ReasonSufficient), exhausted(metav1.ConditionFalse, v1alpha1.ReasonSufficient),
	}
	warned := []metav1.Condition{low(metav1.ConditionTrue, v1alpha1.ReasonLowWarning), enough[1]}
	critical := []metav1.Condition{low(metav1.ConditionTrue, v1alpha1.ReasonLowCritical), enough[1]}
	empty := []metav1.Condition{critical[0], exhausted(metav1.ConditionTrue, v1alpha1.ReasonExhausted)}
	used := func(status metav1.ConditionStatus, reason string) []metav1.Condition {
		return []metav1.Condition{says(v1alpha1.ConditionUsageHigh, status, reason)}
	}
	tests := map[string]struct {
		before, after []metav1.Condition
		want          []string
	}{
		"the first verdicts are good": {nil, enough, nil},
		"too little":                  {enough, warned, []string{v1alpha1.EventQuotaLow}},
		"still too little":            {warned, warned, nil},
		"far too little":              {warned, critical, []string{v1alpha1.EventQuotaLow}},
		"a little more":               {critical, warned, nil},
		"nothing":                     {critical, empty, []string{v1alpha1.EventQuotaExhausted}},
		"something, but too little":   {empty, critical, nil},
		"enough again":                {empty, enough, []string{v1alpha1.EventQuotaRecovered}},
		"much is used": {
			used(metav1.ConditionUnknown, v1alpha1.ReasonNoCompleteDay), used(metav1.ConditionTrue, v1alpha1.ReasonUsageHighWarning),
			[]string{v1alpha1.EventUsageHigh},
		},
		"very much is used": {
			used(metav1.ConditionTrue, v1alpha1.ReasonUsageHighWarning), used(metav1.ConditionTrue, v1alpha1.ReasonUsageHighCritical),
			[]string{v1alpha1.EventUsageHigh},
		},
		"nobody asks any more":       {warned, []metav1.Condition{low(metav1.ConditionFalse, v1alpha1.ReasonNotRequested), enough[1]}, nil},
		"nobody knows":               {warned, []metav1.Condition{low(metav1.ConditionUnknown, v1alpha1.ReasonDataStale), enough[1]}, nil},
		"the first forecast is good": {unforeseen, lasts, nil},
		"runs out soon":              {lasts, soon, []string{v1alpha1.EventRunOutSoon}},
		"runs out sooner":            {soon, sooner, []string{v1alpha1.EventRunOutSoon}},
		"runs out later again":       {sooner, lasts, nil},
		"an event is not covered":    {covered, short, []string{v1alpha1.EventPlannedDemandShort}},
		"an event is covered again":  {short, covered, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, o := range verdictOccurrences(test.before, test.after) {
				got = append(got, o.reason)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestChangeOccurrences(t *testing.T) {
	told := &v1alpha1.QuotaWatch{}
	told.Status.LastAnnouncement = &v1alpha1.SummaryAnnouncement{}
	after := &v1alpha1.QuotaWatch{Status: v1alpha1.QuotaWatchStatus{
		Summary:  &v1alpha1.Summary{Text: "traffic 12% (7 GB left)"},
		Packages: &v1alpha1.PackagesStatus{},
		Usage: &v1alpha1.UsageStatus{Items: []v1alpha1.UsageItemStatus{
			{Name: "Duration", Amount: "7", Unit: v1alpha1.UnitMinutes}, {Name: "PptAnim", Amount: "3", Unit: v1alpha1.UnitVendor, UnitLabel: "页"},
		}},
		Bill: &v1alpha1.BillStatus{Periods: []v1alpha1.BillPeriodStatus{{Month: "2026-11"}, {Month: "2026-10"}}},
	}}
	const summary = "traffic 12% (7 GB left); used Duration 7 Minutes, PptAnim 3 页; billed in 2026-11, 2026-10"
	tests := map[string]struct {
		before *v1alpha1.QuotaWatch
		change quota.Change
		want   occurrence
	}{
		"the first reading": {
			&v1alpha1.QuotaWatch{}, quota.Change{Event: "SummaryChanged"}, occurrence{"Normal", "SummaryChanged", "First reading: " + summary},
		},
		"a later one": {told, quota.Change{Event: "SummaryChanged"}, occurrence{"Normal", "SummaryChanged", summary}},
		"a frozen account": {
			told, quota.Change{Event: "AccountFrozen"},
			occurrence{"Warning", "AccountFrozen", "The vendor stopped the account: it is frozen, in arrears or not opened"},
		},
		"overage": {
			told, quota.Change{Event: "OverageBilling", About: "traffic"},
			occurrence{"Warning", "OverageBilling", "No package covers what is used, and it is paid as you go: traffic"},
		},
		"a failed renewal": {
			told, quota.Change{Event: "RenewalFailed", About: "1 (traffic)"},
			occurrence{"Warning", "RenewalFailed", "The vendor could not renew 1 (traffic)"},
		},
		"a package that disappeared": {
			told, quota.Change{Event: "PackageDisappeared", About: "1 (traffic)"},
			occurrence{"Warning", "PackageDisappeared", "Gone before the end, with something left when last seen: 1 (traffic)"},
		},
		"a package that expired": {
			told, quota.Change{Event: "PackageExpired", About: "1 (traffic)"},
			occurrence{"Warning", "PackageExpired", "Expired with something left: 1 (traffic)"},
		},
		"a package that was renewed": {
			told, quota.Change{Event: "PackageRenewed", About: "1 (traffic)"}, occurrence{"Normal", "PackageRenewed", "Renewed: 1 (traffic)"},
		},
		"packages that were added": {
			told, quota.Change{Event: "PackageAdded", About: "1 (traffic), 2 (traffic), 3 (traffic) and 4 more"},
			occurrence{"Normal", "PackageAdded", "New: 1 (traffic), 2 (traffic), 3 (traffic) and 4 more"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := changeOccurrence(test.before, after, test.change)
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(occurrence{})); diff != "" {
				t.Errorf("Event (-want +got):\n%s", diff)
			}
		})
	}
}
