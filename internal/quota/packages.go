// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const maxResources = 24

// readPackages brings the packages section and the resource rows up to date.
func (a *assessment) readPackages() {
	if a.Watch.Spec.Packages == nil {
		return
	}
	if a.status.Packages == nil {
		a.status.Packages = &v1alpha1.PackagesStatus{}
	}
	if a.Packages.Value != nil {
		a.takeAnswer(a.Packages.Value)
	} else if listed, ok := listedPackages(a.status.Packages); ok {
		a.addUp(a.counted(listed), a.vanished(listed, nil))
	}
	a.noteAttempt()
}

// takeAnswer puts a complete answer in place of the numbers held.
func (a *assessment) takeAnswer(answer *vendors.PackageReading) {
	section := a.status.Packages
	section.LastSuccessTime = stamp(a.Packages.Time)
	section.DataAsOf = v1alpha1.Day(answer.DataAsOf)
	section.ObservedGeneration = a.Watch.Generation
	packages := a.counted(answer.Packages)
	section.Total = count(len(packages))
	a.addUp(packages, a.vanished(answer.Packages, answer.Resources))
}

// noteAttempt shows how the last attempt went, and when the next one is due.
func (a *assessment) noteAttempt() {
	section := a.status.Packages
	if a.Packages.Attempt.IsZero() {
		sameSpec := a.previous.ObservedGeneration == a.Watch.Generation
		section.LastError = heldError(section.LastError, sameSpec, a.CredentialChanged, a.Packages.Next)
	} else {
		section.LastError = vendorError(a.Packages.Err, a.Packages.Since, a.Packages.Next)
		a.status.LastAttemptTime = stamp(a.Packages.Attempt)
	}
	a.status.NextPollTime = coarse(a.Packages.Next)
	a.status.LastSuccessTime = section.LastSuccessTime
}

// counted returns the packages that the spec does not ignore.
func (a *assessment) counted(packages []vendors.Package) []vendors.Package {
	ignored := map[string]bool{}
	for _, name := range a.Watch.Spec.Packages.Ignore {
		ignored[name] = true
	}
	return slices.DeleteFunc(slices.Clone(packages), func(p vendors.Package) bool {
		return ignored[p.ID] || ignored[p.Subject]
	})
}

// addUp writes the list of packages, and the rows that they add up to besides
// those that vanished.
func (a *assessment) addUp(packages []vendors.Package, vanished []row) {
	a.listPackages(packages)
	a.wakeAtEdges(packages)
	a.rows = append(sumRows(packages, a.Now), vanished...)
	slices.SortFunc(a.rows, compareRows)
	a.declareTotals()
	a.rememberUse()
	a.status.Resources = nil
	for _, r := range a.rows[:min(len(a.rows), maxResources)] {
		a.status.Resources = append(a.status.Resources, r.status())
	}
}

// declareTotals gives the rows without a vendor's total the declared one.
func (a *assessment) declareTotals() {
	for _, declared := range a.Watch.Spec.Packages.DeclaredTotals {
		for i := range a.rows {
			r := &a.rows[i]
			if r.total == nil && r.packages > 0 && r.key() == (rowKey{declared.Subject, declared.Resource}) {
				total := fromQuantity(declared.Total)
				r.total, r.totalSource = &total, v1alpha1.TotalDeclared
			}
		}
	}
}

// wakeAtEdges notes when the next package begins, ends, or is over for so long
// that it does not matter any more.
func (a *assessment) wakeAtEdges(packages []vendors.Package) {
	for _, p := range packages {
		if p.Start != nil && matters(p, a.Now) {
			a.wakeAt(*p.Start)
		}
		if p.End != nil {
			a.wakeAt(*p.End)
			a.wakeAt(p.End.Add(relevance))
		}
	}
}
