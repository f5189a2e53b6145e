// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
)

// restart is one with statuses that an earlier process wrote, and the two intervals after it.
type restart struct {
	start
	ScheduledRate     float64 `json:"scheduledRate"`
	BusiestSecond     int     `json:"busiestSecond"`
	Calls             int     `json:"calls"`
	CallsByTenSeconds []int   `json:"callsByTenSeconds"`
}

// restart measures a manager that starts where another left off.
func (b *bench) restart(ctx context.Context, r *result) error {
	if err := b.stopManager(); err != nil {
		return err
	}
	again, err := b.measureStart(ctx, func(ctx context.Context) error { return b.wait(ctx, 2*interval) })
	if err != nil {
		return err
	}
	calls := b.simulator.recorder.between(again.from, again.to)
	counts := perSecond(calls, again.from, again.to)
	r.Restart = &restart{
		start: *again, Calls: len(calls), CallsByTenSeconds: everyTen(counts),
		ScheduledRate: scheduledRate(r.Watches), BusiestSecond: busiest(counts),
	}
	return nil
}
