// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// judgeFreshness says whether the numbers can be trusted.
func (a *assessment) judgeFreshness() {
	switch {
	case a.Watch.Spec.Packages == nil || !a.hasPackages():
		a.set(v1alpha1.ConditionDataStale, metav1.ConditionUnknown, v1alpha1.ReasonNoData, "Nothing has been read yet")
	case a.stale():
		a.set(v1alpha1.ConditionDataStale, metav1.ConditionTrue, v1alpha1.ReasonDataStale,
			"These readings are older than staleAfter: packages")
	default:
		a.set(v1alpha1.ConditionDataStale, metav1.ConditionFalse, v1alpha1.ReasonFresh, "The numbers are younger than staleAfter")
		a.wakeAt(a.staleTime())
	}
	a.judgeCompleteness()
}

// judgeCompleteness says whether the last attempts gave whole answers.
func (a *assessment) judgeCompleteness() {
	failure := a.packagesError()
	switch {
	case failure != nil && (failure.Kind == v1alpha1.ErrorMalformed ||
		a.statusOf(v1alpha1.ConditionPartialData) == metav1.ConditionTrue): // no answer is no whole answer
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionTrue, v1alpha1.ReasonIncompleteAnswer,
			"The last answer was not whole and is not used: packages")
	case !a.hasPackages():
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionUnknown, v1alpha1.ReasonNoData, "Nothing has been read yet")
	default:
		a.set(v1alpha1.ConditionPartialData, metav1.ConditionFalse, v1alpha1.ReasonComplete, "The numbers come from whole answers")
	}
}

func (a *assessment) packagesError() *v1alpha1.VendorError {
	if a.status.Packages == nil {
		return nil
	}
	return a.status.Packages.LastError
}

// staleTime is when the numbers stop being fresh.
func (a *assessment) staleTime() time.Time {
	interval := max(a.Packages.Interval, a.Watch.GetInterval())
	return a.status.Packages.LastSuccessTime.Add(a.Watch.GetStaleAfter(interval))
}

func (a *assessment) stale() bool {
	return a.hasPackages() && !a.Now.Before(a.staleTime())
}
