// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"cmp"
	"slices"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// relevance is how long a resource without a usable package still counts as one
// that the account uses.
const relevance = 30 * 24 * time.Hour

// consumables are the resources that are bought to be used up before an end.
// The built-in thresholds, and running empty, are about these only.
var consumables = map[string]bool{
	vendors.ResourceTraffic:       true,
	vendors.ResourceTranscoding:   true,
	vendors.ResourceTopSpeedCodec: true,
	vendors.ResourceMicLink:       true,
	vendors.ResourceLiveMinutes:   true,
	vendors.ResourceVODTraffic:    true,
}

// row is what is left of one resource of one subject.
type row struct {
	subject, resource string
	unit              vendors.Unit
	unitLabel         string

	remaining, upcoming amount.Amount
	total               *amount.Amount
	totalSource         v1alpha1.TotalSource
	packages            int
	nextExpiry          *time.Time
	// coveredUntil is how long something is left without a break; nil means
	// without an end.
	coveredUntil *time.Time
	// inUse tells whether the resource has, or lately had, something usable.
	inUse bool
	// unsure tells whether its packages need not show that, so that the previous
	// status is asked too.
	unsure bool
}

type rowKey struct{ subject, resource string }

func (r *row) key() rowKey { return rowKey{r.subject, r.resource} }

// judgedByDefault tells whether the built-in thresholds are about the row.
func (r *row) judgedByDefault() bool {
	return r.inUse && consumables[r.resource]
}

// percent is the share left, rounded down; false when there is no total. Of what
// is in use and empty it is 0 without one.
func (r *row) percent() (int32, bool) {
	if r.total == nil {
		return 0, r.inUse && r.remaining.Sign() == 0
	}
	return r.remaining.PercentOf(*r.total)
}

// sumRows adds up packages by subject and resource, in no order.
func sumRows(packages []vendors.Package, now time.Time) []row {
	lots := map[rowKey][]vendors.Package{}
	for _, p := range packages {
		key := rowKey{p.Subject, p.Resource}
		lots[key] = append(lots[key], p)
	}
	rows := make([]row, 0, len(lots))
	for _, of := range lots {
		rows = append(rows, sumRow(of, now))
	}
	return rows
}

// compareRows puts the account as a whole first.
func compareRows(a, b row) int {
	return cmp.Or(cmp.Compare(a.subject, b.subject), cmp.Compare(a.resource, b.resource))
}

// sumRow adds up the packages of one subject and resource.
func sumRow(packages []vendors.Package, now time.Time) row {
	first := packages[0]
	r := row{subject: first.Subject, resource: first.Resource, unit: first.Unit, unitLabel: first.UnitLabel}
	for _, p := range packages {
		if matters(p, now) {
			r.add(p, now)
		}
	}
	if total := usableTotal(packages, now); total.Sign() > 0 {
		r.total, r.totalSource = &total, v1alpha1.TotalFromVendor
	}
	r.coveredUntil = coverage(packages, now)
	return r
}

// add counts one package.
func (r *row) add(p vendors.Package, now time.Time) {
	switch stateAt(p, now) {
	case usable:
		r.inUse = true
		r.packages++
		r.remaining = r.remaining.Add(p.Remaining)
		r.nextExpiry = earliest(r.nextExpiry, p.End)
	case upcoming:
		r.unsure = true // there may be one before it that is not listed any more
		r.upcoming = r.upcoming.Add(p.Remaining)
	case exhausted, expired:
		r.inUse = r.inUse || wasUsable(p, now)
	default:
		r.unsure = true
	}
}

// usableTotal sums how much was bought in the packages that can be spent; zero
// when that is not known of each.
func usableTotal(packages []vendors.Package, now time.Time) amount.Amount {
	var total amount.Amount
	for _, p := range packages {
		switch {
		case stateAt(p, now) != usable:
		case p.Total == nil || p.Total.Sign() <= 0:
			return amount.Amount{}
		default:
			total = total.Add(*p.Total)
		}
	}
	return total
}

// wasUsable tells whether p, which is used up or over, could be spent within the
// relevance. An end that is not known may be long past.
func wasUsable(p vendors.Package, now time.Time) bool {
	begun := p.Start == nil || !p.Start.After(now)
	return begun && (p.End != nil || p.State != vendors.PackageExpired)
}

// coverage returns until when something is left without a break, counting the
// packages that follow each other; nil when that has no known end. It returns
// now when nothing is usable.
func coverage(packages []vendors.Package, now time.Time) *time.Time {
	lots := slices.DeleteFunc(slices.Clone(packages), func(p vendors.Package) bool {
		state := stateAt(p, now)
		return state != usable && state != upcoming
	})
	slices.SortFunc(lots, func(a, b vendors.Package) int {
		return timeOr(a.Start, time.Time{}).Compare(timeOr(b.Start, time.Time{}))
	})
	until := now
	for _, p := range lots {
		if p.Start != nil && p.Start.After(until) {
			break
		}
		if p.End == nil {
			return nil
		}
		if p.End.After(until) {
			until = *p.End
		}
	}
	return &until
}

func timeOr(t *time.Time, or time.Time) time.Time {
	if t == nil {
		return or
	}
	return *t
}

func earliest(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}
