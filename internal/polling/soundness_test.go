// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// soundness checks what must hold of a Poller whenever nothing moves.
type soundness struct {
	t      *testing.T
	poller *Poller
	clock  *timerClock
	now    time.Time
	alarms int // those that are set, of what the poller knows
}

// checkSound fails the test unless all that the poller keeps agrees, and whatever
// waits waits for something that is bound to come.
func (w *world) checkSound(t *testing.T) {
	t.Helper()
	p := w.poller
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &soundness{t: t, poller: p, clock: w.clock, now: w.clock.Now()}
	for key, l := range p.lanes {
		s.lane(key, l)
		for _, q := range l.queries {
			s.query(l, q)
		}
	}
	for id, r := range p.routes {
		s.route(id, r)
	}
	s.allowances()
	s.hosts()
	s.owners()
	s.schedule()
}

func (s *soundness) errorf(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("after %s: %s", s.now.Sub(began), fmt.Sprintf(format, args...))
}

// count counts the alarms that are set.
func (s *soundness) count(alarms ...*alarm) {
	for _, a := range alarms {
		if a.index >= 0 {
			s.alarms++
		}
	}
}

// lane is there because somebody uses it, or because a pause is to be kept.
func (s *soundness) lane(key Key, l *lane) {
	s.count(&l.reopen)
	id := routeID{l.source.Host, l.source.Route}
	if _, known := l.route.lanes[l]; !known || l.source.Key != key || s.poller.routes[id] != l.route {
		s.errorf("%s: the credential and its route do not know each other", l.source.ID)
	}
	if len(l.queries) == 0 && l.reopen.index < 0 {
		s.errorf("%s: the credential is kept, though nobody uses it", l.source.ID)
	}
	s.breaker(l.source.ID, &l.breaker, &l.reopen)
	s.rates(l)
	s.line(l)
}

// allowances are shared by those who use the same public part of a credential, and
// forgotten with them.
func (s *soundness) allowances() {
	lanes := map[allowanceID]int{}
	for _, l := range s.poller.lanes {
		id := allowanceID{l.source.Host, l.source.ID}
		lanes[id]++
		if s.poller.allowances[id] != l.allowance {
			s.errorf("%s: the credential takes turns of its own", l.source.ID)
		}
	}
	counted := map[allowanceID]int{}
	for id, a := range s.poller.allowances {
		counted[id] = len(a.lanes)
	}
	if diff := cmp.Diff(lanes, counted, cmp.AllowUnexported(allowanceID{})); diff != "" {
		s.errorf("credentials that share an allowance (-there +counted):\n%s", diff)
	}
}

// rates count of those who ask something, and of nobody else.
func (s *soundness) rates(l *lane) {
	askers, want := map[*owner]bool{}, map[int32]int{}
	for _, q := range l.queries {
		for o := range q.owners {
			if askers[o] {
				continue
			}
			askers[o] = true
			want[o.rate]++
			if o.lane != l {
				s.errorf("%s: %s asks, but allows nothing", l.source.ID, o.Name)
			}
		}
	}
	if diff := cmp.Diff(want, l.rates); diff != "" {
		s.errorf("%s: what owners allow (-asking +counted):\n%s", l.source.ID, diff)
	}
}

// line is where queries wait until a runner is free, or while a breaker is open.
func (s *soundness) line(l *lane) {
	if got := s.attempts(func(q *query) bool { return q.lane == l }); got != l.running {
		s.errorf("%s: %d attempts are under way, %d are counted", l.source.ID, got, l.running)
	}
	if l.queued && !slices.Contains(l.host.waiting, l) {
		s.errorf("%s: the credential is not in line at its host", l.source.ID)
	}
	isRoom := l.host.running < hostRunners && s.poller.runners < maxRunners
	switch {
	case len(l.ready) == 0:
	case l.queued && isRoom:
		s.errorf("%s: %d are in line, though there is room at the host", l.source.ID, len(l.ready))
	case !l.queued && l.running < laneRunners && !l.held(s.now):
		s.errorf("%s: %d are in line and wait for nothing", l.source.ID, len(l.ready))
	}
}

// attempts returns how many such queries are being asked.
func (s *soundness) attempts(such func(*query) bool) int {
	count := 0
	for _, l := range s.poller.lanes {
		for _, q := range l.queries {
			if q.stage == running && such(q) {
				count++
			}
		}
	}
	return count
}

