// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"cmp"
	"slices"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const maxPackages = 16

// listPackages writes the list of packages, the most urgent first.
func (a *assessment) listPackages(packages []vendors.Package) {
	listed := make([]*vendors.Package, 0, len(packages))
	for i := range packages {
		if p := &packages[i]; matters(p, a.Now) {
			listed = append(listed, p)
		}
	}
	slices.SortFunc(listed, byUrgency(a.Now))
	section := a.status.Packages
	shown := min(len(listed), maxPackages)
	section.Items = slices.Grow[[]v1alpha1.PackageStatus](nil, shown)
	for _, p := range listed[:shown] {
		section.Items = append(section.Items, packageStatus(p, a.Now))
	}
	section.Shown, section.Truncated = count(shown), len(listed) > maxPackages
}

// matters tells whether p is worth a place in the list: vendors keep years of
// packages that are over.
func matters(p *vendors.Package, now time.Time) bool {
	return p.End == nil || now.Sub(*p.End) < relevance
}

// urgency ranks the states for the list of packages.
var urgency = map[v1alpha1.PackageState]int{
	usable:                   0,
	upcoming:                 1,
	v1alpha1.PackageFrozen:   2,
	v1alpha1.PackageUnknown:  3,
	exhausted:                4,
	expired:                  5,
	v1alpha1.PackageRefunded: 6,
}

// byUrgency compares packages: those usable by their end, those to come by their
// start, the rest with the latest end first.
func byUrgency(now time.Time) func(a, b *vendors.Package) int {
	return func(a, b *vendors.Package) int {
		state := stateAt(a, now)
		if c := cmp.Compare(urgency[state], urgency[stateAt(b, now)]); c != 0 {
			return c
		}
		return cmp.Or(compareWithin(state, a, b),
			cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.ID, b.ID))
	}
}

// compareWithin compares packages that are both in state.
func compareWithin(state v1alpha1.PackageState, a, b *vendors.Package) int {
	switch state {
	case usable:
		return compareEnds(a.End, b.End)
	case upcoming:
		return a.Start.Compare(*b.Start) // what has no start has begun
	default:
		return compareEnds(b.End, a.End)
	}
}

// compareEnds compares ends; none is later than any.
func compareEnds(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}
