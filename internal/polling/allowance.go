// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"time"
)

// allowance is what all calls to one host share with one credential, or with
// several of the same public part: by that the vendor counts, also while a
// mistyped key and its correction are both in use, or two accounts lead two ways
// to the host. The highest rate counts. Each credential keeps to its own besides,
// so that one that may call seldom, or pretends to, holds up no other.
type allowance struct {
	lanes map[*lane]struct{} // that share it; the Poller's lock guards it
	turns turns
}

// turns are taken by calls one after the other.
type turns struct {
	gate chan struct{} // full while a call waits for its turn
	last time.Time     // when one was taken; whoever is in the gate guards it
}

// newTurns returns turns of which the first has to be waited for too: until a
// moment ago a lane that was dropped, or another process, may have used the
// credential.
func newTurns(now time.Time) turns {
	return turns{gate: make(chan struct{}, 1), last: now}
}

// allowanceID identifies an allowance by host and the credential's public part.
type allowanceID struct{ host, id string }

// joinAllowance has a lane share the allowance of its source.
func (p *Poller) joinAllowance(l *lane) {
	id := allowanceID{l.source.Host, l.source.ID}
	a, ok := p.allowances[id]
	if !ok {
		a = &allowance{lanes: map[*lane]struct{}{}, turns: newTurns(p.clock.Now())}
		p.allowances[id] = a
	}
	a.lanes[l] = struct{}{}
	l.allowance = a
}

// leaveAllowance has a lane that is dropped share nothing any more.
func (p *Poller) leaveAllowance(l *lane) {
	if delete(l.allowance.lanes, l); len(l.allowance.lanes) == 0 {
		delete(p.allowances, allowanceID{l.source.Host, l.source.ID})
	}
}

// await waits for a turn of the credential, for one of its public part, and then
// for one of the host. The first two are taken last, when the call may go: were
// they taken before the wait for the host, calls that waited there would follow
// each other too fast.
func (p *Poller) await(ctx context.Context, l *lane) error {
	leave, err := p.waitTurn(ctx, &l.turns, func() time.Duration { return p.spacing(l) })
	if err != nil {
		return err
	}
	defer leave()
	leaveShared, err := p.waitTurn(ctx, &l.allowance.turns, func() time.Duration { return p.sharedSpacing(l) })
	if err != nil {
		return err
	}
	defer leaveShared()
	if err := p.take(ctx, l.host.limiter); err != nil {
		return err
	}
	l.turns.last = p.clock.Now()
	l.allowance.turns.last = l.turns.last
	return nil
}

// waitTurn waits until the spacing, by the time that others are done, has passed
// since the last turn. Nobody else gets one until the returned function is called.
func (p *Poller) waitTurn(ctx context.Context, t *turns, spacing func() time.Duration) (leave func(), err error) {
	select {
	case t.gate <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := p.sleep(ctx, t.last.Add(spacing()).Sub(p.clock.Now())); err != nil {
		<-t.gate
		return nil, err
	}
	return func() { <-t.gate }, nil
}

// spacing is the least time between two calls of a lane.
func (p *Poller) spacing(l *lane) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return l.spacing
}

// sharedSpacing is the least time between two calls of all lanes that share l's
// allowance.
func (p *Poller) sharedSpacing(l *lane) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	spacing := l.spacing
	for other := range l.allowance.lanes {
		spacing = min(spacing, other.spacing)
	}
	return spacing
}
