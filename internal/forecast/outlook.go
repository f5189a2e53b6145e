// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"time"

	"github.com/quotawatch/quotawatch/internal/amount"
)

// horizon is how far an outlook reaches: what lasts longer lasts for ever.
const horizon = 10 * 365 * day

// Outlook is what becomes of lots.
type Outlook struct {
	// RunOut is when, for the first time, nothing is left to spend because it was
	// all spent; zero when the lots end before, or last for ever.
	RunOut time.Time
	// Unused is what will be left in lots when they end.
	Unused amount.Amount
}

// Look returns what becomes of lots that, from a time on, are spent at a steady
// rate, those first that end first.
func Look(lots []Lot, perDay amount.Amount, from time.Time) Outlook {
	p := newPool(lots, perDay, from)
	p.spend(from.Add(horizon))
	return Outlook{RunOut: p.usedUp, Unused: p.unused}
}
