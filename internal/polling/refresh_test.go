// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// refreshed asks for a refresh of that name.
func (q Query) refreshed(name string) Query {
	q.Refresh = name
	return q
}

func TestRefreshIsAskedAtOnce(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.pass(10 * time.Minute)
		w.declare("a", credential("id"), v.packages(time.Hour).refreshed("now"))
		if diff := cmp.Diff([]time.Duration{0, 10 * time.Minute}, v.asked()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
		if got := w.answer("a", "packages").Refreshed; got != "now" {
			t.Errorf("the request %q counts as honoured, want %q", got, "now")
		}
	})
}

func TestRefreshIsHonouredOnce(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		for range 5 { // reconciles, before the request is acknowledged and after
			w.pass(2 * time.Minute)
			w.declare("a", credential("id"), v.packages(time.Hour).refreshed("now"))
		}
		w.declare("a", credential("id"), v.packages(time.Hour))
		if got := v.count(); got != 2 {
			t.Errorf("%d calls, want the first and one more", got)
		}
	})
}

func TestRefreshesAreAMinuteApart(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		for i := range 20 {
			w.pass(time.Second)
			w.declare("a", credential("id"), v.packages(time.Hour).refreshed(fmt.Sprint(i)))
		}
		w.pass(5 * time.Minute)
		if diff := cmp.Diff([]time.Duration{0, time.Second, 61 * time.Second}, v.asked()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
		if got := w.answer("a", "packages").Refreshed; got != "19" {
			t.Errorf("the request %q counts as honoured, want the last", got)
		}
	})
}

func TestRefreshByManyOwnersIsOneCallAMinute(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		for i := range 100 {
			w.declare(fmt.Sprint(i), credential("id"), v.packages(time.Hour))
		}
		for i := range 100 {
			w.declare(fmt.Sprint(i), credential("id"), v.packages(time.Hour).refreshed("now"))
		}
		w.pass(5 * time.Minute)
		if got := v.count(); got != 3 {
			t.Errorf("%d calls, want the first, one on request and one at the minute's end", got)
		}
		for i := range 100 {
			if got := w.answer(fmt.Sprint(i), "packages").Refreshed; got != "now" {
				t.Fatalf("the request of owner %d is not honoured", i)
			}
		}
	})
}

func TestRefreshDuringAnAttemptIsNotHonouredByIt(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		release := v.hang()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.declare("a", credential("id"), v.packages(time.Hour).refreshed("now"))
		release()
		if got := v.count(); got != 2 {
			t.Errorf("%d calls: the answer may be older than the request", got)
		}
	})
}

func TestRefreshIsHonouredByAFailure(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		v.fail(vendors.KindForbidden)
		w.pass(time.Minute)
		w.declare("a", credential("id"), v.packages(time.Hour).refreshed("now"))
		if a := w.answer("a", "packages"); a.Refreshed != "now" || a.Err == nil {
			t.Errorf("refreshed %q with %v, want an attempt that failed", a.Refreshed, a.Err)
		}
		w.pass(10 * time.Minute)
		if got := v.count(); got != 2 {
			t.Errorf("%d calls, want no retry before the slot", got)
		}
	})
}

func TestRefreshWaitsForRetryAfter(t *testing.T) {
	tests := map[string]*vendors.Error{
		"of the credential": {Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute},
		"of the address":    {Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute, AddressBlocked: true},
	}
	for name, failure := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				w.declare("a", credential("id"), v.packages(30*time.Minute).since(began.Add(-2*time.Hour)))
				v.failWith(failure)
				w.pass(10 * time.Minute)
				failed := v.asked()[v.count()-1]
				w.declare("a", credential("id"), v.packages(30*time.Minute).refreshed("now"))
				w.pass(9 * time.Minute)
				for _, at := range v.asked() {
					if at > failed && at < failed+10*time.Minute {
						t.Errorf("asked at %s, within the pause that began at %s", at, failed)
					}
				}
			})
		})
	}
}

func TestRefreshOfAVerificationMakesACall(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		packages, verify := w.vendor(), w.vendor()
		w.declare("watch", credential("id"), packages.packages(time.Hour))
		w.declare("account", credential("id"), verify.verify(time.Hour))
		w.declare("account", credential("id"), verify.verify(time.Hour).refreshed("now"))
		if got := verify.count(); got != 1 {
			t.Errorf("%d calls: who asks for a check gets one", got)
		}
	})
}

func TestWithdrawnRefreshIsNotAsked(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.declare("a", credential("id"), v.packages(time.Hour).refreshed("one"))
		w.declare("a", credential("id"), v.packages(time.Hour).refreshed("two"))
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.pass(5 * time.Minute)
		if got := v.count(); got != 2 {
			t.Errorf("%d calls, want none for the request that was withdrawn", got)
		}
	})
}
