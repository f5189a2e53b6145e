// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	clocktesting "k8s.io/utils/clock/testing"
)

func TestScheduleIsInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var s schedule
	alarms := make([]*alarm, 500)
	for i := range alarms {
		alarms[i] = &alarm{index: -1}
	}
	in := map[*alarm]bool{}
	for range 20000 {
		a := alarms[random.IntN(len(alarms))]
		if random.IntN(3) == 0 {
			s.remove(a) // also one that is not in
			delete(in, a)
			continue
		}
		s.set(a, began.Add(time.Duration(random.IntN(1000))*time.Second)) // also one that is in
		in[a] = true
	}

	var want, got []time.Time
	for a := range in {
		want = append(want, a.due)
	}
	slices.SortFunc(want, time.Time.Compare)
	for a := s.next(); a != nil; a = s.next() {
		got = append(got, a.due)
		s.remove(a)
		if !in[a] {
			t.Errorf("an alarm that was removed is due at %s", a.due)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the order (-want +got):\n%s", diff)
	}
	for _, a := range alarms {
		if a.index != -1 {
			t.Errorf("an alarm that is not in the schedule has index %d", a.index)
		}
	}
}

func TestTickDoesNotGrowWithTheQueries(t *testing.T) {
	allocations := func(queries int) float64 {
		p, clock := waitingPoller(queries)
		return testing.AllocsPerRun(100, func() {
			clock.SetTime(p.schedule.next().due)
			p.startDue(t.Context())
			p.attempts.Wait()
		})
	}
	few, many := allocations(10), allocations(10_000)
	if many > few+1 { // the runtime's own come and go
		t.Errorf("a turn allocates %.0f times with 10,000 queries, %.0f times with 10", many, few)
	}
}

// BenchmarkTick measures one turn of the poller with one query due. It takes
// about as long however many others wait.
func BenchmarkTick(b *testing.B) {
	for _, queries := range []int{100, 10_000} {
		b.Run(fmt.Sprint(queries), func(b *testing.B) {
			p, clock := waitingPoller(queries)
			b.ReportAllocs()
			for b.Loop() {
				clock.SetTime(p.schedule.next().due)
				p.startDue(b.Context())
				p.attempts.Wait()
			}
		})
	}
}

// waitingPoller returns a poller with so many queries of one credential, all
// waiting for their slots.
func waitingPoller(queries int) (*Poller, *clocktesting.FakeClock) {
	clock := clocktesting.NewFakeClock(began)
	p := New(Options{Clock: clock, Wake: func(Owner) {}})
	for i := range queries {
		p.Declare(ownerNamed(fmt.Sprint(i)), credential("id"), Query{
			Op: "packages", Params: fmt.Sprint(i), Interval: time.Hour, Held: began,
			Ask: func(context.Context) (any, error) { return nil, nil },
		})
	}
	return p, clock
}
