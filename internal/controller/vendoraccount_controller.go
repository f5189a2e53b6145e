// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/quota"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	kindVendorAccount = "VendorAccount"

	// countInterval is how often the number of watches is written at most.
	countInterval = time.Minute
)

// VendorAccountReconciler keeps the status of VendorAccounts up to date.
type VendorAccountReconciler struct {
	reconciler

	mu      sync.Mutex
	counted map[client.ObjectKey]time.Time // when the number of watches was last written
}

// +kubebuilder:rbac:groups=quotawatch.dev,resources=vendoraccounts/status,verbs=patch

// Reconcile brings the status of one VendorAccount up to date. It calls no
// vendor: the poller does, and wakes it.
func (r *VendorAccountReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	owner := polling.Owner{Kind: kindVendorAccount, Namespace: req.Namespace, Name: req.Name}
	account := &v1alpha1.VendorAccount{}
	if err := r.Client.Get(ctx, req.NamespacedName, account, asCached); err != nil {
		if client.IgnoreNotFound(err) == nil {
			r.forget(owner)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !account.DeletionTimestamp.IsZero() {
		r.forget(owner)
		return ctrl.Result{}, nil // nothing outside the cluster to release
	}

	before := *account // shallow, as for watches
	report, handled, err := r.assess(ctx, owner, account)
	if err != nil {
		return ctrl.Result{}, err
	}
	account.Status = report.Status
	account.Status.LastHandledReconcileAt = handled
	if silence := r.silence(owner, before.Status.Conditions, account.Status.Conditions, account.Status.LastVerifiedTime); silence > 0 {
		return ctrl.Result{RequeueAfter: silence}, nil
	}
	if accountWorthWriting(&before, account) || report.Rotated {
		if err := patchStatus(ctx, r.Client, account, before.Status, account.Status); err != nil {
			return unwritten(err)
		}
		r.noteCount(&before, account)
		announceAccount(r.Recorder, &before, account, report.Rotated)
	}
	return requeueAt(r.Clock, report.NextChange), nil
}

// assess declares the check of the credential and judges what is known by now. It
// also returns the last request for a refresh that was handled.
func (r *VendorAccountReconciler) assess(ctx context.Context, owner polling.Owner, account *v1alpha1.VendorAccount) (quota.AccountReport, string, error) {
	in := quota.AccountInput{Account: account, Now: r.Clock.Now()}
	if err := r.countWatches(ctx, account, &in); err != nil {
		return quota.AccountReport{}, "", err
	}
	connection, problem, err := r.connect(ctx, account)
	if err != nil {
		return quota.AccountReport{}, "", err
	}
	lastHandled := account.Status.LastHandledReconcileAt
	if problem != nil {
		in.Problem = problem
		return quota.AssessAccount(in), r.declare(owner, account, lastHandled, polling.Source{}), nil
	}
	handled := r.declare(owner, account, lastHandled, connection.Source, verifyQuery(account, connection))
	in.Verification = verification(r.Poller.Answer(owner, vendors.OpVerify))
	in.CredentialChanged = connection.CredentialChanged
	return quota.AssessAccount(in), handled, nil
}

// connect finds the credential of the account. The connection is nil when there
// is a problem.
func (r *VendorAccountReconciler) connect(ctx context.Context, account *v1alpha1.VendorAccount) (*Connection, *quota.Problem, error) {
	if account.Spec.Suspend {
		return nil, suspended(v1alpha1.ReasonSuspended, "spec.suspend is true: the account is not used"), nil
	}
	connection, failure, err := r.Connector.connect(ctx, account, account.Spec.SecretRef)
	return connection, failure.problem(), err
}

// verifyQuery checks the credential. Any successful call answers it.
func verifyQuery(account *v1alpha1.VendorAccount, connection *Connection) polling.Query {
	var held time.Time
	if verified := account.Status.LastVerifiedTime.Time; account.Status.ObservedGeneration == account.Generation &&
		meta.IsStatusConditionTrue(account.Status.Conditions, v1alpha1.ConditionCredentialsValid) &&
		!connection.CredentialChanged.After(verified) {
		held = verified
	}
	return polling.Query{
		Op:            vendors.OpVerify,
		Interval:      account.GetVerifyInterval(),
		Held:          held,
		AnsweredByAny: true,
		Ask:           func(ctx context.Context) (any, error) { return nil, connection.Account.Verifier.Verify(ctx) },
	}
}

func verification(answer polling.Answer) quota.Verification {
	return quota.Verification{Time: answer.Time, Err: answer.Err, Since: answer.Since, Next: answer.Next}
}

// countWatches counts the watches of the account, unless they were counted a
// moment ago: a Git tool that applies hundreds should not cost as many writes.
func (r *VendorAccountReconciler) countWatches(ctx context.Context, account *v1alpha1.VendorAccount, in *quota.AccountInput) error {
	watches := &v1alpha1.QuotaWatchList{}
	err := r.Client.List(ctx, watches, client.InNamespace(account.Namespace),
		client.MatchingFields{indexAccount: account.Name}, asCached, whateverWritten)
	if err != nil {
		return err
	}
	in.Watches = int32(len(watches.Items)) //nolint:gosec // a count of objects
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.counted[client.ObjectKeyFromObject(account)]; ok {
		in.CountAgain = last.Add(countInterval)
	}
	return nil
}

// noteCount remembers when the number of watches was written.
func (r *VendorAccountReconciler) noteCount(before, after *v1alpha1.VendorAccount) {
	if was, is := before.Status.Watches, after.Status.Watches; was != nil && is != nil && *was == *is {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counted == nil {
		r.counted = map[client.ObjectKey]time.Time{}
	}
	r.counted[client.ObjectKeyFromObject(after)] = r.Clock.Now()
}

func (r *VendorAccountReconciler) forget(owner polling.Owner) {
	r.Poller.Forget(owner)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.counted, client.ObjectKey{Namespace: owner.Namespace, Name: owner.Name})
}
