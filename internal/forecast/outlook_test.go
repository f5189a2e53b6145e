// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/amount"
)

var start = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// at returns the time so many hours after start.
func at(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }

// lot returns an amount that can be spent from one hour after start until another.
func lot(left string, from, until int) Lot {
	return Lot{Start: at(from), End: at(until), Left: amount.MustParse(left)}
}

// endless returns an amount that can be spent for ever.
func endless(left string) Lot { return Lot{Left: amount.MustParse(left)} }

func TestLook(t *testing.T) {
	tests := map[string]struct {
		lots   []Lot
		perDay string
		// want is after how many hours they run out, and what is not used.
		want string
	}{
		"nothing there":                       {nil, "24", "never, 0 unused"},
		"used up long before it ends":         {[]Lot{lot("48", -100, 1000)}, "24", "48h0m0s, 0 unused"},
		"it never ends":                       {[]Lot{endless("48")}, "24", "48h0m0s, 0 unused"},
		"it ends before it is used up":        {[]Lot{lot("48", -100, 20)}, "24", "never, 28 unused"},
		"used up as it ends":                  {[]Lot{lot("48", -100, 48)}, "24", "48h0m0s, 0 unused"},
		"nothing is used":                     {[]Lot{lot("48", -100, 20), endless("7")}, "0", "never, 48 unused"},
		"hardly anything is used":             {[]Lot{endless("7")}, "0.000000001", "never, 0 unused"},
		"over before the first moment":        {[]Lot{lot("48", -100, 0)}, "24", "never, 48 unused"},
		"nothing is left in it":               {[]Lot{lot("0", -100, 100)}, "24", "never, 0 unused"},
		"overdrawn":                           {[]Lot{lot("-5", -100, 100)}, "24", "never, 0 unused"},
		"what ends first is used first":       {[]Lot{lot("100", -100, 1000), lot("10", -100, 20)}, "24", "110h0m0s, 0 unused"},
		"the first ends with something left":  {[]Lot{lot("100", -100, 20), lot("30", -100, 1000)}, "24", "50h0m0s, 80 unused"},
		"an endless one is kept for last":     {[]Lot{endless("5"), lot("10", -100, 20)}, "24", "15h0m0s, 0 unused"},
		"the next begins as the first is out": {[]Lot{lot("10", -100, 100), lot("10", 10, 100)}, "24", "20h0m0s, 0 unused"},
		"the next begins too late":            {[]Lot{lot("10", -100, 100), lot("40", 20, 30)}, "24", "10h0m0s, 30 unused"},
		"a gap after one that ended":          {[]Lot{lot("30", -100, 10), lot("5", 20, 100)}, "24", "25h0m0s, 20 unused"},
		"the next ends before the first":      {[]Lot{lot("50", -100, 1000), lot("5", 10, 20)}, "24", "55h0m0s, 0 unused"},
		"one that has not begun":              {[]Lot{lot("5", 10, 20)}, "24", "15h0m0s, 0 unused"},
		"bytes":                               {[]Lot{endless("497630000000")}, "16590000000", "719h53m55.443037974s, 0 unused"},
		"more than ten years":                 {[]Lot{endless("87601")}, "24", "never, 0 unused"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Look(test.lots, amount.MustParse(test.perDay), start)
			if diff := cmp.Diff(test.want, inWords(got)); diff != "" {
				t.Errorf("outlook (-want +got):\n%s", diff)
			}
		})
	}
}

func inWords(o Outlook) string {
	runOut := "never"
	if !o.RunOut.IsZero() {
		runOut = o.RunOut.Sub(start).String()
	}
	return fmt.Sprintf("%s, %s unused", runOut, o.Unused)
}

func TestLookLeavesTheLotsAlone(t *testing.T) {
	lots := []Lot{lot("48", 10, 1000), lot("48", -100, 20)}
	Look(lots, amount.FromInt(24), start)
	want := []Lot{lot("48", 10, 1000), lot("48", -100, 20)}
	if diff := cmp.Diff(want, lots); diff != "" {
		t.Errorf("lots (-before +after):\n%s", diff)
	}
}

// lots makes up lots, in whole hours and amounts.
func (c chance) lots() []Lot {
	lots := make([]Lot, c.IntN(6))
	for i := range lots {
		lots[i] = lot(fmt.Sprint(c.IntN(500)), c.IntN(300)-200, c.IntN(400))
		if c.IntN(5) == 0 {
			lots[i].End = time.Time{}
		}
	}
	return lots
}

// Time that passes hour by hour, by a much simpler rule, tells the same.
func TestLookAgreesWithHourByHour(t *testing.T) {
	random := chance{rand.New(rand.NewPCG(31, 1))}
	for range 2000 {
		lots, perHour := random.lots(), int64(random.IntN(12))
		got, want := Look(lots, amount.FromInt(24*perHour), start), hourByHour(lots, perHour)
		if diff := cmp.Diff(want.Unused.String(), got.Unused.String()); diff != "" {
			t.Fatalf("unused of %v at %d an hour (-want +got):\n%s", lots, perHour, diff)
		}
		within := got.RunOut.After(want.RunOut) && !got.RunOut.After(want.RunOut.Add(time.Hour))
		if want.RunOut.IsZero() != got.RunOut.IsZero() || !got.RunOut.IsZero() && !within {
			t.Fatalf("%v at %d an hour run out at %s, want it in the hour from %s", lots, perHour, got.RunOut, want.RunOut)
		}
	}
}

// hourByHour takes what is used in an hour from what can be spent at its start.
// It tells the hour within which nothing is left.
func hourByHour(lots []Lot, perHour int64) Outlook {
	left := make([]int64, len(lots))
	for i, l := range lots {
		left[i], _ = l.Left.Int64()
	}
	var o Outlook
	for hour := range 6000 {
		now := at(hour)
		need := perHour
		for need > 0 {
			first := firstToEnd(lots, left, now)
			if first < 0 {
				break
			}
			taken := min(need, left[first])
			left[first] -= taken
			need -= taken
			none := firstToEnd(lots, left, now) < 0 && (need > 0 || firstToEnd(lots, left, at(hour+1)) < 0)
			if none && o.RunOut.IsZero() {
				o.RunOut = now
			}
		}
	}
	for i, l := range lots {
		if !l.End.IsZero() {
			o.Unused = o.Unused.Add(amount.FromInt(left[i]))
		}
	}
	return o
}

func firstToEnd(lots []Lot, left []int64, now time.Time) int {
	first := -1
	for i, l := range lots {
		if left[i] > 0 && !l.Start.After(now) && !l.ended(now) && (first < 0 || compareEnds(l, lots[first]) < 0) {
			first = i
		}
	}
	return first
}
