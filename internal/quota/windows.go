// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// UsageDays returns the days of a window at now, up to yesterday: today is not
// complete. On the first of a month the month to date is empty.
func UsageDays(window v1alpha1.UsageWindow, now time.Time) vendors.DayRange {
	yesterday := vendors.DayAt(now).Add(-1)
	days := vendors.DayRange{First: yesterday, Last: yesterday}
	switch window {
	case v1alpha1.UsageLast7Days:
		days.First = yesterday.Add(-6)
	case v1alpha1.UsageLast30Days:
		days.First = yesterday.Add(-29)
	case v1alpha1.UsageMonthToDate:
		days.First = vendors.DayAt(now).Month().First()
	}
	return days
}

// monthEnd returns when the month that it is at now closes.
func monthEnd(now time.Time) time.Time {
	return vendors.DayAt(now).Month().First().Start().AddDate(0, 1, 0)
}

// BillMonths returns count months, the latest first, beginning so many months
// before the one that it is at now.
func BillMonths(now time.Time, before, count int) []vendors.Month {
	month := vendors.DayAt(now).Month()
	for range before {
		month = month.Previous()
	}
	months := make([]vendors.Month, 0, count)
	for range count {
		months = append(months, month)
		month = month.Previous()
	}
	return months
}
