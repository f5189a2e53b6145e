// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// outcome is what an attempt came to.
type outcome struct {
	value  any
	readAt time.Time // when value was read
	err    *vendors.Error
	asked  bool // whether the vendor was
}

// attempt asks q's question once, stores the answer and wakes the owners.
func (p *Poller) attempt(ctx context.Context, q *query, ask func(context.Context) (any, error)) {
	p.finish(ctx, q, p.answer(ctx, q, ask))
	p.tell()
}

// answer returns the answer to q: from another call with the same credential
// where that will do, else from the vendor.
func (p *Poller) answer(ctx context.Context, q *query, ask func(context.Context) (any, error)) outcome {
	if at, ok := p.answeredByOther(q); ok {
		return outcome{readAt: at}
	}
	attemptCtx, cancel := context.WithTimeout(withQuery(ctx, q), p.timeout)
	defer cancel()
	value, err := p.askSafely(attemptCtx, q, ask)
	if err == nil {
		return outcome{value: value, readAt: p.clock.Now(), asked: true}
	}
	return outcome{err: vendors.AsError(q.question.op, err), asked: true}
}

// askSafely turns a panic over one answer into a failure of that question: it
// must not end the polling of everything else. The panic's value may quote the
// answer, so only where it happened is logged.
func (p *Poller) askSafely(ctx context.Context, q *query, ask func(context.Context) (any, error)) (value any, err error) {
	defer func() {
		if recover() != nil {
			p.log.Info("Reading an answer panicked", "vendor", q.lane.source.Vendor, "host", q.lane.source.Host, "operation", q.question.op,
				"stack", string(debug.Stack()))
			err = &vendors.Error{Kind: vendors.KindMalformed, Op: q.question.op, Code: "Panic"}
		}
	}()
	return ask(ctx)
}

// answeredByOther tells whether a call with the same credential succeeded
// within the interval of a query that any call answers.
func (p *Poller) answeredByOther(q *query) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := q.lane.proven
	return at, q.question.answeredByAny && !q.isRefresh() && !at.IsZero() && p.clock.Since(at) < q.interval()
}

// finish ends an attempt.
func (p *Poller) finish(ctx context.Context, q *query, o outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done(q)
	if ctx.Err() != nil {
		return // the process is stopping, which says nothing of the vendor
	}
	defer p.stir()
	now := p.clock.Now()
	for _, s := range q.owners {
		s.refresh.end(!q.refused)
	}
	if q.refused {
		p.putBack(q, now)
	} else {
		p.record(q, o, now)
	}
	q.lane.lineUp(now)
}

// done gives back the runner of q's attempt.
func (p *Poller) done(q *query) {
	p.schedule.remove(&q.slow)
	q.lane.running--
	if q.vacated {
		q.lane.host.slow--
		return
	}
	q.lane.host.running--
	p.runners--
}

// record stores the outcome of an attempt and schedules the next one.
func (p *Poller) record(q *query, o outcome, now time.Time) {
	q.stage = scheduled
	p.note(q, o, now)
	q.lane.learn(o)
	if o.err != nil {
		q.fail(now, o.err)
	} else {
		q.succeed(now, o.value, o.readAt)
	}
	if o.asked {
		p.judge(q, o, now)
	} else {
		q.release(now)
	}
	p.news = append(p.news, q.ownerList()...)
	p.reflect(q, now, o.err)
	if len(q.owners) > 0 {
		p.reschedule(q)
	} else {
		p.drop(q)
	}
}

// note logs a failure, and tells the observer of the attempt.
func (p *Poller) note(q *query, o outcome, now time.Time) {
	vendor := q.lane.source.Vendor
	if o.err != nil {
		p.log.Info("Vendor call failed", "vendor", vendor, "host", q.lane.source.Host, "operation", q.question.op,
			"kind", o.err.Kind, "code", o.err.Code, "requestID", o.err.RequestID, "detail", o.err.Error())
	}
	if o.asked {
		p.observe.Attempted(vendor, q.question.op, q.began.Sub(q.asked), now.Sub(q.began), o.err)
	}
	if shared := len(q.owners) - 1; o.err == nil && shared > 0 {
		p.observe.Shared(vendor, shared)
	}
}

// putBack has an attempt that a breaker kept from its next call begin anew as
// soon as the breaker lets it.
func (p *Poller) putBack(q *query, now time.Time) {
	q.stage = scheduled
	q.release(now)
	if len(q.owners) == 0 {
		p.drop(q)
		return
	}
	q.lane.enqueue(q, now)
	p.news = append(p.news, q.ownerList()...)
}

// release has another query be the probe in q's place.
func (q *query) release(now time.Time) {
	q.lane.breaker.release(q)
	if q.lane.route.breaker.probe == q {
		q.lane.route.breaker.release(q)
		q.lane.route.lineUp(now)
	}
}

// fail notes a failed attempt. The last value stays.
func (q *query) fail(now time.Time, err *vendors.Error) {
	q.failures++
	q.answer.Attempt, q.answer.Err = now, err
	if !q.answer.Since.IsZero() {
		return
	}
	q.answer.Since = now
	if b := q.lane.heldBy(); b != nil {
		q.answer.Since = b.since
	}
}

// succeed notes a complete answer.
func (q *query) succeed(now time.Time, value any, readAt time.Time) {
	q.failures = 0
	q.answer = Answer{Value: value, Time: readAt, Attempt: now}
	for _, s := range q.owners {
		s.awaiting = false
	}
}

func (q *query) ownerList() []Owner {
	owners := make([]Owner, 0, len(q.owners))
	for o := range q.owners {
		owners = append(owners, o.Owner)
	}
	return owners
}

// reflect lets what an attempt tells of the credential show in the queries that
// any call answers, and tells their owners when that is news.
func (p *Poller) reflect(from *query, now time.Time, err *vendors.Error) {
	for q := range from.lane.answeredByAny {
		if q == from || q.stage != scheduled {
			continue
		}
		switch {
		case err == nil && (q.answer.Err != nil || q.answer.Time.IsZero()):
			q.succeed(now, nil, now)
		case rejects(err) && !rejects(q.answer.Err):
			q.fail(now, err)
		default:
			continue
		}
		q.asked = now
		p.reschedule(q)
		p.news = append(p.news, q.ownerList()...)
	}
}

// rejects tells whether a failure is that of the credential.
func rejects(err *vendors.Error) bool {
	return err != nil && err.Kind == vendors.KindUnauthenticated
}
