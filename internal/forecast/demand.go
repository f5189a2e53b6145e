// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"slices"
	"time"

	"github.com/quotawatch/quotawatch/internal/amount"
)

// Demand is an amount that an event will use besides what is used anyway.
type Demand struct {
	// Start is when the event begins.
	Start time.Time
	// From and End bound when a lot must be open to count: throughout the event,
	// or what is left of it.
	From, End time.Time
	Amount    amount.Amount
}

// Shortfalls returns how much each of the demands lacks, in their order. From a
// time on the lots are spent at a steady rate. A demand takes its amount as it
// starts, from the lots that end first; what it takes is not there for later ones.
func Shortfalls(lots []Lot, perDay amount.Amount, from time.Time, demands []Demand) []amount.Amount {
	byStart := make([]int, len(demands))
	for i := range byStart {
		byStart[i] = i
	}
	slices.SortStableFunc(byStart, func(i, j int) int { return demands[i].Start.Compare(demands[j].Start) })
	shortfalls := make([]amount.Amount, len(demands))
	p := newPool(lots, perDay, from)
	for _, i := range byStart {
		p.spend(demands[i].Start)
		shortfalls[i] = p.take(demands[i])
	}
	return shortfalls
}

// take reserves what a demand needs, and returns how much of that is missing.
func (p *pool) take(d Demand) amount.Amount {
	missing := d.Amount
	for _, lots := range [][]Lot{p.open, p.closed} {
		for i := range lots {
			if !lots[i].spans(d.From, d.End) {
				continue
			}
			taken := amount.Min(missing, lots[i].Left)
			lots[i].Left = lots[i].Left.Sub(taken)
			missing = missing.Sub(taken)
		}
	}
	p.open = slices.DeleteFunc(p.open, Lot.empty)
	p.closed = slices.DeleteFunc(p.closed, Lot.empty)
	return missing
}

// spans tells whether the lot can be spent throughout.
func (l Lot) spans(from, end time.Time) bool {
	return !l.Start.After(from) && (l.End.IsZero() || !l.End.Before(end))
}
