// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
)

// topUpPercent is what of before is left at least after an increase that counts
// as a purchase. Vendors also give back a little that a stream did not use.
const topUpPercent = 110

// observeTotals gives the rows of which neither the vendor nor the spec tells a
// total the one that was observed.
func (a *assessment) observeTotals() {
	for i := range a.rows {
		r := &a.rows[i]
		if r.total != nil || !r.inUse {
			continue
		}
		if total := a.observedTotal(r); total.Sign() > 0 {
			r.total, r.totalSource = &total, v1alpha1.TotalObserved
		}
	}
}

// observedTotal returns the most that was left of a row at once since an increase
// that the previous rows show; zero when they show none. Nothing lowers it while
// the resource is in use: a total that followed a small purchase would make what
// is nearly used up look full.
func (a *assessment) observedTotal(r *row) amount.Amount {
	before := a.before[r.key()]
	if before == nil || before.Unit != v1alpha1.Unit(r.unit) || before.UnitLabel != r.unitLabel {
		return amount.Amount{}
	}
	left := bounded(r.remaining)
	if before.TotalSource == v1alpha1.TotalObserved {
		if total, err := amount.Parse(string(before.Total)); err == nil {
			return larger(total, left)
		}
	}
	leftBefore, err := amount.Parse(string(before.Remaining))
	if err != nil || !a.sameQuestion() || left.Cmp(percentOf(leftBefore, topUpPercent)) < 0 {
		return amount.Amount{}
	}
	return left
}

// sameQuestion tells whether the previous packages answer the present spec. Where
// they do not, more or less of them is no change at the vendor.
func (a *assessment) sameQuestion() bool {
	return a.previous.Packages != nil && a.previous.Packages.ObservedGeneration == a.Watch.Generation
}

func larger(a, b amount.Amount) amount.Amount {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}
