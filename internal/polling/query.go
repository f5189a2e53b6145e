// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package polling asks the vendors on a schedule. Reconcilers declare which
// answers an object needs; the Poller asks for them outside the reconcilers'
// workers, shares equal questions, keeps within the vendors' limits, and wakes
// the object when there is something new.
package polling

import (
	"context"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// Owner is the object that needs an answer.
type Owner struct {
	Kind, Namespace, Name string
}

// Source is one credential at one vendor. Queries to equal sources share
// answers, limits and runners.
type Source struct {
	// Key identifies the credential together with everything that decides where
	// and how it is used; see Keyer.
	Key Key
	// ID is the credential's public part, for example the access-key ID. Calls to
	// one Host with one ID take turns, because by it the vendor counts. It also
	// decides when within an interval its queries run, so that a restart moves
	// nothing; it is shown nowhere.
	ID string
	// Vendor is what metrics and logs call the vendor.
	Vendor string
	// Host is the vendor's API host; calls to one host share a limit.
	Host string
	// Route tells apart the ways to Host, by endpoint and proxy: an address that
	// is turned away on one may pass on another.
	Route string
	// RequestsPerSecond bounds the calls with this credential; zero means no
	// limit. Of several owners the lowest counts.
	RequestsPerSecond int32
	// HostRequestsPerSecond bounds the calls of this process to Host; zero means
	// no limit.
	HostRequestsPerSecond int32
}

// Query is one question to a source that an owner wants answered regularly.
type Query struct {
	// Op names the question among those of its owner, for example "packages".
	Op string
	// Params tells questions of one Op apart; equal sources, Ops and Params are
	// one question, asked once for all its owners.
	Params string
	// Interval is how often an answer is wanted, at most once a second.
	Interval time.Duration
	// RetryInterval is how often an answer is asked for while the vendor gives none,
	// if that is more often; zero means Interval.
	RetryInterval time.Duration
	// Held is the time of the numbers that the owner already has from an earlier
	// process; zero when it has none that answer its spec, so that it is asked
	// at once.
	Held time.Time
	// HeldFailed tells that an attempt after Held failed, so that newer numbers are
	// wanted RetryInterval after it and not Interval.
	HeldFailed bool
	// AnsweredByAny marks a question that any successful call with the same
	// credential answers too, so that a credential in use costs no extra call.
	AnsweredByAny bool
	// Refresh names a request to be asked as soon as the limits and the vendor
	// allow, though at most once a minute; empty when there is none. A request of
	// the same name is honoured once; Answer.Refreshed tells when.
	Refresh string
	// Ask makes the call or calls. It signs anew each time, does not retry, and
	// returns an *vendors.Error.
	Ask func(ctx context.Context) (any, error)
}

// Answer is what is known about a query.
type Answer struct {
	// Value is the last complete answer; nil when this process has had none.
	Value any
	// Time is when Value was read.
	Time time.Time
	// Attempt is when the last attempt ended; zero when there was none.
	Attempt time.Time
	// Err is the failure of the last attempt; nil after a success.
	Err *vendors.Error
	// Since is when the present row of failures began; zero after a success.
	Since time.Time
	// Next is when the next attempt is due; zero while one is under way.
	Next time.Time
	// Refreshed is the owner's last request for a refresh for which an attempt was
	// made since it declared the query.
	Refreshed string
}

// minInterval bounds how often anything is asked.
const minInterval = time.Second

// question identifies a query among those of its source.
type question struct {
	op, params    string
	answeredByAny bool
}

// stage is where a query stands.
type stage int

const (
	scheduled stage = iota
	inLine          // due, but its lane or host is busy
	running
)

// query is a question with all its owners. The Poller's lock guards it.
type query struct {
	question question
	phase    time.Duration
	declared time.Time // when it was first declared
	lane     *lane
	ask      func(ctx context.Context) (any, error)
	owners   map[*owner]*subscription

	stage    stage
	turn     alarm     // when it is asked next
	asked    time.Time // the time for which the last attempt was scheduled
	failures int       // attempts that failed in a row
	answer   Answer    // without Next and Refreshed

	refreshed time.Time // when the last attempt on request began

	// Of the attempt under way, or the last:
	began   time.Time
	slow    alarm // when it is slow
	vacated bool  // whether its runner was given to others
	calls   int   // that it was let make, or as the probe of a breaker
	refused bool  // whether a breaker kept it from a call
	paused  bool  // whether it waits for a breaker before its next call
}

// owner is an Owner with what it wants. The Poller's lock guards it.
type owner struct {
	Owner
	queries []*query // one for each Op
	lane    *lane    // of all of them
	rate    int32    // how many requests per second it allows there
}

// query returns the owner's query of that Op; nil when there is none.
func (o *owner) query(op string) *query {
	return queryFor(o.queries, op)
}

func queryFor(queries []*query, op string) *query {
	for _, q := range queries {
		if q.question.op == op {
			return q
		}
	}
	return nil
}

// subscription is one owner's interest in a query.
type subscription struct {
	interval time.Duration
	retry    time.Duration // the interval while attempts fail
	held     time.Time
	// heldFailed tells that an earlier process has failed since to read newer ones.
	heldFailed bool
	// awaiting is true until the owner has numbers that answer its present
	// question; until then failures are retried on backoff.
	awaiting      bool
	awaitingSince time.Time
	refresh       refresh
}

// begin notes that an attempt begins.
func (q *query) begin(now time.Time) {
	q.stage, q.began, q.vacated, q.refused, q.paused, q.calls = running, now, false, false, false, 0
	for _, s := range q.owners {
		s.refresh.begin()
	}
	if q.isRefresh() {
		q.refreshed = now
	}
	q.lane.breaker.begin(q)
	q.lane.route.breaker.begin(q)
}

// interval is the shortest that any owner wants.
func (q *query) interval() time.Duration {
	var shortest time.Duration
	for _, s := range q.owners {
		if shortest == 0 || s.interval < shortest {
			shortest = s.interval
		}
	}
	return shortest
}

// retryInterval is the shortest that any owner wants while attempts fail.
func (q *query) retryInterval() time.Duration {
	shortest := q.interval()
	for _, s := range q.owners {
		shortest = min(shortest, s.retry)
	}
	return shortest
}

// longestBackoff is the most that is waited after failures, unless the vendor
// asks for more: whoever polls often is to recover as soon.
func (q *query) longestBackoff() time.Duration {
	if len(q.owners) == 0 {
		return maxBackoff
	}
	return q.retryInterval()
}

// awaited tells whether an owner has no numbers yet.
func (q *query) awaited() bool {
	for _, s := range q.owners {
		if s.awaiting {
			return true
		}
	}
	return false
}

// awaitedAnew tells whether an owner began to await numbers after the last
// attempt.
func (q *query) awaitedAnew() bool {
	for _, s := range q.owners {
		if s.awaiting && s.awaitingSince.After(q.answer.Attempt) {
			return true
		}
	}
	return false
}

// held is the time of the newest numbers that an owner brought along: when the
// question was last asked, as far as anyone knows.
func (q *query) held() time.Time {
	var newest time.Time
	for _, s := range q.owners {
		newest = latest(newest, s.held)
	}
	return newest
}

// heldInterval is how long after the time of those numbers newer ones are wanted.
func (q *query) heldInterval() time.Duration {
	for _, s := range q.owners {
		if s.heldFailed {
			return q.retryInterval()
		}
	}
	return q.interval()
}

// serves tells whether q has an answer young enough for the interval.
func (q *query) serves(interval time.Duration, now time.Time) bool {
	return !q.answer.Time.IsZero() && now.Sub(q.answer.Time) < interval
}
