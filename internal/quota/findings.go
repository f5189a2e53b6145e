// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"cmp"
	"slices"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const maxFindings = 16

// previousFinding returns the finding of the previous status that is about the
// same thing, or nil.
func (a *assessment) previousFinding(like v1alpha1.Finding) *v1alpha1.Finding {
	i := slices.IndexFunc(a.fired, func(f v1alpha1.Finding) bool { return sameFinding(f, like) })
	if i < 0 {
		return nil
	}
	return &a.fired[i]
}

func sameFinding(f, g v1alpha1.Finding) bool {
	return f.Threshold == g.Threshold && f.Kind == g.Kind && f.Subject == g.Subject && f.Resource == g.Resource
}

// forgetUnlisted drops the previous findings that find no place in the list any
// more, and tells whether there are such: they would be forgotten by the next
// assessment, so they count for nothing in this one.
func (a *assessment) forgetUnlisted(findings []v1alpha1.Finding) bool {
	if len(findings) <= maxFindings {
		return false
	}
	slices.SortFunc(findings, compareFindings)
	unlisted := findings[maxFindings:]
	before := len(a.fired)
	a.fired = slices.DeleteFunc(a.fired, func(f v1alpha1.Finding) bool {
		return slices.ContainsFunc(unlisted, func(g v1alpha1.Finding) bool { return sameFinding(f, g) })
	})
	return len(a.fired) < before
}

// since dates a finding: from the one before, or from now.
func (a *assessment) since(f v1alpha1.Finding, before *v1alpha1.Finding) v1alpha1.Finding {
	if before != nil {
		f.Since = before.Since
	} else {
		f.Since = stamp(a.Now)
	}
	return f
}

// staysAboutPackages tells whether a finding is one on packages that stays while
// they cannot be added up.
func (a *assessment) staysAboutPackages(f v1alpha1.Finding) bool {
	switch {
	case f.Kind == v1alpha1.FindingUsageHigh, f.Kind == v1alpha1.FindingAccountFrozen, f.Resource == vendors.UsageTrafficPostpaid:
		return false
	default:
		return !a.isSettled(f)
	}
}

// heldFindings returns those of the previous findings that are of a sort.
func (a *assessment) heldFindings(ofSort func(v1alpha1.Finding) bool) []v1alpha1.Finding {
	return slices.DeleteFunc(slices.Clone(a.fired), func(f v1alpha1.Finding) bool { return !ofSort(f) })
}

// listFindings writes the findings, the most severe first.
func (a *assessment) listFindings(findings []v1alpha1.Finding) {
	a.status.Findings = nil
	if len(findings) == 0 {
		return
	}
	for _, f := range findings {
		if isLoss(f) {
			a.wakeAt(f.Since.Add(lossStands))
		}
	}
	slices.SortFunc(findings, compareFindings)
	items := findings[:min(len(findings), maxFindings)]
	a.status.Findings = &v1alpha1.FindingsStatus{
		Items: items, Shown: count(len(items)), Total: count(max(len(findings), a.heldTotal())),
	}
}

// heldTotal is how many findings there were when the packages were last added
// up, as long as that cannot be done again; zero otherwise.
func (a *assessment) heldTotal() int {
	if before := a.previous.Findings; before != nil && before.Total != nil && a.cannotAddUp() {
		if total := int(*before.Total); total > len(before.Items) {
			return total
		}
	}
	return 0
}

// findingRank orders the kinds within a severity.
var findingRank = map[v1alpha1.FindingKind]int{
	v1alpha1.FindingAccountFrozen:      0,
	v1alpha1.FindingExhausted:          1,
	v1alpha1.FindingOverageBilling:     2,
	v1alpha1.FindingRunningOut:         3,
	v1alpha1.FindingLow:                4,
	v1alpha1.FindingPlannedDemandShort: 5,
	v1alpha1.FindingExpiring:           6,
	v1alpha1.FindingUsageHigh:          7,
	v1alpha1.FindingRenewalFailed:      8,
	v1alpha1.FindingPackageDisappeared: 9,
	v1alpha1.FindingPackageExpired:     10,
}

func compareFindings(a, b v1alpha1.Finding) int {
	return cmp.Or(
		-cmp.Compare(severityRank(a.Severity), severityRank(b.Severity)),
		cmp.Compare(findingRank[a.Kind], findingRank[b.Kind]),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.Resource, b.Resource),
		cmp.Compare(a.Threshold, b.Threshold),
	)
}

func severityRank(s v1alpha1.Severity) int {
	if s == v1alpha1.SeverityCritical {
		return 1
	}
	return 0
}
