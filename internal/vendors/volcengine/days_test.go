// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// The vendor answers for 31 to 1 days before today in its calendar.
func TestDaysAskedFor(t *testing.T) {
	tests := map[string]struct {
		at                  string
		first, last         string
		wantFirst, wantLast string
	}{
		"31 days back":                       {"2026-11-22T04:00:00Z", "2026-10-22", "2026-11-21", "2026-10-22", "2026-11-21"},
		"32 days back":                       {"2026-11-22T04:00:00Z", "2026-10-21", "2026-11-21", "2026-10-22", "2026-11-21"},
		"today":                              {"2026-11-22T04:00:00Z", "2026-11-20", "2026-11-22", "2026-11-20", "2026-11-21"},
		"far too much":                       {"2026-11-22T04:00:00Z", "2020-01-01", "2030-01-01", "2026-10-22", "2026-11-21"},
		"just before midnight at the vendor": {"2026-11-21T15:59:59Z", "2020-01-01", "2030-01-01", "2026-10-21", "2026-11-20"},
		"midnight at the vendor":             {"2026-11-21T16:00:00Z", "2020-01-01", "2030-01-01", "2026-10-22", "2026-11-21"},
		"over new year":                      {"2027-01-02T04:00:00Z", "2026-12-05", "2027-01-01", "2026-12-05", "2027-01-01"},
		"one day":                            {"2026-11-22T04:00:00Z", "2026-11-01", "2026-11-01", "2026-11-01", "2026-11-01"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
			vendor.Clock.SetTime(clockTime(t, test.at))
			reading, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(),
				vendors.UsageQuery{Days: days(test.first, test.last)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(days(test.wantFirst, test.wantLast), reading.Days, exactly); diff != "" {
				t.Errorf("days (-want +got):\n%s", diff)
			}
			asked := question(vendor.Requests()[0])
			got := []string{asked.StartDay, asked.EndDay}
			want := []string{reading.Days.First.Format("20060102"), reading.Days.Last.Format("20060102")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("days in the question (-want +got):\n%s", diff)
			}
		})
	}
}

// The data of a day is there on the next one: at 12 o'clock the estimate, at 17
// what was paid later and at 18 what packages paid, each with an hour of slack.
func TestDataAsOf(t *testing.T) {
	const estimated, postpaid, prepaid = "TrafficEstimated", "TrafficPostpaid", "TrafficPrepaid"
	month := days("2026-11-01", "2026-11-21")
	tests := map[string]struct {
		at   string
		days vendors.DayRange
		want map[string]string
	}{
		"midnight": {
			"2026-11-22T00:00:00+08:00", month,
			map[string]string{estimated: "2026-11-20", postpaid: "2026-11-20", prepaid: "2026-11-20"},
		},
		"the hour of the estimate": {
			"2026-11-22T12:00:00+08:00", month,
			map[string]string{estimated: "2026-11-20", postpaid: "2026-11-20", prepaid: "2026-11-20"},
		},
		"just before the estimate is sure": {
			"2026-11-22T12:59:59+08:00", month,
			map[string]string{estimated: "2026-11-20", postpaid: "2026-11-20", prepaid: "2026-11-20"},
		},
		"the estimate is sure": {
			"2026-11-22T13:00:00+08:00", month,
			map[string]string{estimated: "2026-11-21", postpaid: "2026-11-20", prepaid: "2026-11-20"},
		},
		"just before what is paid later is sure": {
			"2026-11-22T17:59:59+08:00", month,
			map[string]string{estimated: "2026-11-21", postpaid: "2026-11-20", prepaid: "2026-11-20"},
		},
		"what is paid later is sure": {
			"2026-11-22T18:00:00+08:00", month,
			map[string]string{estimated: "2026-11-21", postpaid: "2026-11-21", prepaid: "2026-11-20"},
		},
		"just before everything is sure": {
			"2026-11-22T18:59:59+08:00", month,
			map[string]string{estimated: "2026-11-21", postpaid: "2026-11-21", prepaid: "2026-11-20"},
		},
		"everything is sure, told in UTC": {
			"2026-11-22T11:00:00Z", month,
			map[string]string{estimated: "2026-11-21", postpaid: "2026-11-21", prepaid: "2026-11-21"},
		},
		"days that ended long ago": {
			"2026-11-22T19:00:00+08:00", days("2026-11-01", "2026-11-09"),
			map[string]string{estimated: "2026-11-09", postpaid: "2026-11-09", prepaid: "2026-11-09"},
		},
		"days that ended the day before yesterday": {
			"2026-11-22T00:00:00+08:00", days("2026-11-01", "2026-11-20"),
			map[string]string{estimated: "2026-11-20", postpaid: "2026-11-20", prepaid: "2026-11-20"},
		},
		"yesterday alone, while nothing is sure": {
			"2026-11-22T12:59:59+08:00", days("2026-11-21", "2026-11-21"), map[string]string{},
		},
		"yesterday alone, while the estimate is sure": {
			"2026-11-22T13:00:00+08:00", days("2026-11-21", "2026-11-21"),
			map[string]string{estimated: "2026-11-21"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
			vendor.Clock.SetTime(clockTime(t, test.at))
			reading, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), vendors.UsageQuery{Days: test.days})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, item := range reading.Items {
				got[item.Name] = item.DataAsOf.String()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("data as of (-want +got):\n%s", diff)
			}
		})
	}
}
