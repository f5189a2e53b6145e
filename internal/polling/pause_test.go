// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// pauses are asked for in two ways: of the credential, and of all that share the
// address.
var pauses = map[string]bool{"of the credential": false, "of the address": true}

func TestAnswerUnderWayDoesNotEndThePause(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		slow, throttled, third := w.vendor(), w.vendor(), w.vendor()
		release := slow.hang()
		throttled.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute})
		w.declare("slow", credential("id"), slow.packages(time.Hour).of("slow"))
		w.declare("throttled", credential("id"), throttled.packages(time.Hour).of("throttled"))
		release() // the answer to what was sent before the vendor asked for silence
		w.pass(time.Second)
		w.declare("third", credential("id"), third.packages(time.Hour).of("third"))
		w.pass(9 * time.Minute)
		if got := third.count(); got != 0 {
			t.Errorf("%d calls within the vendor's Retry-After, at %v", got, third.asked())
		}
	})
}

func TestProbeUnderWayDoesNotEndALaterPause(t *testing.T) {
	for name, blocked := range pauses {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				early, first, probe, later := w.vendor(), w.vendor(), w.vendor(), w.vendor()
				releaseEarly := early.hang()
				w.declare("early", credential("id"), early.packages(time.Hour).of("early"))
				first.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Second, AddressBlocked: blocked})
				w.declare("first", credential("id"), first.packages(day).of("first").since(began.Add(-day)))
				w.passTo(w.answer("first", "packages").Next)
				releaseProbe := probe.hang()
				w.declare("probe", credential("id"), probe.packages(time.Hour).of("probe"))
				w.pass(6 * time.Second)
				if got := probe.busy(); got != 1 {
					t.Fatalf("%d probes are under way", got)
				}
				early.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute, AddressBlocked: blocked})
				releaseEarly()
				releaseProbe()
				w.pass(time.Second)
				w.declare("later", credential("id"), later.packages(time.Hour).of("later"))
				w.pass(9 * time.Minute)
				if got := later.count(); got != 0 {
					t.Errorf("%d calls within the vendor's Retry-After, at %v", got, later.asked())
				}
			})
		})
	}
}

func TestLongProbeHoldsNobodyOnceItIsAnswered(t *testing.T) {
	for name, blocked := range pauses {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				var asked []time.Duration
				source, other := credential("long").limited(1), credential("long").limited(1)
				if blocked {
					other = credential("other")
				}
				v, long := w.vendor(), w.pages(source, 1200, &asked).of("long")
				read := long.Ask
				long.Ask = func(ctx context.Context) (any, error) {
					if w.clock.Since(began) < time.Minute {
						return nil, &vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: blocked}
					}
					return read(ctx)
				}
				w.declare("long", source, long)
				w.passTo(began.Add(5*time.Minute + time.Second)) // the probe begins
				w.declare("other", other, v.packages(time.Hour))
				w.pass(15 * time.Minute)
				if v.count() == 0 {
					t.Errorf("another question waits, though the vendor answered %d calls", len(asked))
				}
				w.stop()
			})
		})
	}
}

func TestPauseShowsWhileItIsProbed(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute})
		w.declare("first", credential("id"), v.packages(time.Hour).of("first").since(began.Add(-time.Hour)))
		w.passTo(w.answer("first", "packages").Next)
		opened := w.clock.Now()
		w.declare("probe", credential("id"), v.packages(time.Hour).of("probe"))
		release := v.hang()
		expectPause := func(when string) {
			if a := w.answer("probe", "packages"); a.Err == nil || !a.Since.Equal(opened) {
				t.Errorf("%s: it fails with %v since %s, want since %s", when, a.Err, a.Since, opened)
			}
		}
		expectPause("while it is held")
		w.pass(10*time.Minute + time.Second)
		if got := v.busy(); got != 1 {
			t.Fatalf("%d probes are under way", got)
		}
		expectPause("while it is the probe")
		release()
		expectPause("after the probe failed")
	})
}

func TestVerificationShowsNoPauseThatIsOver(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("account", credential("id"), v.verify(day).since(began))
		w.declare("watch", credential("id"), v.packages(day).since(began.Add(-day)))
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Second})
		w.passTo(w.answer("watch", "packages").Next)
		w.pass(5 * time.Hour) // nothing is asked that would be the probe
		if a := w.answer("account", "verify"); a.Err != nil {
			t.Errorf("five hours after a pause of a second the account shows %v, next in %s", a.Err, a.Next.Sub(w.clock.Now()))
		}
	})
}

// Accounts that fail anyway would tell nothing of the block as its probes.
func TestDeadAccountsDoNotProlongABlock(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		dead, good, blocked := w.vendor(), w.vendor(), w.vendor()
		dead.fail(vendors.KindUnavailable)
		for i := range 100 {
			w.declare(fmt.Sprint("dead", i), credential(fmt.Sprint("dead", i)), dead.packages(10*time.Minute))
			w.declare(fmt.Sprint("good", i), credential(fmt.Sprint("good", i)), good.packages(10*time.Minute))
		}
		w.pass(time.Hour)
		blocked.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: true})
		w.declare("blocked", credential("blocked"), blocked.packages(day))
		blocked.recover()
		before := good.count()
		w.pass(7 * time.Minute)
		if good.count() == before {
			t.Error("no good account was asked again for 7 minutes, of a block of 5")
		}
	})
}
