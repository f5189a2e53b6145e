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
	queries := make([]*query, 500)
	for i := range queries {
		queries[i] = &query{index: -1}
	}
	in := map[*query]bool{}
	for range 20000 {
		q := queries[random.IntN(len(queries))]
		if random.IntN(3) == 0 {
			s.remove(q) // also one that is not in
			delete(in, q)
			continue
		}
		s.set(q, began.Add(time.Duration(random.IntN(1000))*time.Second)) // also one that is in
		in[q] = true
	}

	var want, got []time.Time
	for q := range in {
		want = append(want, q.due)
	}
	slices.SortFunc(want, time.Time.Compare)
	for q := s.next(); q != nil; q = s.next() {
		got = append(got, q.due)
		s.remove(q)
		if !in[q] {
			t.Errorf("a query that was removed is due at %s", q.due)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the order (-want +got):\n%s", diff)
	}
	for _, q := range queries {
		if q.index != -1 {
			t.Errorf("a query that is not in the schedule has index %d", q.index)
		}
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
