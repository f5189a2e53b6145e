// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestUsageDays(t *testing.T) {
	tests := map[string]struct {
		now                  time.Time
		month, day, seven, m string // first day and last day; empty where there is none
	}{
		"in the middle of a month": {
			now: start, month: "2026-11-01 2026-11-20", day: "2026-11-20 2026-11-20", seven: "2026-11-14 2026-11-20", m: "2026-10-22 2026-11-20",
		},
		"the last moment of a month at the vendor": {
			now:   time.Date(2026, 11, 30, 15, 59, 59, 0, time.UTC),
			month: "2026-11-01 2026-11-29", day: "2026-11-29 2026-11-29", seven: "2026-11-23 2026-11-29", m: "2026-10-31 2026-11-29",
		},
		"the first moment of a month at the vendor": {
			now:   time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC),
			month: "", day: "2026-11-30 2026-11-30", seven: "2026-11-24 2026-11-30", m: "2026-11-01 2026-11-30",
		},
		"the second day of a year": {
			now:   time.Date(2027, 1, 2, 0, 0, 0, 0, vendors.Zone),
			month: "2027-01-01 2027-01-01", day: "2027-01-01 2027-01-01", seven: "2026-12-26 2027-01-01", m: "2026-12-03 2027-01-01",
		},
		"after a leap day": {
			now:   time.Date(2028, 3, 1, 12, 0, 0, 0, vendors.Zone),
			month: "", day: "2028-02-29 2028-02-29", seven: "2028-02-23 2028-02-29", m: "2028-01-31 2028-02-29",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for window, want := range map[v1alpha1.UsageWindow]string{
				v1alpha1.UsageMonthToDate: test.month, v1alpha1.UsageYesterday: test.day,
				v1alpha1.UsageLast7Days: test.seven, v1alpha1.UsageLast30Days: test.m,
			} {
				got := ""
				if days := UsageDays(window, test.now); !days.Empty() {
					got = days.First.String() + " " + days.Last.String()
				}
				if got != want {
					t.Errorf("%s is %q, want %q", window, got, want)
				}
			}
		})
	}
}

func TestBillMonths(t *testing.T) {
	tests := map[string]struct {
		now           time.Time
		before, count int
		want          []vendors.Month
	}{
		"the running one":        {now: start, count: 1, want: []vendors.Month{"2026-11"}},
		"those before it":        {now: start, before: 1, count: 2, want: []vendors.Month{"2026-10", "2026-09"}},
		"none before it":         {now: start, before: 1, want: []vendors.Month{}},
		"over the turn of years": {now: start.AddDate(0, 2, 0), count: 3, want: []vendors.Month{"2027-01", "2026-12", "2026-11"}},
		"the last moment of a month at the vendor": {
			now: time.Date(2026, 11, 30, 15, 59, 59, 0, time.UTC), count: 1, want: []vendors.Month{"2026-11"},
		},
		"the first moment of a month at the vendor": {
			now: time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC), count: 1, want: []vendors.Month{"2026-12"},
		},
		"the last day of a long month": {
			now: time.Date(2027, 3, 31, 0, 0, 0, 0, vendors.Zone), count: 3, want: []vendors.Month{"2027-03", "2027-02", "2027-01"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, BillMonths(test.now, test.before, test.count)); diff != "" {
				t.Errorf("months (-want +got):\n%s", diff)
			}
		})
	}
}
