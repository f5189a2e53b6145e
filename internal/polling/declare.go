// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"slices"
	"time"
)

// Declare replaces the queries that owner wants, all of them from source, each
// with an Op of its own. To declare none is to Forget.
func (p *Poller) Declare(owner Owner, source Source, queries ...Query) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.stir()
	if len(queries) == 0 {
		p.forget(owner)
		return
	}
	o := p.owner(owner)
	p.use(o, p.lane(source), source.RequestsPerSecond)
	before := o.queries
	o.queries = make([]*query, 0, len(queries))
	for _, want := range queries {
		o.queries = append(o.queries, p.subscribe(o, want, queryFor(before, want.Op)))
	}
	for _, q := range before {
		if !slices.Contains(o.queries, q) {
			p.unsubscribe(o, q)
		}
	}
}

// owner returns what is known of the owner, at first nothing.
func (p *Poller) owner(id Owner) *owner {
	o, ok := p.owners[id]
	if !ok {
		o = &owner{Owner: id}
		p.owners[id] = o
	}
	return o
}

// use has o ask by the lane from now on, and allow so many requests per second.
func (p *Poller) use(o *owner, l *lane, requestsPerSecond int32) {
	if o.lane == l && o.rate == requestsPerSecond {
		return
	}
	l.allow(requestsPerSecond)
	if o.lane != nil {
		o.lane.disallow(o.rate)
	}
	o.lane, o.rate = l, requestsPerSecond
}

// Forget drops all queries of owner.
func (p *Poller) Forget(owner Owner) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.stir() // those that are left may be due earlier
	p.forget(owner)
}

// Answer returns what is known about the query that owner declared as op. It is
// the zero Answer when there is no such query or nothing is known yet.
func (p *Poller) Answer(owner Owner, op string) Answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	o, ok := p.owners[owner]
	if !ok {
		return Answer{}
	}
	q := o.query(op)
	if q == nil {
		return Answer{}
	}
	answer := q.shown(p.clock.Now())
	answer.Refreshed = q.owners[o].refresh.handled
	return answer
}

// Declared returns since when the poller knows of what owner wants, by that which
// it has known longest; zero when it knows nothing.
func (p *Poller) Declared(owner Owner) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	var since time.Time
	o, ok := p.owners[owner]
	if !ok {
		return since
	}
	for _, q := range o.queries {
		if since.IsZero() || q.declared.Before(since) {
			since = q.declared
		}
	}
	return since
}

func (p *Poller) forget(owner Owner) {
	o, ok := p.owners[owner]
	if !ok {
		return
	}
	for _, q := range o.queries {
		p.unsubscribe(o, q)
	}
	o.lane.disallow(o.rate)
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
	p.joinAllowance(l)
	l.reopen = newAlarm(func(now time.Time) { p.reopen(l, now) })
	p.lanes[source.Key] = l
	return l
}

// query returns the lane's query for the question, new if need be.
func (p *Poller) query(l *lane, want Query, now time.Time) *query {
	id := question{op: want.Op, params: want.Params, answeredByAny: want.AnsweredByAny}
	q, ok := l.queries[id]
	if !ok {
		q = &query{question: id, phase: phase(l.source, id), declared: now, lane: l, owners: map[*owner]*subscription{}}
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

// subscribe makes o one of the owners of the query that it wants. before is the
// query that it had under the same Op, or nil.
func (p *Poller) subscribe(o *owner, want Query, before *query) *query {
	now := p.clock.Now()
	q := p.query(o.lane, want, now)
	if before != nil && before != q {
		want.Held, want.HeldFailed = time.Time{}, false // those numbers answer another question
	}
	if before != q && q.serves(want.Interval, now) {
		p.observe.Shared(o.lane.source.Vendor, 1)
	}
	if q.join(o, want, now) {
		p.reschedule(q)
	}
	return q
}

// join notes what o wants, and tells whether that may move the next attempt.
func (q *query) join(o *owner, want Query, now time.Time) bool {
	s, known := q.owners[o]
	if !known {
		s = &subscription{}
		q.owners[o] = s
	}
	had := *s
	s.interval, s.held, s.heldFailed = max(want.Interval, minInterval), want.Held, want.HeldFailed
	s.retry = s.interval
	if want.RetryInterval > 0 {
		s.retry = max(want.RetryInterval, minInterval)
	}
	if s.held.IsZero() && !s.awaiting && !q.serves(s.interval, now) {
		s.awaiting, s.awaitingSince = true, now
	}
	isRequest := s.refresh.request(want.Refresh)
	return s.interval != had.interval || s.retry != had.retry || s.awaiting != had.awaiting || isRequest
}

// unsubscribe drops o from q. Those that are left may be content with less.
func (p *Poller) unsubscribe(o *owner, q *query) {
	delete(q.owners, o)
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
