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
	if a.previous.Findings == nil {
		return nil
	}
	for i := range a.previous.Findings.Items {
		f := &a.previous.Findings.Items[i]
		if f.Threshold == like.Threshold && f.Kind == like.Kind && f.Subject == like.Subject && f.Resource == like.Resource {
			return f
		}
	}
	return nil
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
	v1alpha1.FindingExhausted: 0,
	v1alpha1.FindingLow:       1,
	v1alpha1.FindingExpiring:  2,
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
