// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"cmp"
	"slices"
)

// rate is how much is used in so many days. It is a fraction, which need not be
// rounded to be compared.
type rate struct {
	used, days int64
}

// between returns the rate from one point to a later one.
func between(from, to point) rate {
	return rate{used: from.left - to.left, days: to.day - from.day}
}

func (r rate) compare(s rate) int {
	return cmp.Compare(r.used*s.days, s.used*r.days)
}

// median returns the middle one of rates, or what lies halfway between the two in
// the middle. It changes the order.
func median(rates []rate) rate {
	slices.SortFunc(rates, rate.compare)
	low, high := rates[(len(rates)-1)/2], rates[len(rates)/2]
	if low == high {
		return low
	}
	return rate{used: low.used*high.days + high.used*low.days, days: 2 * low.days * high.days}
}

// near tells whether r is within so many percent of expected.
func (r rate) near(expected rate, percent int64) bool {
	is, want := r.used*expected.days, expected.used*r.days
	return max(is-want, want-is)*100 <= want*percent
}
