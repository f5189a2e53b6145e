// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestSummary(t *testing.T) {
	tests := map[string]struct {
		packages []vendors.Package
		want     *v1alpha1.Summary
	}{
		"no package": {
			want: &v1alpha1.Summary{DataAsOf: "2026-11-19"},
		},
		"nothing in use": {
			packages: []vendors.Package{pack(until(-400 * day))},
			want:     &v1alpha1.Summary{DataAsOf: "2026-11-19"},
		},
		"an empty balance beside what is bought to be used up": {
			packages: []vendors.Package{
				pack(), pack(id("2"), of("balance"), unit(vendors.UnitCNY, ""), left("0"), totalUnknown),
			},
			want: &v1alpha1.Summary{
				LowestResource: "traffic", LowestPercent: n(50), NextExpiry: at(300 * day), DataAsOf: "2026-11-19",
				Text: "traffic 50% (500 B left)",
			},
		},
		"one resource": {
			packages: []vendors.Package{pack()},
			want: &v1alpha1.Summary{
				LowestResource: "traffic", LowestPercent: n(50), NextExpiry: at(300 * day), DataAsOf: "2026-11-19",
				Text: "traffic 50% (500 B left)",
			},
		},
		"the least by share, and the first end of all": {
			packages: []vendors.Package{
				pack(until(2 * day)), pack(id("2"), of("live-minutes"), unit(vendors.UnitMinutes, ""), left("1200"), total("10000")),
			},
			want: &v1alpha1.Summary{
				LowestResource: "live-minutes", LowestPercent: n(12), NextExpiry: at(2 * day), DataAsOf: "2026-11-19",
				Text: "live-minutes 12% (1200 min left)",
			},
		},
		"nothing left": {
			packages: []vendors.Package{pack(), pack(id("2"), of("mic-link"), unit(vendors.UnitHours, ""), left("0"))},
			want: &v1alpha1.Summary{
				LowestResource: "mic-link", LowestPercent: n(0), NextExpiry: at(300 * day), DataAsOf: "2026-11-19",
				Text: "mic-link 0% (0 h left)",
			},
		},
		"one without a total beside one with": {
			packages: []vendors.Package{pack(of("live-minutes"), totalUnknown, left("1")), pack(id("2"))},
			want: &v1alpha1.Summary{
				LowestResource: "traffic", LowestPercent: n(50), NextExpiry: at(300 * day), DataAsOf: "2026-11-19",
				Text: "traffic 50% (500 B left)",
			},
		},
		"none with a total": {
			packages: []vendors.Package{pack(totalUnknown), pack(id("2"), of("transcoding"), totalUnknown)},
			want: &v1alpha1.Summary{
				LowestResource: "traffic", NextExpiry: at(300 * day), DataAsOf: "2026-11-19", Text: "traffic 500 B left",
			},
		},
		"a sub-account is part of the whole, and what is not in use does not count": {
			packages: []vendors.Package{
				pack(left("999")), pack(id("2"), subject("u-1"), left("1")), pack(id("3"), of("mic-link"), until(-400*day)),
			},
			want: &v1alpha1.Summary{
				LowestResource: "traffic", LowestPercent: n(50), NextExpiry: at(300 * day), DataAsOf: "2026-11-19",
				Text: "traffic 50% (1 kB left)",
			},
		},
		"equal shares": {
			packages: []vendors.Package{pack(), pack(id("2"), of("mic-link"))},
			want: &v1alpha1.Summary{
				LowestResource: "mic-link", LowestPercent: n(50), NextExpiry: at(300 * day), DataAsOf: "2026-11-19",
				Text: "mic-link 50% (500 B left)",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := watching(t).answers(test.packages...)
			if diff := cmp.Diff(test.want, got.Summary); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInWords(t *testing.T) {
	tests := map[string]struct {
		left  string
		unit  vendors.Unit
		label string
		want  string
	}{
		"nothing in bytes":          {"0", vendors.UnitBytes, "", "0 B"},
		"less than a byte":          {"0.5", vendors.UnitBytes, "", "0.5 B"},
		"less than a kilobyte":      {"999", vendors.UnitBytes, "", "999 B"},
		"a kilobyte":                {"1000", vendors.UnitBytes, "", "1 kB"},
		"just short of a gigabyte":  {"999999999", vendors.UnitBytes, "", "999.99 MB"},
		"a package of traffic":      {"497634728735", vendors.UnitBytes, "", "497.63 GB"},
		"a petabyte":                {"1500000000000000", vendors.UnitBytes, "", "1.5 PB"},
		"more than there are words": {"123456000000000000000000", vendors.UnitBytes, "", "123456 EB"},
		"minutes":                   {"1200.999", vendors.UnitMinutes, "", "1200.99 min"},
		"hours":                     {"7", vendors.UnitHours, "", "7 h"},
		"things":                    {"12", vendors.UnitCount, "", "12"},
		"money":                     {"12.3", vendors.UnitCNY, "", "12.3 CNY"},
		"the vendor's own unit":     {"3", vendors.UnitVendor, "GB", "3 GB"},
		"a unit of a later version": {"3", "Parsecs", "", "3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, inWords(amount.MustParse(test.left), test.unit, test.label)); diff != "" {
				t.Errorf("in words (-want +got):\n%s", diff)
			}
		})
	}
}

func TestState(t *testing.T) {
	tests := map[string]struct {
		packages []vendors.Package
		then     func(*scenario)
		want     v1alpha1.State
	}{
		"nothing wrong":          {packages: []vendors.Package{pack()}, want: v1alpha1.StateOK},
		"no package":             {want: v1alpha1.StateOK},
		"low":                    {packages: []vendors.Package{pack(left("1"))}, want: v1alpha1.StateLow},
		"expiring":               {packages: []vendors.Package{pack(until(day))}, want: v1alpha1.StateExpiring},
		"low and expiring":       {packages: []vendors.Package{pack(left("1"), until(day))}, want: v1alpha1.StateLow},
		"exhausted":              {packages: []vendors.Package{pack(left("0"))}, want: v1alpha1.StateExhausted},
		"one exhausted, one low": {packages: []vendors.Package{pack(left("1")), pack(id("2"), of("mic-link"), left("0"))}, want: v1alpha1.StateExhausted},
		"a total is missing":     {packages: []vendors.Package{pack(totalUnknown)}, want: v1alpha1.StateUnknown},
		"a total is missing and one is expiring": {
			packages: []vendors.Package{pack(totalUnknown, until(day))}, want: v1alpha1.StateExpiring,
		},
		"stale": {
			packages: []vendors.Package{pack()}, want: v1alpha1.StateUnknown,
			then: func(s *scenario) { s.waits(5 * time.Hour) },
		},
		"low and stale": {
			packages: []vendors.Package{pack(left("1"))}, want: v1alpha1.StateLow,
			then: func(s *scenario) { s.waits(5 * time.Hour) },
		},
		"a wrong key, the numbers still fresh": {
			packages: []vendors.Package{pack()}, want: v1alpha1.StateUnknown,
			then: func(s *scenario) { s.fails(vendors.KindUnauthenticated, "") },
		},
		"a hiccup": {
			packages: []vendors.Package{pack()}, want: v1alpha1.StateOK,
			then: func(s *scenario) { s.fails(vendors.KindUnavailable, "") },
		},
		"suspended while low": {
			packages: []vendors.Package{pack(left("1"))}, want: v1alpha1.StateSuspended,
			then: func(s *scenario) { s.meets(suspension) },
		},
		"an edited spec": {
			packages: []vendors.Package{pack()}, want: v1alpha1.StateUnknown,
			then: func(s *scenario) { s.edits(ignore("2")) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			s.answers(test.packages...)
			if test.then != nil {
				test.then(s)
			}
			if got := s.in.Watch.Status.State; got != test.want {
				t.Errorf("state %s, want %s", got, test.want)
			}
		})
	}
}

func TestStateOfANewWatch(t *testing.T) {
	if got := watching(t).assess().State; got != v1alpha1.StateUnknown {
		t.Errorf("state %s", got)
	}
}
