// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRunnersOfOneCredential(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		hung, good := w.vendor(), w.vendor()
		release := hung.hang()
		for i := range 10 {
			w.declare(fmt.Sprint(i), credential("hung"), hung.packages(time.Hour).of(fmt.Sprint(i)))
		}
		if got := hung.busy(); got != laneRunners {
			t.Errorf("%d calls at once with one credential, want %d", got, laneRunners)
		}
		w.declare("good", credential("good"), good.packages(time.Hour))
		if got := w.answer("good", "packages").Value; got != 1 {
			t.Error("a credential whose calls hang delays another")
		}
		release()
		if got := hung.count(); got != 10 {
			t.Errorf("%d of 10 questions were asked in the end", got)
		}
	})
}

func TestRunnersOfOneHost(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		hung, good := w.vendor(), w.vendor()
		release := hung.hang()
		for i := range 3 * hostRunners {
			w.declare(fmt.Sprint(i), credential(fmt.Sprint(i)), hung.packages(time.Hour))
		}
		if got := hung.busy(); got != hostRunners {
			t.Errorf("%d calls at once to one host, want %d", got, hostRunners)
		}
		w.declare("good", credential("good").at("other.example"), good.packages(time.Hour))
		if got := w.answer("good", "packages").Value; got != 1 {
			t.Error("a vendor that hangs delays another")
		}
		release()
		if got := hung.count(); got != 3*hostRunners {
			t.Errorf("%d of %d questions were asked in the end", got, 3*hostRunners)
		}
	})
}

func TestRunnersOfTheProcess(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		hung := w.vendor()
		release := hung.hang()
		for i := range 3 * hostRunners {
			for _, host := range []string{"one.example", "two.example", "three.example"} {
				source := credential(fmt.Sprint(i)).at(host)
				w.declare(host+fmt.Sprint(i), source, hung.packages(time.Hour))
			}
		}
		if got := hung.busy(); got != maxRunners {
			t.Errorf("%d calls at once, want %d", got, maxRunners)
		}
		release()
		if got := hung.count(); got != 9*hostRunners {
			t.Errorf("%d of %d questions were asked in the end", got, 9*hostRunners)
		}
	})
}

func TestCredentialsTakeTurns(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		hung, last := w.vendor(), w.vendor()
		hung.hang()
		for i := range hostRunners - 1 {
			w.declare(fmt.Sprint("hung", i), credential(fmt.Sprint("hung", i)), hung.packages(time.Hour))
		}
		release := last.hang() // of the last runner, through which all others go
		w.declare("last", credential("last"), last.packages(time.Hour))

		var order []string
		queue := func(id string, questions int) {
			for i := range questions {
				w.declare(fmt.Sprint(id, i), credential(id), Query{
					Op: "packages", Params: fmt.Sprint(i), Interval: time.Hour,
					Ask: func(context.Context) (any, error) { order = append(order, id); return nil, nil },
				})
			}
		}
		queue("many", 4)
		queue("few", 1)
		queue("some", 2)
		release()
		want := []string{"many", "few", "some", "many", "some", "many", "many"}
		if diff := cmp.Diff(want, order); diff != "" {
			t.Errorf("the order of calls (-want +got):\n%s", diff)
		}
	})
}

func TestAttemptEndsInTime(t *testing.T) {
	tests := map[string]struct{ option, want time.Duration }{
		"as told":    {30 * time.Second, 30 * time.Second},
		"by default": {0, time.Hour},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				woken := make(chan Owner)
				w.restart(Options{AttemptTimeout: test.option, Wake: func(owner Owner) { woken <- owner }})
				v := w.vendor()
				v.hang()
				begin := time.Now() // of the bubble: contexts do not know the poller's clock
				w.declare("a", credential("id"), v.packages(time.Hour))
				<-woken
				if got := time.Since(begin); got != test.want {
					t.Errorf("the attempt ended after %s, want %s", got, test.want)
				}
				if err := w.answer("a", "packages").Err; !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the attempt ended with %v", err)
				}
			})
		})
	}
}

// pages asks for a reading of so many pages and notes when each is asked for.
func (w *world) pages(source Source, pages int, asked *[]time.Duration) Query {
	pace := w.poller.Pace(source)
	return Query{Op: "packages", Interval: time.Hour, Ask: func(ctx context.Context) (any, error) {
		for range pages {
			if err := pace(ctx); err != nil {
				return nil, err
			}
			w.mu.Lock()
			*asked = append(*asked, w.clock.Now().Sub(began))
			w.mu.Unlock()
		}
		return nil, nil
	}}
}

// tooFast returns the calls that follow another faster than the rate allows.
func tooFast(asked []time.Duration, perSecond int) []time.Duration {
	const rounding = time.Microsecond // the limiters of hosts count in floats
	var fast []time.Duration
	for i, gap := range gaps(asked) {
		if gap < time.Second/time.Duration(perSecond)-rounding {
			fast = append(fast, asked[i+1])
		}
	}
	return fast
}

func TestRateOfOneCredential(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var asked []time.Duration
		source := credential("id").limited(5)
		for i := range 3 {
			w.declare(fmt.Sprint(i), source, w.pages(source, 10, &asked).of(fmt.Sprint(i)))
		}
		w.pass(30 * 200 * time.Millisecond)
		if got := tooFast(asked, 5); got != nil {
			t.Errorf("calls faster than 5 a second, at %v", got)
		}
		if got := len(asked); got != 30 {
			t.Errorf("%d of 30 pages within the time that the limit allows", got)
		}
	})
}

