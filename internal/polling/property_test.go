// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

const day = 24 * time.Hour

// anInterval returns one of the intervals that users choose.
func anInterval(random *rand.Rand) time.Duration {
	intervals := []time.Duration{20 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, day}
	return intervals[random.IntN(len(intervals))]
}

// crowd is a vendor's API with many questions, and who wants which how often.
type crowd struct {
	w     *world
	mu    sync.Mutex
	calls map[string][]time.Duration
	wants map[string]map[string]time.Duration // by question and owner
	early []string
}

func newCrowd(w *world) *crowd {
	return &crowd{w: w, calls: map[string][]time.Duration{}, wants: map[string]map[string]time.Duration{}}
}

// declare declares that owner wants an answer to the question this often.
func (c *crowd) declare(owner, question string, source Source, interval time.Duration, held time.Time) {
	c.mu.Lock()
	if c.wants[question] == nil {
		c.wants[question] = map[string]time.Duration{}
	}
	c.wants[question][owner] = interval
	c.mu.Unlock()
	c.w.declare(owner, source, Query{
		Op: "packages", Params: question, Interval: interval, Held: held,
		Ask: func(context.Context) (any, error) { return nil, c.ask(question) },
	})
}

func (c *crowd) forget(owner, question string) {
	c.mu.Lock()
	delete(c.wants[question], owner)
	c.mu.Unlock()
	c.w.forget(owner)
}

// ask notes a call, and whether it came before the shortest interval was over.
func (c *crowd) ask(question string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, calls := c.w.clock.Now().Sub(began), c.calls[question]
	if len(calls) > 0 && now-calls[len(calls)-1] < c.shortest(question) {
		c.early = append(c.early, fmt.Sprintf("%s at %s, last at %s", question, now, calls[len(calls)-1]))
	}
	c.calls[question] = append(calls, now)
	return nil
}

// shortest returns the shortest interval in which the question is wanted.
func (c *crowd) shortest(question string) time.Duration {
	least := time.Duration(1<<63 - 1)
	for _, interval := range c.wants[question] {
		least = min(least, interval)
	}
	return least
}

func (c *crowd) expectNoneEarly(t *testing.T) {
	if len(c.early) > 0 {
		t.Errorf("%d calls within the shortest interval after the last one, the first: %s", len(c.early), c.early[0])
	}
}

// expectSlots fails the test unless each question was asked at first, then in
// every slot to the end of the day: no call is lost and none is too many.
func (c *crowd) expectSlots(t *testing.T) {
	for question := range c.wants {
		calls, interval := c.calls[question], c.shortest(question)
		marks := append(append([]time.Duration{0}, calls...), day)
		for i, gap := range gaps(marks) {
			isFromSlotToSlot := i >= 2 && i < len(calls)
			if isFromSlotToSlot && gap != interval {
				t.Errorf("%s: call %d came %s after the one before, want a slot every %s", question, i+1, gap, interval)
			}
			if gap >= 2*interval {
				t.Errorf("%s: nothing was asked for %s, with an interval of %s", question, gap, interval)
			}
		}
	}
}

// expectAnswers fails the test when an owner has an answer that is too old.
func (c *crowd) expectAnswers(t *testing.T, asks map[string]int) {
	for owner, n := range asks {
		interval := c.wants[questionNamed(n)][owner]
		if age := c.w.clock.Since(c.w.answer(owner, "packages").Time); age > 2*interval {
			t.Fatalf("%s, that wants an answer every %s, has one of %s ago", owner, interval, age)
		}
	}
}

func questionNamed(n int) string { return fmt.Sprint("question", n) }

// credentialOf returns the credential of which the question is asked: one of 50
// at three hosts.
func credentialOf(question int) Source {
	n := question % 50
	return credential(fmt.Sprint("id", n)).at(fmt.Sprint("vendor", n%3, ".example"))
}

func TestEveryCallOfADayIsOneOfTheSchedule(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		const owners, questions = 3000, 1000
		random := rand.New(rand.NewPCG(1, 2))
		c := newCrowd(w)
		for owner := range owners {
			n := random.IntN(questions)
			var held time.Time // half of the owners are new, half have numbers from before a restart
			if owner%2 == 0 {
				held = began.Add(-time.Duration(random.Int64N(int64(day))))
			}
			c.declare(fmt.Sprint("owner", owner), questionNamed(n), credentialOf(n), anInterval(random), held)
		}
		w.pass(day)
		c.expectNoneEarly(t)
		c.expectSlots(t)
	})
}

func TestOwnersThatComeAndGoCauseNoEarlyCalls(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		const owners, questions = 300, 40
		random := rand.New(rand.NewPCG(3, 4))
		c := newCrowd(w)
		for n := range questions { // one owner stays, so that no question is forgotten
			c.declare(fmt.Sprint("stays", n), questionNamed(n), credentialOf(n), day, time.Time{})
		}
		asks := map[string]int{}
		for range 24 * 60 {
			owner := fmt.Sprint("owner", random.IntN(owners))
			n, known := asks[owner]
			if !known {
				n = random.IntN(questions)
			}
			if known && random.IntN(2) == 0 {
				c.forget(owner, questionNamed(n))
				delete(asks, owner)
			} else {
				c.declare(owner, questionNamed(n), credentialOf(n), anInterval(random), time.Time{})
				asks[owner] = n
			}
			w.pass(time.Duration(random.Int64N(int64(2 * time.Minute))))
			c.expectAnswers(t, asks)
		}
		c.expectNoneEarly(t)
	})
}

func TestHerdKeepsWithinTheLimits(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		const credentials, questions, pages = 40, 5, 3
		all := make([]time.Duration, 0, credentials*questions*pages)
		asked := make([][]time.Duration, credentials)
		for n := range credentials {
			source := credential(fmt.Sprint("id", n)).limited(int32(1 + n%5))
			source.HostRequestsPerSecond = 20
			for i := range questions {
				query := w.pages(source, pages, &asked[n]).of(fmt.Sprint(i))
				w.declare(fmt.Sprint(n, "/", i), source, query)
			}
		}
		w.pass(2 * time.Minute)
		for n, times := range asked {
			all = append(all, times...)
			if got := tooFast(times, 1+n%5); got != nil {
				t.Errorf("credential %d: calls faster than %d a second, at %v", n, 1+n%5, got)
			}
		}
		if len(all) != cap(all) {
			t.Errorf("%d calls, want %d", len(all), cap(all))
		}
		slices.Sort(all)
		if got := tooFast(all, 20); got != nil {
			t.Errorf("calls to the host faster than 20 a second, at %v", got)
		}
	})
}
