// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"
)

// idleWait is how long Start sleeps while nothing is scheduled.
const idleWait = time.Hour

// Options are what a Poller works with.
type Options struct {
	Clock clock.Clock
	// Wake is called, without any lock held, for each owner of a query that has
	// something new. It must not block.
	Wake func(Owner)
	// AttemptTimeout bounds one attempt, all its pages included; an hour when zero.
	// Each call has a bound of its own, and a question of thousands of calls at a
	// few a second takes its time.
	AttemptTimeout time.Duration
	// Observer is told what happens; nil when nobody needs to know.
	Observer Observer
	Log      logr.Logger
}

// Poller asks the vendors. It is safe for concurrent use.
type Poller struct {
	clock   clock.Clock
	wake    func(Owner)
	timeout time.Duration
	observe Observer
	log     logr.Logger
	changed chan struct{} // has room for one: something is due earlier, or may start

	mu         sync.Mutex
	schedule   schedule
	owners     map[Owner]*owner
	news       []Owner  // to be woken as soon as mu is free
	arrivals   []*query // came in line and may have begun since
	lanes      map[Key]*lane
	hosts      map[string]*host
	routes     map[routeID]*route
	allowances map[allowanceID]*allowance
	runners    int
	restsUntil time.Time // when Start looks again by itself
	attempts   sync.WaitGroup
}

// New returns a Poller that does nothing until Start.
func New(options Options) *Poller {
	if options.AttemptTimeout == 0 {
		options.AttemptTimeout = time.Hour
	}
	if options.Observer == nil {
		options.Observer = unobserved{}
	}
	return &Poller{
		clock:      options.Clock,
		wake:       options.Wake,
		timeout:    options.AttemptTimeout,
		observe:    options.Observer,
		log:        options.Log,
		changed:    make(chan struct{}, 1),
		owners:     map[Owner]*owner{},
		lanes:      map[Key]*lane{},
		hosts:      map[string]*host{},
		routes:     map[routeID]*route{},
		allowances: map[allowanceID]*allowance{},
	}
}

// Start runs until ctx is done and every attempt has ended. It implements
// manager.Runnable.
func (p *Poller) Start(ctx context.Context) error {
	defer p.attempts.Wait()
	for ctx.Err() == nil {
		p.rest(ctx, p.startDue(ctx))
	}
	return nil
}

// rest waits until something is due or changed.
func (p *Poller) rest(ctx context.Context, wait time.Duration) {
	timer := p.clock.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-p.changed:
	case <-timer.C():
	}
}

// stir makes Start look again before it would, if there is anything to see: what
// is due earlier, or already, because the clock was set; or what is in line where
// there may be room by now.
func (p *Poller) stir() {
	next := p.schedule.next()
	isDue := next != nil && (next.due.Before(p.restsUntil) || !next.due.After(p.clock.Now()))
	if !isDue && !p.inLine() {
		return
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// inLine tells whether a credential waits for room at its host.
func (p *Poller) inLine() bool {
	for _, h := range p.hosts {
		if len(h.waiting) > 0 {
			return true
		}
	}
	return false
}

// startDue starts what is due and may run, and returns how long until more is
// due.
func (p *Poller) startDue(ctx context.Context) time.Duration {
	defer p.tell()
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	for a := p.schedule.next(); a != nil && !a.due.After(now); a = p.schedule.next() {
		p.schedule.remove(a)
		a.ring(now)
	}
	for _, h := range p.hosts {
		p.startHost(ctx, h, now)
	}
	p.explain()
	p.restsUntil = now.Add(idleWait)
	if a := p.schedule.next(); a != nil {
		p.restsUntil = a.due
	}
	return p.restsUntil.Sub(now)
}

// tell wakes those for whom there is news.
func (p *Poller) tell() {
	p.mu.Lock()
	news := p.news
	p.news = nil
	p.mu.Unlock()
	for _, owner := range news {
		p.wake(owner)
	}
}

// startHost starts what may run at one vendor.
func (p *Poller) startHost(ctx context.Context, h *host, now time.Time) {
	for p.runners < maxRunners {
		q := h.take(now)
		if q == nil {
			return
		}
		p.runners++
		p.schedule.set(&q.slow, now.Add(slowAfter))
		ask := q.ask
		p.attempts.Go(func() { p.attempt(ctx, q, ask) })
	}
}

// comeDue puts q in line.
func (p *Poller) comeDue(q *query, now time.Time) {
	q.asked = q.turn.due
	q.lane.enqueue(q, now)
	p.arrivals = append(p.arrivals, q)
}

// explain has the owners of what came due, but could not begin, know why nothing
// comes when their credential or route is held.
func (p *Poller) explain() {
	for _, q := range p.arrivals {
		if q.stage == inLine && q.answer.Err == nil && q.lane.heldBy() != nil {
			p.news = append(p.news, q.ownerList()...)
		}
	}
	clear(p.arrivals)
	p.arrivals = p.arrivals[:0]
}

// vacate gives the runner of a slow attempt to others, who shall not wait for a
// vendor that hangs. The attempt goes on, and counts among its credential's.
func (p *Poller) vacate(q *query) {
	h := q.lane.host
	if h.slow == maxSlow {
		p.schedule.set(&q.slow, p.clock.Now().Add(slowAfter)) // there may be room by then
		return
	}
	q.vacated = true
	h.slow++
	h.running--
	p.runners--
}

// reopen has a lane go on after a pause that the vendor asked for. One that
// nobody uses any more was kept for that pause only.
func (p *Poller) reopen(l *lane, now time.Time) {
	if len(l.queries) == 0 {
		p.close(l)
		return
	}
	p.news = append(p.news, l.onlookers()...)
	l.lineUp(now)
}

// close forgets a lane.
func (p *Poller) close(l *lane) {
	delete(p.lanes, l.source.Key)
	delete(l.route.lanes, l)
	p.tidy(routeID{l.source.Host, l.source.Route})
	p.leaveAllowance(l)
}

// reschedule puts q where it belongs in the schedule, unless it is in line or
// running: then the end of its attempt does.
func (p *Poller) reschedule(q *query) {
	if q.stage == scheduled {
		now := p.clock.Now()
		p.schedule.set(&q.turn, latest(q.nextDue(now), now))
	}
}
