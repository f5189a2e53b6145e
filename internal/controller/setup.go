// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// Indexes of the cache: which objects refer to a name.
const (
	indexAccount = "spec.accountRef.name"
	indexSecret  = "secrets" // every Secret that the object refers to
)

// reconcileTimeout bounds one reconcile. It calls the API server only, so a
// longer one is stuck.
const reconcileTimeout = time.Minute

// SetupIndexes adds the indexes that both controllers look references up with.
func SetupIndexes(ctx context.Context, mgr ctrl.Manager) error {
	for _, index := range []struct {
		object client.Object
		field  string
		names  client.IndexerFunc
	}{
		{&v1alpha1.QuotaWatch{}, indexAccount, accountOfWatch},
		{&v1alpha1.QuotaWatch{}, indexSecret, secretsOfWatch},
		{&v1alpha1.VendorAccount{}, indexSecret, secretsOfAccount},
	} {
		if err := mgr.GetFieldIndexer().IndexField(ctx, index.object, index.field, index.names); err != nil {
			return fmt.Errorf("index %T by %s: %w", index.object, index.field, err)
		}
	}
	return nil
}

func accountOfWatch(object client.Object) []string {
	return []string{object.(*v1alpha1.QuotaWatch).Spec.AccountRef.Name}
}

func secretsOfWatch(object client.Object) []string {
	if ref := object.(*v1alpha1.QuotaWatch).Spec.SecretRef; ref != nil {
		return []string{ref.Name}
	}
	return nil
}

func secretsOfAccount(object client.Object) []string {
	spec := &object.(*v1alpha1.VendorAccount).Spec
	names := []string{spec.SecretRef.Name}
	if spec.CASecretRef != nil && spec.CASecretRef.Name != spec.SecretRef.Name {
		names = append(names, spec.CASecretRef.Name)
	}
	return names
}

// SetupWithManager registers the reconciler, and what wakes it: the watch
// itself, its account, the Secrets of either, and the poller.
func (r *QuotaWatchReconciler) SetupWithManager(mgr ctrl.Manager, wakeups *Wakeups, workers int) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.QuotaWatch{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.VendorAccount{}, handler.EnqueueRequestsFromMapFunc(r.watchesOfAccount),
			builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.watchesOfSecret)).
		WatchesRawSource(wakeups.source(kindQuotaWatch)).
		WithOptions(controllerOptions(workers)).
		Complete(r)
}

// SetupWithManager registers the reconciler, and what wakes it: the account
// itself, its Secrets, QuotaWatches that come and go, and the poller.
func (r *VendorAccountReconciler) SetupWithManager(mgr ctrl.Manager, wakeups *Wakeups, workers int) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.VendorAccount{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.QuotaWatch{}, handler.EnqueueRequestsFromMapFunc(accountRequest),
			builder.WithPredicates(comingAndGoing)).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.accountsOfSecret)).
		WatchesRawSource(wakeups.source(kindVendorAccount)).
		WithOptions(controllerOptions(workers)).
		Complete(r)
}

// comingAndGoing passes what changes how many there are.
var comingAndGoing = predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }}

func controllerOptions(workers int) controller.Options {
	return controller.Options{
		MaxConcurrentReconciles: workers,
		ReconciliationTimeout:   reconcileTimeout,
		// The default begins at 5 ms, which asks a struggling API server 200 times
		// a second.
		RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](time.Second, 5*time.Minute),
	}
}

func accountRequest(_ context.Context, object client.Object) []reconcile.Request {
	watch := object.(*v1alpha1.QuotaWatch)
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: watch.Namespace, Name: watch.Spec.AccountRef.Name}}}
}

// watchesOfAccount finds the watches that use an account.
func (r *QuotaWatchReconciler) watchesOfAccount(ctx context.Context, account client.Object) []reconcile.Request {
	return r.watchesBy(ctx, account.GetNamespace(), indexAccount, account.GetName())
}

// watchesOfSecret finds the watches that use a Secret: by their own reference,
// or by their account's.
func (r *QuotaWatchReconciler) watchesOfSecret(ctx context.Context, secret client.Object) []reconcile.Request {
	namespace := secret.GetNamespace()
	requests := r.watchesBy(ctx, namespace, indexSecret, secret.GetName())
	for _, account := range accountsBySecret(ctx, r.Client, secret) {
		requests = append(requests, r.watchesBy(ctx, namespace, indexAccount, account.Name)...)
	}
	return requests
}

func (r *QuotaWatchReconciler) watchesBy(ctx context.Context, namespace, index, name string) []reconcile.Request {
	watches := &v1alpha1.QuotaWatchList{}
	if err := r.Client.List(ctx, watches, client.InNamespace(namespace), client.MatchingFields{index: name}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Could not list QuotaWatches", "index", index)
		return nil
	}
	requests := make([]reconcile.Request, 0, len(watches.Items))
	for i := range watches.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&watches.Items[i])})
	}
	return requests
}

// accountsOfSecret finds the accounts that use a Secret.
func (r *VendorAccountReconciler) accountsOfSecret(ctx context.Context, secret client.Object) []reconcile.Request {
	accounts := accountsBySecret(ctx, r.Client, secret)
	requests := make([]reconcile.Request, 0, len(accounts))
	for i := range accounts {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&accounts[i])})
	}
	return requests
}

func accountsBySecret(ctx context.Context, reader client.Reader, secret client.Object) []v1alpha1.VendorAccount {
	accounts := &v1alpha1.VendorAccountList{}
	err := reader.List(ctx, accounts, client.InNamespace(secret.GetNamespace()), client.MatchingFields{indexSecret: secret.GetName()})
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Could not list VendorAccounts", "index", indexSecret)
	}
	return accounts.Items
}
