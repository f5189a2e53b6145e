// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"fmt"

	"github.com/quotawatch/quotawatch/internal/amount"
)

// trafficAnswer is the Result of a GetLiveTrafficPostPayData. Its lists are
// different views of the same days and are never added together: Estimated and
// Postpaid are post-paid traffic before and after settlement, Prepaid is what
// packages paid. A list that is null or absent stays nil; an empty one says that
// there was no traffic.
type trafficAnswer struct {
	Estimated roomList `json:"EstimatedResult"`
	Postpaid  roomList `json:"ActualResult"`
	Prepaid   roomList `json:"ActualPrePayResult"`

	// asked is whose traffic the question was about.
	asked selector
}

// fault implements answer.
func (a *trafficAnswer) fault() string {
	for _, view := range views {
		if fault := view.list(a).fault(a.asked); fault != "" {
			return view.name + ": " + fault
		}
	}
	return ""
}

// roomList holds one row for each live room: its traffic over all the days.
type roomList []roomTraffic

// roomTraffic is one LiveTrafficData. Its other fields are not looked at: LiveUV
// may be missing, and the name in ActivityCreator may be personal data.
type roomTraffic struct {
	ActivityID *int64         `json:"ActivityId"`
	Traffic    *amount.Amount `json:"LiveTraffic"`
}

// fault says why a sum over the rows would be wrong. A row that comes twice is
// harmless; two that differ are not, because nobody can say which one holds.
func (l roomList) fault(asked selector) string {
	rooms := make(map[int64]amount.Amount, len(l))
	for i, row := range l {
		if fault := row.fault(asked); fault != "" {
			return fmt.Sprintf("row %d %s", i, fault)
		}
		traffic, again := rooms[*row.ActivityID]
		if again && !traffic.Equal(*row.Traffic) {
			return fmt.Sprintf("row %d contradicts an earlier one of its room", i)
		}
		rooms[*row.ActivityID] = *row.Traffic
	}
	return ""
}

func (r roomTraffic) fault(asked selector) string {
	switch {
	case r.ActivityID == nil:
		return "has no ActivityId"
	case r.Traffic == nil:
		return "has no LiveTraffic"
	case r.Traffic.Sign() < 0:
		return "has a LiveTraffic below zero"
	case !asked.covers(*r.ActivityID):
		return "is of a room that was not asked for"
	}
	return ""
}

// total sums a list without fault, each live room once.
func (l roomList) total() amount.Amount {
	rooms := make(map[int64]amount.Amount, len(l))
	for _, row := range l {
		rooms[*row.ActivityID] = *row.Traffic
	}
	var sum amount.Amount
	for _, traffic := range rooms {
		sum = sum.Add(traffic)
	}
	return sum
}
