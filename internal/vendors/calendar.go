// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import "time"

// Zone is where the vendors' calendars are. It is fixed, so that the program
// needs no zone database; there is no daylight saving time.
var Zone = time.FixedZone("UTC+8", 8*60*60)

// Day is a calendar day in Zone. The zero value is no day. Days compare with ==.
type Day struct {
	year  int
	month time.Month
	day   int
}

// DayAt returns the day that it is in Zone at t.
func DayAt(t time.Time) Day {
	year, month, day := t.In(Zone).Date()
	return Day{year, month, day}
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(text string) (Day, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, Zone)
	if err != nil {
		return Day{}, err
	}
	return DayAt(t), nil
}

// Start is the first moment of the day.
func (d Day) Start() time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, Zone)
}

// Add returns the day so many days later.
func (d Day) Add(days int) Day { return DayAt(d.Start().AddDate(0, 0, days)) }

// Before tells whether d is before e.
func (d Day) Before(e Day) bool { return d.Start().Before(e.Start()) }

// IsZero tells whether d is no day.
func (d Day) IsZero() bool { return d == Day{} }

// String writes the day as YYYY-MM-DD; no day is empty.
func (d Day) String() string { return d.Format(time.DateOnly) }

// Format writes the day in a layout of package time; no day is empty.
func (d Day) Format(layout string) string {
	if d.IsZero() {
		return ""
	}
	return d.Start().Format(layout)
}

// Month is a calendar month in Zone, as YYYY-MM.
type Month string

// Month returns the month of the day.
func (d Day) Month() Month { return Month(d.Format("2006-01")) }

// First returns the first day of the month; no day when m is no month.
func (m Month) First() Day {
	d, _ := ParseDay(string(m) + "-01")
	return d
}

// Previous returns the month before.
func (m Month) Previous() Month { return m.First().Add(-1).Month() }

// DayRange is a range of days, the last one included.
type DayRange struct{ First, Last Day }

// Empty tells whether there is no day in the range.
func (r DayRange) Empty() bool { return r.Last.Before(r.First) }

// ByMonth splits the range at the ends of months.
func (r DayRange) ByMonth() []DayRange {
	var ranges []DayRange
	for first := r.First; !r.Last.Before(first); {
		last := Day{first.year, first.month + 1, 1}.Add(-1)
		if r.Last.Before(last) {
			last = r.Last
		}
		ranges = append(ranges, DayRange{first, last})
		first = last.Add(1)
	}
	return ranges
}
