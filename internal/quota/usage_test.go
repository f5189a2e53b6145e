// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func onlyUsage(spec *v1alpha1.QuotaWatchSpec) {
	spec.Packages, spec.Usage = nil, &v1alpha1.UsageReading{}
}

func TestUsageIsShownWhole(t *testing.T) {
	peak := usage("Concurrence", "120")
	peak.Unit, peak.Peak = vendors.UnitCount, true
	estimated := usage("TrafficEstimated", "0.5")
	estimated.Unit, estimated.UnitLabel, estimated.Label = vendors.UnitVendor, "GB", "华东"
	estimated.DataAsOf = vendors.DayAt(start).Add(-1)

	got := watching(t, onlyUsage).uses(peak, usage("Duration", "1234.567"), estimated)
	want := v1alpha1.UsageStatus{
		Start: "2026-11-01", End: "2026-11-20",
		Items: []v1alpha1.UsageItemStatus{
			{Name: "Concurrence", Unit: v1alpha1.UnitCount, Amount: "120", Aggregation: v1alpha1.AggregationPeak},
			{Name: "Duration", Unit: v1alpha1.UnitMinutes, Amount: "1234.567", Aggregation: v1alpha1.AggregationSum},
			{
				Name: "TrafficEstimated", Label: "华东", Unit: v1alpha1.UnitVendor, UnitLabel: "GB", Amount: "0.5",
				Aggregation: v1alpha1.AggregationSum, DataAsOf: "2026-11-20",
			},
		},
		Shown: n(3), Total: n(3), ObservedGeneration: 1, LastSuccessTime: at(0), DataAsOf: "2026-11-19",
	}
	if diff := cmp.Diff(want, *got.Usage); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("True Succeeded", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
	if got.State != v1alpha1.StateOK {
		t.Errorf("state %s", got.State)
	}
}

func TestUsageIsBounded(t *testing.T) {
	var items []vendors.UsageItem
	for i := range 30 {
		items = append(items, usage(fmt.Sprintf("Item%02d", i), "1"))
	}
	items[29].DataAsOf = items[29].DataAsOf.Add(-3)
	got := watching(t, onlyUsage).uses(items...).Usage
	if diff := cmp.Diff([]*int32{n(24), n(30)}, []*int32{got.Shown, got.Total}); diff != "" {
		t.Errorf("shown and total (-want +got):\n%s", diff)
	}
	if len(got.Items) != 24 || got.Items[23].Name != "Item23" {
		t.Errorf("the list is not the first 24 items: %s", asJSON(t, got.Items))
	}
	if got.DataAsOf != "2026-11-16" || got.Items[0].DataAsOf != "2026-11-19" {
		t.Errorf("all is known until %s and the first item until %s", got.DataAsOf, got.Items[0].DataAsOf)
	}
}

// A vendor's own words may be long, and a status with one too long, or with half
// a character, would be refused.
func TestUsageHasBoundedWords(t *testing.T) {
	item := usage("Duration", "1")
	item.Unit, item.Label, item.UnitLabel = vendors.UnitVendor, strings.Repeat("直播", 60), strings.Repeat("分钟", 20)
	got := watching(t, onlyUsage).uses(item).Usage.Items[0]
	for what, word := range map[string]struct {
		text string
		most int
	}{"label": {got.Label, 128}, "unitLabel": {got.UnitLabel, 32}} {
		if len(word.text) > word.most || len(word.text) < word.most-5 || !utf8.ValidString(word.text) || !strings.HasSuffix(word.text, "...") {
			t.Errorf("%s of %d bytes: %q", what, len(word.text), word.text)
		}
	}
}

// On the first of a month no day of it is complete: that is an answer, too.
func TestUsageOnTheFirstOfAMonth(t *testing.T) {
	s := watching(t, onlyUsage)
	s.uses(usage("Duration", "1"))
	s.in.Now = time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC) // midnight at the vendor
	got := s.uses()
	want := v1alpha1.UsageStatus{Shown: n(0), Total: n(0), ObservedGeneration: 1, LastSuccessTime: stamp(s.in.Now)}
	if diff := cmp.Diff(want, *got.Usage); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("True Succeeded", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("False Fresh", says(got.Conditions, v1alpha1.ConditionDataStale)); diff != "" {
		t.Errorf("DataStale (-want +got):\n%s", diff)
	}
}

// A failure, a restart or another spec says nothing of what was used.
func TestUsageIsKept(t *testing.T) {
	tests := map[string]func(*scenario) *v1alpha1.QuotaWatchStatus{
		"a failure": func(s *scenario) *v1alpha1.QuotaWatchStatus {
			return fail(s, &s.in.Usage, vendors.KindMalformed, "")
		},
		"a restart":        (*scenario).restarts,
		"another spec":     func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.edits(thresholds()) },
		"a missing Secret": func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.meets(secretNotFound) },
		"a suspension":     func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.meets(suspension) },
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, onlyUsage)
			want := s.uses(usage("Duration", "7")).Usage.DeepCopy()
			s.in.Now = s.in.Now.Add(time.Hour)
			got := do(s).Usage
			got.LastError = nil
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("usage (-before +after):\n%s", diff)
			}
		})
	}
}
