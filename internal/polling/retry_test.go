// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

var (
	transientKinds = []vendors.Kind{
		vendors.KindThrottled, vendors.KindUnavailable, vendors.KindMalformed, vendors.KindClockSkew,
	}
	terminalKinds = []vendors.Kind{
		vendors.KindForbidden, vendors.KindAccountFrozen, vendors.KindInvalidRequest, vendors.KindNotFound,
	}
)

func TestBackoff(t *testing.T) {
	tests := map[string]struct {
		failures int
		want     time.Duration
	}{
		"the first failure":     {1, time.Second},
		"the second":            {2, 2 * time.Second},
		"the fifth":             {5, 16 * time.Second},
		"the ninth":             {9, 256 * time.Second},
		"the tenth and the cap": {10, 5 * time.Minute},
		"after a long outage":   {1 << 40, 5 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			waits := map[time.Duration]bool{}
			for range 100 {
				wait := backoff(test.failures)
				if wait < test.want || wait >= test.want+test.want/5 {
					t.Errorf("backoff(%d) = %s, want %s and less than a fifth more", test.failures, wait, test.want)
				}
				waits[wait] = true
			}
			if len(waits) < 50 {
				t.Errorf("%d different waits in 100, want them spread", len(waits))
			}
		})
	}
}

func TestNobodyHasNumbersSoItIsTriedAgainSoon(t *testing.T) {
	for _, kind := range transientKinds {
		t.Run(string(kind), func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				v.fail(kind)
				w.declare("a", credential("id"), v.packages(24*time.Hour))
				w.pass(time.Hour)
				want := time.Second
				for i, gap := range gaps(v.asked()) {
					if gap < want || gap >= want+want/5 {
						t.Errorf("retry %d came after %s, want %s and a little", i+1, gap, want)
					}
					want = min(2*want, 5*time.Minute)
				}
				if got := v.count(); got < 15 || got > 20 {
					t.Errorf("%d calls in an hour", got)
				}

				v.recover()
				w.pass(10 * time.Minute)
				answered := v.count()
				w.pass(10 * time.Minute)
				if w.answer("a", "packages").Value != answered || v.count() != answered {
					t.Error("still retried after the first answer")
				}
			})
		})
	}
}

func TestQuestionThatIsSeldomAskedIsTriedAgainMoreOften(t *testing.T) {
	for _, kind := range slices.Concat(transientKinds, terminalKinds, []vendors.Kind{vendors.KindUnauthenticated}) {
		t.Run(string(kind), func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				query := v.packages(24 * time.Hour)
				query.RetryInterval = time.Hour
				w.declare("a", credential("id"), query)
				w.passTo(w.answer("a", "packages").Next)
				v.fail(kind)
				w.pass(24 * time.Hour)
				failed := v.count()
				w.pass(5 * time.Hour)
				if got := v.count() - failed; got != 5 {
					t.Errorf("%d calls in five hours of failures, want 5", got)
				}
				v.recover()
				w.pass(3 * time.Hour)
				if got := v.count() - failed; got != 6 {
					t.Errorf("%d calls until three hours after the failures, want 6", got)
				}
				if next := w.answer("a", "packages").Next; next.Sub(w.clock.Now()) < 21*time.Hour {
					t.Errorf("after an answer the next attempt is in %s", next.Sub(w.clock.Now()))
				}
			})
		})
	}
}

// A status tells that the last attempt failed, whichever process made it.
func TestQuestionThatFailedInAnEarlierProcessIsTriedAgainMoreOften(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		query := v.packages(24 * time.Hour).since(began.Add(-90 * time.Minute))
		query.RetryInterval, query.HeldFailed = time.Hour, true
		w.declare("a", credential("id"), query)
		w.pass(70 * time.Minute)
		if got := v.count(); got != 1 {
			t.Fatalf("%d calls in the hour after the start, want 1", got)
		}
		if next := w.answer("a", "packages").Next; next.Sub(w.clock.Now()) < 22*time.Hour {
			t.Errorf("after an answer the next attempt is in %s", next.Sub(w.clock.Now()))
		}
	})
}

