// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// watches declares so many questions with the credential, all of one vendor, of
// owners that hold numbers already and so ask in their slots only.
func (w *world) watches(v *vendor, source Source, count int) {
	for i := range count {
		w.declare(fmt.Sprint(source.ID, i), source, v.packages(time.Hour).of(fmt.Sprint(i)).since(began))
	}
}

func TestOutageIsProbedByOneAttemptAtATime(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.fail(vendors.KindUnavailable)
		for i := range 50 { // all without numbers, and so impatient
			w.declare(fmt.Sprint(i), credential("id"), v.packages(time.Hour).of(fmt.Sprint(i)))
		}
		w.pass(30 * time.Minute)
		asked := v.asked()
		waits := gaps(asked[tripAfter:])
		// From a second on, doubling, up to five minutes and a fifth of jitter.
		for i, wait := range waits {
			least := min(time.Second<<(i+1), maxBackoff)
			if wait < least || wait > least+least/5 {
				t.Errorf("probe %d came after %s, want %s and up to a fifth more", i+2, wait, least)
			}
		}
		if len(waits) < 8 {
			t.Errorf("only %d probes in half an hour", len(waits))
		}
	})
}

func TestRecoveryIsForAllAtOnce(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.fail(vendors.KindUnavailable)
		for i := range 50 {
			w.declare(fmt.Sprint(i), credential("id"), v.packages(time.Hour).of(fmt.Sprint(i)))
		}
		w.pass(30 * time.Minute)
		v.recover()
		w.passTo(w.answer("0", "packages").Next)
		w.pass(time.Second)
		for i := range 50 {
			if a := w.answer(fmt.Sprint(i), "packages"); a.Value == nil || a.Err != nil {
				t.Errorf("after the probe owner %d has %v, %v", i, a.Value, a.Err)
			}
		}
	})
}

func TestOutageNeverRaisesTheRate(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.watches(v, credential("id"), 60)
		w.pass(2 * time.Hour)
		before := v.count()
		v.fail(vendors.KindUnavailable)
		w.pass(2 * time.Hour)
		during := v.count() - before
		if during > before {
			t.Errorf("%d calls in the outage, %d in as long before it", during, before)
		}
		v.recover()
		w.pass(time.Hour)
		for i := range 60 {
			if a := w.answer(fmt.Sprint("id", i), "packages"); a.Err != nil || w.clock.Since(a.Time) > time.Hour+maxBackoff {
				t.Errorf("one interval after the outage owner %d has an answer of %s ago, %v", i, w.clock.Since(a.Time), a.Err)
			}
		}
	})
}

func TestShortIntervalIsNotHeldForLonger(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Minute).since(began))
		v.fail(vendors.KindUnavailable)
		w.pass(time.Hour)
		v.recover()
		before := v.count()
		w.pass(2 * time.Minute)
		if v.count() == before {
			t.Error("nothing was asked for two intervals after an outage")
		}
	})
}

func TestRetryAfterSilencesTheCredential(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v, other := w.vendor(), w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute})
		w.declare("first", credential("id"), v.packages(time.Hour).of("1"))
		for i := range 10 {
			w.pass(5 * time.Second)
			w.declare(fmt.Sprint("later", i), credential("id"), v.packages(time.Hour).of(fmt.Sprint("later", i)))
			w.declare(fmt.Sprint("other", i), credential("other"), other.packages(time.Hour).of(fmt.Sprint(i)))
		}
		if diff := cmp.Diff([]time.Duration{0}, v.asked()); diff != "" {
			t.Errorf("calls within the minute (-want +got):\n%s", diff)
		}
		if got := other.count(); got != 10 {
			t.Errorf("%d of 10 calls with another credential", got)
		}
		if a := w.answer("later3", "packages"); a.Err == nil || a.Err.Kind != vendors.KindThrottled ||
			!a.Next.Equal(began.Add(time.Minute)) || !a.Since.Equal(began) {
			t.Errorf("who is held is told %v since %s, next at %s", a.Err, a.Since, a.Next)
		}
		v.recover()
		w.passTo(began.Add(time.Minute))
		if got := v.count(); got != 12 {
			t.Errorf("%d calls after the minute, want all 12", got)
		}
	})
}

// pauseBetweenPages has the vendor ask for a pause of a minute while "pages" reads
// twenty of them, and notes when each is asked for.
func (w *world) pauseBetweenPages(t *testing.T, asked *[]time.Duration) {
	t.Helper()
	source := credential("id").limited(1)
	w.declare("pages", source, w.pages(source, 20, asked).of("pages"))
	v := w.vendor()
	v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute})
	w.pass(5 * time.Second)
	w.declare("throttled", source, v.packages(time.Hour))
	v.recover()
	if len(*asked) == 0 || len(*asked) == 20 {
		t.Fatalf("%d pages were asked for before the pause", len(*asked))
	}
}

func TestRetryAfterStopsAReadingOfManyPages(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var asked []time.Duration
		w.pauseBetweenPages(t, &asked)
		pages := len(asked)
		w.pass(50 * time.Second)
		if len(asked) != pages {
			t.Errorf("%d pages were asked for in spite of Retry-After", len(asked)-pages)
		}
		w.pass(time.Minute)
		if a := w.answer("pages", "packages"); a.Time.IsZero() || a.Err != nil {
			t.Errorf("the reading did not go on after the pause: %v", a.Err)
		}
	})
}

// Whoever waits for the end of a pause may have a key by then that was revoked.
func TestReadingThatNobodyWantsDoesNotGoOnAfterAPause(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var asked []time.Duration
		w.pauseBetweenPages(t, &asked)
		pages := len(asked)
		w.forget("pages")
		w.pass(5 * time.Minute)
		if len(asked) != pages {
			t.Errorf("%d pages were asked for that nobody wants", len(asked)-pages)
		}
	})
}

