// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestOwnersShareAnswers(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		release := v.hang()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.declare("b", credential("id"), v.packages(time.Hour))
		release()
		if got := v.count(); got != 1 {
			t.Errorf("two owners of one question caused %d calls", got)
		}
		if diff := cmp.Diff([]string{"a", "b"}, w.wakes()); diff != "" {
			t.Errorf("woken (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(w.answer("a", "packages"), w.answer("b", "packages")); diff != "" {
			t.Errorf("their answers differ:\n%s", diff)
		}
	})
}

func TestQuestionsThatDifferShareNothing(t *testing.T) {
	type question struct {
		source Source
		params string
	}
	tests := map[string]question{
		"another credential": {credential("other"), "Traffic"},
		"another host":       {credential("id").at("other.example"), "Traffic"},
		"other parameters":   {credential("id"), "MicLink"},
	}
	for name, other := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				one, two := w.vendor(), w.vendor()
				w.declare("a", credential("id"), one.packages(time.Hour).of("Traffic"))
				w.declare("b", other.source, two.packages(time.Hour).of(other.params))
				if one.count() != 1 || two.count() != 1 {
					t.Errorf("two questions were asked %d and %d times", one.count(), two.count())
				}
			})
		})
	}
}

func TestYoungAnswerServesWhoComesLater(t *testing.T) {
	tests := map[string]struct {
		interval time.Duration
		calls    int
	}{
		"younger than the interval": {time.Hour, 1},
		"older than the interval":   {10 * time.Minute, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				w.declare("a", credential("id"), v.packages(time.Hour))
				w.pass(20 * time.Minute)
				w.declare("b", credential("id"), v.packages(test.interval))
				if got := v.count(); got != test.calls {
					t.Errorf("%d calls, want %d", got, test.calls)
				}
				if diff := cmp.Diff(w.answer("a", "packages"), w.answer("b", "packages")); diff != "" {
					t.Errorf("their answers differ:\n%s", diff)
				}
			})
		})
	}
}

func TestYoungAnswerServesThoughALaterCallFailed(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(24*time.Hour))
		w.pass(20 * time.Minute)
		v.fail(vendors.KindUnavailable)
		w.declare("b", credential("id"), v.packages(10*time.Minute)) // too old for b
		w.forget("b")
		w.declare("c", credential("id"), v.packages(24*time.Hour)) // young enough for c
		w.pass(time.Hour)
		if got := v.count(); got != 2 {
			t.Errorf("asked %d times, want no more retries: everybody left has numbers", got)
		}
	})
}

func TestEditedQuestionIsAskedAtOnce(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		before, after := w.vendor(), w.vendor()
		w.declare("a", credential("id"), before.packages(time.Hour).of("Traffic"))
		w.pass(10 * time.Minute)
		w.declare("a", credential("id"), after.packages(time.Hour).of("MicLink"))
		if diff := cmp.Diff([]time.Duration{10 * time.Minute}, after.asked()); diff != "" {
			t.Errorf("the new question was asked (-want +got):\n%s", diff)
		}
		w.pass(24 * time.Hour)
		if got := before.count(); got != 1 {
			t.Errorf("the old question was asked %d times, want no more", got)
		}
	})
}

func TestEditBeforeTheFirstAnswerIsAskedAtOnce(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(24*time.Hour).since(began.Add(-time.Hour)))
		w.pass(time.Minute)
		if v.count() != 0 {
			t.Fatal("asked before the slot")
		}
		// The same question, but the numbers from before do not answer the spec.
		w.declare("a", credential("id"), v.packages(24*time.Hour))
		if got := v.count(); got != 1 {
			t.Errorf("asked %d times, want once, for an owner without numbers", got)
		}
	})
}

func TestEditBeforeTheSlotIsAskedAtOnceWhenTheAnswerIsOld(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.pass(time.Hour)
		if v.count() != 1 {
			t.Fatal("asked before the slot")
		}
		// The same question, but the numbers do not answer the spec.
		w.declare("a", credential("id"), v.packages(time.Hour))
		if got := v.count(); got != 2 {
			t.Errorf("asked %d times, want once more: the answer is an interval old", got)
		}
	})
}

