// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// expectWoken fails the test unless each of the owners was woken since the last
// time, to see the failure, or to see that there is none.
func (w *world) expectWoken(t *testing.T, op string, failure *vendors.Error, owners ...string) {
	t.Helper()
	woken := w.wakes()
	for _, owner := range owners {
		if got := w.answer(owner, op).Err; got != failure {
			t.Errorf("%s sees %v, want %v", owner, got, failure)
		}
		if !slices.Contains(woken, owner) {
			t.Errorf("woken: %v, want also %s", woken, owner)
		}
	}
}

func TestOwnersInLineAreToldOfThePause(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v, throttled := w.vendor(), &vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Hour}
		release := v.hang()
		for _, owner := range []string{"running", "running too", "in line", "in line too"} {
			w.declare(owner, credential("id"), v.packages(time.Hour).of(owner))
		}
		v.failWith(throttled)
		w.wakes()
		release()
		w.expectWoken(t, vendors.OpPackages, throttled, "in line", "in line too")
	})
}

func TestOwnersOfAnAttemptThatWaitsAreToldOfThePause(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v, throttled := w.vendor(), &vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 2 * time.Minute}
		v.failWith(throttled)
		release := v.hang()
		var asked []time.Duration
		source := credential("id").limited(1)
		w.declare("first", source, v.packages(time.Hour).of("first"))
		w.declare("second", source, w.pages(source, 1, &asked).of("second")) // waits for its turn
		release()
		paused := w.clock.Now()
		w.wakes()
		w.pass(time.Second)
		w.expectWoken(t, vendors.OpPackages, throttled, "second")
		if got, want := w.answer("second", vendors.OpPackages).Next, paused.Add(throttled.RetryAfter); !got.Equal(want) {
			t.Errorf("the next attempt is at %s, want %s", got, want)
		}
		v.recover()
		w.pass(throttled.RetryAfter)
		w.expectWoken(t, vendors.OpPackages, nil, "second")
		if len(asked) != 1 {
			t.Errorf("asked at %v, want once", asked)
		}
	})
}

func TestOwnersBehindAProbeAreToldOfThePause(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v, throttled := w.vendor(), &vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute}
		v.failWith(throttled)
		w.declare("first", credential("id"), v.packages(day).of("first").since(began.Add(-day)))
		w.passTo(w.answer("first", "packages").Next)
		w.pass(time.Hour) // nobody asks, so that the pause is over and nobody knows
		release := v.hang()
		w.poller.Declare(ownerNamed("probe"), credential("id"), v.packages(day).of("probe"))
		w.declare("behind", credential("id"), v.packages(day).of("behind"))
		w.expectWoken(t, vendors.OpPackages, throttled, "behind")
		release()
	})
}

// Else its status would be written twice for each probe.
func TestAccountSeesOneFailureThroughoutAnOutage(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("account", credential("id"), v.verify(day).since(began))
		for i := range 10 {
			w.declare(fmt.Sprint("watch", i), credential("id"), v.packages(time.Minute).of(fmt.Sprint(i)))
		}
		v.failWith(&vendors.Error{Kind: vendors.KindUnavailable})
		var turns []bool
		seen := false
		for range 20 * 60 {
			w.pass(time.Second)
			if sees := w.answer("account", vendors.OpVerify).Err != nil; sees != seen {
				seen, turns = sees, append(turns, sees)
			}
			if w.clock.Since(began) > 15*time.Minute {
				v.recover()
			}
		}
		if diff := cmp.Diff([]bool{true, false}, turns); diff != "" {
			t.Errorf("the account saw a failure come and go (-want +got):\n%s", diff)
		}
	})
}

func TestAccountIsToldThatAProbeOfManyPagesPassed(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		source, throttled := credential("id"), &vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute}
		pace, attempts := w.poller.Pace(source), 0
		page, end := make(chan struct{}), make(chan struct{})
		w.declare("account", source, w.vendor().verify(day).since(began))
		w.declare("watch", source, Query{Op: vendors.OpPackages, Interval: time.Hour, Ask: func(ctx context.Context) (any, error) {
			if attempts++; attempts == 1 {
				return nil, throttled
			}
			_ = pace(ctx)
			<-page
			_ = pace(ctx)
			<-end
			return nil, nil
		}})
		w.expectWoken(t, vendors.OpVerify, throttled, "account")
		w.pass(time.Minute + 2*slowAfter)
		w.wakes()
		close(page)
		w.pass(0) // nothing but the second page is awaited
		w.expectWoken(t, vendors.OpVerify, nil, "account")
		close(end)
	})
}

func TestHeldOwnersAreToldOfAnotherFailure(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v, unavailable := w.vendor(), &vendors.Error{Kind: vendors.KindUnavailable, RetryAfter: time.Hour}
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute})
		w.declare("first", credential("id"), v.packages(time.Hour).of("first"))
		w.declare("second", credential("id"), v.packages(time.Hour).of("second"))
		w.declare("third", credential("id"), v.packages(time.Hour).of("third"))
		w.wakes()
		v.failWith(unavailable)
		w.pass(61 * time.Second) // one of the three is the probe
		w.expectWoken(t, vendors.OpPackages, unavailable, "second", "third")
	})
}

func TestAccountIsToldOfAnotherFailure(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v, unavailable := w.vendor(), &vendors.Error{Kind: vendors.KindUnavailable, RetryAfter: time.Hour}
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute})
		w.declare("watch", credential("id"), v.packages(time.Hour))
		w.declare("account", credential("id"), v.verify(day).since(began))
		w.wakes()
		v.failWith(unavailable)
		w.pass(61 * time.Second)
		w.expectWoken(t, vendors.OpVerify, unavailable, "account")
	})
}

func TestAccountsAreToldOfABlockAndItsEnd(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v, verify := w.vendor(), w.vendor()
		blocked := &vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: true}
		w.declare("watch", credential("a"), v.packages(time.Hour).since(began.Add(-time.Hour)))
		w.declare("account a", credential("a"), verify.verify(day).since(began))
		w.declare("account b", credential("b"), verify.verify(day).since(began))
		v.failWith(blocked)
		w.passTo(w.answer("watch", "packages").Next)
		w.expectWoken(t, vendors.OpVerify, blocked, "account a", "account b")
		v.recover()
		w.passTo(w.answer("watch", "packages").Next)
		w.expectWoken(t, vendors.OpVerify, nil, "account a", "account b")
	})
}
