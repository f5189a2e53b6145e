// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestMedianIsInTheMiddle(t *testing.T) {
	random := rand.New(rand.NewPCG(33, 1))
	for range 5000 {
		rates := make([]rate, 1+random.IntN(40))
		for i := range rates {
			rates[i] = rate{used: random.Int64N(40) - 10, days: 1 + random.Int64N(28)}
		}
		sorted := slices.Clone(rates)
		slices.SortFunc(sorted, func(r, s rate) int { return cmp.Compare(r.used*s.days, s.used*r.days) })
		low, high := sorted[(len(rates)-1)/2], sorted[len(rates)/2]
		got := median(rates)
		// Twice the median is the sum of the two.
		if 2*got.used*low.days*high.days != (low.used*high.days+high.used*low.days)*got.days {
			t.Fatalf("the median of %v is %v", sorted, got)
		}
	}
}
