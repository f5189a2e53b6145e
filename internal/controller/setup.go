// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/metrics"
	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// Indexes of the cache: which objects refer to a name.
const (
	indexAccount = "spec.accountRef.name"
	indexSecret  = "secrets" // every Secret that the object refers to
)

// reconcileTimeout bounds one reconcile. It calls the API server only, so a
// longer one is stuck.
const reconcileTimeout = time.Minute

// Options are what the controllers work with.
type Options struct {
	// Scope is that of the manager's cache.
	Scope Scope
	// Vendors are those that this version knows.
	Vendors map[v1alpha1.Vendor]vendors.Factory
	// Pool is the way out to them.
	Pool  *transport.Pool
	Clock clock.WithTicker
	// Workers is how many objects of each kind are reconciled at the same time.
	Workers int
	// MinInterval is the least interval between two polls of one question.
	MinInterval time.Duration
	// Metrics is where the operator's own metrics are registered.
	Metrics prometheus.Registerer
	// NewQueue makes the queue of the controller of that name, in place of the
	// framework's default.
	NewQueue func(name string, limiter workqueue.TypedRateLimiter[reconcile.Request]) workqueue.TypedRateLimitingInterface[reconcile.Request]
}

// Setup adds both controllers, and the poller that works for them, to mgr.
func Setup(ctx context.Context, mgr ctrl.Manager, o Options) error {
	wakeups := newWakeups()
	engine := metrics.NewEngine()
	poller := polling.New(polling.Options{
		Clock: o.Clock, Wake: wakeups.wake, Observer: engine, Log: mgr.GetLogger().WithName("poller"),
	})
	engine.Watch(poller)
	if err := o.Metrics.Register(engine); err != nil {
		return fmt.Errorf("register the engine's metrics: %w", err)
	}
	if err := mgr.Add(poller); err != nil {
		return fmt.Errorf("add the poller: %w", err)
	}
	if err := setupIndexes(ctx, mgr); err != nil {
		return err
	}
	shared, err := newReconciler(ctx, mgr, poller, o)
	if err != nil {
		return err
	}
	if err := (&VendorAccountReconciler{reconciler: shared}).setup(mgr, wakeups, o); err != nil {
		return fmt.Errorf("set up the VendorAccount controller: %w", err)
	}
	if err := (&QuotaWatchReconciler{reconciler: shared, MinInterval: o.MinInterval}).setup(mgr, wakeups, o); err != nil {
		return fmt.Errorf("set up the QuotaWatch controller: %w", err)
	}
	return nil
}

// recorderName is the component that Events come from.
const recorderName = "quotawatch"

// reconciler is what both reconcilers work with.
type reconciler struct {
	Client    client.Client
	Recorder  events.EventRecorder
	Clock     clock.PassiveClock
	Connector *Connector
	Poller    *polling.Poller
}

func newReconciler(ctx context.Context, mgr ctrl.Manager, poller *polling.Poller, o Options) (reconciler, error) {
	secrets, err := newSecretReader(ctx, mgr)
	if err != nil {
		return reconciler{}, fmt.Errorf("watch Secrets: %w", err)
	}
	return reconciler{
		Client:   mgr.GetClient(),
		Recorder: mgr.GetEventRecorder(recorderName),
		Clock:    o.Clock,
		Connector: &Connector{
			Scope: o.Scope, Secrets: secrets,
			Vendors: o.Vendors, Pool: o.Pool, Poller: poller, Keyer: polling.NewKeyer(), Clock: o.Clock,
		},
		Poller: poller,
	}, nil
}

// setupIndexes adds the indexes that both controllers look references up with.
func setupIndexes(ctx context.Context, mgr ctrl.Manager) error {
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

// setup registers the reconciler, and what wakes it: the watch itself, its
// account, the Secrets of either, and the poller.
func (r *QuotaWatchReconciler) setup(mgr ctrl.Manager, wakeups *wakeups, o Options) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.QuotaWatch{}, builder.WithPredicates(specChangedOrRefreshRequested)).
		Watches(&v1alpha1.VendorAccount{}, handler.EnqueueRequestsFromMapFunc(r.watchesOfAccount),
			builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.watchesOfSecret)).
		WatchesRawSource(wakeups.source(kindQuotaWatch)).
		WithOptions(controllerOptions(o)).
		Complete(r)
}

// setup registers the reconciler, and what wakes it: the account itself, its
// Secrets, QuotaWatches that come and go, and the poller.
func (r *VendorAccountReconciler) setup(mgr ctrl.Manager, wakeups *wakeups, o Options) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.VendorAccount{}, builder.WithPredicates(specChangedOrRefreshRequested)).
		Watches(&v1alpha1.QuotaWatch{}, handler.EnqueueRequestsFromMapFunc(accountRequest),
			builder.WithPredicates(comingAndGoing)).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.accountsOfSecret)).
		WatchesRawSource(wakeups.source(kindVendorAccount)).
		WithOptions(controllerOptions(o)).
		Complete(r)
}

// comingAndGoing passes what changes how many there are.
var comingAndGoing = predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }}

func controllerOptions(o Options) controller.Options {
	return controller.Options{
		MaxConcurrentReconciles: o.Workers,
		ReconciliationTimeout:   reconcileTimeout,
		NewQueue:                o.NewQueue,
		EnableWarmup:            new(true), // so that a replica that begins to lead knows at once what there is to do
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
	if err := r.Client.List(ctx, watches, client.InNamespace(namespace), client.MatchingFields{index: name}, asCached, whateverWritten); err != nil {
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
	err := reader.List(ctx, accounts, client.InNamespace(secret.GetNamespace()),
		client.MatchingFields{indexSecret: secret.GetName()}, asCached, whateverWritten)
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Could not list VendorAccounts", "index", indexSecret)
	}
	return accounts.Items
}