func TestOwnerWithNumbersWaitsForTheNextSlot(t *testing.T) {
	for _, kind := range slices.Concat(transientKinds, terminalKinds, []vendors.Kind{vendors.KindUnauthenticated}) {
		t.Run(string(kind), func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				w.declare("a", credential("id"), v.packages(time.Hour))
				first := w.answer("a", "packages").Next
				v.fail(kind)
				w.passTo(first.Add(5 * time.Hour))
				for i, gap := range gaps(v.asked())[1:] {
					if gap != time.Hour {
						t.Errorf("failure %d was followed by a call after %s, want the next slot", i+1, gap)
					}
				}
				if got := v.count(); got != 7 {
					t.Errorf("%d calls, want one at first and in 6 slots", got)
				}
			})
		})
	}
}

func TestOwnerWithNumbersFromBeforeWaitsForTheNextSlot(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.fail(vendors.KindUnavailable)
		w.declare("a", credential("id"), v.packages(time.Hour).since(began.Add(-5*time.Hour)))
		w.pass(time.Hour)
		if got := v.count(); got != 1 {
			t.Errorf("%d calls in the first hour, want that for the missed slot", got)
		}
		w.pass(4 * time.Hour)
		if got := v.count(); got < 4 || got > 5 {
			t.Errorf("%d calls in five hours, want one an hour", got)
		}
	})
}

func TestSlotsThatComeFastAreKeptInAnOutage(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Minute))
		v.fail(vendors.KindUnavailable)
		w.pass(2 * time.Hour)
		before := v.count()
		w.pass(time.Hour)
		if got := v.count() - before; got < 30 || got > 60 {
			t.Errorf("%d calls in an hour of a long outage, want no more than one a minute, and not much less", got)
		}
	})
}

func TestTerminalFailureWaitsForTheNextSlot(t *testing.T) {
	for _, kind := range terminalKinds {
		t.Run(string(kind), func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				v.fail(kind)
				w.declare("a", credential("id"), v.packages(time.Hour))
				w.pass(time.Hour - 1)
				if got := v.count(); got != 1 {
					t.Errorf("%d calls before the next slot", got)
				}
				w.pass(4*time.Hour + 1)
				if got := v.count(); got < 4 || got > 6 {
					t.Errorf("%d calls in five hours, want them to go on at the slots", got)
				}
			})
		})
	}
}

func TestNewCredentialIsGivenTime(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.fail(vendors.KindUnauthenticated)
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.pass(5 * time.Minute)
		if got := v.count(); got < 7 || got > 9 {
			t.Errorf("%d calls in the first five minutes of a credential, want retries on backoff", got)
		}
		w.pass(5 * time.Minute) // in which the last of them falls
		before := v.count()
		w.pass(10 * time.Hour)
		if got := v.count() - before; got < 9 || got > 10 {
			t.Errorf("%d calls in ten hours, want one an hour", got)
		}
	})
}

func TestCredentialThatOnceWorkedIsGivenNoTime(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		good, bad := w.vendor(), w.vendor()
		bad.fail(vendors.KindUnauthenticated)
		w.declare("a", credential("id"), good.packages(time.Hour).of("1"))
		w.declare("b", credential("id"), bad.packages(time.Hour).of("2"))
		w.pass(time.Hour - 1)
		if got := bad.count(); got != 1 {
			t.Errorf("%d calls before the next slot", got)
		}
	})
}

// Whoever declares a question that is refused may have mended the cause.
func TestRefusedQuestionIsAskedAtOnceForANewOwner(t *testing.T) {
	tests := map[string]func(w *world, query Query){
		"new":     func(w *world, query Query) { w.declare("new", credential("id"), query) },
		"edited":  func(w *world, query Query) { w.declare("a", credential("id"), query) },
		"resumed": func(w *world, query Query) { w.forget("b"); w.declare("b", credential("id"), query) },
	}
	for name, act := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				v.fail(vendors.KindForbidden)
				held := began.Add(-23 * time.Hour)
				w.declare("a", credential("id"), v.packages(day).since(held))
				w.declare("b", credential("id"), v.packages(day).since(held))
				w.passTo(w.answer("a", "packages").Next)
				v.recover()
				w.pass(time.Hour)
				act(w, v.packages(day))
				if got := v.count(); got != 2 {
					t.Errorf("%d calls, want one more; the next is due after %s", got, w.answer("a", "packages").Next.Sub(w.clock.Now()))
				}
			})
		})
	}
}

