// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/polyv"
	"github.com/quotawatch/quotawatch/internal/vendors/tencent"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
	"github.com/quotawatch/quotawatch/internal/vendors/volcengine"
)

// patience is how long a spec waits for the operator. Nothing in it takes
// longer than the API server does.
const patience = 15 * time.Second

// operator is the whole operator in this process: a manager with both
// controllers and the poller, in a namespace of its own, against a simulator of
// the vendors. Its clock stands still until a spec moves it.
type operator struct {
	namespace string
	scope     Scope
	elects    bool         // whether it leads only when elected
	requests  *requestLog  // to the API server
	config    *rest.Config // who it is there
	clock     *clocktesting.FakeClock
	vendor    *vendorsim.Simulator
	endpoint  string
	logs      *logBuffer
	queues    sync.Map // each controller's, by its name
	mgr       ctrl.Manager
	stop      func()
	server    *httptest.Server
}

// newOperator starts an operator whose simulator plays the scenario of the
// published samples.
func newOperator() *operator {
	GinkgoHelper()
	return newOperatorOf(vendorsim.ScenarioSeeds)
}

func newOperatorOf(scenario string) *operator {
	GinkgoHelper()
	o := prepareOperator(scenario)
	o.start()
	return o
}

// prepareOperator returns an operator that is still to be started.
func prepareOperator(scenario string) *operator {
	GinkgoHelper()
	// The API server dates objects by the real clock. This one begins a little
	// ahead, so that what a spec creates next is not newer than what is read.
	o := &operator{clock: clocktesting.NewFakeClock(time.Now().Add(time.Minute)), logs: &logBuffer{}, requests: &requestLog{}}
	var err error
	o.vendor, err = vendorsim.New(o.clock, scenario)
	Expect(err).NotTo(HaveOccurred())
	o.server = httptest.NewServer(o.vendor)
	DeferCleanup(o.server.Close)
	o.endpoint = o.server.URL

	o.namespace, o.config = newNamespace(), config
	o.scope.Namespaces = []string{o.namespace}
	return o
}

// newNamespace creates a namespace and returns its name.
func newNamespace() string {
	GinkgoHelper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "spec-"}}
	Expect(apiServer.Create(suiteContext, namespace)).To(Succeed())
	return namespace.Name
}

// another returns an operator beside this one, with the same clock and vendor,
// that is still to be started.
func (o *operator) another() *operator {
	return &operator{
		namespace: o.namespace, scope: o.scope, elects: o.elects, config: o.config, requests: &requestLog{}, logs: &logBuffer{},
		clock: o.clock, vendor: o.vendor, server: o.server, endpoint: o.endpoint,
	}
}

// start starts the manager; after stop it is what a restart is.
func (o *operator) start() {
	GinkgoHelper()
	o.build()
	o.run()
}

// build sets the manager up without starting it.
func (o *operator) build() {
	GinkgoHelper()
	var err error
	o.mgr, err = ctrl.NewManager(o.requests.of(o.config), ctrl.Options{
		Scheme:     scheme,
		Logger:     verboseLogger(o.logs),
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Controller: ctrlconfig.Controller{SkipNameValidation: new(true)},
		Client:     ClientOptions(o.scope),
		Cache:      CacheOptions(o.scope),

		LeaderElection: o.elects, LeaderElectionID: "spec", LeaderElectionNamespace: o.namespace,
		LeaderElectionReleaseOnCancel: true, RetryPeriod: new(100 * time.Millisecond),
	})
	Expect(err).NotTo(HaveOccurred())
	o.setUp()
}

func (o *operator) run() {
	GinkgoHelper()
	ctx, cancel := context.WithCancel(suiteContext)
	done, mgr := make(chan struct{}), o.mgr
	go func() {
		defer GinkgoRecover()
		defer close(done)
		Expect(mgr.Start(ctx)).To(Succeed())
	}()
	Expect(mgr.GetCache().WaitForCacheSync(ctx)).To(BeTrue())
	cached := &untouched{}
	cached.follow(ctx, mgr)
	o.stop = sync.OnceFunc(func() {
		cancel()
		Eventually(done).WithTimeout(patience).Should(BeClosed())
		cached.expectThat()
	})
	DeferCleanup(o.stop)
}

