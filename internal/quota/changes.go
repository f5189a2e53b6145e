// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// Change is something that happened since the previous status and that no
// condition tells. It follows from that status and the readings alone, so that an
// assessment of the status that came of it finds no change.
type Change struct {
	// Event is the reason of the Event that tells of it.
	Event string
	// About names what it happened to: the first three and a count. It is empty for
	// what happened to the account as a whole.
	About string
}

// changes returns what happened, each Event once and always in the same order.
func (a *assessment) changes() []Change {
	began := a.begunFindings()
	var changes []Change
	for _, each := range []struct {
		event string
		about []string
	}{
		{v1alpha1.EventAccountFrozen, began[v1alpha1.FindingAccountFrozen]},
		{v1alpha1.EventOverageBilling, began[v1alpha1.FindingOverageBilling]},
		{v1alpha1.EventRenewalFailed, packageNames(a.newlyFailed(began[v1alpha1.FindingRenewalFailed]))},
		{v1alpha1.EventPackageDisappeared, packageNames(a.happened.disappeared)},
		{v1alpha1.EventPackageExpired, packageNames(a.happened.expired)},
		{v1alpha1.EventPackageRenewed, packageNames(a.happened.renewed)},
		{v1alpha1.EventPackageAdded, packageNames(a.happened.added)},
	} {
		if len(each.about) > 0 {
			changes = append(changes, Change{each.event, clip(list(each.about), maxMessage)})
		}
	}
	if a.announced {
		changes = append(changes, Change{Event: v1alpha1.EventSummaryChanged})
	}
	return changes
}

// begunFindings names what the findings that the previous status does not list
// are about, by kind.
func (a *assessment) begunFindings() map[v1alpha1.FindingKind][]string {
	began := map[v1alpha1.FindingKind][]string{}
	if a.status.Findings == nil {
		return began
	}
	for _, f := range a.status.Findings.Items {
		if !a.foundBefore(f) {
			began[f.Kind] = append(began[f.Kind], nameOf(f.Subject, f.Resource))
		}
	}
	return began
}

// newlyFailed returns the packages whose renewal failed since the previous status,
// and all of the resources on which that was not found before.
func (a *assessment) newlyFailed(began []string) []vendors.Package {
	failed := slices.Clone(a.happened.renewalFailed)
	for i := range a.packages {
		p := &a.packages[i]
		if a.failsToRenew(p) && slices.Contains(began, nameOf(p.Subject, p.Resource)) {
			failed = append(failed, *p)
		}
	}
	return failed
}

// foundBefore tells whether the previous status lists a finding.
func (a *assessment) foundBefore(f v1alpha1.Finding) bool {
	return a.previous.Findings != nil && slices.ContainsFunc(a.names.renameFindings(a.previous.Findings.Items),
		func(g v1alpha1.Finding) bool { return sameFinding(f, g) })
}

// packageNames names packages, for example "281975 (traffic)".
func packageNames(packages []vendors.Package) []string {
	names := make([]string, 0, len(packages))
	for _, p := range packages {
		names = append(names, p.ID+" ("+nameOf(p.Subject, p.Resource)+")")
	}
	return names
}
