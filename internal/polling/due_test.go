// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAskedAtOnceThenInSlots(t *testing.T) {
	for _, interval := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour} {
		t.Run(interval.String(), func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				w.declare("a", credential("id"), v.packages(interval))
				if diff := cmp.Diff([]time.Duration{0}, v.asked()); diff != "" {
					t.Fatalf("asked at first (-want +got):\n%s", diff)
				}
				first := w.answer("a", "packages").Next.Sub(began)
				if first < interval || first >= 2*interval {
					t.Errorf("the first slot comes after %s, want one to two intervals", first)
				}
				w.pass(first + 3*interval)
				want := []time.Duration{0, first, first + interval, first + 2*interval, first + 3*interval}
				if diff := cmp.Diff(want, v.asked()); diff != "" {
					t.Errorf("asked (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestSlotsAreThoseOfTheQuestion(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		slot := func() time.Duration {
			w.declare("a", credential("id"), v.packages(time.Hour).of("Traffic"))
			return time.Duration(w.answer("a", "packages").Next.UnixNano()) % time.Hour
		}
		before := slot()
		w.pass(17*time.Minute + 13*time.Second)
		keyer = NewKeyer() // as in a new process
		w.restart(Options{})
		if after := slot(); after != before {
			t.Errorf("a restart moved the slot from %s to %s past the hour", before, after)
		}
	})
}

func TestQuestionsAreSpreadOverTheInterval(t *testing.T) {
	tests := map[string]func(v *vendor, i int) (Source, Query){
		"of many credentials": func(v *vendor, i int) (Source, Query) {
			return credential(fmt.Sprint("id", i)), v.packages(time.Hour)
		},
		"of one credential": func(v *vendor, i int) (Source, Query) {
			return credential("id"), v.packages(time.Hour).of(fmt.Sprint(i))
		},
		"of many hosts": func(v *vendor, i int) (Source, Query) {
			return credential("id").at(fmt.Sprint(i, ".example")), v.packages(time.Hour)
		},
	}
	for name, question := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				const questions, parts = 600, 6
				for i := range questions {
					source, query := question(w.vendor(), i)
					w.declare(fmt.Sprint(i), source, query)
				}
				var slots [parts]int
				for i := range questions {
					next := w.answer(fmt.Sprint(i), "packages").Next
					slots[time.Duration(next.UnixNano())%time.Hour/(time.Hour/parts)]++
				}
				for part, n := range slots {
					if n < questions/parts/2 || n > questions/parts*2 {
						t.Errorf("%d of %d questions are asked in part %d of %d of the hour", n, questions, part+1, parts)
					}
				}
			})
		})
	}
}

func TestShortestIntervalWins(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("patient", credential("id"), v.packages(6*time.Hour))
		w.declare("eager", credential("id"), v.packages(time.Hour))
		first := w.answer("eager", "packages").Next
		if got := first.Sub(began); got < time.Hour || got >= 2*time.Hour {
			t.Errorf("the first slot comes after %s, want one to two hours", got)
		}
		w.passTo(first.Add(2 * time.Hour))
		if got := v.count(); got != 4 {
			t.Errorf("asked %d times, want once at first and in 3 slots", got)
		}

		w.forget("eager")
		if got := w.answer("patient", "packages").Next.Sub(w.clock.Now()); got < 6*time.Hour {
			t.Errorf("asked again %s after the last time, want the longer interval of the owner that is left", got)
		}
	})
}

func TestMissedSlotsAreMadeUpFor(t *testing.T) {
	tests := map[string]struct {
		interval, within time.Duration
	}{
		"within ten minutes":            {6 * time.Hour, 10 * time.Minute},
		"within an interval if shorter": {4 * time.Minute, 4 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				const questions, parts = 400, 4
				v := w.vendor()
				held := began.Add(-24 * time.Hour)
				for i := range questions {
					w.declare(fmt.Sprint(i), credential(fmt.Sprint("id", i)), v.packages(test.interval).since(held))
				}
				for part := range parts {
					before := v.count()
					w.pass(test.within / parts)
					if n := v.count() - before; n < questions/parts/2 || n > questions/parts*2 {
						t.Errorf("%d of %d questions were asked in part %d of %d", n, questions, part+1, parts)
					}
				}
				if got := v.count(); got != questions {
					t.Errorf("%d calls for %d missed slots", got, questions)
				}
			})
		})
	}
}

func TestMissedSlotIsNotPutOff(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		held := began.Add(-5 * time.Hour)
		for i := range 10 {
			w.declare(fmt.Sprint(i), credential("id"), v.packages(time.Hour).since(held))
			w.pass(time.Minute)
		}
		if got := v.count(); got != 1 {
			t.Errorf("asked %d times in the ten minutes in which owner after owner came, want once", got)
		}
	})
}

