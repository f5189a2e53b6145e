// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"
)

const (
	// heartbeatsDue is how old written times are at least when they are written again, and
	// heartbeatsMargin by how much the window reaches beyond the first and the last of them.
	heartbeatsDue    = 9 * time.Minute
	heartbeatsMargin = 10 * time.Second
)

// heartbeats measures polls after which times alone are written. That needs statuses that were
// last written during the cold start.
func (b *bench) heartbeats(ctx context.Context, r *result) error {
	begin, end := r.Cold.from.Add(heartbeatsDue-heartbeatsMargin), r.Cold.to.Add(heartbeatsDue+interval+heartbeatsMargin)
	if time.Now().After(begin) {
		b.say("the scenarios before took too long: heartbeats are not measured")
		return nil
	}
	if err := b.wait(ctx, time.Until(begin)); err != nil {
		return err
	}
	var err error
	r.Heartbeats, err = b.measureFor(ctx, end.Sub(begin))
	return err
}

// heartbeatMillis is the CPU time of one write of times alone: what the polls of a window with
// such writes cost beyond those of a window without.
func (r *result) heartbeatMillis() (float64, bool) {
	if r.Heartbeats == nil || r.Unchanging == nil || r.Heartbeats.StatusWrites == 0 {
		return 0, false
	}
	extra := r.Heartbeats.CPUMillisPerPoll - r.Unchanging.CPUMillisPerPoll
	return extra * r.Heartbeats.Polls / r.Heartbeats.StatusWrites, true
}

// pollsPerHeartbeat is how many polls there are to a write of times alone.
const pollsPerHeartbeat = float64(10 * time.Minute / interval)
