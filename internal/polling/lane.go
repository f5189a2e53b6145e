// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"slices"
	"time"

	"golang.org/x/time/rate"
)

const (
	// maxRunners bounds the calls under way in this process, laneRunners those
	// with one credential, hostRunners those to one vendor, so that a vendor that
	// hangs cannot take all.
	maxRunners  = 96
	hostRunners = maxRunners / 3
	laneRunners = 2

	// slowAfter is how long an attempt may take before its runner is given to
	// others, and maxSlow how many attempts at one host may so go on besides.
	slowAfter = 2 * time.Second
	maxSlow   = 256

	// burst is how many calls may follow each other at once.
	burst = 1
)

// host is the limit that all calls to one vendor's host share.
type host struct {
	limiter *rate.Limiter
	running int // without the slow
	slow    int
	// waiting are the lanes with queries to run, served in turn.
	waiting []*lane
}

// lane is what the queries of one source share. The Poller's lock guards it.
type lane struct {
	source    Source
	host      *host
	route     *route
	turns     turns
	allowance *allowance
	rates     map[int32]int // how many owners allow so much; the lowest wins
	spacing   time.Duration // between two calls, by the lowest rate; zero means none
	running   int
	breaker   breaker
	reopen    alarm // when the breaker admits a probe
	queued    bool  // in host.waiting

	queries       map[question]*query
	answeredByAny map[*query]struct{} // those of queries that any call answers
	ready         []*query            // those of queries that are in line

	since    time.Time // when the credential was first seen
	accepted bool      // whether the vendor ever accepted it
	proven   time.Time // when the vendor last did; zero after it did not
}

func newHost(source Source) *host {
	return &host{limiter: rate.NewLimiter(limit(source.HostRequestsPerSecond), burst)}
}

func newLane(source Source, h *host, r *route, now time.Time) *lane {
	l := &lane{
		source:        source,
		host:          h,
		route:         r,
		turns:         newTurns(now),
		rates:         map[int32]int{},
		queries:       map[question]*query{},
		answeredByAny: map[*query]struct{}{},
		since:         now,
	}
	r.lanes[l] = struct{}{}
	return l
}

// limit returns the rate of so many requests per second; zero means no limit.
func limit(requestsPerSecond int32) rate.Limit {
	if requestsPerSecond == 0 {
		return rate.Inf
	}
	return rate.Limit(requestsPerSecond)
}

// allow notes that one more owner allows so many requests per second.
func (l *lane) allow(requestsPerSecond int32) {
	l.rates[requestsPerSecond]++
	l.updateSpacing()
}

// disallow forgets what one owner allows. What the last owner allowed holds for
// the attempts that are still under way.
func (l *lane) disallow(requestsPerSecond int32) {
	if l.rates[requestsPerSecond]--; l.rates[requestsPerSecond] == 0 {
		delete(l.rates, requestsPerSecond)
	}
	if len(l.rates) > 0 {
		l.updateSpacing()
	}
}

func (l *lane) updateSpacing() {
	l.spacing = 0
	for r := range l.rates {
		if r > 0 {
			l.spacing = max(l.spacing, (time.Second+time.Duration(r)-1)/time.Duration(r))
		}
	}
}

// remove drops q, and its place in line.
func (l *lane) remove(q *query) {
	delete(l.queries, q.question)
	delete(l.answeredByAny, q)
	if q.stage == inLine {
		l.ready = slices.DeleteFunc(l.ready, func(r *query) bool { return r == q })
	}
}

// learn notes what an attempt tells of the credential.
func (l *lane) learn(o outcome) {
	switch {
	case o.err == nil:
		l.accepted, l.proven = true, latest(l.proven, o.readAt)
	case rejects(o.err):
		l.proven = time.Time{}
	}
}

// enqueue puts q in line to run.
func (l *lane) enqueue(q *query, now time.Time) {
	q.stage = inLine
	l.ready = append(l.ready, q)
	l.lineUp(now)
}

// lineUp puts the lane in its host's line, unless it is there already or can run
// nothing.
func (l *lane) lineUp(now time.Time) {
	if l.queued || len(l.ready) == 0 || l.running >= laneRunners || l.held(now) {
		return
	}
	l.queued = true
	l.host.waiting = append(l.host.waiting, l)
}

// take returns the next query of the host that may run now, or nil.
func (h *host) take(now time.Time) *query {
	for h.running < hostRunners && len(h.waiting) > 0 {
		l := h.waiting[0]
		h.waiting = h.waiting[1:]
		l.queued = false
		if q := l.take(now); q != nil {
			return q
		}
	}
	return nil
}

// take returns the lane's next query, or nil when all in line were withdrawn or
// are held.
func (l *lane) take(now time.Time) *query {
	if len(l.ready) == 0 || l.held(now) {
		return nil
	}
	q := l.ready[0]
	l.ready[0] = nil // the slice keeps what was taken
	l.ready = l.ready[1:]
	q.begin(now)
	l.host.running++
	l.running++
	l.lineUp(now)
	return q
}

// held tells whether calls with the credential have to wait.
func (l *lane) held(now time.Time) bool {
	return !l.breaker.admits(now) || !l.route.breaker.admits(now)
}

// heldBy returns the open breaker that holds the lane longest; nil when none
// does.
func (l *lane) heldBy() *breaker {
	by := &l.breaker
	if r := &l.route.breaker; r.open() && (!by.open() || r.until.After(by.until)) {
		by = r
	}
	if !by.open() {
		return nil
	}
	return by
}

// onlookers are the owners who are shown why the lane is held: of what is in
// line, and of what any call would answer.
func (l *lane) onlookers() []Owner {
	var owners []Owner
	for _, q := range l.ready {
		if q.answer.Err == nil {
			owners = append(owners, q.ownerList()...)
		}
	}
	for q := range l.answeredByAny {
		if q.stage != inLine {
			owners = append(owners, q.ownerList()...)
		}
	}
	return owners
}
