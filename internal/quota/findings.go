// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"cmp"
	"slices"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
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

// listFindings writes the findings, the most severe first.
func (a *assessment) listFindings(findings []v1alpha1.Finding) {
	a.status.Findings = nil
	if len(findings) == 0 {
		return
	}
	slices.SortFunc(findings, compareFindings)
	items := findings[:min(len(findings), maxFindings)]
	a.status.Findings = &v1alpha1.FindingsStatus{Items: items, Shown: count(len(items)), Total: count(len(findings))}
}

// findingRank orders the kinds within a severity.
var findingRank = map[v1alpha1.FindingKind]int{
	v1alpha1.FindingExhausted:          0,
	v1alpha1.FindingRunningOut:         1,
	v1alpha1.FindingLow:                2,
	v1alpha1.FindingPlannedDemandShort: 3,
	v1alpha1.FindingExpiring:           4,
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
