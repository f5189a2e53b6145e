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

func TestCredentialInUseIsVerifiedWithoutACall(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		packages, verify := w.vendor(), w.vendor()
		w.declare("watch", credential("id"), packages.packages(20*time.Minute))
		w.declare("account", credential("id"), verify.verify(time.Hour))
		w.pass(24 * time.Hour)
		if got := verify.count(); got != 0 {
			t.Errorf("%d calls to verify a credential in use", got)
		}
		answer := w.answer("account", "verify")
		if age := w.clock.Since(answer.Time); age > 2*time.Hour || answer.Err != nil {
			t.Errorf("verified %s ago, with error %v", age, answer.Err)
		}
		times := packages.asked()
		if got := answer.Time.Sub(began); !slices.Contains(times, got) {
			t.Errorf("verified at %s, which is not the time of a call", got)
		}
	})
}

func TestIdleCredentialIsVerifiedWithACall(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		packages, verify := w.vendor(), w.vendor()
		w.declare("watch", credential("id"), packages.packages(24*time.Hour))
		w.declare("account", credential("id"), verify.verify(time.Hour))
		w.pass(20 * time.Hour)
		if got := verify.count(); got < 18 || got > 20 {
			t.Errorf("%d calls in 20 hours to verify a credential that is idle but for one call", got)
		}
	})
}

func TestUseOfAnotherCredentialVerifiesNothing(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		packages, verify := w.vendor(), w.vendor()
		w.declare("watch", credential("other"), packages.packages(20*time.Minute))
		w.declare("account", credential("id"), verify.verify(time.Hour))
		if got := verify.count(); got != 1 {
			t.Errorf("%d calls to verify", got)
		}
	})
}

func TestSuccessClearsAFailureToVerify(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		packages, verify := w.vendor(), w.vendor()
		verify.fail(vendors.KindForbidden)
		w.declare("account", credential("id"), verify.verify(24*time.Hour))
		w.pass(time.Minute)
		w.wakes()

		w.declare("watch", credential("id"), packages.packages(time.Hour))
		if diff := cmp.Diff([]string{"account", "watch"}, w.wakes()); diff != "" {
			t.Errorf("woken (-want +got):\n%s", diff)
		}
		now := began.Add(time.Minute)
		got := w.answer("account", "verify")
		if wait := got.Next.Sub(now); wait < 24*time.Hour {
			t.Errorf("verified again after %s, want an interval after the success", wait)
		}
		if diff := cmp.Diff(Answer{Time: now, Attempt: now, Next: got.Next}, got); diff != "" {
			t.Errorf("the verification (-want +got):\n%s", diff)
		}

		w.passTo(w.answer("watch", "packages").Next)
		if diff := cmp.Diff([]string{"watch"}, w.wakes()); diff != "" {
			t.Errorf("woken by a success that is no news (-want +got):\n%s", diff)
		}
	})
}

func TestSuccessVerifiesBeforeTheFirstSlot(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		packages, verify := w.vendor(), w.vendor()
		w.declare("account", credential("id"), verify.verify(24*time.Hour).since(began.Add(-time.Hour)))
		w.declare("watch", credential("id"), packages.packages(time.Hour))
		if got := w.answer("account", "verify").Time; !got.Equal(began) {
			t.Errorf("verified at %s, want the time of the success", got)
		}
		if got := w.answer("account", "verify").Next.Sub(began); got < 24*time.Hour {
			t.Errorf("verified again after %s, want an interval after the success", got)
		}
		if diff := cmp.Diff([]string{"account", "watch"}, w.wakes()); diff != "" {
			t.Errorf("woken (-want +got):\n%s", diff)
		}
		if got := verify.count(); got != 0 {
			t.Errorf("%d calls to verify", got)
		}
	})
}

func TestRejectionShowsInTheVerification(t *testing.T) {
	tests := map[string]struct {
		verifyEvery time.Duration
		earlier     *vendors.Error
	}{
		"of a verified credential":              {time.Hour, nil},
		"of one that could not be verified":     {time.Hour, &vendors.Error{Kind: vendors.KindUnavailable}},
		"of one that is not to be verified yet": {1000 * time.Hour, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				packages, verify := w.vendor(), w.vendor()
				verify.failWith(test.earlier)
				w.declare("account", credential("id"), verify.verify(test.verifyEvery).since(began))
				w.pass(2 * time.Hour)
				calls := verify.count()
				w.wakes()

				rejected := &vendors.Error{Kind: vendors.KindUnauthenticated, Code: "AuthFailure"}
				packages.failWith(rejected)
				w.declare("watch", credential("id"), packages.packages(time.Hour))
				if diff := cmp.Diff([]string{"account", "watch"}, w.wakes()); diff != "" {
					t.Errorf("woken (-want +got):\n%s", diff)
				}
				if got := w.answer("account", "verify").Err; got != rejected {
					t.Errorf("the verification shows %v", got)
				}
				if got := verify.count(); got != calls {
					t.Errorf("%d more calls to verify what is known to be rejected", got-calls)
				}
			})
		})
	}
}

func TestOtherFailuresSayNothingOfTheCredential(t *testing.T) {
	for _, kind := range append(transientKinds, terminalKinds...) {
		t.Run(string(kind), func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				packages, verify := w.vendor(), w.vendor()
				w.declare("account", credential("id"), verify.verify(24*time.Hour))
				packages.fail(kind)
				w.declare("watch", credential("id"), packages.packages(time.Hour))
				got := w.answer("account", "verify").Err
				if kind == vendors.KindThrottled { // a pause of the credential, which its account shows
					if got == nil || got.Kind != kind {
						t.Errorf("the verification shows %v, want the throttling", got)
					}
				} else if got != nil {
					t.Errorf("the verification shows %v", got)
				}
			})
		})
	}
}

func TestSuccessBeforeARejectionVerifiesNothing(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		packages, verify := w.vendor(), w.vendor()
		w.declare("watch", credential("id"), packages.packages(time.Hour))
		packages.fail(vendors.KindUnauthenticated)
		w.passTo(w.answer("watch", "packages").Next)

		verify.fail(vendors.KindUnauthenticated)
		w.declare("account", credential("id"), verify.verify(24*time.Hour))
		if got := w.answer("account", "verify").Err; got == nil {
			t.Error("a credential that was rejected a moment ago counts as verified")
		}
	})
}
