// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// Pace returns a function that waits until the limits of source's credential
// and of its vendor's host allow one more call. Every call to a vendor waits
// here first, so that a reading of many pages keeps within the limits too. A
// source that nobody has declared has no limits.
func (p *Poller) Pace(source Source) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		p.mu.Lock()
		l, ok := p.lanes[source.Key]
		p.mu.Unlock()
		if !ok {
			return ctx.Err()
		}
		for {
			if err := p.await(ctx, l); err != nil {
				return err
			}
			pause, err := p.admit(ctx, l)
			p.tell() // a probe may have passed, or a call has to wait
			if err != nil || pause == 0 {
				return err
			}
			if err := p.sleep(ctx, pause); err != nil {
				return err
			}
		}
	}
}

// pause has the owners of an attempt know why nothing comes of it yet.
func (p *Poller) pause(q *query) {
	if !q.paused {
		q.paused = true
		p.news = append(p.news, q.ownerList()...)
	}
}

// admit lets a call pass, unless a breaker opened since the attempt began. Then
// it returns how long to wait, or refuses the call when that is long: the reading
// begins anew after the pause. It ends when nobody wants it any more: its key may
// be one that is void.
func (p *Poller) admit(ctx context.Context, l *lane) (time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, now := queryOf(ctx), p.clock.Now()
	for _, b := range []*breaker{&l.breaker, &l.route.breaker} {
		switch pause := b.until.Sub(now); {
		case b.passes(q):
		case q == nil:
			return 0, b.err
		case pause > maxPause, len(q.owners) == 0:
			q.refused = true
			return 0, b.err
		case b.admits(now):
			b.begin(q) // as the probe
			q.calls = 0
		default:
			p.pause(q)
			return max(pause, probePoll), nil
		}
	}
	if q != nil {
		p.passed(q, now)
	}
	p.observe.Called(l.source.Vendor)
	return 0, nil
}

const (
	// maxPause is how long an attempt waits for a breaker at most.
	maxPause = maxBackoff
	// probePoll is how often an attempt looks whether another's probe has ended.
	probePoll = time.Second
)

type queryKey struct{}

// withQuery has calls that are made with ctx tell which attempt they belong to.
func withQuery(ctx context.Context, q *query) context.Context {
	return context.WithValue(ctx, queryKey{}, q)
}

func queryOf(ctx context.Context) *query {
	q, _ := ctx.Value(queryKey{}).(*query)
	return q
}

// take takes a turn and waits for it, or gives it back when ctx ends first.
func (p *Poller) take(ctx context.Context, limiter *rate.Limiter) error {
	now := p.clock.Now()
	turn := limiter.ReserveN(now, 1)
	err := p.sleep(ctx, turn.DelayFrom(now))
	if err != nil {
		turn.CancelAt(p.clock.Now())
	}
	return err
}

func (p *Poller) sleep(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return ctx.Err()
	}
	timer := p.clock.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C():
		return nil
	}
}
