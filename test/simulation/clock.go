// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"slices"
	"sync"
	"time"

	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"
)

// simClock is the time of a world. It stands still until the world moves it, and
// knows for when something waits. Tickers run on it, too, but nothing stops for
// them: they are the insurance of those who have a timer besides.
type simClock struct {
	*clocktesting.FakeClock

	mu     sync.Mutex
	timers []*timer // by the time at which they fire
}

func newClock(now time.Time) *simClock {
	return &simClock{FakeClock: clocktesting.NewFakeClock(now)}
}

// NewTimer implements clock.Clock.
func (c *simClock) NewTimer(d time.Duration) clock.Timer {
	fired := make(chan time.Time, 1)
	return c.set(&timer{clock: c, fired: fired, fire: func(now time.Time) { fired <- now }}, d)
}

// AfterFunc implements clock.WithDelayedExecution, but that f runs before the
// clock moves on.
func (c *simClock) AfterFunc(d time.Duration, f func()) clock.Timer {
	return c.set(&timer{clock: c, fire: func(time.Time) { f() }}, d)
}

// moveTo moves the clock and fires what was set for then or earlier, in the
// order of time.
func (c *simClock) moveTo(then time.Time) {
	c.SetTime(then)
	for t := c.takeDue(then); t != nil; t = c.takeDue(then) {
		t.fire(then)
	}
}

// next returns the first time for which a timer is set, or end if that is
// earlier.
func (c *simClock) next(end time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) > 0 && c.timers[0].at.Before(end) {
		return c.timers[0].at
	}
	return end
}

func (c *simClock) set(t *timer, d time.Duration) *timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t.at = c.Now().Add(d)
	// Among equals the last, so that they fire in the order in which they were set.
	place, _ := slices.BinarySearchFunc(c.timers, t, func(other, t *timer) int {
		if other.at.After(t.at) {
			return 1
		}
		return -1
	})
	c.timers = slices.Insert(c.timers, place, t)
	return t
}

// remove tells whether the timer was still set.
func (c *simClock) remove(t *timer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	place := slices.Index(c.timers, t)
	if place < 0 {
		return false
	}
	c.timers = slices.Delete(c.timers, place, place+1)
	return true
}

// takeDue removes and returns the first timer that is due, or nil.
func (c *simClock) takeDue(now time.Time) *timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 || c.timers[0].at.After(now) {
		return nil
	}
	t := c.timers[0]
	c.timers = slices.Delete(c.timers, 0, 1)
	return t
}

// timer is one that is set, fired or stopped.
type timer struct {
	clock *simClock
	at    time.Time
	fired chan time.Time // nil for a timer that calls a function
	fire  func(now time.Time)
}

// C implements clock.Timer.
func (t *timer) C() <-chan time.Time { return t.fired }

// Stop implements clock.Timer.
func (t *timer) Stop() bool { return t.clock.remove(t) }

// Reset implements clock.Timer.
func (t *timer) Reset(d time.Duration) bool {
	active := t.clock.remove(t)
	t.clock.set(t, d)
	return active
}
