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
		a.status.Packages, a.status.Resources = nil, nil
		return
	}
	if a.status.Packages == nil {
		a.status.Packages = &v1alpha1.PackagesStatus{}
	}
	p := a.status.Packages
	if a.Packages.Value != nil {
		a.takeAnswer(a.Packages.Value)
	} else if listed, ok := listedPackages(p); ok {
		a.addUpAgain(listed)
	}
	s := sectionOf(a.Packages, vendors.OpPackages, "interval", a.Watch.GetInterval())
	s.observedGeneration, s.lastSuccess, s.lastError = &p.ObservedGeneration, &p.LastSuccessTime, &p.LastError
	a.note(s)
}

// takeAnswer puts a complete answer in place of the numbers held.
func (a *assessment) takeAnswer(answer *vendors.PackageReading) {
	section := a.status.Packages
	section.LastSuccessTime = stamp(a.Packages.Time)
	section.DataAsOf = v1alpha1.Day(answer.DataAsOf)
	section.ObservedGeneration = a.Watch.Generation
	a.nameSubjects(answer.Packages)
	packages := a.names.rename(answer.Packages)
	counted := a.counted(packages)
	section.Total = count(len(counted))
	section.NotFound = *count(answer.NotFound)
	a.comparePackages(counted, answer.Resources)
	a.addUp(counted, a.vanished(packages, counted, answer.Resources))
}

// addUpAgain counts the packages that an earlier process listed.
func (a *assessment) addUpAgain(listed []vendors.Package) {
	a.nameSubjects(listed)
	packages := a.names.rename(listed)
	counted := a.counted(packages)
	a.comparePackages(counted, nil)
	a.addUp(counted, a.kept(packages))
}

// nameSubjects finds out how users see the owners of the packages.
func (a *assessment) nameSubjects(packages []vendors.Package) {
	a.names = subjectsOf(a.Watch.Spec.Packages, packages, a.Now)
	if a.previous.Findings != nil {
		a.fired = a.names.renameFindings(a.previous.Findings.Items)
	}
}

// counted returns the packages that the spec does not ignore.
func (a *assessment) counted(packages []vendors.Package) []vendors.Package {
	if len(a.Watch.Spec.Packages.Ignore) == 0 {
		return packages
	}
	ignored := map[string]bool{}
	for _, name := range a.Watch.Spec.Packages.Ignore {
		ignored[name], ignored[a.names.name(name)] = true, true
	}
	return slices.DeleteFunc(slices.Clone(packages), func(p vendors.Package) bool {
		return ignored[p.ID] || ignored[p.Subject]
	})
}

// addUp writes the list of packages, and the rows that they add up to besides
// those of which nothing is left.
func (a *assessment) addUp(packages []vendors.Package, empty []row) {
	a.packages = packages
	a.listPackages(packages)
	a.wakeAtEdges(packages)
	a.rows = append(sumRows(packages, a.Now), empty...)
	a.declareTotals()
	a.before = a.previousRows()
	a.dateExhaustion()
	a.rememberUse()
	a.observeTotals()
	sortRows(a.rows)
	a.listRows()
}

// listRows writes the first rows.
func (a *assessment) listRows() {
	listed := min(len(a.rows), maxResources)
	a.status.Resources = slices.Grow[[]v1alpha1.ResourceStatus](nil, listed)
	for i := range a.rows[:listed] {
		r := &a.rows[i]
		a.status.Resources = append(a.status.Resources, r.status())
		if r.remembered {
			a.wakeAt(r.exhausted.Add(relevance)) // that is when it is forgotten
		}
	}
	a.rows = append(a.rows[:listed], withoutMemory(a.rows[listed:])...)
}

// withoutMemory returns rows as they are without what the previous status tells:
// of those that find no place in the status, the next assessment knows no more.
func withoutMemory(rows []row) []row {
	rows = slices.DeleteFunc(rows, func(r row) bool { return r.kept })
	for i := range rows {
		rows[i].forget()
	}
	return rows
}

// declareTotals gives the rows without a vendor's total the declared one.
func (a *assessment) declareTotals() {
	for _, declared := range a.Watch.Spec.Packages.DeclaredTotals {
		key := rowKey{a.names.name(declared.Subject), declared.Resource}
		for i := range a.rows {
			r := &a.rows[i]
			if r.total == nil && r.packages > 0 && r.key() == key {
				total := fromQuantity(declared.Total)
				r.total, r.totalSource = &total, v1alpha1.TotalDeclared
			}
		}
	}
}

// wakeAtEdges notes when the next package begins, ends, or is over for so long
// that it does not matter any more.
func (a *assessment) wakeAtEdges(packages []vendors.Package) {
	for i := range packages {
		p := &packages[i]
		if p.Start != nil && matters(p, a.Now) {
			a.wakeAt(*p.Start)
		}
		if p.End != nil {
			a.wakeAt(*p.End)
			a.wakeAt(p.End.Add(relevance))
		}
	}
}
