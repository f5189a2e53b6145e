// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/controller"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/polyv"
	"github.com/quotawatch/quotawatch/internal/vendors/tencent"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
	"github.com/quotawatch/quotawatch/internal/vendors/volcengine"
)

// Leader election runs on the API server's time, which is real: long enough that
// no busy machine loses a lease, short enough to take over at once.
const (
	leaseDuration = 2 * time.Minute
	renewDeadline = time.Minute
	retryPeriod   = 500 * time.Millisecond
)

// workers is how many objects of each kind a replica reconciles at a time.
const workers = 4

// replica is one process of the operator, but that it shares this one.
type replica struct {
	world   *world
	elected <-chan struct{}
	pool    *transport.Pool
	// stop ends it as a signal does, and waits until it has.
	stop func()

	mu     sync.Mutex
	queues []*requestQueue
}

// startReplica starts a replica. It leads when no other does.
func (w *world) startReplica() *replica {
	GinkgoHelper()
	r := &replica{world: w}
	mgr, err := ctrl.NewManager(w.config, ctrl.Options{
		Scheme:                        scheme,
		Logger:                        w.log,
		Metrics:                       metricsserver.Options{BindAddress: "0"},
		Controller:                    ctrlconfig.Controller{SkipNameValidation: new(true)},
		Client:                        controller.ClientOptions(w.scope()),
		NewClient:                     w.writes.newClient,
		Cache:                         controller.CacheOptions(w.scope()),
		LeaderElection:                true,
		LeaderElectionID:              "simulation",
		LeaderElectionNamespace:       w.namespace,
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 new(leaseDuration),
		RenewDeadline:                 new(renewDeadline),
		RetryPeriod:                   new(retryPeriod),
	})
	Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithCancel(suiteContext)
	forget, err := w.writes.follow(ctx, mgr.GetCache(), &v1alpha1.QuotaWatch{}, &v1alpha1.VendorAccount{}, secretMetadata())
	Expect(err).NotTo(HaveOccurred())
	Expect(controller.Setup(ctx, mgr, w.options(r))).To(Succeed())

	r.elected = mgr.Elected()
	ended := make(chan struct{})
	go func() {
		defer GinkgoRecover()
		defer close(ended)
		Expect(mgr.Start(ctx)).To(Succeed())
	}()
	Expect(mgr.GetCache().WaitForCacheSync(ctx)).To(BeTrue())
	r.stop = sync.OnceFunc(func() {
		cancel()
		Eventually(ended).WithTimeout(patience).Should(BeClosed())
		forget()
		r.pool.CloseIdleConnections()
		w.effort.reconciles += r.reconciles()
		w.replicas = slices.DeleteFunc(w.replicas, func(other *replica) bool { return other == r })
	})
	w.replicas = append(w.replicas, r)
	return r
}

// scope is what a replica sees of the cluster.
func (w *world) scope() controller.Scope {
	return controller.Scope{Namespaces: []string{w.namespace}}
}

// options are those of the real operator, but for the clock and what looks on.
func (w *world) options(r *replica) controller.Options {
	GinkgoHelper()
	allowlist, err := transport.ParseAllowlist([]string{w.endpoint})
	Expect(err).NotTo(HaveOccurred())
	r.pool = transport.NewPool(transport.PoolOptions{Allowlist: allowlist, Clock: w.clock, Timeout: w.timeout})
	return controller.Options{
		Scope: w.scope(),
		Vendors: map[v1alpha1.Vendor]vendors.Factory{
			v1alpha1.VendorPolyv:        w.polls.watch(vendorsim.ServicePolyv, polyv.Factory()),
			v1alpha1.VendorTencentCloud: w.polls.watch(vendorsim.ServiceTencent, tencent.Factory()),
			v1alpha1.VendorVolcengine:   w.polls.watch(vendorsim.ServiceVolcengine, volcengine.Factory()),
		},
		Pool:        r.pool,
		Clock:       w.clock,
		Workers:     workers,
		MinInterval: time.Minute,
		Metrics:     prometheus.NewRegistry(),
		NewQueue:    r.newQueue,
	}
}

func (r *replica) newQueue(
	_ string, limiter workqueue.TypedRateLimiter[reconcile.Request],
) workqueue.TypedRateLimitingInterface[reconcile.Request] {
	q := newRequestQueue(r.world.clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queues = append(r.queues, q)
	return workqueue.NewTypedRateLimitingQueueWithConfig(limiter,
		workqueue.TypedRateLimitingQueueConfig[reconcile.Request]{DelayingQueue: q})
}

// lead waits until the replica leads and its controllers run.
func (r *replica) lead() {
	GinkgoHelper()
	Eventually(r.elected).WithTimeout(patience).Should(BeClosed())
	Eventually(func() int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.queues)
	}).WithTimeout(patience).Should(Equal(2), "one queue for each controller")
	r.world.settle()
}

// idle tells whether there is nothing to reconcile.
func (r *replica) idle() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !slices.ContainsFunc(r.queues, func(q *requestQueue) bool { return !q.idle() })
}

// reconciles returns how many there have been.
func (r *replica) reconciles() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	var count int64
	for _, q := range r.queues {
		count += q.done.Load()
	}
	return count
}

// secretMetadata names what the cache holds of Secrets.
func secretMetadata() *metav1.PartialObjectMetadata {
	metadata := &metav1.PartialObjectMetadata{}
	metadata.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	return metadata
}
