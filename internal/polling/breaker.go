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

// refuses tells why q must not make a call; nil when it may.
func (b *breaker) refuses(q *query) *vendors.Error {
	if q != nil && b.probe == q {
		return nil
	}
	return b.err
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
		b.until = latest(b.until, now.Add(retryAfter(err)))
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

// judge has the breakers of q's credential and route learn from an attempt. It
// returns the owners who should know.
func (p *Poller) judge(q *query, o outcome, now time.Time) []Owner {
	l, r := q.lane, q.lane.route
	isProbeOfRoute := r.breaker.probe == q
	defer func() {
		if isProbeOfRoute {
			r.wait(now) // the others waited for what it would come to
		} else {
			l.wait(now)
		}
	}()
	switch {
	case !o.asked:
		l.breaker.release(q)
		r.breaker.release(q)
		return nil
	case o.err != nil && o.err.AddressBlocked:
		l.breaker.release(q)
		p.tripRoute(r, q, o.err, now)
		return nil
	case isProbeOfRoute && o.err != nil && o.err.Kind == vendors.KindUnavailable:
		// No answer may well be the mark of a block that lasts.
		p.tripRoute(r, q, r.breaker.err, now)
	case isProbeOfRoute:
		r.breaker.close()
	}
	return p.judgeLane(q, o, now)
}

// judgeLane opens the credential's breaker when the vendor asks for a pause, or
// cannot be reached for the third time in a row, and closes it after any answer.
func (p *Poller) judgeLane(q *query, o outcome, now time.Time) []Owner {
	l := q.lane
	was := l.breaker.open()
	switch {
	case o.err == nil || !opens(o.err):
		l.breaker.close()
	case was || o.err.Kind == vendors.KindThrottled || o.err.RetryAfter > 0 || l.breaker.failures+1 >= tripAfter:
		l.breaker.trip(now, q, o.err, q.longestBackoff())
		p.schedule.set(&l.reopen, l.breaker.until)
	default:
		l.breaker.fail(now)
	}
	if was == l.breaker.open() {
		return nil
	}
	return l.verifiers()
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
