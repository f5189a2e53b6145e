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
	asked  bool // whether the vendor was asked, and nothing kept it from being
}

// attempt asks q's question once, stores the answer and wakes the owners.
func (p *Poller) attempt(ctx context.Context, q *query, ask func(context.Context) (any, error)) {
	o := p.answer(ctx, q, ask)
	for _, owner := range p.finish(ctx, q, o) {
		p.wake(owner)
	}
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
	o := outcome{err: vendors.AsError(q.question.op, err), asked: !p.wasRefused(q)}
	if o.asked && ctx.Err() == nil {
		p.logFailure(q, o.err)
	}
	return o
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

func (p *Poller) logFailure(q *query, err *vendors.Error) {
	p.log.Info("Vendor call failed", "vendor", q.lane.source.Vendor, "host", q.lane.source.Host, "operation", q.question.op,
		"kind", err.Kind, "code", err.Code, "requestID", err.RequestID, "detail", err.Error())
}

// answeredByOther tells whether a call with the same credential succeeded
// within the interval of a query that any call answers.
func (p *Poller) answeredByOther(q *query) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := q.lane.proven
	return at, q.question.answeredByAny && !q.isRefresh() && !at.IsZero() && p.clock.Since(at) < q.interval()
}

// finish ends an attempt and returns the owners to wake.
func (p *Poller) finish(ctx context.Context, q *query, o outcome) []Owner {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done(q)
	if ctx.Err() != nil {
		return nil // the process is stopping, which says nothing of the vendor
	}
	p.signal()
	return p.record(q, o)
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

// record stores the outcome of an attempt, schedules the next one, and returns
// the owners to wake.
func (p *Poller) record(q *query, o outcome) []Owner {
	now := p.clock.Now()
	isRefused := o.err != nil && !o.asked
	for _, s := range q.owners {
		s.refresh.end(!isRefused)
	}
	if isRefused {
		return p.putBack(q, o, now)
	}
	q.stage = scheduled
	p.note(q, o, now)
	q.lane.learn(o)
	if o.err != nil {
		q.fail(now, o.err)
	} else {
		q.succeed(now, o.value, o.readAt)
	}
	woken := append(q.ownerList(), p.judge(q, o, now)...)
	woken = append(woken, p.reflect(q, now, o.err)...)
	if len(q.owners) > 0 {
		p.reschedule(q)
	} else {
		p.drop(q)
	}
	return woken
}

// note tells the observer of an attempt.
func (p *Poller) note(q *query, o outcome, now time.Time) {
	vendor := q.lane.source.Vendor
	if o.asked {
		p.observe.Attempted(vendor, q.question.op, q.began.Sub(q.asked), now.Sub(q.began), o.err)
	}
	if shared := len(q.owners) - 1; o.err == nil && shared > 0 {
		p.observe.Shared(vendor, shared)
	}
}

// putBack has an attempt that a breaker kept from its next call begin anew as
// soon as the breaker lets it.
func (p *Poller) putBack(q *query, o outcome, now time.Time) []Owner {
	q.stage = scheduled
	p.judge(q, o, now)
	if len(q.owners) == 0 {
		p.drop(q)
		return nil
	}
	q.lane.enqueue(q, now)
	return q.ownerList()
}

// fail notes a failed attempt. The last value stays.
func (q *query) fail(now time.Time, err *vendors.Error) {
	q.failures++
	q.answer.Attempt, q.answer.Err = now, err
	if q.answer.Since.IsZero() {
		q.answer.Since = now
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
	for owner := range q.owners {
		owners = append(owners, owner)
	}
	return owners
}

// reflect lets what an attempt tells of the credential show in the queries that
// any call answers, and returns their owners when that is news.
func (p *Poller) reflect(from *query, now time.Time, err *vendors.Error) []Owner {
	var woken []Owner
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
		woken = append(woken, q.ownerList()...)
	}
	return woken
}

// rejects tells whether a failure is that of the credential.
func rejects(err *vendors.Error) bool {
	return err != nil && err.Kind == vendors.KindUnauthenticated
}
