// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// use is what was used of the account's resources since the previous status, apart
// from what was bought, expired, frozen or given back.
type use struct {
	// exact tells whether byResource knows it, package by package.
	exact      bool
	byResource map[string]amount.Amount
	// unclear tells whether packages came or went, so that the sums do not tell it.
	unclear bool
}

// of returns what was used of a resource of which so much was left before and is
// left now.
func (u use) of(resource string, before, now amount.Amount) amount.Amount {
	switch {
	case u.exact:
		return u.byResource[resource]
	case u.unclear:
		return amount.Amount{}
	default:
		return amount.Max(before.Sub(now), amount.Amount{})
	}
}

type tallyKey struct{ resource, id string }

// tally compares what was left of a package with what is left. Of POLYV, two
// packages with the same window have one ID.
type tally struct {
	before, now amount.Amount
	// wasUsable tells whether it could be spent before, isThere whether the answer
	// still has it, and isGone whether it can no longer be spent for another reason
	// than that it was used up.
	wasUsable, isThere, isGone bool
}

// used returns what was used. What can no longer be spent and has nothing left was
// cleared rather than used up, and what has more was topped up.
func (t *tally) used() amount.Amount {
	if !t.isThere || t.isGone && t.now.Sign() == 0 {
		return amount.Amount{}
	}
	return amount.Max(t.before.Sub(t.now), amount.Amount{})
}

// usedSince compares the packages with those that the previous status lists. Where
// it does not list them all, it lists those that end first, which tells whether
// the sums differ by use only.
func (a *assessment) usedSince() use {
	section := a.previous.Packages
	if section == nil || len(a.status.History) == 0 {
		return use{}
	}
	u := use{exact: !section.Truncated, byResource: map[string]amount.Amount{}}
	u.unclear = section.ObservedGeneration != a.status.Packages.ObservedGeneration || a.notFound() != ""
	tallies := talliesOf(section.Items)
	for i := range a.packages {
		p := &a.packages[i]
		if t := tallies[tallyKey{p.Resource, p.ID}]; t != nil {
			t.isThere = true
			t.isGone = t.isGone || isGone(p, a.Now)
			t.now = t.now.Add(spendable(shown(p.Remaining)))
		} else if p.Start != nil && p.Start.After(section.LastSuccessTime.Time) && !p.Start.After(a.Now) {
			u.unclear = true
		}
	}
	for key, t := range tallies {
		u.byResource[key.resource] = u.byResource[key.resource].Add(t.used())
		u.unclear = u.unclear || t.wasUsable && (t.isGone || !t.isThere)
	}
	return u
}

func talliesOf(items []v1alpha1.PackageStatus) map[tallyKey]*tally {
	tallies := make(map[tallyKey]*tally, len(items))
	for i := range items {
		item := &items[i]
		key := tallyKey{item.Resource, item.ID}
		if tallies[key] == nil {
			tallies[key] = &tally{}
		}
		t := tallies[key]
		t.before = t.before.Add(spendable(item.Remaining))
		t.wasUsable = t.wasUsable || item.State == usable
	}
	return tallies
}

// spendable returns an amount of a status; nothing for less than that, or what
// cannot be read.
func spendable(text v1alpha1.Amount) amount.Amount {
	left, _ := amount.Parse(string(text))
	return amount.Max(left, amount.Amount{})
}

// isGone tells whether a package can no longer be spent for another reason than
// that it was used up.
func isGone(p *vendors.Package, now time.Time) bool {
	switch stateAt(p, now) {
	case usable, upcoming, exhausted:
		return false
	}
	return true
}
