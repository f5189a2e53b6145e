// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// tripAfter is how many attempts in a row must fail to reach the vendor before
// a credential's breaker opens.
const tripAfter = 3

// breaker keeps calls away from a credential or a route that fails. While it is
// open nothing passes until a time, and then one attempt, the probe, which closes
// it or has it wait longer.
type breaker struct {
	err      *vendors.Error // why it is open; nil while it is closed
	since    time.Time      // when the present row of failures began
	until    time.Time      // when the next probe may begin
	failures int            // in a row, those of probes included
	probes   int            // of them those that failed while it was open
	probe    *query         // under way
}

func (b *breaker) open() bool { return b.err != nil }

// admits tells whether an attempt may begin.
func (b *breaker) admits(now time.Time) bool {
	return !b.open() || b.probe == nil && !now.Before(b.until)
}

// begin notes that an attempt begins; of an open breaker it is the probe.
func (b *breaker) begin(q *query) {
	if b.open() {
		b.probe = q
	}
}

// passes tells whether q may make a call.
func (b *breaker) passes(q *query) bool {
	return !b.open() || q != nil && b.probe == q
}

// fail counts a failure, without opening.
func (b *breaker) fail(now time.Time) {
	if b.failures == 0 {
		b.since = now
	}
	b.failures++
}

// trip opens the breaker, or keeps it open after a probe, for as long as the
// vendor asks for and at least the backoff, of which longest is the most. The
// failure of an attempt that began while it was closed is not that of a probe.
func (b *breaker) trip(now time.Time, q *query, err *vendors.Error, longest time.Duration) {
	if b.open() && b.probe != q {
		if pause := retryAfter(err); pause > 0 {
			b.probe = nil // it began before the vendor asked for this pause
			b.until = latest(b.until, now.Add(pause))
		}
		return
	}
	b.fail(now)
	b.probes++
	b.err, b.probe = err, nil
	b.until = now.Add(max(retryAfter(err), min(backoff(b.probes), longest)))
}

// release forgets a probe that came to nothing: the next attempt is another.
func (b *breaker) release(q *query) {
	if b.probe == q {
		b.probe = nil
	}
}

// close lets everything pass again.
func (b *breaker) close() { *b = breaker{} }

// retryAfter is the vendor's own wish, within bounds.
func retryAfter(err *vendors.Error) time.Duration {
	return min(err.RetryAfter, maxRetryAfter)
}

// judge has the breakers of q's credential and route learn from an attempt at
// which the vendor was asked. An answer to what was sent before a breaker opened
// does not close it.
func (p *Poller) judge(q *query, o outcome, now time.Time) {
	l, r := q.lane, q.lane.route
	isProbeOfRoute := r.breaker.probe == q
	switch {
	case o.err != nil && o.err.AddressBlocked:
		l.breaker.release(q)
		p.tripRoute(r, q, o.err, now)
		return
	case isProbeOfRoute && o.err != nil && o.err.Kind == vendors.KindUnavailable:
		// No answer may well be the mark of a block that lasts.
		p.tripRoute(r, q, r.breaker.err, now)
	case isProbeOfRoute:
		p.closeRoute(r, now)
	}
	p.judgeLane(q, o, now)
}

// judgeLane opens the credential's breaker when the vendor asks for a pause, or
// cannot be reached for the third time in a row, and closes it after any answer.
func (p *Poller) judgeLane(q *query, o outcome, now time.Time) {
	l := q.lane
	was := l.breaker.open()
	switch {
	case o.err == nil || !opens(o.err):
		if !was || l.breaker.probe == q {
			p.closeLane(l, now)
		}
	case was || o.err.Kind == vendors.KindThrottled || o.err.RetryAfter > 0 || l.breaker.failures+1 >= tripAfter:
		p.tripLane(l, q, o.err, now)
	default:
		l.breaker.fail(now)
	}
}

// tripLane holds the credential.
func (p *Poller) tripLane(l *lane, q *query, err *vendors.Error, now time.Time) {
	l.breaker.trip(now, q, err, q.longestBackoff())
	p.schedule.set(&l.reopen, l.breaker.until)
	p.news = append(p.news, l.onlookers()...)
}

// closeLane has the credential used again.
func (p *Poller) closeLane(l *lane, now time.Time) {
	if l.breaker.open() {
		p.news = append(p.news, l.onlookers()...)
	}
	l.breaker.close()
	l.lineUp(now)
}

// passed notes that q goes on to its next call. When it is a probe, its last one
// was answered, so that nobody has to wait for its end. The one exception is a
// call that is repeated at once because of its timestamp.
func (p *Poller) passed(q *query, now time.Time) {
	l, r := q.lane, q.lane.route
	if q.calls > 0 && l.breaker.probe == q && l.breaker.err.Kind != vendors.KindClockSkew {
		p.closeLane(l, now)
		p.stir()
	}
	if q.calls > 0 && r.breaker.probe == q {
		p.closeRoute(r, now)
		p.stir()
	}
	q.paused = false
	q.calls++
}

// opens tells whether a failure is one that every question of the credential
// would meet with.
func opens(err *vendors.Error) bool {
	switch err.Kind {
	case vendors.KindThrottled, vendors.KindUnavailable, vendors.KindClockSkew:
		return true
	default:
		return false
	}
}