func TestSlotThatWasNotMissedIsAwaited(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		w.passTo(w.answer("a", "packages").Next)
		last, next := w.answer("a", "packages").Time, w.answer("a", "packages").Next

		w.pass(20 * time.Minute)
		w.restart(Options{})
		readAt := last.Add(5 * time.Second) // reading takes its time
		w.declare("a", credential("id"), v.packages(time.Hour).since(readAt))
		if got := w.answer("a", "packages").Next; !got.Equal(next) {
			t.Errorf("asked next at %s, want the slot at %s", got, next)
		}
		w.passTo(next)
		if diff := cmp.Diff([]time.Duration{0, last.Sub(began), next.Sub(began)}, v.asked()); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
	})
}

func TestNewestNumbersDecideWhetherASlotWasMissed(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		// The times in a status may lag behind: they are not written with every poll.
		w.declare("hourly", credential("id"), v.packages(time.Hour).since(began.Add(-5*time.Minute)))
		for i := range 10 {
			w.declare(fmt.Sprint("daily", i), credential("id"), v.packages(24*time.Hour).since(began.Add(-23*time.Hour)))
		}
		w.pass(45 * time.Minute)
		if got := v.count(); got != 0 {
			t.Errorf("asked %d times within the hour after the last call of the process before", got)
		}
	})
}

func TestNumbersFromTheFutureDoNotSilenceTheQuestion(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour).since(began.Add(1000*time.Hour)))
		w.pass(2 * time.Hour)
		if v.count() == 0 {
			t.Error("not asked within two intervals, because a clock was wrong once")
		}
	})
}

func TestSlowCallIsNotFollowedByAnotherAtOnce(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Minute))
		w.passTo(w.answer("a", "packages").Next.Add(-time.Second))
		release := v.hang()
		w.pass(3 * time.Minute) // longer than the interval
		release()
		if got := v.count(); got != 2 {
			t.Errorf("asked %d times, want no call right after the slow one", got)
		}
		next := w.answer("a", "packages").Next
		if wait := next.Sub(w.clock.Now()); wait <= 0 || wait > time.Minute {
			t.Errorf("asked again after %s, want the next slot", wait)
		}
	})
}

// The newest numbers decide when a question is due, so that it is due earlier
// when the owner who holds them goes.
func TestTurnThatMovesAheadIsKept(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("old numbers", credential("id"), v.packages(day).since(began.Add(-2*day)))
		w.declare("new numbers", credential("id"), v.packages(day).since(began))
		w.forget("new numbers")
		next := w.answer("old numbers", "packages").Next
		w.passTo(next)
		if diff := cmp.Diff([]time.Duration{next.Sub(began)}, v.asked()); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
	})
}

func TestIntervalOfZeroIsRaised(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		v := w.vendor()
		w.declare("zero", credential("id"), v.packages(0))
		w.declare("negative", credential("id"), v.packages(-time.Hour))
		w.pass(10 * time.Second)
		if got := v.count(); got < 9 || got > 11 {
			t.Errorf("asked %d times in ten seconds, want about once a second", got)
		}
	})
}

func TestIntervalEdits(t *testing.T) {
	tests := map[string]struct {
		age, from, to time.Duration
		// The next call is due at least and at most so long after the edit.
		least, most time.Duration
	}{
		"shorter than the answer is old": {3 * time.Hour, 24 * time.Hour, time.Hour, 0, 0},
		"longer than the answer is old":  {10 * time.Minute, 24 * time.Hour, time.Hour, 50 * time.Minute, 110 * time.Minute},
		"longer than before":             {10 * time.Minute, time.Hour, 6 * time.Hour, 350 * time.Minute, 710 * time.Minute},
		"the same":                       {10 * time.Minute, time.Hour, time.Hour, 50 * time.Minute, 110 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				v := w.vendor()
				w.declare("a", credential("id"), v.packages(test.from))
				w.pass(test.age)
				edited := w.clock.Now()
				w.declare("a", credential("id"), v.packages(test.to))
				next := edited
				if v.count() == 1 {
					next = w.answer("a", "packages").Next
				}
				if wait := next.Sub(edited); wait < test.least || wait > test.most {
					t.Errorf("asked %s after the edit, want between %s and %s", wait, test.least, test.most)
				}
			})
		})
	}
}

func TestStartWithoutQueriesWaits(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.pass(3 * idleWait)
		v := w.vendor()
		w.declare("a", credential("id"), v.packages(time.Hour))
		synctest.Wait()
		if v.count() != 1 {
			t.Error("an idle poller does not notice the first query")
		}
	})
}