func TestPauseOutlivesWhoeverCausedIt(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute})
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.forget("a")
		w.pass(time.Minute)
		w.declare("a", credential("id"), v.packages(time.Hour))
		if got := v.count(); got != 1 {
			t.Errorf("%d calls; to delete and create a watch is a way around Retry-After", got)
		}
		w.forget("a")
		w.pass(time.Hour)
		if got := len(w.poller.lanes); got != 0 {
			t.Errorf("%d credentials are remembered long after the pause", got)
		}
	})
}

func TestBlockOutlivesWhoeverCausedIt(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: true})
		w.declare("a", credential("a"), v.packages(time.Hour))
		w.forget("a")
		w.pass(time.Minute)
		w.declare("b", credential("b"), v.packages(time.Hour))
		if got := v.count(); got != 1 {
			t.Errorf("%d calls from an address that is blocked", got)
		}
		w.forget("b")
		w.pass(time.Hour)
		if got := len(w.poller.routes); got != 0 {
			t.Errorf("%d routes are remembered long after the block", got)
		}
	})
}

func TestBlockedAddressSilencesTheRoute(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v, other, detour := w.vendor(), w.vendor(), w.vendor()
		for i := range 40 {
			w.declare(fmt.Sprint(i), credential(fmt.Sprint(i)), v.packages(10*time.Minute).since(began))
			w.declare(fmt.Sprint("other", i), credential(fmt.Sprint(i)).at("other.example"), other.packages(10*time.Minute).since(began))
		}
		w.declare("detour", credential("detour").through("proxy"), detour.packages(10*time.Minute).since(began))
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: true})
		w.pass(30 * time.Minute)
		for i, gap := range gaps(v.asked()) {
			if gap < 5*time.Minute {
				t.Errorf("call %d came %s after the one before", i+2, gap)
			}
		}
		if got, want := len(gaps(other.asked()))+1, 3*40; got < want-40 {
			t.Errorf("%d calls to another host, want about %d", got, want)
		}
		if got := detour.count(); got < 2 {
			t.Errorf("%d calls through a proxy, where nothing is blocked", got)
		}
		v.recover()
		w.pass(11 * time.Minute) // an interval, and a moment
		for i := range 40 {
			if a := w.answer(fmt.Sprint(i), "packages"); a.Err != nil {
				t.Errorf("after the block owner %d still shows %v", i, a.Err)
			}
		}
	})
}

func TestBlockedAddressThatTurnsSilentStaysBlocked(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: true})
		for i := range 5 {
			w.declare(fmt.Sprint(i), credential(fmt.Sprint(i)), v.packages(time.Hour))
		}
		v.fail(vendors.KindUnavailable) // a blocked address may as well be refused the connection
		w.passTo(began.Add(20 * time.Minute))
		if diff := cmp.Diff([]time.Duration{0, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute}, v.asked()); diff != "" {
			t.Errorf("calls to a host that blocks (-want +got):\n%s", diff)
		}
	})
}

func TestAnswersOfAnyKindCloseTheBreaker(t *testing.T) {
	for _, kind := range terminalKinds {
		t.Run(string(kind), func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute})
				w.declare("a", credential("id"), v.packages(time.Hour).of("a"))
				w.declare("b", credential("id"), v.packages(time.Hour).of("b"))
				v.fail(kind)
				w.pass(time.Minute)
				if got := v.count(); got < 3 {
					t.Errorf("%d calls: the refusal of one question holds the other", got)
				}
			})
		})
	}
}

func TestOneBadQuestionDoesNotHoldTheOthers(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		bad, good := w.vendor(), w.vendor()
		bad.fail(vendors.KindUnavailable) // an answer that is too large, say
		w.declare("bad", credential("id"), bad.packages(time.Minute).of("bad").since(began))
		w.declare("good", credential("id"), good.packages(time.Minute).of("good").since(began))
		w.pass(time.Hour)
		if got := good.count(); got < 58 {
			t.Errorf("the good question was asked %d times in an hour", got)
		}
		for i, gap := range gaps(good.asked()) {
			if gap > 2*time.Minute {
				t.Errorf("call %d came %s after the one before", i+2, gap)
			}
		}
	})
}

func TestVerificationShowsThePauseOfItsCredential(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("watch", credential("id"), v.packages(time.Hour))
		w.declare("account", credential("id"), v.verify(24*time.Hour))
		w.wakes()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 2 * time.Hour})
		w.passTo(w.answer("watch", "packages").Next)
		if got := w.wakes(); !slices.Contains(got, "account") {
			t.Errorf("woken: %v, want also the account", got)
		}
		a := w.answer("account", "verify")
		if a.Err == nil || a.Err.Kind != vendors.KindThrottled || a.Time.IsZero() {
			t.Errorf("the account shows %v, verified %s", a.Err, a.Time)
		}
		v.recover()
		w.pass(maxRetryAfter)
		if got := w.wakes(); !slices.Contains(got, "account") {
			t.Errorf("woken: %v, want also the account", got)
		}
		if got := w.answer("account", "verify").Err; got != nil {
			t.Errorf("after the pause the account shows %v", got)
		}
	})
}

func TestHeldOwnersAreWokenOnce(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		v.failWith(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 30 * time.Minute})
		w.declare("a", credential("id"), v.packages(time.Hour).of("a"))
		w.declare("b", credential("id"), v.packages(time.Hour).of("b").since(began.Add(-3*time.Hour)))
		w.wakes()
		w.pass(29 * time.Minute)
		if diff := cmp.Diff([]string{"b"}, w.wakes()); diff != "" {
			t.Errorf("woken while held (-want +got):\n%s", diff)
		}
	})
}
