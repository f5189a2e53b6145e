// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// vanished returns rows for the resources that the previous status held and of
// which a complete answer no longer speaks: nothing is left of them. asked are
// the resources that the answer is about; empty means all. What the spec no
// longer asks for, or ignores, is not brought back.
func (a *assessment) vanished(answer []vendors.Package, asked []string) []row {
	present := map[rowKey]bool{}
	for _, p := range answer {
		present[rowKey{p.Subject, p.Resource}] = true
	}
	var rows []row
	for _, before := range a.previous.Resources {
		key := rowKey{before.Subject, before.Name}
		if present[key] || len(asked) > 0 && !slices.Contains(asked, before.Name) || a.ignores(before.Subject) {
			continue
		}
		rows = append(rows, row{
			subject: before.Subject, resource: before.Name,
			unit: vendors.Unit(before.Unit), unitLabel: before.UnitLabel,
			coveredUntil: &a.Now, unsure: true,
		})
	}
	return rows
}

func (a *assessment) ignores(subject string) bool {
	return subject != "" && slices.Contains(a.Watch.Spec.Packages.Ignore, subject)
}

// rememberUse marks the rows that were in use lately by what the previous status
// tells, where their packages may not tell it: vendors leave out packages that
// are over, and of a frozen one nobody says since when it is.
func (a *assessment) rememberUse() {
	for i := range a.rows {
		r := &a.rows[i]
		if r.unsure && !r.inUse {
			r.inUse = a.wasInUse(r.key())
		}
	}
}

// wasInUse tells whether a row without anything usable had something within the
// relevance, as far as the previous status tells. Only of consumables it matters.
func (a *assessment) wasInUse(key rowKey) bool {
	before := a.previousRow(key)
	if before == nil || !consumables[key.resource] {
		return false
	}
	hadSomething := before.Packages != nil && *before.Packages > 0
	if !hadSomething && before.RemainingPercent == nil {
		return false
	}
	// Since when a sub-account's resource is used up is written nowhere.
	return key.subject != "" || !a.over(a.emptySince(key).Add(relevance))
}

// emptySince returns when a resource of the account was first seen used up.
func (a *assessment) emptySince(key rowKey) time.Time {
	found := v1alpha1.Finding{Kind: v1alpha1.FindingExhausted, Subject: key.subject, Resource: key.resource}
	return a.since(found, a.previousFinding(found)).Since.Time
}

func (a *assessment) previousRow(key rowKey) *v1alpha1.ResourceStatus {
	for i := range a.previous.Resources {
		r := &a.previous.Resources[i]
		if r.Subject == key.subject && r.Name == key.resource {
			return r
		}
	}
	return nil
}