func TestRotatedKeyIsTriedAtOnce(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		before, after := w.vendor(), w.vendor()
		w.declare("a", credential("id"), before.packages(time.Hour))
		w.pass(10 * time.Minute)
		// The numbers that the owner holds were read with the old key.
		w.declare("a", credential("id rotated"), after.packages(time.Hour).since(began))
		if diff := cmp.Diff([]time.Duration{10 * time.Minute}, after.asked()); diff != "" {
			t.Errorf("the new key was used (-want +got):\n%s", diff)
		}
		w.pass(24 * time.Hour)
		if got := before.count(); got != 1 {
			t.Errorf("the old key was used %d times, want no more", got)
		}
		if got := len(w.poller.lanes); got != 1 {
			t.Errorf("%d credentials are kept, want the one in use", got)
		}
	})
}

func TestKeyThatOthersStillUseIsKept(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.declare("b", credential("id"), v.packages(time.Hour))
		w.declare("a", credential("id rotated"), w.vendor().packages(time.Hour))
		w.pass(2 * time.Hour)
		if got := v.count(); got < 2 {
			t.Errorf("asked %d times for the owner that kept the key", got)
		}
	})
}

func TestForgetWhileWaiting(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.forget("a")
		w.pass(24 * time.Hour)
		if got := v.count(); got != 1 {
			t.Errorf("asked %d times, want no more", got)
		}
		if diff := cmp.Diff(Answer{}, w.answer("a", "packages")); diff != "" {
			t.Errorf("the answer is still there:\n%s", diff)
		}
		if w.poller.schedule.Len()+len(w.poller.lanes)+len(w.poller.owners) != 0 {
			t.Error("something is kept of a question that nobody asks")
		}
	})
}

func TestForgetWhileInLine(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		running, inLine := w.vendor(), w.vendor()
		release := running.hang()
		w.declare("a", credential("id"), running.packages(time.Hour).of("1"))
		w.declare("b", credential("id"), running.packages(time.Hour).of("2"))
		w.declare("c", credential("id"), inLine.packages(time.Hour).of("3"))
		w.forget("c")
		release()
		w.pass(24 * time.Hour)
		if got := inLine.count(); got != 0 {
			t.Errorf("asked %d times after it was forgotten", got)
		}
	})
}

func TestForgetWhileRunning(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		release := v.hang()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.forget("a")
		release()
		w.pass(24 * time.Hour)
		if got := v.count(); got != 1 {
			t.Errorf("asked %d times, want no more", got)
		}
		if diff := cmp.Diff([]string(nil), w.wakes()); diff != "" {
			t.Errorf("woken (-want +got):\n%s", diff)
		}
		if w.poller.schedule.Len()+len(w.poller.lanes)+len(w.poller.owners) != 0 {
			t.Error("something is kept of a question that nobody asks")
		}
	})
}

func TestDeclaredAgainWhileRunning(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		release := v.hang()
		w.declare("a", credential("id"), v.packages(time.Hour))
		for range 5 {
			w.forget("a")
			w.declare("a", credential("id"), v.packages(time.Hour))
		}
		release()
		if got := v.count(); got != 1 {
			t.Errorf("%d calls for one question at once", got)
		}
		if got := w.answer("a", "packages").Value; got != 1 {
			t.Errorf("the answer is %v, want that of the call under way", got)
		}
		w.pass(2 * time.Hour)
		if got := v.count(); got < 2 {
			t.Error("the slots after it are not run")
		}
	})
}

func TestDeclaredAgainWhileInLine(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		running, inLine := w.vendor(), w.vendor()
		release := running.hang()
		w.declare("a", credential("id"), running.packages(time.Hour).of("1"))
		w.declare("b", credential("id"), running.packages(time.Hour).of("2"))
		w.declare("c", credential("id"), inLine.packages(time.Hour).of("3"))
		w.declare("c", credential("id"), inLine.packages(2*time.Hour).of("3"))
		w.declare("d", credential("id"), inLine.packages(time.Hour).of("3"))
		release()
		if got := inLine.count(); got != 1 {
			t.Errorf("%d calls for one question in line", got)
		}
	})
}

