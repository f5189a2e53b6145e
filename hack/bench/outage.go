// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"slices"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// outage is a time without any vendor.
type outage struct {
	window
	ScheduledRate float64    `json:"scheduledRate"`
	Probes        probeStats `json:"probes"`
	// RecoverySeconds is how long after its end the last watch had a good answer.
	RecoverySeconds float64 `json:"recoverySeconds"`
}

// outageOfAll measures an outage of all vendors, and how they are found again.
func (b *bench) outageOfAll(ctx context.Context, r *result) error {
	before, after, err := b.withoutVendors(ctx)
	if err != nil {
		return err
	}
	recovered, err := b.awaitWatches(ctx, b.fleet, healthy)
	if err != nil {
		return err
	}
	r.Outage = b.judgeOutage(before, after)
	r.Outage.RecoverySeconds = recovered.Sub(after.at).Seconds()
	return nil
}

// withoutVendors has every vendor fail for a while.
func (b *bench) withoutVendors(ctx context.Context) (before, after snapshot, err error) {
	if before, err = b.snapshot(ctx); err != nil {
		return before, after, err
	}
	fault := vendorsim.Fault{Name: vendorsim.FaultHTTPHTML, Argument: "503"}
	if err = b.simulator.fail(fault, b.simulator.sim.Services()...); err != nil {
		return before, after, err
	}
	if err = b.wait(ctx, b.outage); err != nil {
		return before, after, err
	}
	if after, err = b.snapshot(ctx); err != nil {
		return before, after, err
	}
	return before, after, b.simulator.recover(fault.Name)
}

// judgeOutage judges what the vendors saw from one snapshot to another.
func (b *bench) judgeOutage(before, after snapshot) *outage {
	calls := b.simulator.recorder.between(before.at, after.at)
	failed := slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return c.ok })
	o := &outage{
		window: after.since(before, b.fleet.watches()), ScheduledRate: scheduledRate(b.fleet.watches()),
		Probes: judgeProbes(byCredential(failed), b.latency),
	}
	o.BusiestSecond = busiest(perSecond(calls, before.at, after.at))
	return o
}