func TestRetryAfter(t *testing.T) {
	tests := map[string]struct {
		hint        time.Duration
		least, most time.Duration
	}{
		"longer than backoff":  {30 * time.Second, 30 * time.Second, 30 * time.Second},
		"shorter than backoff": {time.Millisecond, time.Second, 1200 * time.Millisecond},
		"none":                 {0, time.Second, 1200 * time.Millisecond},
		"below zero":           {-time.Hour, time.Second, 1200 * time.Millisecond},
		"longer than an hour":  {48 * time.Hour, time.Hour, time.Hour},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: test.hint})
				w.declare("a", credential("id"), v.packages(24*time.Hour))
				next := w.answer("a", "packages").Next
				if wait := next.Sub(began); wait < test.least || wait > test.most {
					t.Errorf("asked again after %s, want between %s and %s", wait, test.least, test.most)
				}
				w.passTo(next)
				if got := v.count(); got != 2 {
					t.Errorf("%d calls", got)
				}
			})
		})
	}
}

func TestRetryAfterPutsOffASlot(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindForbidden, RetryAfter: 30 * time.Minute})
		w.declare("a", credential("id"), v.packages(time.Minute))
		if got := w.answer("a", "packages").Next.Sub(began); got != 30*time.Minute {
			t.Errorf("asked again after %s, want the vendor's 30 minutes", got)
		}
	})
}

func TestDeclaringAgainDoesNotProlongTheWait(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute})
		for i := range 20 {
			w.declare("a", credential("id"), v.packages(time.Duration(24+i)*time.Hour))
			w.pass(time.Minute)
		}
		if diff := cmp.Diff([]time.Duration{0, 10 * time.Minute, 20 * time.Minute}, v.asked()); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
	})
}

func TestFailureKeepsTheLastValue(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		slot := w.answer("a", "packages").Next
		failure := &vendors.Error{Kind: vendors.KindUnavailable, Code: "InternalError"}
		v.failWith(failure)
		w.passTo(slot.Add(2 * time.Hour))

		want := Answer{
			Value: 1, Time: began,
			Attempt: slot.Add(2 * time.Hour), Err: failure, Since: slot, Next: slot.Add(3 * time.Hour),
		}
		if diff := cmp.Diff(want, w.answer("a", "packages")); diff != "" {
			t.Errorf("after three failures (-want +got):\n%s", diff)
		}

		v.recover()
		w.passTo(slot.Add(3 * time.Hour))
		want = Answer{
			Value: 5, Time: slot.Add(3 * time.Hour),
			Attempt: slot.Add(3 * time.Hour), Next: slot.Add(4 * time.Hour),
		}
		if diff := cmp.Diff(want, w.answer("a", "packages")); diff != "" {
			t.Errorf("after a success (-want +got):\n%s", diff)
		}
	})
}

func TestEveryAttemptWakesTheOwners(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		if diff := cmp.Diff([]string{"a"}, w.wakes()); diff != "" {
			t.Errorf("woken by the answer (-want +got):\n%s", diff)
		}
		v.fail(vendors.KindUnavailable)
		w.passTo(w.answer("a", "packages").Next)
		if diff := cmp.Diff([]string{"a"}, w.wakes()); diff != "" {
			t.Errorf("woken by the failure (-want +got):\n%s", diff)
		}
	})
}

// gaps returns the times between the times.
func gaps(times []time.Duration) []time.Duration {
	var between []time.Duration
	for i := 1; i < len(times); i++ {
		between = append(between, times[i]-times[i-1])
	}
	return between
}
