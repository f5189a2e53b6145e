// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// labelled returns a line of an item under the vendor's own name.
func labelled(label string, item vendors.UsageItem) vendors.UsageItem {
	item.Label = label
	return item
}

// inUnit returns an item counted in the vendor's own unit.
func inUnit(label string, item vendors.UsageItem) vendors.UsageItem {
	item.Unit, item.UnitLabel = vendors.UnitVendor, label
	return item
}

func peak(item vendors.UsageItem) vendors.UsageItem {
	item.Peak = true
	return item
}

func usageHigh(status *v1alpha1.QuotaWatchStatus) string {
	return says(status.Conditions, v1alpha1.ConditionUsageHigh)
}

func TestUsageHigh(t *testing.T) {
	tests := map[string]struct {
		thresholds []v1alpha1.Threshold
		unused     []string
		used       []vendors.UsageItem
		want       string
		message    string
		found      []string
	}{
		"as much as allowed": {
			thresholds: []v1alpha1.Threshold{usageAbove("busy", "Duration", "500")},
			used:       []vendors.UsageItem{usage("Duration", "500")},
			want:       "False UsageNormal", message: "No threshold for usage fires",
		},
		"a little more than allowed": {
			thresholds: []v1alpha1.Threshold{usageAbove("busy", "Duration", "500")},
			used:       []vendors.UsageItem{usage("Duration", "500.000000001")},
			want:       "True UsageHighWarning", message: "More was used than allowed by busy (Duration)",
			found: []string{"Warning UsageHigh /Duration by busy"},
		},
		"a limit with a fraction": {
			thresholds: []v1alpha1.Threshold{usageAbove("a", "Duration", "500500m"), usageAbove("b", "Duration", "500499m")},
			used:       []vendors.UsageItem{usage("Duration", "500.5")},
			want:       "True UsageHighWarning", message: "More was used than allowed by b (Duration)",
			found: []string{"Warning UsageHigh /Duration by b"},
		},
		"more than one severity allows": {
			thresholds: []v1alpha1.Threshold{
				usageAbove("busy", "Duration", "500"), critical(usageAbove("too-busy", "Duration", "1k")), critical(usageAbove("never", "Duration", "1E")),
			},
			used: []vendors.UsageItem{usage("Duration", "1001")},
			want: "True UsageHighCritical", message: "More was used than allowed by busy (Duration), too-busy (Duration)",
			found: []string{"Critical UsageHigh /Duration by too-busy", "Warning UsageHigh /Duration by busy"},
		},
		"lines of an item add up": {
			thresholds: []v1alpha1.Threshold{usageAbove("busy", "Duration", "500")},
			used:       []vendors.UsageItem{labelled("国内", usage("Duration", "300")), labelled("海外", usage("Duration", "201"))},
			want:       "True UsageHighWarning", message: "More was used than allowed by busy (Duration)",
			found: []string{"Warning UsageHigh /Duration by busy"},
		},
		"lines in different units do not add up": {
			thresholds: []v1alpha1.Threshold{usageAbove("busy", "Duration", "500")},
			used:       []vendors.UsageItem{usage("Duration", "300"), inUnit("次", usage("Duration", "201")), inUnit("GB", usage("Duration", "7"))},
			want:       "False UsageNormal", message: "No threshold for usage fires",
		},
		"one of the units has more": {
			thresholds: []v1alpha1.Threshold{usageAbove("busy", "Duration", "500")},
			used:       []vendors.UsageItem{usage("Duration", "300"), inUnit("次", usage("Duration", "501"))},
			want:       "True UsageHighWarning", message: "More was used than allowed by busy (Duration)",
			found: []string{"Warning UsageHigh /Duration by busy"},
		},
		"peaks do not add up": {
			thresholds: []v1alpha1.Threshold{usageAbove("seats", "Concurrence", "500"), usageAbove("few", "Concurrence", "399")},
			used:       []vendors.UsageItem{labelled("a", peak(usage("Concurrence", "400"))), labelled("b", peak(usage("Concurrence", "300")))},
			want:       "True UsageHighWarning", message: "More was used than allowed by few (Concurrence)",
			found: []string{"Warning UsageHigh /Concurrence by few"},
		},
		"an estimate and what it became are two items": {
			thresholds: []v1alpha1.Threshold{usageAbove("final", "TrafficPostpaid", "500"), usageAbove("early", "TrafficEstimated", "500")},
			used: []vendors.UsageItem{
				inUnit("GB", usage("TrafficEstimated", "501")), inUnit("GB", usage("TrafficPostpaid", "400")), inUnit("GB", usage("TrafficPrepaid", "0")),
			},
			want: "True UsageHighWarning", message: "More was used than allowed by early (TrafficEstimated)",
			found: []string{"Warning UsageHigh /TrafficEstimated by early"},
		},
		"an item that was not used": {
			thresholds: []v1alpha1.Threshold{usageAbove("busy", "Duration", "500")},
			unused:     []string{"Duration"},
			want:       "False UsageNormal", message: "No threshold for usage fires",
		},
		"an item that the reading does not know": {
			thresholds: []v1alpha1.Threshold{usageAbove("busy", "duration", "500"), usageAbove("fine", "Duration", "500")},
			used:       []vendors.UsageItem{usage("Duration", "7")},
			want:       "Unknown ResourceNotFound", message: "The vendor reports nothing of what the spec names: busy (duration)",
		},
		"an item that the reading does not know, and another fires": {
			thresholds: []v1alpha1.Threshold{usageAbove("busy", "duration", "500"), usageAbove("much", "Duration", "5")},
			used:       []vendors.UsageItem{usage("Duration", "7")},
			want:       "True UsageHighWarning", message: "More was used than allowed by much (Duration)",
			found: []string{"Warning UsageHigh /Duration by much"},
		},
		"a resource is no usage item": {
			thresholds: []v1alpha1.Threshold{usageAbove("busy", "traffic", "500")},
			used:       []vendors.UsageItem{usage("Duration", "7")},
			want:       "Unknown ResourceNotFound", message: "The vendor reports nothing of what the spec names: busy (traffic)",
		},
		"usage is not told by sub-account": {
			thresholds: []v1alpha1.Threshold{forSubject(usageAbove("busy", "Duration", "500"), "u-1")},
			used:       []vendors.UsageItem{usage("Duration", "7000")},
			want:       "Unknown ResourceNotFound", message: "The vendor reports nothing of what the spec names: busy (u-1/Duration)",
		},
		"no threshold for usage": {
			thresholds: []v1alpha1.Threshold{belowPercent("low", 20)},
			used:       []vendors.UsageItem{usage("Duration", "7000")},
			want:       "False NotRequested", message: "No threshold asks this",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := watching(t, onlyUsage, thresholds(test.thresholds...)).usesNone(test.unused, test.used...)
			if diff := cmp.Diff([]string{test.want, test.message}, []string{usageHigh(got), message(got.Conditions, v1alpha1.ConditionUsageHigh)}); diff != "" {
				t.Errorf("UsageHigh (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.found, found(got)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if got.State != v1alpha1.StateOK {
				t.Errorf("state %s: how much was used says nothing of what is left", got.State)
			}
		})
	}
}

