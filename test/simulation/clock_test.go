// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// noon is when the tests of single parts begin.
var noon = time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)

func TestClockStopsAtEachTimer(t *testing.T) {
	c := newClock(noon)
	var fired []string
	after := func(d time.Duration, name string) { c.AfterFunc(d, func() { fired = append(fired, name) }) }
	after(2*time.Second, "later")
	after(time.Second, "first")
	after(time.Second, "second")
	c.AfterFunc(time.Second, func() { t.Error("a stopped timer fired") }).Stop()

	end := noon.Add(time.Hour)
	var stops []time.Duration
	for c.Now().Before(end) {
		c.moveTo(c.next(end))
		stops = append(stops, c.Since(noon))
	}
	if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second, time.Hour}, stops); diff != "" {
		t.Errorf("stops (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"first", "second", "later"}, fired); diff != "" {
		t.Errorf("what fired (-want +got):\n%s", diff)
	}
}

func TestTimerTellsWhetherItWasSet(t *testing.T) {
	c := newClock(noon)
	timer := c.NewTimer(time.Second)
	if !timer.Reset(time.Minute) {
		t.Error("a timer that is set was reset as one that is not")
	}
	c.moveTo(noon.Add(time.Second))
	select {
	case <-timer.C():
		t.Error("the timer fired at the time it was set for before")
	default:
	}
	c.moveTo(noon.Add(time.Minute))
	if at := <-timer.C(); !at.Equal(noon.Add(time.Minute)) {
		t.Errorf("the timer fired at %s", at)
	}
	if timer.Stop() {
		t.Error("a timer that fired could be stopped")
	}
}
