// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// began is when every test begins.
var began = time.Date(2026, time.November, 21, 10, 0, 0, 0, time.UTC)

// world is a running Poller with a clock that only the test moves. The bubble
// that it lives in serves to know when nothing moves any more, and fails the
// test when a goroutine is left over.
type world struct {
	clock  *timerClock
	log    logr.Logger
	poller *Poller
	stop   func() // ends the poller and waits for it

	mu    sync.Mutex
	woken []Owner
}

// run runs a test in a world of its own.
func run(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{clock: &timerClock{FakeClock: clocktesting.NewFakeClock(began)}, log: logr.Discard()}
		w.start(Options{})
		defer func() {
			w.stop()
			if w.clock.HasWaiters() {
				t.Error("a timer is left over")
			}
		}()
		test(t, w)
	})
}

// start starts a Poller. What options leave open is the world's.
func (w *world) start(options Options) {
	options.Clock, options.Log = w.clock, w.log
	if options.Wake == nil {
		options.Wake = w.wake
	}
	w.poller = New(options)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.poller.Start(ctx)
	}()
	w.stop = func() {
		cancel()
		<-ended
	}
}

// restart replaces the Poller by a fresh one, as a new process would.
func (w *world) restart(options Options) {
	w.stop()
	w.start(options)
}

func (w *world) wake(owner Owner) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken = append(w.woken, owner)
}

// wakes returns who was woken since the last time, by name.
func (w *world) wakes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for _, owner := range w.woken {
		names = append(names, owner.Name)
	}
	w.woken = nil
	slices.Sort(names)
	return names
}

// declare declares and lets everything happen that happens at once.
func (w *world) declare(owner string, source Source, queries ...Query) {
	w.poller.Declare(ownerNamed(owner), source, queries...)
	synctest.Wait()
}

func (w *world) forget(owner string) {
	w.poller.Forget(ownerNamed(owner))
	synctest.Wait()
}

func (w *world) answer(owner, op string) Answer {
	return w.poller.Answer(ownerNamed(owner), op)
}

// pass lets time pass, stopping at every timer on the way.
func (w *world) pass(d time.Duration) {
	end := w.clock.Now().Add(d)
	synctest.Wait()
	for w.clock.Now().Before(end) {
		w.clock.SetTime(w.clock.next(end))
		synctest.Wait()
	}
}

// passTo lets time pass until then.
func (w *world) passTo(then time.Time) {
	w.pass(then.Sub(w.clock.Now()))
}

func ownerNamed(name string) Owner {
	return Owner{Kind: "QuotaWatch", Namespace: "live", Name: name}
}

// timerClock is a FakeClock that remembers for when timers were set, so that a
// test can go from one to the next and miss none.
type timerClock struct {
	*clocktesting.FakeClock
	mu     sync.Mutex
	timers []time.Time
}

func (c *timerClock) NewTimer(d time.Duration) clock.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timers = append(c.timers, c.Now().Add(d))
	return c.FakeClock.NewTimer(d)
}

// next returns the first time for which a timer was set, or end if that is
// earlier.
func (c *timerClock) next(end time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	c.timers = slices.DeleteFunc(c.timers, func(at time.Time) bool { return !at.After(now) })
	for _, at := range c.timers {
		if at.Before(end) {
			end = at
		}
	}
	return end
}

// ringsBy tells whether a timer was set for a time until then.
func (c *timerClock) ringsBy(then time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	return slices.ContainsFunc(c.timers, func(at time.Time) bool { return at.After(now) && !at.After(then) })
}

// vendor notes when it is asked and answers as it is told to: with the number
// of the call when nothing else is said.
type vendor struct {
	clock clock.PassiveClock

	mu      sync.Mutex
	calls   []time.Time
	running int
	err     *vendors.Error
	hold    chan struct{} // when set, calls wait until it is closed
}

func (w *world) vendor() *vendor { return &vendor{clock: w.clock} }

func (v *vendor) ask(ctx context.Context) (any, error) {
	v.mu.Lock()
	v.calls = append(v.calls, v.clock.Now())
	v.running++
	number, hold := len(v.calls), v.hold
	v.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.running--
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if v.err != nil {
		return nil, v.err
	}
	return number, nil
}

// fail makes the vendor answer every call with a failure of this kind.
func (v *vendor) fail(kind vendors.Kind) { v.failWith(&vendors.Error{Kind: kind}) }

func (v *vendor) failWith(err *vendors.Error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = err
}

func (v *vendor) recover() { v.failWith(nil) }

// hang makes the vendor answer nothing until release is called.
func (v *vendor) hang() (release func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	hold := make(chan struct{})
	v.hold = hold
	return func() {
		v.mu.Lock()
		v.hold = nil
		v.mu.Unlock()
		close(hold)
		synctest.Wait()
	}
}

// asked returns when the vendor was asked, since the test began.
func (v *vendor) asked() []time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	var times []time.Duration
	for _, at := range v.calls {
		times = append(times, at.Sub(began))
	}
	return times
}

func (v *vendor) count() int { return len(v.asked()) }

// busy returns how many calls are under way.
func (v *vendor) busy() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.running
}

// packages is a query for packages.
func (v *vendor) packages(interval time.Duration) Query {
	return Query{Op: vendors.OpPackages, Interval: interval, Ask: v.ask}
}

// verify is a query that any success answers.
func (v *vendor) verify(interval time.Duration) Query {
	return Query{Op: vendors.OpVerify, Interval: interval, AnsweredByAny: true, Ask: v.ask}
}

// of narrows the question.
func (q Query) of(params string) Query {
	q.Params = params
	return q
}

// since says that the owner holds numbers of that time.
func (q Query) since(held time.Time) Query {
	q.Held = held
	return q
}

var keyer = NewKeyer()

// credential returns the source of a credential at the vendor's host, without
// limits.
func credential(id string) Source {
	return Source{Key: keyer.Key(id), ID: id, Host: "vendor.example"}
}

// at moves the source to another host.
func (s Source) at(host string) Source {
	s.Host = host
	s.Key = keyer.Key(s.ID, host)
	return s
}

// through leads the source through a proxy.
func (s Source) through(proxy string) Source {
	s.Route = proxy
	s.Key = keyer.Key(s.ID, proxy)
	return s
}

// limited limits the calls with the credential.
func (s Source) limited(perSecond int32) Source {
	s.RequestsPerSecond = perSecond
	return s
}
