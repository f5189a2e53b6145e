// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package forecast says from a short history of what was left how fast something
// is used, and what that means for the packages at hand. It is pure: it knows
// neither the time nor a cluster, and nothing here is ever a float.
//
// Why it estimates as it does, with numbers, is told in docs/forecast.md.
package forecast

import (
	"slices"

	"github.com/quotawatch/quotawatch/internal/amount"
)

// Sample is what was left at the end of a day. Only use makes it smaller from one
// day to a later one: what was bought or expired since is for the caller to take
// out.
type Sample struct {
	// Day counts the days from any day on.
	Day  int
	Left amount.Amount
}

// Burn is how fast something is used.
type Burn struct {
	// PerDay is never below zero. It is rounded up to four digits that tell.
	PerDay     amount.Amount
	Confidence Confidence
}

const (
	// minSamples is how many samples there are with three days between them.
	minSamples = 4
	// digits are how many digits of an estimate tell.
	digits = 4
)

// windows are how many days back each view looks. They are whole weeks, in which
// every weekday counts alike.
var windows = [...]int{7, 14, 28}

// Estimate returns how fast something is used; false when less than three days
// are known. The samples are in the order of their days, of which some may be
// missing; what is older than four weeks does not count.
//
// Each view is a Theil-Sen slope, the median of the rates between any two
// samples. Of the views the middle one counts: a short one follows a change, a
// long one does not fall for an event, and in the middle are two that agree.
func Estimate(samples []Sample) (Burn, bool) {
	h := newHistory(samples).within(windows[len(windows)-1])
	if len(h.points) < minSamples {
		return Burn{}, false
	}
	burn := h.burn()
	return Burn{PerDay: h.perDay(burn), Confidence: h.confidence(burn)}, true
}

// history holds samples as whole numbers of a unit, in which comparing rates costs
// next to nothing.
type history struct {
	points []point
	// exponent is that of the power of ten by which an amount was multiplied.
	exponent int
}

// point is a sample, counted from the last one backwards.
type point struct {
	day  int64
	left int64
}

// precision is how many digits the largest number of a history has. The estimate
// shows fewer, and with more of them products of rates would not fit into 64 bits.
const precision = 12

// newHistory counts the samples from the last one on.
func newHistory(samples []Sample) history {
	if len(samples) == 0 {
		return history{}
	}
	last := samples[len(samples)-1]
	lefts := make([]amount.Amount, len(samples))
	var least, most amount.Amount
	for i, s := range samples {
		lefts[i] = s.Left.Sub(last.Left)
		least, most = amount.Min(least, lefts[i]), amount.Max(most, lefts[i])
	}
	h := history{
		exponent: precision - max(least.IntegerDigits(), most.IntegerDigits()),
		points:   make([]point, len(samples)),
	}
	for i, left := range lefts {
		whole, _ := left.Shift(h.exponent).Int64() // fits, with no more digits than that
		h.points[i] = point{day: int64(samples[i].Day - last.Day), left: whole}
	}
	return h
}

// within returns the points of the last days.
func (h history) within(days int) history {
	first := slices.IndexFunc(h.points, func(p point) bool { return p.day >= -int64(days) })
	if first > 0 {
		h.points = h.points[first:]
	}
	return h
}

// burn returns the middle one of the views. One for which too many samples are
// missing looks at all of them.
func (h history) burn() rate {
	var views [len(windows)]rate
	for i, days := range windows {
		view := h.within(days)
		if len(view.points) < minSamples {
			view = h
		}
		views[i] = view.slope()
	}
	burn := median(views[:])
	burn.used = max(burn.used, 0)
	return burn
}

// slope returns the median of the rates between any two points.
func (h history) slope() rate {
	rates := make([]rate, 0, len(h.points)*(len(h.points)-1)/2)
	for i, from := range h.points {
		for _, to := range h.points[i+1:] {
			rates = append(rates, between(from, to))
		}
	}
	return median(rates)
}

// perDay returns a rate as an amount.
func (h history) perDay(r rate) amount.Amount {
	return amount.FromInt(r.used).Shift(-h.exponent).Div(amount.FromInt(r.days)).Ceil(digits)
}