// The items are tested beyond those that the status lists.
func TestUsageHighOfAnItemThatIsNotListed(t *testing.T) {
	var items []vendors.UsageItem
	for i := range 40 {
		items = append(items, usage(fmt.Sprintf("Item%02d", i), fmt.Sprint(i)))
	}
	got := watching(t, onlyUsage, thresholds(usageAbove("last", "Item39", "38"))).uses(items...)
	if diff := cmp.Diff([]string{"Warning UsageHigh /Item39 by last"}, found(got)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// What fired goes on firing until the number is clearly below the limit.
func TestUsageHighHysteresis(t *testing.T) {
	s := watching(t, onlyUsage, thresholds(usageAbove("busy", "Duration", "500")))
	for i, step := range []struct {
		used, want string
	}{
		{"500", "False UsageNormal"}, {"501", "True UsageHighWarning"}, {"500", "True UsageHighWarning"},
		{"490.000000001", "True UsageHighWarning"}, {"490", "False UsageNormal"}, {"500", "False UsageNormal"},
		{"500.1", "True UsageHighWarning"}, {"0", "False UsageNormal"},
	} {
		s.in.Now = s.in.Now.Add(time.Hour)
		if got := usageHigh(s.uses(usage("Duration", step.used))); got != step.want {
			t.Fatalf("step %d, with %s used: %s, want %s", i, step.used, got, step.want)
		}
	}
}

// Without an answer what was concluded stays, unless it says that all is well and
// is too old for that.
func TestUsageHighStays(t *testing.T) {
	tests := map[string]struct {
		used string
		then func(*scenario) *v1alpha1.QuotaWatchStatus
		want string
	}{
		"high, and a failure": {
			used: "501", want: "True UsageHighWarning",
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return fail(s, &s.in.Usage, vendors.KindUnavailable, "") },
		},
		"high, and a restart": {used: "501", then: (*scenario).restarts, want: "True UsageHighWarning"},
		"high, and old":       {used: "501", then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.waits(day) }, want: "True UsageHighWarning"},
		"high, and old after a restart": {
			used: "501", then: func(s *scenario) *v1alpha1.QuotaWatchStatus { s.restarts(); return s.waits(day) }, want: "True UsageHighWarning",
		},
		"high, and the item is not known any more": {
			used: "501", then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.uses(usage("MicDuration", "1")) }, want: "True UsageHighWarning",
		},
		"high, and the limit is raised before the next answer": {
			used: "501", want: "True UsageHighWarning",
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				return s.edits(thresholds(usageAbove("busy", "Duration", "600")))
			},
		},
		"high, and the limit is raised": {
			used: "501", want: "False UsageNormal",
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				s.edits(thresholds(usageAbove("busy", "Duration", "600")))
				return s.uses(usage("Duration", "501"))
			},
		},
		"high, and another threshold is asked for": {
			used: "501", want: "Unknown NoData",
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				return s.edits(thresholds(usageAbove("other", "Duration", "500")))
			},
		},
		"high, and nobody asks any more": {
			used: "501", then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.edits(thresholds()) }, want: "False NotRequested",
		},
		"normal, and a failure": {
			used: "1", want: "False UsageNormal",
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return fail(s, &s.in.Usage, vendors.KindUnavailable, "") },
		},
		"normal, and a restart": {used: "1", then: (*scenario).restarts, want: "False UsageNormal"},
		"normal, and old":       {used: "1", then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.waits(day) }, want: "Unknown DataStale"},
		"normal, and old after a restart": {
			used: "1", then: func(s *scenario) *v1alpha1.QuotaWatchStatus { s.restarts(); return s.waits(day) }, want: "Unknown DataStale",
		},
		"normal, and the packages are old": {
			used: "1", want: "False UsageNormal",
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.waits(4 * time.Hour) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, asksUsage, thresholds(usageAbove("busy", "Duration", "500")))
			s.answers(pack())
			s.uses(usage("Duration", test.used))
			s.in.Now = s.in.Now.Add(time.Hour)
			if got := usageHigh(test.then(s)); got != test.want {
				t.Errorf("UsageHigh %s, want %s", got, test.want)
			}
		})
	}
}

