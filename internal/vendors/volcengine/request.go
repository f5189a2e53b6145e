// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"slices"
	"strconv"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// maxActivities is how many live rooms one question may name.
const maxActivities = 100

// dayLayout is how the vendor writes days.
const dayLayout = "20060102"

// trafficRequest is the body of a GetLiveTrafficPostPayData.
type trafficRequest struct {
	StartDay string `json:"StartDay"`
	EndDay   string `json:"EndDay"`
	selector
}

func newTrafficRequest(days vendors.DayRange, rooms selector) trafficRequest {
	return trafficRequest{
		StartDay: days.First.Format(dayLayout),
		EndDay:   days.Last.Format(dayLayout),
		selector: rooms,
	}
}

// selector says whose traffic is asked for, in one of two ways.
type selector struct {
	// ActivityIDs are sorted.
	ActivityIDs []int64  `json:"ActivityIds,omitempty"`
	Creator     *creator `json:"ActivityCreator,omitempty"`
}

// creator is the account that created the live rooms. SubAccountName may be
// personal data: it is sent and goes nowhere else.
type creator struct {
	IsMainAccount  bool   `json:"IsMainAccount"`
	SubAccountName string `json:"SubAccountName,omitempty"`
}

// mainAccount selects the live rooms that the main account created.
var mainAccount = selector{Creator: &creator{IsMainAccount: true}}

// selectors returns what to ask for one after the other.
func selectors(query vendors.UsageQuery) ([]selector, error) {
	switch {
	case len(query.ActivityIDs) > 0:
		return selectActivities(query.ActivityIDs)
	case query.SubAccountName != "":
		return []selector{{Creator: &creator{SubAccountName: query.SubAccountName.Reveal()}}}, nil
	default:
		return []selector{mainAccount}, nil
	}
}

// selectActivities names each live room once.
func selectActivities(texts []string) ([]selector, error) {
	ids := make([]int64, 0, len(texts))
	for _, text := range texts {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id <= 0 {
			return nil, &vendors.Error{
				Kind: vendors.KindInvalidRequest, Op: vendors.OpUsage, Code: "InvalidActivityID",
			}
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var list []selector
	for chunk := range slices.Chunk(slices.Compact(ids), maxActivities) {
		list = append(list, selector{ActivityIDs: chunk})
	}
	return list, nil
}

// covers tells whether the answer may speak of the live room.
func (s selector) covers(id int64) bool {
	if s.Creator != nil {
		return true
	}
	_, found := slices.BinarySearch(s.ActivityIDs, id)
	return found
}