// A key that is corrected is another credential with the same public part, by which
// the vendor counts.
func TestRateOfOnePublicPart(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var asked []time.Duration
		mistyped, corrected := credential("id").limited(5), credential("id").limited(5)
		mistyped.Key = keyer.Key("mistyped")
		w.declare("a", mistyped, w.pages(mistyped, 10, &asked))
		w.pass(time.Second)
		w.declare("a", corrected, w.pages(corrected, 10, &asked))
		w.pass(20 * 200 * time.Millisecond)
		if got := tooFast(asked, 5); got != nil {
			t.Errorf("calls faster than 5 a second, at %v", got)
		}
		if got := len(asked); got != 20 {
			t.Errorf("%d of 20 pages within the time that the limit allows", got)
		}
	})
}

// Anybody may declare an access-key ID, whatever the key and the rate.
func TestLowRateOfAnotherKeyOfThePublicPartHoldsUpNobody(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var slow, asked []time.Duration
		pretended, source := credential("id").limited(1), credential("id").limited(5)
		pretended.Key = keyer.Key("pretended")
		w.declare("a", pretended, w.pages(pretended, 100, &slow))
		w.declare("b", source, w.pages(source, 20, &asked))
		w.pass(5200 * time.Millisecond)
		if got := len(asked); got != 20 {
			t.Errorf("%d of 20 pages within the time that the limit and five other calls allow", got)
		}
		if got := tooFast(slow, 1); got != nil {
			t.Errorf("calls faster than one a second, at %v", got)
		}
	})
}

func TestRateOfOneHost(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var asked []time.Duration
		for i := range 10 {
			source := credential(fmt.Sprint(i))
			source.HostRequestsPerSecond = 20
			w.declare(fmt.Sprint(i), source, w.pages(source, 5, &asked))
		}
		w.pass(50 * 50 * time.Millisecond)
		if got := tooFast(asked, 20); got != nil {
			t.Errorf("calls faster than 20 a second, at %v", got)
		}
		if got := len(asked); got != 50 {
			t.Errorf("%d of 50 pages within the time that the limit allows", got)
		}
	})
}

func TestLowestRateWins(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		steps := []struct {
			what string
			do   func()
			want time.Duration // between two calls
		}{
			{"one owner", func() { w.declare("a", credential("id").limited(5), v.packages(time.Hour)) }, 200 * time.Millisecond},
			{"a lower one", func() { w.declare("b", credential("id").limited(2), v.packages(time.Hour)) }, 500 * time.Millisecond},
			{"a higher one", func() { w.declare("c", credential("id").limited(10), v.packages(time.Hour)) }, 500 * time.Millisecond},
			{"the lowest edited", func() { w.declare("b", credential("id").limited(3), v.packages(time.Hour)) }, 333333334},
			{"the lowest gone", func() { w.forget("b") }, 200 * time.Millisecond},
			{"the next with another key", func() { w.declare("a", credential("other").limited(1), v.packages(time.Hour)) }, 100 * time.Millisecond},
		}
		for _, step := range steps {
			step.do()
			if got := w.poller.lanes[credential("id").Key].spacing; got != step.want {
				t.Errorf("%s: %s between two calls, want %s", step.what, got, step.want)
			}
		}
	})
}

func TestRateOfAnOwnerThatAsksNothingIsForgotten(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id").limited(5), v.packages(time.Hour))
		w.declare("b", credential("id").limited(1), v.packages(time.Hour))
		w.declare("b", credential("id").limited(1))
		if got, want := w.poller.lanes[credential("id").Key].spacing, 200*time.Millisecond; got != want {
			t.Errorf("%s between two calls, want %s", got, want)
		}
	})
}

func TestRateHoldsForTheLastAttemptOfAForgottenQuestion(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var asked []time.Duration
		source := credential("id").limited(1)
		w.declare("a", source, w.pages(source, 10, &asked))
		w.pass(3 * time.Second)
		w.forget("a")
		w.pass(10 * time.Second)
		if got := tooFast(asked, 1); got != nil {
			t.Errorf("calls faster than one a second, at %v", got)
		}
		if got := len(asked); got != 10 {
			t.Errorf("%d of 10 pages", got)
		}
	})
}

func TestRateHoldsAcrossDeletionAndCreation(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var asked []time.Duration
		source := credential("id").limited(1)
		for range 100 {
			w.declare("a", source, w.pages(source, 1, &asked))
			w.pass(100 * time.Millisecond)
			w.forget("a")
		}
		w.pass(time.Second)
		if got := tooFast(asked, 1); got != nil {
			t.Errorf("calls faster than one a second, at %v", got)
		}
		if len(asked) < 5 {
			t.Errorf("%d calls in ten seconds", len(asked))
		}
	})
}

func TestPaceEndsWithItsContext(t *testing.T) {
	limits := map[string]Source{
		"of the credential": credential("id").limited(1),
		"of the host":       {Key: keyer.Key("id"), ID: "id", Host: "vendor.example", HostRequestsPerSecond: 1},
	}
	for name, source := range limits {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				w.declare("a", source, w.vendor().packages(time.Hour))
				w.pass(2 * time.Second) // so that one call may go at once
				pace := w.poller.Pace(source)
				if err := pace(t.Context()); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- pace(ctx) }()
				synctest.Wait()
				cancel()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("the wait ended with %v", err)
				}

				// The turn of the one that gave up is the next one's.
				go func() { ended <- pace(t.Context()) }()
				w.pass(time.Second)
				select {
				case err := <-ended:
					if err != nil {
						t.Error(err)
					}
				default:
					t.Error("the next call waits for the one that gave up")
					w.pass(time.Second)
				}
			})
		})
	}
}

func TestPaceWithoutLimitsRefusesAnEndedContext(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.declare("a", credential("id"), w.vendor().packages(time.Hour))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := w.poller.Pace(credential("id"))(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Pace() = %v", err)
		}
	})
}
