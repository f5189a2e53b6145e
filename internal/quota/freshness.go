// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// judgeFreshness says whether the numbers can be trusted.
func (a *assessment) judgeFreshness() {
	stale := a.which(a.stale)
	switch {
	case len(stale) > 0:
		a.set(v1alpha1.ConditionDataStale, metav1.ConditionTrue, v1alpha1.ReasonDataStale,
			"These readings are older than staleAfter: "+list(stale))
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
	partial := a.which(a.isPartial)
	notFound := a.notFound()
	switch {
	case len(partial) > 0:
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionTrue, v1alpha1.ReasonIncompleteAnswer,
			"The last answer was not whole and is not used: "+list(partial))
	case notFound != "":
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionTrue, v1alpha1.ReasonSubAccountNotFound, notFound)
	case len(a.which(isRead)) == 0:
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionUnknown, v1alpha1.ReasonNoData, "Nothing has been read yet")
	default:
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionFalse, v1alpha1.ReasonComplete, "The numbers come from whole answers")
	}
}

// notFound says how many of the sub-accounts asked for the vendor does not know;
// empty when it knows all. An earlier process may have said so.
func (a *assessment) notFound() string {
	switch {
	case a.Watch.Spec.Packages == nil:
		return ""
	case a.Packages.Value == nil:
		return a.saidPartial(v1alpha1.ReasonSubAccountNotFound)
	case a.Packages.Value.NotFound == 0:
		return ""
	default:
		return fmt.Sprintf("The vendor does not know so many of spec.packages.polyv.emails: %d", a.Packages.Value.NotFound)
	}
}

// isPartial tells whether the last answer of a section was not whole, or was not
// and has not been followed by one that is: no answer is no whole answer.
func (a *assessment) isPartial(s section) bool {
	failure := *s.lastError
	return failure != nil && (failure.Kind == v1alpha1.ErrorMalformed ||
		strings.Contains(a.saidPartial(v1alpha1.ReasonIncompleteAnswer), s.name))
}

// saidPartial returns the message with which the previous status called the data
// partial for the reason; empty when it did not.
func (a *assessment) saidPartial(reason string) string {
	said := meta.FindStatusCondition(a.previous.Conditions, v1alpha1.ConditionPartialData)
	if said == nil || said.Status != metav1.ConditionTrue || said.Reason != reason {
		return ""
	}
	return said.Message
}
