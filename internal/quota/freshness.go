// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// judgeFreshness says whether the numbers can be trusted.
func (a *assessment) judgeFreshness() {
	stale := a.which(a.stale)
	switch {
	case len(stale) > 0:
		a.set(v1alpha1.ConditionDataStale, metav1.ConditionTrue, v1alpha1.ReasonDataStale,
			"These readings are older than staleAfter: "+strings.Join(stale, ", "))
	case len(a.which(isRead)) == 0:
		a.set(v1alpha1.ConditionDataStale, metav1.ConditionUnknown, v1alpha1.ReasonNoData, "Nothing has been read yet")
	default:
		a.set(v1alpha1.ConditionDataStale, metav1.ConditionFalse, v1alpha1.ReasonFresh, "The numbers are younger than staleAfter")
	}
	for _, s := range a.sections {
		if s.read() {
			a.wakeAt(a.staleTime(s))
		}
	}
	a.judgeCompleteness()
}

func isRead(s section) bool { return s.read() }

// judgeCompleteness says whether the last attempts gave whole answers.
func (a *assessment) judgeCompleteness() {
	partial := a.which(isPartial)
	notFound := a.notFound()
	switch {
	case len(partial) > 0:
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionTrue, v1alpha1.ReasonIncompleteAnswer,
			"The last answer was not whole and is not used: "+strings.Join(partial, ", "))
	case notFound != "":
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionTrue, v1alpha1.ReasonSubAccountNotFound, notFound)
	case len(a.which(isRead)) == 0:
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionUnknown, v1alpha1.ReasonNoData, "Nothing has been read yet")
	default:
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionFalse, v1alpha1.ReasonComplete, "The numbers come from whole answers")
	}
}

// notFound says how many of the sub-accounts asked for the vendor does not know;
// empty when it knows all.
func (a *assessment) notFound() string {
	if p := a.status.Packages; p != nil && p.NotFound > 0 {
		return fmt.Sprintf("The vendor does not know so many of spec.packages.polyv.emails: %d", p.NotFound)
	}
	return ""
}

// isPartial tells whether an answer of a section was not whole and has not been
// followed by one that is.
func isPartial(s section) bool {
	failure := *s.lastError
	return failure != nil && failure.IncompleteAnswer
}