// query is in the one place that its stage tells, and somebody wants it.
func (s *soundness) query(l *lane, q *query) {
	s.count(&q.turn, &q.slow)
	type place struct{ scheduled, inLine, timed bool }
	places := map[stage]place{
		scheduled: {scheduled: true},
		inLine:    {inLine: true},
		running:   {timed: !q.vacated},
	}
	got := place{q.turn.index >= 0, slices.Contains(l.ready, q), q.slow.index >= 0}
	if want := places[q.stage]; got != want {
		s.errorf("%v: is at %+v, want %+v", q.question, got, want)
	}
	if len(q.owners) == 0 && q.stage != running {
		s.errorf("%v: is kept, though nobody wants it", q.question)
	}
	for o := range q.owners {
		if s.poller.owners[o.Owner] != o || o.query(q.question.op) != q {
			s.errorf("%v: %s does not know that it wants it", q.question, o.Name)
		}
	}
}

// breaker that is open waits for its alarm or its probe, or lets the next pass.
func (s *soundness) breaker(of string, b *breaker, reopen *alarm) {
	if b.probe != nil && (!b.open() || b.probe.stage != running) {
		s.errorf("%s: a probe is awaited that is not under way", of)
	}
	isPause := b.open() && b.until.After(s.now)
	if isPause && (reopen.index < 0 || !reopen.due.Equal(b.until)) {
		s.errorf("%s: nothing ends the pause in %s", of, b.until.Sub(s.now))
	}
}

// route is there because credentials use it, or because a block is to be kept.
func (s *soundness) route(id routeID, r *route) {
	s.count(&r.reopen)
	s.breaker(fmt.Sprint(id), &r.breaker, &r.reopen)
	if len(r.lanes) == 0 && r.reopen.index < 0 {
		s.errorf("%v: the route is kept, though nobody uses it", id)
	}
	for l := range r.lanes {
		if s.poller.lanes[l.source.Key] != l {
			s.errorf("%v: the route is kept for %s, which nobody uses", id, l.source.ID)
		}
	}
}

// hosts give as many runners as are counted, and each credential is in line once.
func (s *soundness) hosts() {
	runners := 0
	for name, h := range s.poller.hosts {
		fast := s.attempts(func(q *query) bool { return q.lane.host == h && !q.vacated })
		slow := s.attempts(func(q *query) bool { return q.lane.host == h && q.vacated })
		if h.running != fast || h.slow != slow {
			s.errorf("%s: %d attempts and %d slow ones are counted, want %d and %d", name, h.running, h.slow, fast, slow)
		}
		runners += fast
		inLine := map[*lane]bool{}
		for _, l := range h.waiting {
			if inLine[l] || !l.queued {
				s.errorf("%s: %s is in line twice, or without knowing", name, l.source.ID)
			}
			inLine[l] = true
		}
	}
	if s.poller.runners != runners {
		s.errorf("%d runners are counted, want %d", s.poller.runners, runners)
	}
}

// owners want nothing that was dropped.
func (s *soundness) owners() {
	for _, o := range s.poller.owners {
		for _, q := range o.queries {
			_, wants := q.owners[o]
			if !wants || q.lane.queries[q.question] != q || s.poller.lanes[q.lane.source.Key] != q.lane || q.lane != o.lane {
				s.errorf("%s: nobody asks %s for it any more", o.Name, q.question.op)
			}
		}
	}
}

// schedule is a heap of the alarms that are set, all of them in the future, and
// the poller does not sleep beyond the first.
func (s *soundness) schedule() {
	alarms := s.poller.schedule
	for i, a := range alarms {
		if a.index != i {
			s.errorf("the alarm at %d takes itself to be at %d", i, a.index)
		}
		if a.due.Before(alarms[max(i-1, 0)/2].due) {
			s.errorf("the alarm at %d is due before the one above it", i)
		}
		if !a.due.After(s.now) {
			s.errorf("an alarm did not ring %s ago", s.now.Sub(a.due))
		}
	}
	if len(alarms) > 0 && !s.clock.ringsBy(alarms[0].due) {
		s.errorf("the poller sleeps, though something is due in %s", alarms[0].due.Sub(s.now))
	}
	if len(alarms) != s.alarms {
		s.errorf("%d alarms are in the schedule, but %d are set", len(alarms), s.alarms)
	}
}
