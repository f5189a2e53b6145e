// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// packageChanges is what became of packages since the previous status.
type packageChanges struct {
	added, renewed, renewalFailed, expired, disappeared []vendors.Package
}

// packageKey identifies a package.
type packageKey struct{ subject, resource, id string }

func keyOf(p *vendors.Package) packageKey { return packageKey{p.Subject, p.Resource, p.ID} }

// comparePackages finds out what became of the packages that the previous status
// lists; of others nobody knows what they were. asked are the resources that the
// answer is about; empty means all.
func (a *assessment) comparePackages(packages []vendors.Package, asked []string) {
	if !a.sameQuestion() {
		return
	}
	before := a.packagesBefore()
	known := make(map[packageKey]*vendors.Package, len(before))
	for i := range before {
		known[keyOf(&before[i])] = &before[i]
	}
	listed := map[packageKey]bool{}
	for i := range packages {
		p := &packages[i]
		if was := known[keyOf(p)]; was != nil {
			listed[keyOf(p)] = true
			a.comparePackage(was, p)
		}
	}
	for i := range before {
		p := &before[i]
		if !listed[keyOf(p)] && (len(asked) == 0 || slices.Contains(asked, p.Resource)) {
			a.missPackage(p, packages, known)
		}
	}
	if !a.previous.Packages.Truncated {
		a.noteAdded(packages, known)
	}
	for i := range a.happened.disappeared {
		a.witness(v1alpha1.FindingPackageDisappeared, &a.happened.disappeared[i], a.Now)
	}
}

// packagesBefore returns the packages of the previous status.
func (a *assessment) packagesBefore() []vendors.Package {
	packages := make([]vendors.Package, 0, len(a.previous.Packages.Items))
	for _, item := range a.previous.Packages.Items {
		if p, err := listedPackage(item); err == nil {
			packages = append(packages, p)
		}
	}
	return a.names.rename(packages)
}

// comparePackage finds out what became of a package that is still listed.
func (a *assessment) comparePackage(before, p *vendors.Package) {
	if p.Renewal == vendors.RenewalFailed && before.Renewal != vendors.RenewalFailed {
		a.happened.renewalFailed = append(a.happened.renewalFailed, *p)
	}
	if endsLater(p, before) || p.Renewal == vendors.RenewalSucceeded && before.Renewal != vendors.RenewalSucceeded {
		a.happened.renewed = append(a.happened.renewed, *p)
	}
	if before.State == vendors.PackageUsable && stateAt(p, a.Now) == expired {
		a.noteExpired(p)
	}
}

// missPackage finds out what became of a package that is not listed any more. One
// that took its place counts as known from then on: some vendors give a package
// with another end another ID. Where the status had no room for all, that may
// also be one that was there before, so that nothing is said.
func (a *assessment) missPackage(p *vendors.Package, packages []vendors.Package, known map[packageKey]*vendors.Package) {
	for i := range packages {
		if other := &packages[i]; known[keyOf(other)] == nil && replaces(other, p) {
			known[keyOf(other)] = p
			if endsLater(other, p) && !a.previous.Packages.Truncated {
				a.happened.renewed = append(a.happened.renewed, *other)
			}
			return
		}
	}
	switch {
	case p.State != vendors.PackageUsable || p.End == nil:
	case hasEnded(p, a.Now):
		a.noteExpired(p)
	default:
		a.happened.disappeared = append(a.happened.disappeared, *p)
	}
}

// replaces tells whether a package is another one with another end.
func replaces(p, other *vendors.Package) bool {
	return p.Subject == other.Subject && p.Resource == other.Resource &&
		p.Start != nil && other.Start != nil && sameSecond(*p.Start, *other.Start)
}

// endsLater tells whether p ends later than another package, in the seconds that
// a status holds.
func endsLater(p, other *vendors.Package) bool {
	return p.End != nil && other.End != nil && p.End.After(*other.End) && !sameSecond(*p.End, *other.End)
}

func sameSecond(a, b time.Time) bool { return a.Truncate(time.Second).Equal(b.Truncate(time.Second)) }

// noteExpired notes that a package is over, if something is left in it that was
// bought to be used up.
func (a *assessment) noteExpired(p *vendors.Package) {
	if !expiredUnused(p) {
		return
	}
	a.happened.expired = append(a.happened.expired, *p)
	at := a.Now
	if hasEnded(p, a.Now) {
		at = *p.End
	}
	a.witness(v1alpha1.FindingPackageExpired, p, at)
}

// expiredUnused tells of a package that is over whether that is a loss.
func expiredUnused(p *vendors.Package) bool {
	return consumables[p.Resource] && p.Remaining.Sign() > 0
}

// hasEnded tells whether p has an end that is past, whatever the vendor says.
func hasEnded(p *vendors.Package, now time.Time) bool { return p.End != nil && !p.End.After(now) }

// noteAdded notes the packages that were not known. One that began before it was
// missed is back. What has no end, like a balance, is no package.
func (a *assessment) noteAdded(packages []vendors.Package, known map[packageKey]*vendors.Package) {
	for i := range packages {
		p := &packages[i]
		state := stateAt(p, a.Now)
		if known[keyOf(p)] != nil || p.End == nil || state != usable && state != upcoming {
			continue
		}
		a.happened.added = append(a.happened.added, *p)
		a.fired = slices.DeleteFunc(a.fired, func(f v1alpha1.Finding) bool {
			return sameFinding(f, packageFinding(v1alpha1.FindingPackageDisappeared, p)) &&
				p.Start != nil && p.Start.Before(f.Since.Time)
		})
	}
}

// witness remembers that something became of p, which no later answer may tell,
// as a finding since then.
func (a *assessment) witness(kind v1alpha1.FindingKind, p *vendors.Package, at time.Time) {
	seen := packageFinding(kind, p)
	seen.Since = stamp(at)
	before := a.previousFinding(seen)
	switch {
	case before == nil:
		a.fired = append(a.fired, seen)
	case before.Since.Before(&seen.Since):
		before.Since = seen.Since
	}
}

// packageFinding is a finding of that kind on the resource that p is part of.
func packageFinding(kind v1alpha1.FindingKind, p *vendors.Package) v1alpha1.Finding {
	return v1alpha1.Finding{
		Kind: kind, Subject: p.Subject, Resource: p.Resource, Severity: v1alpha1.SeverityWarning,
	}
}