func TestDeclaredAgainAfterForget(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.forget("a")
		w.pass(time.Minute)
		w.declare("a", credential("id"), v.packages(time.Hour))
		if diff := cmp.Diff([]time.Duration{0, time.Minute}, v.asked()); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
	})
}

func TestNextIsUnknownWhileInLineOrRunning(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		release := v.hang()
		for _, owner := range []string{"running", "running too", "in line"} {
			w.declare(owner, credential("id"), v.packages(time.Hour).of(owner))
		}
		for _, owner := range []string{"running", "in line"} {
			if got := w.answer(owner, "packages").Next; !got.IsZero() {
				t.Errorf("%s: next at %s, want no time", owner, got)
			}
		}
		release()
		if w.answer("in line", "packages").Next.IsZero() {
			t.Error("no next time after the answer")
		}
	})
}

func TestForgetWhatWasNeverDeclared(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.forget("a")
		if diff := cmp.Diff(Answer{}, w.answer("a", "packages")); diff != "" {
			t.Errorf("an answer from nowhere:\n%s", diff)
		}
	})
}

func TestDeclaringNothingForgets(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.declare("a", credential("id"))
		w.declare("b", credential("other"))
		w.pass(24 * time.Hour)
		if got := v.count(); got != 1 {
			t.Errorf("asked %d times, want no more", got)
		}
		if len(w.poller.lanes)+len(w.poller.owners) != 0 {
			t.Error("something is kept of owners that ask nothing")
		}
	})
}

func TestOwnerWithSeveralQuestions(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		packages, usage := w.vendor(), w.vendor()
		usageQuery := Query{Op: "usage", Interval: time.Hour, Ask: usage.ask}
		w.declare("a", credential("id"), packages.packages(time.Hour), usageQuery)
		w.declare("a", credential("id"), packages.packages(time.Hour))
		w.pass(24 * time.Hour)
		if got := usage.count(); got != 1 {
			t.Errorf("the question that was dropped was asked %d times, want no more", got)
		}
		if got := packages.count(); got < 23 {
			t.Errorf("the question that stayed was asked %d times in a day, want every hour", got)
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		var users sync.WaitGroup
		for user := range 8 {
			users.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(user)))
				for range 300 {
					owner := ownerNamed(fmt.Sprint(random.IntN(20)))
					source := credential(fmt.Sprint(random.IntN(3))).limited(int32(random.IntN(3)))
					switch random.IntN(4) {
					case 0:
						w.poller.Forget(owner)
					case 1:
						_ = w.poller.Answer(owner, "packages")
					default:
						query := w.pages(source, 2, new([]time.Duration)).of(fmt.Sprint(random.IntN(3)))
						query.Interval = time.Duration(1+random.IntN(3)) * time.Minute
						w.poller.Declare(owner, source, query, v.verify(time.Minute))
					}
				}
			})
		}
		w.pass(time.Minute)
		users.Wait()
		w.pass(10 * time.Minute)
		for owner := range 20 {
			w.forget(fmt.Sprint(owner))
		}
		if w.poller.schedule.Len()+len(w.poller.lanes)+len(w.poller.owners)+w.poller.runners != 0 {
			t.Error("something is kept though everything is forgotten")
		}
	})
}

func TestWakeMayCallThePoller(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		var seen []any
		var poller *Poller
		w.restart(Options{Wake: func(owner Owner) {
			seen = append(seen, poller.Answer(owner, "packages").Value)
			poller.Declare(owner, credential("id"), v.packages(time.Hour))
			poller.Forget(ownerNamed("other"))
		}})
		poller = w.poller
		w.declare("a", credential("id"), v.packages(time.Hour))
		synctest.Wait()
		if diff := cmp.Diff([]any{1}, seen); diff != "" {
			t.Errorf("what the woken owner saw (-want +got):\n%s", diff)
		}
	})
}
