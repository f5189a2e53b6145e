// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"
)

// scenario is one thing that is measured, in a cluster as the ones before it left it.
type scenario struct {
	title string
	run   func(ctx context.Context, r *result) error
}

// scenarios are those for a number of watches, in the order that costs the least waiting: the
// heartbeats come ten minutes after the start.
func (b *bench) scenarios(watches int) []scenario {
	faults := watches == b.faultsWatches
	var all []scenario
	for _, each := range []struct {
		wanted bool
		scenario
	}{
		{true, scenario{"measuring how fast the control plane writes", b.calibrate}},
		{true, scenario{"cold start", b.coldStart}},
		{true, scenario{"steady state, unchanging data", b.unchanging}},
		{faults, scenario{"restart", b.restart}},
		{faults, scenario{"Retry-After, and a hundred watches that ask one question", b.retryAfterAndSharedQuestion}},
		{faults, scenario{"heartbeats", b.heartbeats}},
		{true, scenario{"steady state, changing data", b.changingData}},
		{faults, scenario{"outage of every vendor", b.outageOfAll}},
	} {
		if each.wanted {
			all = append(all, each.scenario)
		}
	}
	return all
}

func (b *bench) calibrate(ctx context.Context, r *result) (err error) {
	r.Accounts = len(b.fleet.accounts)
	r.LimiterRate = b.fleet.limit()
	cost, err := reference()
	if err != nil {
		return err
	}
	r.ReferenceMicros = float64(cost.Nanoseconds()) / 1000
	r.WriteRate, err = b.writeRate(ctx)
	return err
}

// coldStart measures from the manager's start until all watches are Ready for the first time.
func (b *bench) coldStart(ctx context.Context, r *result) error {
	cold, err := b.measureStart(ctx, func(ctx context.Context) (err error) {
		b.started, err = b.awaitWatches(ctx, b.fleet, ready)
		return err
	})
	if err != nil {
		return err
	}
	r.Cold = &coldStart{start: *cold, IdealSeconds: float64(r.Watches) / min(r.LimiterRate, r.WriteRate)}
	return nil
}

// measureStart measures from the manager's start until something has come about.
func (b *bench) measureStart(ctx context.Context, until func(context.Context) error) (*start, error) {
	before, err := scrape(ctx, b.apiServer, b.apiMetrics(), metricAPIRequests)
	if err != nil {
		return nil, err
	}
	s := &start{from: time.Now()}
	if err := b.startManager(ctx); err != nil {
		return nil, err
	}
	if err := until(ctx); err != nil {
		return nil, err
	}
	s.to = time.Now()
	after, err := b.snapshot(ctx)
	s.Seconds, s.CPUSeconds, s.PeakMiB = s.to.Sub(s.from).Seconds(), after.usage.cpu.Seconds(), mebibytes(after.usage.peak)
	s.APIRequests = difference(apiRequests(after.apiServer), apiRequests(before))
	return s, err
}

// unchanging measures polls that bring nothing new.
func (b *bench) unchanging(ctx context.Context, r *result) error {
	if err := b.wait(ctx, time.Until(b.started.Add(settling))); err != nil {
		return err
	}
	var err error
	if r.StatusBytes, err = b.statusBytes(ctx); err != nil {
		return err
	}
	r.Unchanging, err = b.measureFor(ctx, b.window)
	if err != nil {
		return err
	}
	return b.takeProfiles(ctx, "unchanging")
}

// changingData measures polls that bring other numbers every time.
func (b *bench) changingData(ctx context.Context, r *result) (err error) {
	b.simulator.changeAll()
	b.simulator.changing.Store(true)
	defer b.simulator.changing.Store(false)
	if r.Changing, err = b.measureFor(ctx, b.window); err != nil {
		return err
	}
	return b.takeProfiles(ctx, "changing")
}

// measureFor measures for so long.
func (b *bench) measureFor(ctx context.Context, length time.Duration) (*window, error) {
	before, err := b.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.wait(ctx, length); err != nil {
		return nil, err
	}
	after, err := b.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	w := after.since(before, b.fleet.watches())
	w.BusiestSecond = busiest(perSecond(b.simulator.recorder.between(before.at, after.at), before.at, after.at))
	return &w, nil
}
