// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// vanished returns rows for the resources that the previous status held and of
// which a complete answer no longer speaks: nothing is left of them. counted are
// the packages of the answer that the spec does not ignore, and asked the
// resources that it is about; empty means all.
func (a *assessment) vanished(answer, counted []vendors.Package, asked []string) []row {
	edited := a.previous.Packages != nil && a.previous.Packages.ObservedGeneration != a.Watch.Generation
	if edited {
		counted = answer // what may be ignored since the edit only is not gone
	}
	return slices.DeleteFunc(a.kept(counted), func(r row) bool {
		notAsked := len(asked) > 0 && !slices.Contains(asked, r.resource)
		return notAsked || edited && a.mayBeEditedOut(r)
	})
}

// mayBeEditedOut tells whether a row of an answer to an earlier spec may have no
// place in one to the present spec for another reason than that nothing is left:
// a sub-account may have another name, or not be asked for any more.
func (a *assessment) mayBeEditedOut(r row) bool {
	polyv := a.Watch.Spec.Packages.Polyv
	return r.subject != "" || polyv != nil && len(polyv.Emails) > 0
}

// kept returns rows for the resources that the previous status held and that
// none of the packages is about. What the spec ignores is not brought back.
func (a *assessment) kept(packages []vendors.Package) []row {
	present := map[rowKey]bool{}
	for i := range packages {
		for key := range rowsOf(&packages[i]) {
			present[key] = true
		}
	}
	var rows []row
	for _, before := range a.previous.Resources {
		key := rowKey{a.names.name(before.Subject), before.Name}
		if present[key] || a.ignores(key.subject) {
			continue
		}
		rows = append(rows, row{
			subject: key.subject, resource: key.resource,
			unit: vendors.Unit(before.Unit), unitLabel: before.UnitLabel,
			coveredUntil: &a.Now, unsure: true, kept: true,
		})
		present[key] = true // a user ID and the name that it gets are one
	}
	return rows
}

func (a *assessment) ignores(subject string) bool {
	return subject != "" && slices.ContainsFunc(a.Watch.Spec.Packages.Ignore, func(ignored string) bool {
		return a.names.name(ignored) == subject
	})
}

// dateExhaustion notes since when nothing is left of the rows that are empty.
func (a *assessment) dateExhaustion() {
	for i := range a.rows {
		r := &a.rows[i]
		if r.remaining.Sign() > 0 {
			continue
		}
		r.exhausted = stamp(a.Now)
		if before := a.before[r.key()]; before != nil && !before.ExhaustedTime.IsZero() {
			r.exhausted = before.ExhaustedTime
		}
	}
}

// rememberUse marks the rows that were in use lately by what the previous status
// tells, where their packages may not tell it: vendors leave out packages that
// are over, and of a frozen one nobody says since when it is.
func (a *assessment) rememberUse() {
	for i := range a.rows {
		r := &a.rows[i]
		if r.unsure && !r.inUse {
			r.inUse = a.wasInUse(r)
			r.remembered = r.inUse
		}
	}
}

// wasInUse tells whether a row without anything usable had something within the
// relevance, as far as the previous status tells. Only of consumables it matters.
func (a *assessment) wasInUse(r *row) bool {
	before := a.before[r.key()]
	if before == nil || !consumables[r.resource] {
		return false
	}
	hadSomething := before.Packages != nil && *before.Packages > 0
	if !hadSomething && before.RemainingPercent == nil {
		return false
	}
	return a.Now.Before(r.exhausted.Add(relevance))
}

// previousRows returns the rows of the previous status, by what users call their
// subjects now.
func (a *assessment) previousRows() map[rowKey]*v1alpha1.ResourceStatus {
	rows := make(map[rowKey]*v1alpha1.ResourceStatus, len(a.previous.Resources))
	for i := range a.previous.Resources {
		r := &a.previous.Resources[i]
		key := rowKey{a.names.name(r.Subject), r.Name}
		if rows[key] == nil { // a user ID and the name that it gets are one
			rows[key] = r
		}
	}
	return rows
}
