// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func day(t *testing.T, text string) Day {
	t.Helper()
	d, err := ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDayAtIsThatOfTheVendorsZone(t *testing.T) {
	tests := map[string]struct{ at, want string }{
		"an hour before the vendor's midnight": {"2026-11-21T15:00:00Z", "2026-11-21"},
		"the vendor's midnight":                {"2026-11-21T16:00:00Z", "2026-11-22"},
		"the vendor's new year":                {"2026-12-31T16:00:00Z", "2027-01-01"},
		"written in another zone":              {"2026-11-21T08:00:00-08:00", "2026-11-22"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, test.at)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, DayAt(at).String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestByMonthNeverCrossesAMonth(t *testing.T) {
	tests := map[string]struct {
		first, last string
		want        []string
	}{
		"within a month":          {"2026-11-03", "2026-11-09", []string{"2026-11-03 2026-11-09"}},
		"one day":                 {"2026-11-30", "2026-11-30", []string{"2026-11-30 2026-11-30"}},
		"over the end of a month": {"2026-10-30", "2026-11-02", []string{"2026-10-30 2026-10-31", "2026-11-01 2026-11-02"}},
		"over a leap day":         {"2028-02-28", "2028-03-01", []string{"2028-02-28 2028-02-29", "2028-03-01 2028-03-01"}},
		"over new year and more":  {"2026-11-30", "2027-01-01", []string{"2026-11-30 2026-11-30", "2026-12-01 2026-12-31", "2027-01-01 2027-01-01"}},
		"empty":                   {"2026-11-02", "2026-11-01", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range (DayRange{day(t, test.first), day(t, test.last)}).ByMonth() {
				got = append(got, r.First.String()+" "+r.Last.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNoDayIsWrittenAsNothing(t *testing.T) {
	if diff := cmp.Diff([]string{"", ""}, []string{Day{}.String(), string(Day{}.Month())}); diff != "" {
		t.Error(diff)
	}
}
