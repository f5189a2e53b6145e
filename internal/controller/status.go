// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"reflect"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/polling"
)

// heartbeat is how often times alone are written.
const heartbeat = 10 * time.Minute

// firstPatience is how long the first answer of a vendor is awaited before status says
// so. Until then the default of the CRD says that nobody has looked yet, and a
// cluster full of new objects costs one write each instead of two.
const firstPatience = 30 * time.Second

// silence is for how much longer nothing is written about an object: its vendor
// has just been asked for the first time, and nothing is known before it answers.
// attempt is when it last did.
func (r *reconciler) silence(owner polling.Owner, before, after []metav1.Condition, attempt metav1.Time) time.Duration {
	if len(before) > 0 || !attempt.IsZero() || reasonOf(after, v1alpha1.ConditionReady) != v1alpha1.ReasonProgressing {
		return 0
	}
	return r.Poller.Declared(owner).Add(firstPatience).Sub(r.Clock.Now())
}

// unwritten is the outcome of a reconcile whose status could not be written. An
// object that somebody changed meanwhile is looked at again; that is no error,
// and asks no vendor, since the poller keeps the answers.
func unwritten(err error) (ctrl.Result, error) {
	if apierrors.IsConflict(err) {
		return ctrl.Result{RequeueAfter: time.Second}, nil
	}
	return ctrl.Result{}, client.IgnoreNotFound(err)
}

// worthWriting tells whether a reader would notice the change of a watch's
// status. Times that move with every poll are worth a write only now and then:
// an unchanged patch costs the API server as much as any other.
func worthWriting(before, after *v1alpha1.QuotaWatch) bool {
	if !same(withoutTimes(before.Status), withoutTimes(after.Status)) {
		return true
	}
	if due(before.Status.LastAttemptTime, after.Status.LastAttemptTime, max(heartbeat, shortestInterval(after))) {
		return true
	}
	return sectionsDue(before, after) || retriesDue(readingErrors(&before.Status), readingErrors(&after.Status))
}

// same tells whether two statuses say the same. Nearly always they are also the
// same in memory, which is found out in a fraction of the time.
func same[T any](a, b T) bool {
	return reflect.DeepEqual(a, b) || equality.Semantic.DeepEqual(a, b)
}

// sectionsDue tells whether the time of a reading's numbers is worth a write.
func sectionsDue(before, after *v1alpha1.QuotaWatch) bool {
	was, is := &before.Status, &after.Status
	switch {
	case was.Packages != nil && is.Packages != nil && after.Spec.Packages != nil &&
		due(was.Packages.LastSuccessTime, is.Packages.LastSuccessTime, max(heartbeat, after.GetInterval())):
		return true
	case was.Usage != nil && is.Usage != nil && after.Spec.Usage != nil &&
		due(was.Usage.LastSuccessTime, is.Usage.LastSuccessTime, max(heartbeat, after.Spec.Usage.GetInterval())):
		return true
	case was.Bill != nil && is.Bill != nil && after.Spec.Bill != nil:
		return billDue(was.Bill, is.Bill, max(heartbeat, after.Spec.Bill.GetInterval()))
	}
	return false
}

// billDue is sectionsDue for the two questions about bills.
func billDue(was, is *v1alpha1.BillStatus, every time.Duration) bool {
	if due(was.LastSuccessTime, is.LastSuccessTime, every) {
		return true
	}
	return was.ClosedMonths != nil && is.ClosedMonths != nil &&
		due(was.ClosedMonths.LastSuccessTime, is.ClosedMonths.LastSuccessTime, max(every, closedBillInterval))
}

// shortestInterval is the shortest at which anything is read.
func shortestInterval(watch *v1alpha1.QuotaWatch) time.Duration {
	var intervals []time.Duration
	if watch.Spec.Packages != nil {
		intervals = append(intervals, watch.GetInterval())
	}
	if usage := watch.Spec.Usage; usage != nil {
		intervals = append(intervals, usage.GetInterval())
	}
	if bill := watch.Spec.Bill; bill != nil {
		intervals = append(intervals, bill.GetInterval())
	}
	return slices.Min(intervals) // the CRD asks for at least one section
}

// withoutTimes returns the status without the times that move with every poll.
// It shares everything else with the status.
func withoutTimes(status v1alpha1.QuotaWatchStatus) v1alpha1.QuotaWatchStatus {
	status.LastAttemptTime, status.LastSuccessTime, status.NextPollTime = metav1.Time{}, metav1.Time{}, metav1.Time{}
	if status.Packages != nil {
		p := *status.Packages
		p.LastSuccessTime, p.LastError = metav1.Time{}, withoutRetryTime(p.LastError)
		status.Packages = &p
	}
	if status.Usage != nil {
		u := *status.Usage
		u.LastSuccessTime, u.LastError = metav1.Time{}, withoutRetryTime(u.LastError)
		status.Usage = &u
	}
	if status.Bill != nil {
		status.Bill = billWithoutTimes(*status.Bill)
	}
	return status
}

func billWithoutTimes(bill v1alpha1.BillStatus) *v1alpha1.BillStatus {
	bill.LastSuccessTime, bill.LastError = metav1.Time{}, withoutRetryTime(bill.LastError)
	if bill.ClosedMonths != nil {
		c := *bill.ClosedMonths
		c.LastSuccessTime, c.LastError = metav1.Time{}, withoutRetryTime(c.LastError)
		bill.ClosedMonths = &c
	}
	return &bill
}

// retriesDue tells whether the time of a next attempt is worth a write, of
// failures that are otherwise the same. While attempts fail no other time may
// move, and one that has long passed would look as if nobody tried any more.
func retriesDue(before, after []*v1alpha1.VendorError) bool {
	for i, failure := range after {
		if failure != nil && due(before[i].RetryTime, failure.RetryTime, heartbeat) {
			return true
		}
	}
	return false
}

// readingErrors returns the failures of the readings; nil where there is none.
func readingErrors(status *v1alpha1.QuotaWatchStatus) []*v1alpha1.VendorError {
	var failures []*v1alpha1.VendorError
	if p := status.Packages; p != nil {
		failures = append(failures, p.LastError)
	}
	if u := status.Usage; u != nil {
		failures = append(failures, u.LastError)
	}
	if b := status.Bill; b != nil {
		failures = append(failures, b.LastError)
		if c := b.ClosedMonths; c != nil {
			failures = append(failures, c.LastError)
		}
	}
	return failures
}

// accountWorthWriting is worthWriting for an account.
func accountWorthWriting(before, after *v1alpha1.VendorAccount) bool {
	if !same(accountWithoutTimes(before.Status), accountWithoutTimes(after.Status)) {
		return true
	}
	return due(before.Status.LastVerifiedTime, after.Status.LastVerifiedTime, heartbeat) ||
		retriesDue([]*v1alpha1.VendorError{before.Status.LastError}, []*v1alpha1.VendorError{after.Status.LastError})
}

func accountWithoutTimes(status v1alpha1.VendorAccountStatus) v1alpha1.VendorAccountStatus {
	status.LastVerifiedTime, status.LastError = metav1.Time{}, withoutRetryTime(status.LastError)
	return status
}

func withoutRetryTime(failure *v1alpha1.VendorError) *v1alpha1.VendorError {
	if failure == nil {
		return nil
	}
	without := *failure
	without.RetryTime = metav1.Time{}
	return &without
}

// due tells whether enough time lies between two written times.
func due(written, now metav1.Time, every time.Duration) bool {
	return now.Sub(written.Time) >= every-every/10 // a poll a little early is still the one
}
