// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"cmp"
	"iter"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
	// exhausted is when it was first seen that nothing can be spent; zero while
	// something can.
	exhausted metav1.Time
	// coveredUntil is how long something is left without a break; nil means
	// without an end.
	coveredUntil *time.Time
	// inUse tells whether the resource has, or lately had, something usable.
	inUse bool
	// unsure tells whether its packages need not show that, so that the previous
	// status is asked too; remembered, whether that is where it is known from.
	unsure, remembered bool
	// kept tells whether only the previous status holds the row.
	kept bool
	// prospect is what is forecast; nil when nothing is.
	prospect *prospect
	// urgency ranks the row among those of sub-accounts, the most urgent first.
	urgency int32
}

type rowKey struct{ subject, resource string }

func (r *row) key() rowKey { return rowKey{r.subject, r.resource} }

// forget takes from the row what only the previous status tells.
func (r *row) forget() {
	r.inUse = r.inUse && !r.remembered
	if r.totalSource == v1alpha1.TotalObserved {
		r.total, r.totalSource = nil, ""
	}
}

// judgedByDefault tells whether the built-in thresholds are about the row.
func (r *row) judgedByDefault() bool {
	return r.inUse && consumables[r.resource]
}

// percent is the share left, rounded down; false when there is no total. Of a
// consumable that is in use and empty it is 0 without one.
func (r *row) percent() (int32, bool) {
	if r.total == nil {
		return 0, r.judgedByDefault() && r.remaining.Sign() == 0
	}
	return r.remaining.PercentOf(*r.total)
}

// notAddedUp are the resources of sub-accounts of which the sum says nothing of
// the account as a whole.
var notAddedUp = map[string]bool{
	vendors.ResourceConcurrency: true,
	vendors.ResourceChannels:    true,
}

// sumRows adds up packages by subject and resource, and those of sub-accounts
// also to the account as a whole. The rows are in no order.
func sumRows(packages []vendors.Package, now time.Time) []row {
	lots := map[rowKey][]*vendors.Package{}
	for i := range packages {
		p := &packages[i]
		for key := range rowsOf(p) {
			lots[key] = append(lots[key], p)
		}
	}
	rows := make([]row, 0, len(lots))
	for key, of := range lots {
		rows = append(rows, sumRow(key, of, now))
	}
	return rows
}

// rowsOf goes through the rows that p is part of.
func rowsOf(p *vendors.Package) iter.Seq[rowKey] {
	return func(yield func(rowKey) bool) {
		if yield(rowKey{p.Subject, p.Resource}) && p.Subject != "" && !notAddedUp[p.Resource] {
			yield(rowKey{"", p.Resource})
		}
	}
}

// sortRows puts the account as a whole first, then the most urgent rows of
// sub-accounts: what is used up, what has the least left by share, what expires
// first.
func sortRows(rows []row) {
	for i := range rows {
		rows[i].urgency = rows[i].rank()
	}
	slices.SortFunc(rows, compareRows)
}

func compareRows(a, b row) int {
	if a.subject == "" || b.subject == "" {
		return cmp.Or(cmp.Compare(a.subject, b.subject), cmp.Compare(a.resource, b.resource))
	}
	return cmp.Or(
		cmp.Compare(a.urgency, b.urgency),
		compareEnds(a.nextExpiry, b.nextExpiry),
		cmp.Compare(a.subject, b.subject),
		cmp.Compare(a.resource, b.resource),
	)
}

// rank returns the urgency of a row: first comes what is used up, then by the
// share left what is bought to be used up, then what has no share, then the rest.
func (r *row) rank() int32 {
	const usedUp, noShare, neverUsedUp = -1, 101, 102
	switch percent, ok := r.percent(); {
	case !r.judgedByDefault():
		return neverUsedUp
	case r.remaining.Sign() == 0:
		return usedUp
	case !ok:
		return noShare
	default:
		return percent
	}
}

// sumRow adds up the packages of one row.
func sumRow(key rowKey, packages []*vendors.Package, now time.Time) row {
	first := packages[0]
	r := row{subject: key.subject, resource: key.resource, unit: first.Unit, unitLabel: first.UnitLabel}
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
func (r *row) add(p *vendors.Package, now time.Time) {
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
func usableTotal(packages []*vendors.Package, now time.Time) amount.Amount {
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
func wasUsable(p *vendors.Package, now time.Time) bool {
	begun := p.Start == nil || !p.Start.After(now)
	return begun && (p.End != nil || p.State != vendors.PackageExpired)
}

// coverage returns until when something is left without a break, counting the
// packages that follow each other; nil when that has no known end. It returns
// now when nothing is usable.
func coverage(packages []*vendors.Package, now time.Time) *time.Time {
	lots := slices.DeleteFunc(slices.Clone(packages), func(p *vendors.Package) bool {
		state := stateAt(p, now)
		return state != usable && state != upcoming
	})
	slices.SortFunc(lots, func(a, b *vendors.Package) int {
		return timeOf(a.Start).Compare(timeOf(b.Start))
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

// timeOf returns the time that t points to; zero when there is none.
func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func earliest(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}
