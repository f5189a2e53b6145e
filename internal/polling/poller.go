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
	Log            logr.Logger
}

// Poller asks the vendors. It is safe for concurrent use.
type Poller struct {
	clock   clock.Clock
	wake    func(Owner)
	timeout time.Duration
	log     logr.Logger
	changed chan struct{} // has room for one: something is due earlier, or may start

	mu       sync.Mutex
	schedule schedule
	owners   map[Owner]map[string]*query // by Op
	lanes    map[Key]*lane
	hosts    map[string]*host
	runners  int
	attempts sync.WaitGroup
}

// New returns a Poller that does nothing until Start.
func New(options Options) *Poller {
	if options.AttemptTimeout == 0 {
		options.AttemptTimeout = time.Hour
	}
	return &Poller{
		clock:   options.Clock,
		wake:    options.Wake,
		timeout: options.AttemptTimeout,
		log:     options.Log,
		changed: make(chan struct{}, 1),
		owners:  map[Owner]map[string]*query{},
		lanes:   map[Key]*lane{},
		hosts:   map[string]*host{},
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

// signal makes Start look at the schedule again.
func (p *Poller) signal() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// startDue starts what is due and may run, and returns how long until more is
// due.
func (p *Poller) startDue(ctx context.Context) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	for q := p.schedule.next(); q != nil && !q.due.After(now); q = p.schedule.next() {
		p.schedule.remove(q)
		q.asked, q.answer.Next = q.due, time.Time{}
		q.lane.enqueue(q)
	}
	for _, h := range p.hosts {
		p.startHost(ctx, h)
	}
	if q := p.schedule.next(); q != nil {
		return q.due.Sub(now)
	}
	return idleWait
}

// startHost starts what may run at one vendor.
func (p *Poller) startHost(ctx context.Context, h *host) {
	for p.runners < maxRunners {
		q := h.take()
		if q == nil {
			return
		}
		p.runners++
		ask := q.ask
		p.attempts.Go(func() { p.attempt(ctx, q, ask) })
	}
}

// reschedule puts q where it belongs in the schedule, unless it is in line or
// running: then the end of its attempt does.
func (p *Poller) reschedule(q *query) {
	if q.stage == scheduled {
		now := p.clock.Now()
		p.schedule.set(q, latest(q.nextDue(now), now))
	}
}
