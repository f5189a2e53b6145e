// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package simulation lives through long stretches of time with the whole
// operator in minutes: both controllers, the poller and the transport in this
// process, a real API server, and the simulator of the vendors over HTTP. Time is
// simulated. It moves on only when everything that the present moment gave cause
// for is done, and then to the next moment for which something waits.
//
// What real time decides stays real: leases, and the stamps that the API server
// itself puts on objects.
package simulation

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

const (
	// patience is how long a world may take to do what one moment gives cause for.
	patience = time.Minute

	// resolution is the shortest step of time. What is due within one step happens
	// at its end: later than it might, never earlier.
	resolution = 100 * time.Millisecond

	// callsAtOnce is how many calls are left with the vendors, which keep the last
	// ten thousand.
	callsAtOnce = 5000
)

// world is an operator, the vendors that it polls and their time.
type world struct {
	clock     *simClock
	namespace string
	// user is a client as people and Git tools have it.
	user     client.Client
	vendors  *vendorsim.Simulator
	endpoint string
	polls    *pollLog

	config   *rest.Config
	api      apiFaults
	conns    connections
	requests apiRequests
	writes   writes
	replicas []*replica
	// timeout is how long a call to a vendor may take, in real time; zero for the
	// default.
	timeout time.Duration
	// log takes what replicas log.
	log logr.Logger

	// calls are those that the vendors got, of which so many are collected and booked.
	calls             []vendorsim.Call
	collected, booked int

	effort effort
}

// newWorld makes a world without a replica of the operator.
func newWorld() *world {
	GinkgoHelper()
	w := &world{clock: newClock(beginning()), log: logr.Discard()}
	w.effort.began = time.Now()
	w.polls = &pollLog{clock: w.clock}
	var err error
	w.vendors, err = vendorsim.New(w.clock, vendorsim.ScenarioSeeds)
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewUnstartedServer(w.vendors)
	server.Config.ConnState = w.conns.changed
	server.Start()
	DeferCleanup(server.Close)
	w.endpoint = server.URL

	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "world-"}}
	Expect(apiServer.Create(suiteContext, namespace)).To(Succeed())
	w.namespace = namespace.Name
	w.config = rest.CopyConfig(config)
	w.config.QPS = -1 // no limit
	w.config.Wrap(w.requests.wrap)
	w.user, err = w.writes.newClient(w.config, client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	w.config = rest.CopyConfig(w.config)
	w.config.Wrap(w.api.wrap)
	DeferCleanup(func() {
		for len(w.replicas) > 0 {
			w.replicas[0].stop()
		}
	})
	return w
}

// beginning is a midnight to come: the API server dates objects by the real
// clock, and nothing may be newer than the present. Slots are counted from a
// midnight too, so that they are the same whenever a world begins.
func beginning() time.Time {
	const day = 24 * time.Hour
	return time.Now().UTC().Add(time.Hour).Truncate(day).Add(day)
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	GinkgoHelper()
	w.passTo(w.clock.Now().Add(d))
}

// passTo lets time pass until then, and everything happen that happens on the
// way.
func (w *world) passTo(then time.Time) {
	GinkgoHelper()
	w.settle()
	for w.clock.Now().Before(then) {
		step := w.clock.Now().Add(resolution)
		if next := w.clock.next(then); next.After(step) {
			step = next
		}
		w.clock.moveTo(step)
		w.effort.steps++
		w.settle()
		if w.vendors.CallCount()-w.collected > callsAtOnce {
			w.collectCalls()
		}
	}
	w.collectCalls()
}

// collectCalls takes over the calls that the vendors got, before they forget them.
func (w *world) collectCalls() {
	GinkgoHelper()
	count := w.vendors.CallCount()
	kept := w.vendors.Calls()
	fresh := count - w.collected
	Expect(fresh).To(BeNumerically("<=", len(kept)), "the simulator forgot calls")
	w.calls = append(w.calls, kept[len(kept)-fresh:]...)
	w.collected = count
}

// forgetBooked drops the calls that were booked.
func (w *world) forgetBooked() {
	w.calls, w.booked = slices.Delete(w.calls, 0, w.booked), 0
}

// forgetCalls drops the calls since the last collection, which others made.
func (w *world) forgetCalls() { w.collected = w.vendors.CallCount() }

// settle waits until everything is done that the present moment gives cause for.
func (w *world) settle() {
	GinkgoHelper()
	deadline := time.Now().Add(patience)
	for attempt := 0; !w.settled(); attempt++ {
		if time.Now().After(deadline) {
			Fail(fmt.Sprintf("the world does not settle: %s", w.unsettled()))
		}
		briefly(attempt)
	}
}

// settled tells whether nothing moves until the clock does. Between two equal
// counts of requests and calls nothing was begun and nothing ended, so what was
// seen in between was true all at once.
func (w *world) settled() bool {
	before := w.activity()
	return w.unsettled() == "" && blocked() && w.activity() == before
}

func (w *world) activity() [2]int64 {
	return [2]int64{w.requests.begun.Load(), w.polls.moves.Load()}
}

// unsettled says what keeps the world from being settled; empty when nothing of
// which there are counts does.
func (w *world) unsettled() string {
	switch {
	case w.requests.underWay():
		return "a request to the API server is under way"
	case w.polls.calling():
		return "a call to a vendor is under way"
	case !w.writes.current():
		return "a cache has not seen a write"
	}
	for _, r := range w.replicas {
		if !r.idle() {
			return "an object is to be reconciled"
		}
	}
	return ""
}
