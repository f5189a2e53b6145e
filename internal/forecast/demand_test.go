// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/amount"
)

// event returns the demand of an event that lasts from one hour after start until
// another.
func event(needs string, from, until int) Demand {
	return Demand{Start: at(from), From: at(from), End: at(until), Amount: amount.MustParse(needs)}
}

// begun returns a demand of an event of which only what is left from an hour on
// matters.
func begun(d Demand, now int) Demand {
	d.From = at(now)
	return d
}

func TestShortfalls(t *testing.T) {
	tests := map[string]struct {
		lots    []Lot
		perDay  string
		demands []Demand
		want    []string
	}{
		"no event":                        {[]Lot{endless("100")}, "24", nil, []string{}},
		"nothing there":                   {nil, "0", []Demand{event("30", 10, 20)}, []string{"30"}},
		"enough":                          {[]Lot{endless("30")}, "0", []Demand{event("30", 10, 20)}, []string{"0"}},
		"too little":                      {[]Lot{endless("29.5")}, "0", []Demand{event("30", 10, 20)}, []string{"0.5"}},
		"enough until the event":          {[]Lot{endless("35")}, "24", []Demand{event("30", 10, 20)}, []string{"5"}},
		"what is used during the event":   {[]Lot{endless("40")}, "24", []Demand{event("30", 10, 20)}, []string{"0"}},
		"used from what ends first":       {[]Lot{endless("30"), lot("10", -100, 10)}, "24", []Demand{event("30", 10, 20)}, []string{"0"}},
		"ends before the event":           {[]Lot{lot("100", -100, 9)}, "0", []Demand{event("30", 10, 20)}, []string{"30"}},
		"ends during the event":           {[]Lot{lot("100", -100, 19)}, "0", []Demand{event("30", 10, 20)}, []string{"30"}},
		"ends with the event":             {[]Lot{lot("100", -100, 20)}, "0", []Demand{event("30", 10, 20)}, []string{"0"}},
		"begins during the event":         {[]Lot{lot("100", 11, 100)}, "0", []Demand{event("30", 10, 20)}, []string{"30"}},
		"begins with the event":           {[]Lot{lot("100", 10, 100)}, "0", []Demand{event("30", 10, 20)}, []string{"0"}},
		"begins before the event":         {[]Lot{lot("100", 5, 100)}, "24", []Demand{event("30", 10, 20)}, []string{"0"}},
		"began during what is over of it": {[]Lot{lot("100", 11, 100)}, "0", []Demand{begun(event("30", 10, 20), 12)}, []string{"0"}},
		"for two at the same time":        {[]Lot{endless("50")}, "0", []Demand{event("30", 10, 20), event("30", 15, 25)}, []string{"0", "10"}},
		"the first to start comes first":  {[]Lot{endless("50")}, "0", []Demand{event("30", 15, 25), event("30", 10, 20)}, []string{"10", "0"}},
		"for two at the same moment":      {[]Lot{endless("50")}, "0", []Demand{event("30", 10, 20), event("40", 10, 12)}, []string{"0", "20"}},
		"one after another":               {[]Lot{endless("80")}, "24", []Demand{event("30", 10, 20), event("30", 30, 40)}, []string{"0", "10"}},
		"each has one of its own": {
			[]Lot{lot("30", -100, 100), lot("30", -100, 20)}, "0",
			[]Demand{event("30", 10, 20), event("30", 15, 100)}, []string{"0", "0"},
		},
		"a long one leaves to a short one what ends early": {
			[]Lot{lot("30", -100, 100), lot("30", -100, 20)}, "0",
			[]Demand{event("30", 10, 100), event("30", 15, 20)}, []string{"0", "0"},
		},
		"in the past": {[]Lot{endless("30")}, "24", []Demand{begun(event("30", -10, 20), 0)}, []string{"0"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := texts(Shortfalls(test.lots, amount.MustParse(test.perDay), start, test.demands))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("shortfalls (-want +got):\n%s", diff)
			}
		})
	}
}

func texts(amounts []amount.Amount) []string {
	texts := make([]string, len(amounts))
	for i, a := range amounts {
		texts[i] = a.String()
	}
	return texts
}

func (c chance) demands() []Demand {
	demands := make([]Demand, 1+c.IntN(4))
	for i := range demands {
		from := c.IntN(300)
		demands[i] = event(fmt.Sprint(1+c.IntN(400)), from, from+1+c.IntN(100))
	}
	return demands
}

// sum adds up what all demands lack.
func sum(amounts []amount.Amount) amount.Amount {
	var total amount.Amount
	for _, a := range amounts {
		total = total.Add(a)
	}
	return total
}

// Whatever the lots and the events: to need more, to use more or to have less
// makes nothing easier, and nobody lacks more than it needs.
func TestShortfallsAreMonotone(t *testing.T) {
	random := chance{rand.New(rand.NewPCG(32, 1))}
	for range 3000 {
		lots, demands, perDay := random.lots(), random.demands(), amount.FromInt(int64(random.IntN(300)))
		before := Shortfalls(lots, perDay, start, demands)
		for i, shortfall := range before {
			if shortfall.Sign() < 0 || shortfall.Cmp(demands[i].Amount) > 0 {
				t.Fatalf("%s of %s is lacking", shortfall, demands[i].Amount)
			}
		}

		at := random.IntN(len(demands))
		greedier := slices.Clone(demands)
		greedier[at].Amount = greedier[at].Amount.Add(amount.FromInt(int64(random.IntN(100))))
		after := Shortfalls(lots, perDay, start, greedier)
		if after[at].Cmp(before[at]) < 0 || sum(after).Cmp(sum(before)) < 0 {
			t.Fatalf("to need more lowers what is lacking from %s to %s", texts(before), texts(after))
		}

		more := append(slices.Clone(lots), random.lots()...)
		if after := Shortfalls(more, perDay, start, demands); sum(after).Cmp(sum(before)) > 0 {
			t.Fatalf("to have more raises what is lacking from %s to %s", texts(before), texts(after))
		}
	}
}

// What ends late can do what something as large that ends early can.
func TestOneEventLacksLessOfWhatEndsLater(t *testing.T) {
	random := chance{rand.New(rand.NewPCG(32, 2))}
	for range 2000 {
		lots, demand := random.lots(), random.demands()[:1]
		before := Shortfalls(lots, amount.Amount{}, start, demand)
		for i := range lots {
			if !lots[i].End.IsZero() {
				lots[i].End = lots[i].End.Add(day)
			}
		}
		if after := Shortfalls(lots, amount.Amount{}, start, demand); after[0].Cmp(before[0]) > 0 {
			t.Fatalf("%s is lacking, and with later ends %s", before[0], after[0])
		}
	}
}
