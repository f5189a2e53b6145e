// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import "time"

// Declare replaces the queries that owner wants, all of them from source, each
// with an Op of its own. To declare none is to Forget.
func (p *Poller) Declare(owner Owner, source Source, queries ...Query) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.signal()
	if len(queries) == 0 {
		p.forget(owner)
		return
	}
	lane := p.lane(source)
	lane.allow(owner, source.RequestsPerSecond, p.clock.Now())
	before := p.owners[owner]
	after := make(map[string]*query, len(queries))
	for _, want := range queries {
		after[want.Op] = p.subscribe(owner, lane, want, before[want.Op])
	}
	p.owners[owner] = after
	for op, q := range before {
		if after[op] != q {
			p.unsubscribe(owner, q)
		}
		if q.lane != lane {
			q.lane.leave(owner, p.clock.Now())
		}
	}
}

// Forget drops all queries of owner.
func (p *Poller) Forget(owner Owner) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.signal() // those that are left may be due earlier
	p.forget(owner)
}

// Answer returns what is known about the query that owner declared as op. It is
// the zero Answer when there is no such query or nothing is known yet.
func (p *Poller) Answer(owner Owner, op string) Answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, ok := p.owners[owner][op]
	if !ok {
		return Answer{}
	}
	answer := q.shown(p.clock.Now())
	answer.Refreshed = q.owners[owner].refresh.handled
	return answer
}

// Declared returns since when the poller knows of what owner wants, by that which
// it has known longest; zero when it knows nothing.
func (p *Poller) Declared(owner Owner) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	var since time.Time
	for _, q := range p.owners[owner] {
		if since.IsZero() || q.declared.Before(since) {
			since = q.declared
		}
	}
	return since
}

func (p *Poller) forget(owner Owner) {
	for _, q := range p.owners[owner] {
		p.unsubscribe(owner, q)
		q.lane.leave(owner, p.clock.Now())
	}
	delete(p.owners, owner)
}

// lane returns the lane of source.
func (p *Poller) lane(source Source) *lane {
	if l, ok := p.lanes[source.Key]; ok {
		return l
	}
	h, ok := p.hosts[source.Host]
	if !ok {
		h = newHost(source)
		p.hosts[source.Host] = h
	}
	l := newLane(source, h, p.route(source), p.clock.Now())
	l.reopen = newAlarm(func(now time.Time) { p.reopen(l, now) })
	p.lanes[source.Key] = l
	return l
}

// query returns the lane's query for the question, new if need be.
func (p *Poller) query(l *lane, want Query, now time.Time) *query {
	id := question{op: want.Op, params: want.Params, answeredByAny: want.AnsweredByAny}
	q, ok := l.queries[id]
	if !ok {
		q = &query{question: id, phase: phase(l.source, id), declared: now, lane: l, owners: map[Owner]*subscription{}}
		q.turn = newAlarm(func(now time.Time) { p.comeDue(q, now) })
		q.slow = newAlarm(func(time.Time) { p.vacate(q) })
		l.queries[id] = q
		if id.answeredByAny {
			l.answeredByAny[q] = struct{}{}
		}
	}
	q.ask = want.Ask
	return q
}

// subscribe makes owner one of the owners of the query that it wants. before is
// the query that it had under the same Op, or nil.
func (p *Poller) subscribe(owner Owner, l *lane, want Query, before *query) *query {
	now := p.clock.Now()
	q := p.query(l, want, now)
	if before != nil && before != q {
		want.Held = time.Time{} // those numbers answer another question
	}
	if before != q && q.serves(want.Interval, now) {
		p.observe.Shared(l.source.Vendor, 1)
	}
	if q.join(owner, want, now) {
		p.reschedule(q)
	}
	return q
}

// join notes what owner wants, and tells whether that may move the next attempt.
func (q *query) join(owner Owner, want Query, now time.Time) bool {
	s, known := q.owners[owner]
	if !known {
		s = &subscription{}
		q.owners[owner] = s
	}
	had := *s
	s.interval, s.held = max(want.Interval, minInterval), want.Held
	if s.held.IsZero() && !s.awaiting && !q.serves(s.interval, now) {
		s.awaiting, s.awaitingSince = true, now
	}
	isRequest := s.refresh.request(want.Refresh)
	return s.interval != had.interval || s.awaiting != had.awaiting || isRequest
}

// unsubscribe drops owner from q. Those that are left may be content with less.
func (p *Poller) unsubscribe(owner Owner, q *query) {
	delete(q.owners, owner)
	if len(q.owners) == 0 {
		p.drop(q)
	} else {
		p.reschedule(q)
	}
}

// drop removes a query without owners. One that runs stays until its attempt
// ends: whoever declares it until then gets that answer, not a second call.
func (p *Poller) drop(q *query) {
	if q.stage == running {
		return
	}
	p.schedule.remove(&q.turn)
	q.lane.remove(q)
	if len(q.lane.queries) == 0 && q.lane.reopen.index < 0 { // a pause outlives whoever caused it
		p.close(q.lane)
	}
}