// A month begins without a complete day: how much was used of the last one says
// nothing of it.
func TestUsageHighOnTheFirstOfAMonth(t *testing.T) {
	s := watching(t, onlyUsage, thresholds(usageAbove("busy", "Duration", "500")))
	if diff := cmp.Diff("Unknown NoData", usageHigh(s.assess())); diff != "" {
		t.Errorf("before the first answer (-want +got):\n%s", diff)
	}
	s.uses(usage("Duration", "501"))
	s.in.Now = novemberEnds
	got := s.uses()
	if diff := cmp.Diff("Unknown NoCompleteDay", usageHigh(got)); diff != "" {
		t.Errorf("on the first (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("No day of the window is complete yet, for busy", message(got.Conditions, v1alpha1.ConditionUsageHigh)); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	if got.Findings != nil {
		t.Errorf("findings stay: %v", found(got))
	}
	if diff := cmp.Diff("Unknown NoCompleteDay", usageHigh(s.restarts())); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	s.in.Now = s.in.Now.Add(day)
	if diff := cmp.Diff("False UsageNormal", usageHigh(s.uses(usage("Duration", "500")))); diff != "" {
		t.Errorf("on the second (-want +got):\n%s", diff)
	}
}

// The status has no room for all findings, and a restart forgets none of those
// that it shows.
func TestUsageHighBesideManyFindings(t *testing.T) {
	s := watching(t, asksUsage, thresholds(
		forSubject(belowPercent("subs", 60), "*"), critical(usageAbove("busy", "Duration", "500")),
	))
	s.uses(usage("Duration", "501"))
	before := s.answers(manySubAccounts(50)...).DeepCopy()
	after := s.restarts()
	if diff := cmp.Diff(before.Findings, after.Findings); diff != "" {
		t.Errorf("findings after a restart (-before +after):\n%s", diff)
	}
	got := s.uses(usage("Duration", "1"))
	if diff := cmp.Diff([]*int32{n(15), n(201)}, []*int32{got.Findings.Shown, got.Findings.Total}); diff != "" {
		t.Errorf("shown and total when usage is normal again (-want +got):\n%s", diff)
	}
	got = s.answers(manySubAccounts(50)...)
	if diff := cmp.Diff([]*int32{n(16), n(200)}, []*int32{got.Findings.Shown, got.Findings.Total}); diff != "" {
		t.Errorf("shown and total when the packages are read again (-want +got):\n%s", diff)
	}
}
