// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// An answer to a call sent before the pause began must not end the pause.
func TestAnswerUnderWayDoesNotEndThePause(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		slow, throttled, third := w.vendor(), w.vendor(), w.vendor()
		release := slow.hang()
		throttled.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute})
		w.declare("slow", credential("id"), slow.packages(time.Hour).of("slow"))
		w.declare("throttled", credential("id"), throttled.packages(time.Hour).of("throttled"))
		release() // the vendor answers what was sent before it asked for silence
		w.pass(time.Second)
		w.declare("third", credential("id"), third.packages(time.Hour).of("third"))
		w.pass(9 * time.Minute)
		if got := third.count(); got != 0 {
			t.Errorf("%d calls within the vendor's Retry-After, at %v", got, third.asked())
		}
	})
}

// Owners whose queries are in line when a breaker opens are told.
func TestOwnersInLineAreToldOfThePause(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		release := v.hang()
		for i := range 5 {
			w.declare(fmt.Sprint(i), credential("id"), v.packages(time.Hour).of(fmt.Sprint(i)))
		}
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Hour})
		w.wakes()
		release()
		w.pass(time.Minute)
		woken := w.wakes()
		for i := range 5 {
			if a := w.answer(fmt.Sprint(i), "packages"); a.Err != nil && !slices.Contains(woken, fmt.Sprint(i)) {
				t.Errorf("owner %d is shown %v, and was not woken to see it; woken: %v", i, a.Err, woken)
			}
		}
	})
}

// The accounts of a blocked route.
func TestAccountsAreToldOfABlockAndItsEnd(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v, verify := w.vendor(), w.vendor()
		w.declare("watch", credential("a"), v.packages(time.Hour).since(began.Add(-time.Hour)))
		w.declare("account a", credential("a"), verify.verify(24*time.Hour).since(began))
		w.declare("account b", credential("b"), verify.verify(24*time.Hour).since(began))
		w.wakes()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: true})
		w.passTo(w.answer("watch", "packages").Next)
		woken := w.wakes()
		for _, account := range []string{"account a", "account b"} {
			if a := w.answer(account, "verify"); a.Err != nil && !slices.Contains(woken, account) {
				t.Errorf("begin: %s is shown %v, and was not woken; woken: %v", account, a.Err, woken)
			}
		}
		v.recover()
		w.passTo(w.answer("watch", "packages").Next)
		woken = w.wakes()
		for _, account := range []string{"account a", "account b"} {
			if a := w.answer(account, "verify"); a.Err == nil && !slices.Contains(woken, account) {
				t.Errorf("end: %s is fine, and was not woken to see it; woken: %v", account, woken)
			}
		}
	})
}

// Attempts that became slow while maxSlow were under way keep their runners.
func TestRunnersAreGivenUpWhenThereIsRoomAgain(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		first, last, good := w.vendor(), w.vendor(), w.vendor()
		release := first.hang()
		for i := range maxSlow {
			w.declare(fmt.Sprint("first", i), credential(fmt.Sprint("first", i)), first.packages(time.Hour))
		}
		w.pass(time.Minute)
		releaseLast := last.hang()
		for i := range hostRunners {
			w.declare(fmt.Sprint("last", i), credential(fmt.Sprint("last", i)), last.packages(time.Hour))
		}
		w.pass(time.Minute)
		release() // all of the slow ones end
		w.declare("good", credential("good"), good.packages(time.Hour))
		w.pass(time.Minute)
		if h := w.poller.hosts["vendor.example"]; good.count() == 0 {
			t.Errorf("a good account waits behind %d that hang, though only %d of %d may not go on besides", h.running, h.slow, maxSlow)
		}
		releaseLast()
	})
}

// One long reading as a probe holds everybody long after the vendor answers.
func TestLongProbeDoesNotHoldTheOthers(t *testing.T) {
	for name, blocked := range map[string]bool{"credential": false, "address": true} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				var asked []time.Duration
				source := credential("long").limited(1)
				other := credential("other")
				if !blocked {
					other = source
				}
				v := w.vendor()
				long := w.pages(source, 1200, &asked).of("long")
				ask := long.Ask
				long.Ask = func(ctx context.Context) (any, error) {
					if w.clock.Since(began) < time.Minute {
						return nil, &vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: blocked}
					}
					return ask(ctx)
				}
				w.declare("long", source, long)
				w.passTo(began.Add(5*time.Minute + time.Second)) // the probe begins
				w.declare("other", other, v.packages(time.Hour))
				w.pass(15 * time.Minute)
				if v.count() == 0 {
					t.Errorf("nothing was asked for 15 minutes, in which the vendor answered %d calls", len(asked))
				}
				w.stop()
			})
		})
	}
}

