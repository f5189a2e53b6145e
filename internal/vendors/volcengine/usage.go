// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"context"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// The vendor answers for the days from oldest to newest before today.
const (
	oldestDay = 31
	newestDay = 1
)

type usageReader struct {
	client *client
}

// ReadUsage implements vendors.UsageReader. The reading has an item for each
// kind of traffic that the vendor lists, with zero where the list is empty. There
// is no item where the list is null or absent, nor where the data of no day is
// surely complete yet: neither is zero.
func (r *usageReader) ReadUsage(ctx context.Context, query vendors.UsageQuery) (vendors.UsageReading, error) {
	now := r.client.now()
	days := answerable(query.Days, now)
	if days.Empty() {
		return vendors.UsageReading{}, &vendors.Error{
			Kind: vendors.KindInvalidRequest, Op: vendors.OpUsage, Code: "DaysOutOfRange",
		}
	}
	rooms, err := selectors(query)
	if err != nil {
		return vendors.UsageReading{}, err
	}
	answers, err := r.ask(ctx, days, rooms)
	if err != nil {
		return vendors.UsageReading{}, err
	}
	return vendors.UsageReading{Days: days, Items: items(answers, days, now)}, nil
}

// answerable returns those of the days that the vendor can tell about at now.
func answerable(days vendors.DayRange, now time.Time) vendors.DayRange {
	today := vendors.DayAt(now)
	if oldest := today.Add(-oldestDay); days.First.Before(oldest) {
		days.First = oldest
	}
	if newest := today.Add(-newestDay); newest.Before(days.Last) {
		days.Last = newest
	}
	return days
}

// ask asks for each of the selections. A live room is in one of them only, so
// their answers add up.
func (r *usageReader) ask(ctx context.Context, days vendors.DayRange, rooms []selector) ([]*trafficAnswer, error) {
	answers := make([]*trafficAnswer, 0, len(rooms))
	for _, selection := range rooms {
		content := &trafficAnswer{asked: selection}
		if err := r.client.call(ctx, vendors.OpUsage, newTrafficRequest(days, selection), content); err != nil {
			return nil, err
		}
		answers = append(answers, content)
	}
	return answers, nil
}

func items(answers []*trafficAnswer, days vendors.DayRange, now time.Time) []vendors.UsageItem {
	var list []vendors.UsageItem
	for _, view := range views {
		total, listed := view.total(answers)
		asOf := view.dataAsOf(days, now)
		if !listed || asOf.Before(days.First) {
			continue
		}
		list = append(list, vendors.UsageItem{
			Name:      view.name,
			Unit:      vendors.UnitVendor,
			UnitLabel: unitLabel,
			Amount:    total,
			DataAsOf:  asOf,
		})
	}
	return list
}
