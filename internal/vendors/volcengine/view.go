// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"time"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// unitLabel is the vendor's unit. It does not say whether that is 10^9 or 2^30
// bytes.
const unitLabel = "GB"

// publicationSlack is added to the hours at which the vendor "usually" has the
// data of the day before.
const publicationSlack = time.Hour

// view is one of the lists of an answer, and the item it becomes.
type view struct {
	name string
	list func(*trafficAnswer) roomList
	// published is when, counted from the start of the next day, the data of a day
	// is usually there.
	published time.Duration
}

// views are sorted by name.
var views = []view{
	{vendors.UsageTrafficEstimated, func(a *trafficAnswer) roomList { return a.Estimated }, 12 * time.Hour},
	{vendors.UsageTrafficPostpaid, func(a *trafficAnswer) roomList { return a.Postpaid }, 17 * time.Hour},
	{vendors.UsageTrafficPrepaid, func(a *trafficAnswer) roomList { return a.Prepaid }, 18 * time.Hour},
}

// total sums the view over all answers. It is false when one of them lacks the
// list: absent is not zero.
func (v view) total(answers []*trafficAnswer) (amount.Amount, bool) {
	var sum amount.Amount
	for _, answer := range answers {
		list := v.list(answer)
		if list == nil {
			return amount.Amount{}, false
		}
		sum = sum.Add(list.total())
	}
	return sum, true
}

// dataAsOf returns the last of the days whose data was surely there at now; one
// before the first when none was.
func (v view) dataAsOf(days vendors.DayRange, now time.Time) vendors.Day {
	today := vendors.DayAt(now)
	newest := today.Add(-1)
	if now.Before(today.Start().Add(v.published + publicationSlack)) {
		newest = today.Add(-2)
	}
	if days.Last.Before(newest) {
		return days.Last
	}
	return newest
}