// New, edited and resumed watches of a question that failed for good.
func TestNewOwnerOfAFailedQuestionIsAskedAtOnce(t *testing.T) {
	tests := map[string]func(w *world, v *vendor){
		"new":     func(w *world, v *vendor) { w.declare("b", credential("id"), v.packages(24*time.Hour)) },
		"edited":  func(w *world, v *vendor) { w.declare("a", credential("id"), v.packages(24*time.Hour)) },
		"resumed": func(w *world, v *vendor) { w.forget("c"); w.declare("c", credential("id"), v.packages(24*time.Hour)) },
	}
	for name, act := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				v.fail(vendors.KindForbidden)
				w.declare("a", credential("id"), v.packages(24*time.Hour).since(began.Add(-23*time.Hour)))
				w.declare("c", credential("id"), v.packages(24*time.Hour).since(began.Add(-23*time.Hour)))
				w.passTo(w.answer("a", "packages").Next)
				v.recover() // somebody grants the permission at the vendor
				w.pass(time.Hour)
				before := v.count()
				act(w, v)
				w.pass(10 * time.Minute)
				if got := v.count() - before; got != 1 {
					t.Errorf("%d calls; the next is due after %s", got, w.answer("a", "packages").Next.Sub(w.clock.Now()))
				}
			})
		})
	}
}

// Forget can move a turn ahead, of which Start is not told.
func TestForgetThatMovesATurnAhead(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("daily", credential("id"), v.packages(24*time.Hour).since(began.Add(-48*time.Hour)))
		w.declare("fresh", credential("id"), v.packages(24*time.Hour).since(began))
		w.forget("fresh")
		next := w.answer("daily", "packages").Next
		w.passTo(next)
		if v.count() == 0 {
			w.pass(30 * time.Minute)
			t.Errorf("said to be asked at %s, half an hour later asked %d times", next.Sub(began), v.count())
		}
	})
}

// The pause is hidden while the held query is the probe.
func TestPauseShowsWhileItIsProbed(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute})
		w.declare("first", credential("id"), v.packages(time.Hour).of("first").since(began.Add(-time.Hour)))
		w.passTo(w.answer("first", "packages").Next)
		opened := w.clock.Now()
		w.declare("b", credential("id"), v.packages(time.Hour).of("b"))
		if a := w.answer("b", "packages"); a.Err == nil || !a.Since.Equal(opened) {
			t.Fatalf("held: %v since %s", a.Err, a.Since)
		}
		release := v.hang()
		w.pass(10*time.Minute + time.Second) // b is the probe
		if got := v.busy(); got != 1 {
			t.Fatalf("%d calls under way", got)
		}
		if a := w.answer("b", "packages"); a.Err == nil {
			t.Error("while the probe is under way its owner is shown no failure")
		}
		release()
		if a := w.answer("b", "packages"); !a.Since.Equal(opened) {
			t.Errorf("after the probe failed it fails since %s, was told since %s", a.Since, opened)
		}
	})
}

// A pause that goes on, or another failure, is told to those who wait.
func TestHeldOwnersAreToldOfAnotherFailure(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute})
		w.declare("first", credential("id"), v.packages(time.Hour).of("first"))
		w.declare("second", credential("id"), v.packages(time.Hour).of("second"))
		w.declare("account", credential("id"), v.verify(24*time.Hour).since(began))
		was := w.answer("account", "verify")
		w.wakes()
		v.failWith(&vendors.Error{Kind: vendors.KindUnavailable, RetryAfter: time.Hour})
		w.pass(61 * time.Second)
		woken := w.wakes()
		for owner, op := range map[string]string{"second": "packages", "account": "verify"} {
			if is := w.answer(owner, op); is.Err != was.Err && !slices.Contains(woken, owner) {
				t.Errorf("%s is shown %v until %s, was told %v until %s; woken: %v", owner, is.Err, is.Next.Sub(began), was.Err, was.Next.Sub(began), woken)
			}
		}
	})
}

