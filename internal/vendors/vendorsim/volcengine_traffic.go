// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"
)

// VolcengineAccount is what Volcengine knows of one account.
type VolcengineAccount struct {
	// Rooms are in the order in which they are listed.
	Rooms []VolcengineRoom
	// EstimatesWithoutViewers leaves LiveUV out of the estimates, as the vendor's
	// own metadata describes them, though its sample has it.
	EstimatesWithoutViewers bool
	// EmptyLists is how a list without rows is sent.
	EmptyLists VolcengineEmptyList
}

// VolcengineEmptyList is a way to send a list without rows.
type VolcengineEmptyList string

// The ways to send a list without rows. The sample has [].
const (
	VolcengineListEmpty  VolcengineEmptyList = ""
	VolcengineListNull   VolcengineEmptyList = "null"
	VolcengineListAbsent VolcengineEmptyList = "absent"
)

// VolcengineRoom is a live room.
type VolcengineRoom struct {
	ID int64
	// SubAccount is the name of the sub-account that created the room; empty for
	// the main account.
	SubAccount string
	Days       []VolcengineDay
}

// VolcengineDay is the traffic of a room on one day. A kind of traffic that is 0
// does not appear.
type VolcengineDay struct {
	// Day is Beijing's, as YYYYMMDD; see VolcengineDayOf.
	Day string
	// Viewers are the same people on every day: those of several days are as many
	// as those of the day with most.
	Viewers int64
	// Estimated and PostPaid are the same traffic before and after its settlement;
	// Prepaid is what packages paid.
	Estimated, PostPaid, Prepaid VolcengineGB
}

// VolcengineGB is an amount of traffic in thousandths of what Volcengine calls a
// GB, so that sums are exact. In JSON it is a number of GB.
type VolcengineGB int64

// MarshalJSON implements json.Marshaler.
func (g VolcengineGB) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(g)/1000, 'f', -1, 64), nil
}

// UnmarshalJSON implements json.Unmarshaler. It rounds to thousandths.
func (g *VolcengineGB) UnmarshalJSON(text []byte) error {
	var gb float64
	if err := json.Unmarshal(text, &gb); err != nil {
		return err
	}
	thousandths := math.Round(gb * 1000)
	if math.Abs(thousandths) > 1<<53 {
		return errors.New("the traffic is too large")
	}
	*g = VolcengineGB(thousandths)
	return nil
}

// VolcengineDayOf writes the day that it is in Beijing as Volcengine has it.
func VolcengineDayOf(t time.Time) string { return t.In(beijing).Format(volcengineDayLayout) }

// volcengineTraffic is a LiveTrafficData.
type volcengineTraffic struct {
	ActivityID      int64 `json:"ActivityId"`
	ActivityCreator volcengineCreator
	LiveUV          *int64 `json:",omitempty"`
	LiveTraffic     VolcengineGB
}

type volcengineCreator struct {
	IsMainAccount  bool
	SubAccountName string `json:",omitempty"`
}

// volcengineList is one of the lists of an answer.
type volcengineList struct {
	name string
	// publishedAt is the hour of the next day, in Beijing, at which a day's traffic
	// appears.
	publishedAt int
	traffic     func(VolcengineDay) VolcengineGB
}

var volcengineLists = []volcengineList{
	{"EstimatedResult", 12, func(d VolcengineDay) VolcengineGB { return d.Estimated }},
	{"ActualResult", 17, func(d VolcengineDay) VolcengineGB { return d.PostPaid }},
	{"ActualPrePayResult", 18, func(d VolcengineDay) VolcengineGB { return d.Prepaid }},
}

// lastPublished is the newest day that the list has.
func (l volcengineList) lastPublished(now time.Time) string {
	return VolcengineDayOf(now.Add(-time.Duration(l.publishedAt)*time.Hour).AddDate(0, 0, -1))
}

// traffic sums up what a query asks for, as far as it is published.
func (a VolcengineAccount) traffic(query trafficQuery, now time.Time) volcengineResult {
	result := volcengineResult{}
	for _, list := range volcengineLists {
		published := query
		published.last = min(query.last, list.lastPublished(now))
		rows := list.rows(a.selected(query), published)
		if a.EstimatesWithoutViewers && list.name == "EstimatedResult" {
			withoutViewers(rows)
		}
		switch {
		case len(rows) > 0 || a.EmptyLists == VolcengineListEmpty:
			result[list.name] = rows
		case a.EmptyLists == VolcengineListNull:
			result[list.name] = nil
		}
	}
	return result
}

func withoutViewers(rows []volcengineTraffic) {
	for i := range rows {
		rows[i].LiveUV = nil
	}
}

// selected are the rooms that a query is about. Unknown ones bring nothing.
func (a VolcengineAccount) selected(query trafficQuery) []VolcengineRoom {
	return slices.DeleteFunc(slices.Clone(a.Rooms), func(room VolcengineRoom) bool {
		if len(query.rooms) > 0 {
			return !slices.Contains(query.rooms, room.ID)
		}
		return room.SubAccount != query.creator
	})
}

// rows has one row for each room with traffic of the list's kind on the days of
// the query.
func (l volcengineList) rows(rooms []VolcengineRoom, query trafficQuery) []volcengineTraffic {
	rows := []volcengineTraffic{}
	for _, room := range rooms {
		var viewers int64
		var total VolcengineGB
		for _, day := range room.Days {
			if traffic := l.traffic(day); traffic != 0 && query.first <= day.Day && day.Day <= query.last {
				viewers, total = max(viewers, day.Viewers), total+traffic
			}
		}
		if total != 0 {
			creator := volcengineCreator{room.SubAccount == "", room.SubAccount}
			rows = append(rows, volcengineTraffic{room.ID, creator, &viewers, total})
		}
	}
	return rows
}
