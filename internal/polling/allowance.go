// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"time"
)

// allowance is the turns that all calls to one host take with one credential, or
// with several of the same public part: by that the vendor counts, also while a
// mistyped key and its correction are both in use, or two accounts lead two ways
// to the host.
type allowance struct {
	lanes int           // that share it; the Poller's lock guards it
	gate  chan struct{} // full while a call waits for its turn
	last  time.Time     // when a turn was taken; whoever is in the gate guards it
}

// allowanceID identifies an allowance by host and the credential's public part.
type allowanceID struct{ host, id string }

// allowance returns the allowance of source, for one more lane.
func (p *Poller) allowance(source Source) *allowance {
	id := allowanceID{source.Host, source.ID}
	a, ok := p.allowances[id]
	if !ok {
		// The credential may have been in use until a moment ago, by a lane that was
		// dropped or another process: the first call waits its turn.
		a = &allowance{gate: make(chan struct{}, 1), last: p.clock.Now()}
		p.allowances[id] = a
	}
	a.lanes++
	return a
}

// leaveAllowance has one lane less share the allowance of source.
func (p *Poller) leaveAllowance(source Source) {
	id := allowanceID{source.Host, source.ID}
	if a := p.allowances[id]; a.lanes > 1 {
		a.lanes--
	} else {
		delete(p.allowances, id)
	}
}

// await waits for a turn of the credential and then for one of its host. The
// credential's is taken last, when the call may go: were it taken before the
// wait for the host, calls that waited there would follow each other too fast.
func (p *Poller) await(ctx context.Context, l *lane) error {
	select {
	case l.allowance.gate <- struct{}{}:
		defer func() { <-l.allowance.gate }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := p.sleep(ctx, l.allowance.last.Add(p.spacing(l)).Sub(p.clock.Now())); err != nil {
		return err
	}
	if err := p.take(ctx, l.host.limiter); err != nil {
		return err
	}
	l.allowance.last = p.clock.Now()
	return nil
}

// spacing is the least time between two calls with the credential.
func (p *Poller) spacing(l *lane) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return l.spacing
}
