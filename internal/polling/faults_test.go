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

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// moody is a vendor that fails now one credential, now another.
type moody struct {
	w      *world
	random *rand.Rand
	failed map[string]*vendors.Error // by credential; absent when it works
	silent map[string]time.Time      // until when a credential must not be used
	calls  map[string][]time.Duration
	polls  map[string][]poll // by question
	broken []string          // calls against Retry-After
}

// poll is an attempt, by its first call.
type poll struct {
	at time.Duration
	ok bool // whether every page came
}

// moods are the failures that come and go.
var moods = []vendors.Error{
	{Kind: vendors.KindUnavailable},
	{Kind: vendors.KindThrottled, RetryAfter: 3 * time.Minute},
	{Kind: vendors.KindThrottled},
	{Kind: vendors.KindUnauthenticated},
	{Kind: vendors.KindMalformed},
	{Kind: vendors.KindUnavailable, RetryAfter: 40 * time.Second},
}

// change has some credentials fail and others recover.
func (m *moody) change(credentials int) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	for range 5 {
		id := fmt.Sprint("id", m.random.IntN(credentials))
		delete(m.failed, id)
		if m.random.IntN(2) == 0 {
			failure := moods[m.random.IntN(len(moods))]
			m.failed[id] = &failure
		}
	}
}

// query asks a question of up to three pages.
func (m *moody) query(source Source, question string, interval time.Duration) Query {
	pace, pages := m.w.poller.Pace(source), 1+len(question)%3
	return Query{Op: "packages", Params: question, Interval: interval, Held: began, Ask: func(ctx context.Context) (any, error) {
		for page := range pages {
			if err := pace(ctx); err != nil {
				return nil, err
			}
			if err := m.call(source, question, page == 0); err != nil {
				return nil, err
			}
		}
		m.succeed(question)
		return 1, nil
	}}
}

// succeed notes that the attempt under way is a good one.
func (m *moody) succeed(question string) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	polls := m.polls[question]
	polls[len(polls)-1].ok = true
}

func (m *moody) call(source Source, question string, isFirst bool) error {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	now := m.w.clock.Now()
	if now.Before(m.silent[source.ID]) {
		m.broken = append(m.broken, fmt.Sprintf("%s at %s", source.ID, now.Sub(began)))
	}
	m.calls[source.ID] = append(m.calls[source.ID], now.Sub(began))
	failure := m.failed[source.ID]
	if isFirst {
		m.polls[question] = append(m.polls[question], poll{at: now.Sub(began)})
	}
	if failure == nil {
		return nil
	}
	m.silent[source.ID] = latest(m.silent[source.ID], now.Add(failure.RetryAfter))
	return failure
}

// Half a day in which vendors fail in every way: no call breaks a limit or
// Retry-After, none comes much before its time, and when all is well again so is
// every owner.
func TestFaultsBreakNoPromise(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		const credentials, questions, owners, perSecond, hostPerSecond = 50, 500, 1500, 2, 20
		random := rand.New(rand.NewPCG(5, 6))
		m := &moody{
			w: w, random: random, failed: map[string]*vendors.Error{}, silent: map[string]time.Time{},
			calls: map[string][]time.Duration{}, polls: map[string][]poll{},
		}
		shortest, intervals := map[string]time.Duration{}, map[string]time.Duration{}
		for owner := range owners {
			n := random.IntN(questions)
			source := credentialOf(n).limited(perSecond)
			source.HostRequestsPerSecond = hostPerSecond
			interval := []time.Duration{10 * time.Minute, 30 * time.Minute, time.Hour}[random.IntN(3)]
			question := questionNamed(n)
			intervals[fmt.Sprint(owner)] = interval
			if known, ok := shortest[question]; !ok || interval < known {
				shortest[question] = interval
			}
			w.declare(fmt.Sprint(owner), source, m.query(source, question, interval))
		}
		for range 12 * 12 {
			m.change(credentials)
			w.pass(5 * time.Minute)
		}
		m.failed = map[string]*vendors.Error{}
		w.pass(70 * time.Minute)

		if len(m.broken) > 0 {
			t.Errorf("%d calls against Retry-After, the first: %s", len(m.broken), m.broken[0])
		}
		for id, calls := range m.calls {
			if got := tooFast(calls, perSecond); got != nil {
				t.Errorf("%s: calls faster than %d a second, at %v", id, perSecond, got[0])
			}
		}
		for question, polls := range m.polls {
			for i := range polls[1:] {
				const turn = 5 * time.Second // that the first call may have waited, for credential and host
				if gap := polls[i+1].at - polls[i].at; polls[i].ok && gap < shortest[question]/2-turn {
					t.Errorf("%s, asked every %s: poll %d came %s after a good answer", question, shortest[question], i+2, gap)
				}
			}
			if got, most := len(polls), int(14*time.Hour/shortest[question])+1; got > most {
				t.Errorf("%s: %d polls, more than the schedule's %d", question, got, most)
			}
		}
		for owner, interval := range intervals {
			a := w.answer(owner, "packages")
			if a.Err != nil || w.clock.Since(a.Time) > interval+interval/2+maxBackoff {
				t.Errorf("70 minutes after the last fault owner %s, that asks every %s, has an answer of %s ago, %v",
					owner, interval, w.clock.Since(a.Time), a.Err)
			}
		}
		m.expectHostLimits(t, hostPerSecond)
	})
}

// expectHostLimits fails the test when calls to a host came too fast.
func (m *moody) expectHostLimits(t *testing.T, perSecond int) {
	hosts := map[string][]time.Duration{}
	for n := range 50 {
		source := credentialOf(n)
		hosts[source.Host] = append(hosts[source.Host], m.calls[source.ID]...)
	}
	for host, calls := range hosts {
		slices.Sort(calls)
		if got := tooFast(calls, perSecond); got != nil {
			t.Errorf("%s: calls faster than %d a second, at %v", host, perSecond, got[0])
		}
	}
}