// Throttled credential whose other questions are seldom asked.
func TestVerificationShowsNoPauseThatIsOver(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("account", credential("id"), v.verify(24*time.Hour).since(began))
		w.declare("watch", credential("id"), v.packages(24*time.Hour).since(began.Add(-24*time.Hour)))
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Second})
		w.passTo(w.answer("watch", "packages").Next)
		w.pass(5 * time.Hour)
		if a := w.answer("account", "verify"); a.Err != nil {
			t.Errorf("five hours after a pause of a second the account shows %v, next in %s", a.Err, a.Next.Sub(w.clock.Now()))
		}
	})
}

// Nor does the success of a probe end a pause that was asked for after the probe began.
func TestProbeUnderWayDoesNotEndALaterPause(t *testing.T) {
	for name, blocked := range map[string]bool{"credential": false, "address": true} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				early, first, probe, later := w.vendor(), w.vendor(), w.vendor(), w.vendor()
				releaseEarly := early.hang()
				w.declare("early", credential("id"), early.packages(time.Hour).of("early"))
				first.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Second, AddressBlocked: blocked})
				w.declare("first", credential("id"), first.packages(24*time.Hour).of("first").since(began.Add(-24*time.Hour)))
				w.passTo(w.answer("first", "packages").Next)
				releaseProbe := probe.hang()
				w.declare("probe", credential("id"), probe.packages(time.Hour).of("probe"))
				w.pass(6 * time.Second)
				if probe.busy() != 1 {
					t.Fatal("no probe")
				}
				early.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute, AddressBlocked: blocked})
				releaseEarly()
				releaseProbe()
				w.pass(time.Second)
				w.declare("later", credential("id"), later.packages(time.Hour).of("later"))
				w.pass(9 * time.Minute)
				if got := later.count(); got != 0 {
					t.Errorf("%d calls within Retry-After", got)
				}
			})
		})
	}
}

// Two vendors that hang stop a third.
func TestTwoVendorsThatHangDelayNoThird(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		hung, good := w.vendor(), w.vendor()
		release := hung.hang()
		for i := range maxSlow + hostRunners {
			for _, host := range []string{"one.example", "two.example"} {
				w.declare(host+fmt.Sprint(i), credential(fmt.Sprint(i)).at(host), hung.packages(time.Hour))
			}
		}
		w.pass(time.Minute)
		w.declare("good", credential("good").at("three.example"), good.packages(time.Hour))
		w.pass(time.Minute)
		if good.count() == 0 {
			t.Error("a third vendor is not asked while two hang")
		}
		release()
	})
}

// Dead accounts as probes of a route prolong the block for the good ones.
func TestDeadAccountsDoNotProlongABlock(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		dead, good := w.vendor(), w.vendor()
		dead.fail(vendors.KindUnavailable)
		for i := range 100 {
			w.declare(fmt.Sprint("dead", i), credential(fmt.Sprint("dead", i)), dead.packages(10*time.Minute))
			w.declare(fmt.Sprint("good", i), credential(fmt.Sprint("good", i)), good.packages(10*time.Minute))
		}
		w.pass(time.Hour)
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: true})
		w.declare("blocked", credential("blocked"), v.packages(24*time.Hour))
		v.recover()
		at := w.clock.Now()
		before := good.count()
		for good.count() == before {
			w.pass(time.Minute)
			if w.clock.Since(at) > 4*time.Hour {
				break
			}
		}
		t.Logf("good accounts were asked again after %s of a block of 5m", w.clock.Since(at))
		if w.clock.Since(at) > 7*time.Minute {
			t.Errorf("good accounts were asked again after %s of a block of 5m", w.clock.Since(at))
		}
	})
}

// An edit between the first answer's interval and the first slot.
func TestEditAfterTheFirstAnswer(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour)) // the status write that follows wakes nobody
		next := w.answer("a", "packages").Next
		w.passTo(next.Add(-time.Second))
		if w.clock.Since(began) < time.Hour {
			t.Skip()
		}
		w.declare("a", credential("id"), v.packages(time.Hour)) // edited: its numbers count for nothing
		if v.count() != 2 {
			t.Errorf("asked %d times; the answer is %s old", v.count(), w.clock.Since(began))
		}
	})
}