func (o *operator) setUp() {
	GinkgoHelper()
	allowlist, err := transport.ParseAllowlist([]string{o.endpoint})
	Expect(err).NotTo(HaveOccurred())
	Expect(Setup(suiteContext, o.mgr, Options{
		Scope: o.scope,
		Vendors: map[v1alpha1.Vendor]vendors.Factory{
			v1alpha1.VendorPolyv:        unlimited(polyv.Factory()),
			v1alpha1.VendorTencentCloud: unlimited(tencent.Factory()),
			v1alpha1.VendorVolcengine:   unlimited(volcengine.Factory()),
		},
		Pool:        transport.NewPool(transport.PoolOptions{Allowlist: allowlist, Timeout: 2 * time.Second}),
		Clock:       o.clock,
		Workers:     2,
		MinInterval: time.Minute,
		Metrics:     prometheus.NewRegistry(),
		NewQueue:    o.newQueue,
	})).To(Succeed())
}

// newQueue makes a controller's queue, through which advance can wake it.
func (o *operator) newQueue(name string, limiter workqueue.TypedRateLimiter[reconcile.Request]) queue {
	q := &countingQueue{queue: workqueue.NewTypedRateLimitingQueueWithConfig(limiter,
		workqueue.TypedRateLimitingQueueConfig[reconcile.Request]{Name: name})}
	o.queues.Store(name, q)
	return q
}

// countingQueue counts what was worked off.
type countingQueue struct {
	queue
	taken, done atomic.Int64
}

// Get implements workqueue.TypedInterface.
func (q *countingQueue) Get() (reconcile.Request, bool) {
	request, shutdown := q.queue.Get()
	q.taken.Add(1)
	return request, shutdown
}

// Done implements workqueue.TypedInterface.
func (q *countingQueue) Done(request reconcile.Request) {
	q.queue.Done(request)
	q.done.Add(1)
}

// reconciles counts how often a controller has reconciled anything.
func (o *operator) reconciles(controller string) func() int {
	return func() int {
		if q, ok := o.queues.Load(controller); ok {
			return int(q.(*countingQueue).done.Load())
		}
		return 0
	}
}

// idle tells whether no controller has anything to do.
func (o *operator) idle() bool {
	idle := true
	o.queues.Range(func(_, q any) bool {
		counting := q.(*countingQueue)
		done := counting.done.Load() // before taken, which may grow meanwhile
		idle = idle && counting.Len() == 0 && counting.taken.Load() == done
		return true
	})
	return idle
}

// verboseLogger logs all that the manager would at its highest verbosity.
func verboseLogger(w io.Writer) logr.Logger {
	GinkgoHelper()
	options := zap.Options{Development: true}
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	options.BindFlags(flags)
	Expect(flags.Parse([]string{"--zap-log-level=10"})).To(Succeed())
	return WithoutBodies(zap.New(zap.UseFlagOptions(&options), zap.WriteTo(w)))
}

// unlimited takes a vendor's rate limits away: on a clock that stands still a
// second call would wait for ever.
func unlimited(factory vendors.Factory) vendors.Factory {
	factory.RequestsPerSecond, factory.HostRequestsPerSecond = 0, 0
	return factory
}

// advance moves the clock, and has both objects reconciled as the workqueue
// would have after that time.
func (o *operator) advance(by time.Duration) {
	o.clock.Step(by)
	o.enqueue("quotawatch", watchName)
	o.enqueue("vendoraccount", accountName)
}

// enqueue has an object reconciled by the controller.
func (o *operator) enqueue(controller, name string) {
	if q, ok := o.queues.Load(controller); ok {
		q.(queue).Add(reconcile.Request{NamespacedName: types.NamespacedName{Namespace: o.namespace, Name: name}})
	}
}

// logBuffer collects what the operator logs.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// listen opens the address that a URL names.
func listen(url string) net.Listener {
	GinkgoHelper()
	listener, err := (&net.ListenConfig{}).Listen(suiteContext, "tcp", strings.TrimPrefix(url, "http://"))
	Expect(err).NotTo(HaveOccurred())
	return listener
}
