// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package controller reconciles the quotawatch.dev kinds: it declares to the
// poller what has to be asked, and writes what the answers mean into status.
package controller

import (
	"context"
	"fmt"
	"time"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/quota"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const kindQuotaWatch = "QuotaWatch"

// QuotaWatchReconciler keeps the status of QuotaWatches up to date.
type QuotaWatchReconciler struct {
	reconciler
	// MinInterval is the least interval between two polls of one question;
	// shorter ones are raised to it.
	MinInterval time.Duration
}

// +kubebuilder:rbac:groups=quotawatch.dev,resources=quotawatches;vendoraccounts,verbs=get;list;watch
// +kubebuilder:rbac:groups=quotawatch.dev,resources=quotawatches/status,verbs=patch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile brings the status of one QuotaWatch up to date. It calls no vendor:
// the poller does, and wakes it.
func (r *QuotaWatchReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	owner := polling.Owner{Kind: kindQuotaWatch, Namespace: req.Namespace, Name: req.Name}
	watch := &v1alpha1.QuotaWatch{}
	if err := r.Client.Get(ctx, req.NamespacedName, watch, asCached); err != nil {
		if client.IgnoreNotFound(err) == nil {
			r.Poller.Forget(owner)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !watch.DeletionTimestamp.IsZero() {
		r.Poller.Forget(owner)
		return ctrl.Result{}, nil // nothing outside the cluster to release
	}

	before := *watch // shallow: the assessment leaves the status alone, which is then replaced
	report, handled, err := r.assess(ctx, owner, watch)
	if err != nil {
		return ctrl.Result{}, err
	}
	watch.Status = report.Status
	watch.Status.LastHandledReconcileAt = handled
	if silence := r.silence(owner, before.Status.Conditions, watch.Status.Conditions, watch.Status.LastAttemptTime); silence > 0 {
		return ctrl.Result{RequeueAfter: silence}, nil
	}
	if worthWriting(&before, watch) {
		if err := patchStatus(ctx, r.Client, watch, before.Status, watch.Status); err != nil {
			return unwritten(err)
		}
		announceWatch(r.Recorder, &before, watch, report.Changes)
	}
	return requeueAt(r.Clock, report.NextChange), nil
}

// assess declares what the watch needs and judges what is known by now. It also
// returns the last request for a refresh that was handled.
func (r *QuotaWatchReconciler) assess(ctx context.Context, owner polling.Owner, watch *v1alpha1.QuotaWatch) (quota.Report, string, error) {
	in := quota.Input{Watch: watch, Now: r.Clock.Now()}
	connection, problem, err := r.connect(ctx, watch, &in)
	if err != nil {
		return quota.Report{}, "", err
	}
	in.Problem = problem
	var source polling.Source
	var queries []polling.Query // none when there is no way to ask
	if connection != nil {
		in.CredentialChanged, in.AccessKeyHash, source = connection.CredentialChanged, connection.AccessKeyHash, connection.Source
		if queries, problem = r.plan(watch, connection); problem != nil {
			in.Problem = problem
		}
	}
	handled := r.declare(owner, watch, watch.Status.LastHandledReconcileAt, source, queries...)
	r.read(owner, watch, &in)
	return quota.Assess(in), handled, nil
}

// connect finds the account and the credential of the watch. The connection is
// nil when there is a problem.
func (r *QuotaWatchReconciler) connect(ctx context.Context, watch *v1alpha1.QuotaWatch, in *quota.Input) (*Connection, *quota.Problem, error) {
	if watch.Spec.Suspend {
		return nil, suspended(v1alpha1.ReasonSuspended, "spec.suspend is true: nothing is polled"), nil
	}
	account := &v1alpha1.VendorAccount{}
	key := client.ObjectKey{Namespace: watch.Namespace, Name: watch.Spec.AccountRef.Name}
	if err := r.Client.Get(ctx, key, account, asCached); err != nil {
		return nil, accountNotFound(r.Connector.Scope.noAccount(key.Name)), client.IgnoreNotFound(err)
	}
	in.Vendor = account.Spec.Vendor
	if account.Spec.Suspend {
		return nil, suspended(v1alpha1.ReasonAccountSuspended,
			fmt.Sprintf("VendorAccount %s is suspended: nothing is polled", account.Name)), nil
	}
	secretRef := account.Spec.SecretRef
	if watch.Spec.SecretRef != nil {
		secretRef = *watch.Spec.SecretRef
	}
	connection, failure, err := r.Connector.connect(ctx, account, secretRef)
	return connection, failure.ofAccount(account.Name), err
}

// read takes over what the poller knows by now.
func (r *QuotaWatchReconciler) read(owner polling.Owner, watch *v1alpha1.QuotaWatch, in *quota.Input) {
	in.Packages = reading[vendors.PackageReading](r.Poller, owner, vendors.OpPackages, r.atLeast(watch.GetInterval()))
	if usage := watch.Spec.Usage; usage != nil {
		in.Usage = reading[vendors.UsageReading](r.Poller, owner, vendors.OpUsage, r.atLeast(usage.GetInterval()))
	}
	if bill := watch.Spec.Bill; bill != nil {
		interval := r.atLeast(bill.GetInterval())
		in.Bill = reading[vendors.BillReading](r.Poller, owner, vendors.OpBill, interval)
		in.ClosedBills = reading[vendors.BillReading](r.Poller, owner, vendors.OpClosedBills, max(interval, closedBillInterval))
	}
}

// reading returns what the poller knows as a reading of a kind.
func reading[T any](poller *polling.Poller, owner polling.Owner, op string, interval time.Duration) quota.Reading[T] {
	answer := poller.Answer(owner, op)
	reading := quota.Reading[T]{
		Time: answer.Time, Attempt: answer.Attempt, Err: answer.Err, Since: answer.Since, Next: answer.Next,
		Interval: interval,
	}
	if value, ok := answer.Value.(T); ok {
		reading.Value = &value
	}
	return reading
}

func suspended(reason, message string) *quota.Problem {
	return &quota.Problem{Class: quota.Suspension, Reason: reason, Message: message}
}

func accountNotFound(message string) *quota.Problem {
	return &quota.Problem{Class: quota.Missing, Reason: v1alpha1.ReasonAccountNotFound, Message: message}
}

// requeueAt asks for a reconcile when something changes by the clock alone.
func requeueAt(clock clock.PassiveClock, at time.Time) ctrl.Result {
	if at.IsZero() {
		return ctrl.Result{}
	}
	return ctrl.Result{RequeueAfter: max(at.Sub(clock.Now()), time.Second)}
}
