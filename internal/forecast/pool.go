// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"slices"
	"time"

	"github.com/quotawatch/quotawatch/internal/amount"
)

// Lot is an amount that can be spent from Start on and until End, exclusively. A
// zero time is no bound.
type Lot struct {
	Start, End time.Time
	Left       amount.Amount
}

// pool holds lots that are spent at a steady rate, in the order in which they end.
type pool struct {
	// open can be spent, the first to end first; closed cannot yet, the first to
	// start first.
	open, closed []Lot
	perDay       amount.Amount
	now          time.Time
	// usedUp is when nothing was left to spend because all of it was spent, for
	// the first time; zero when that has not happened.
	usedUp time.Time
	// unused is what was left in lots when they ended.
	unused amount.Amount
}

func newPool(lots []Lot, perDay amount.Amount, now time.Time) *pool {
	p := &pool{perDay: perDay, now: now}
	p.closed = slices.DeleteFunc(slices.Clone(lots), Lot.empty)
	slices.SortStableFunc(p.closed, func(a, b Lot) int { return a.Start.Compare(b.Start) })
	p.turn()
	return p
}

// compareEnds compares when lots end; one without an end comes last.
func compareEnds(a, b Lot) int {
	switch {
	case a.End.IsZero() && b.End.IsZero():
		return 0
	case a.End.IsZero():
		return 1
	case b.End.IsZero():
		return -1
	}
	return a.End.Compare(b.End)
}

// turn opens the lots that have started by now and drops those that have ended.
func (p *pool) turn() {
	started := slices.IndexFunc(p.closed, func(l Lot) bool { return l.Start.After(p.now) })
	if started < 0 {
		started = len(p.closed)
	}
	if started > 0 {
		p.open = append(p.open, p.closed[:started]...)
		p.closed = p.closed[started:]
		slices.SortStableFunc(p.open, compareEnds)
	}
	for len(p.open) > 0 && p.open[0].ended(p.now) {
		p.unused = p.unused.Add(p.open[0].Left)
		p.open = p.open[1:]
	}
}

func (l Lot) empty() bool { return l.Left.Sign() <= 0 }

func (l Lot) ended(now time.Time) bool { return !l.End.IsZero() && !now.Before(l.End) }

// spend lets time pass.
func (p *pool) spend(until time.Time) {
	for p.now.Before(until) {
		stop := until
		if len(p.closed) > 0 && p.closed[0].Start.Before(stop) {
			stop = p.closed[0].Start
		}
		if len(p.open) > 0 {
			p.spendFirst(stop)
		} else {
			p.now = stop
		}
		p.turn()
	}
}

// spendFirst spends of the lot that ends first, until it is used up or ends, or
// until stop.
func (p *pool) spendFirst(stop time.Time) {
	first := &p.open[0]
	if first.ended(stop) {
		stop = first.End
	}
	used := p.use(stop.Sub(p.now))
	if used.Cmp(first.Left) < 0 {
		first.Left = first.Left.Sub(used)
		p.now = stop
		return
	}
	p.now = p.now.Add(p.lasts(first.Left))
	p.open = p.open[1:]
	none := len(p.open) == 0 && (len(p.closed) == 0 || p.closed[0].Start.After(p.now))
	if none && p.usedUp.IsZero() {
		p.usedUp = p.now
	}
}

const day = 24 * time.Hour

// use returns how much is used in so long.
func (p *pool) use(d time.Duration) amount.Amount {
	return p.perDay.Mul(amount.FromInt(int64(d))).Div(amount.FromInt(int64(day)))
}

// lasts returns how long an amount lasts that is used up some day.
func (p *pool) lasts(left amount.Amount) time.Duration {
	nanoseconds, _ := left.Mul(amount.FromInt(int64(day))).Div(p.perDay).Int64()
	return time.Duration(nanoseconds)
}
