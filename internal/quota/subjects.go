// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// subjects names the sub-accounts as users see them, by their user IDs.
type subjects map[string]string

// subjectsOf returns the names from the spec, as far as each of them is that of
// one sub-account only: a name that is another's name or user ID would make two
// rows one. What is over for long makes nobody keep an ID.
func subjectsOf(spec *v1alpha1.PackagesReading, packages []vendors.Package, now time.Time) subjects {
	uses := map[string]int{}
	for id, name := range spec.SubjectNames {
		uses[id]++
		uses[string(name)]++
	}
	present := map[string]bool{}
	for i := range packages {
		p := &packages[i]
		present[p.Subject] = present[p.Subject] || matters(p, now)
	}
	names := subjects{}
	for id, name := range spec.SubjectNames {
		name := string(name)
		if uses[name] == 1 && (!present[id] || !present[name]) {
			names[id] = name
		}
	}
	return names
}

// name returns how users see a sub-account, which may be given by its user ID or
// by that name.
func (s subjects) name(subject string) string {
	if name, ok := s[subject]; ok {
		return name
	}
	return subject
}

// rename returns the packages with the subjects as users see them.
func (s subjects) rename(packages []vendors.Package) []vendors.Package {
	if len(s) == 0 {
		return packages
	}
	packages = slices.Clone(packages)
	for i := range packages {
		packages[i].Subject = s.name(packages[i].Subject)
	}
	return packages
}

// renameFindings returns findings, which may be older than the names, with the
// subjects as users see them.
func (s subjects) renameFindings(findings []v1alpha1.Finding) []v1alpha1.Finding {
	findings = slices.Clone(findings)
	for i := range findings {
		findings[i].Subject = s.name(findings[i].Subject)
	}
	return findings
}
