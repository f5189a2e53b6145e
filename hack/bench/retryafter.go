// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"slices"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// retryAfter is how long credentials were silent that were asked to be.
type retryAfter struct {
	AskedSeconds    float64 `json:"askedSeconds"`
	Credentials     int     `json:"credentials"`
	ShortestSeconds float64 `json:"shortestSeconds"`
	LongestSeconds  float64 `json:"longestSeconds"`
}

// sharedQuestion is many watches that ask one question.
type sharedQuestion struct {
	Watches   int     `json:"watches"`
	Intervals float64 `json:"intervals"`
	Calls     int     `json:"calls"`
}

const (
	sharingWatches = 100
	askedToWait    = 60 * time.Second
	toldToWait     = 5 // calls at each vendor
)

// retryAfterAndSharedQuestion measures two things of which neither disturbs the other.
func (b *bench) retryAfterAndSharedQuestion(ctx context.Context, r *result) error {
	shared := newSharedQuestion(b.simulator.url, sharingWatches)
	b.simulator.add(shared)
	if err := deploy(ctx, b.client, shared); err != nil {
		return err
	}
	if _, err := b.awaitWatches(ctx, shared, ready); err != nil {
		return err
	}
	began := time.Now()
	fault := vendorsim.Fault{Name: vendorsim.FaultHTTP429RetryAfter, Argument: "60", Count: toldToWait}
	// At POLYV such an answer is that of its gateway, and means that our address is blocked.
	if err := b.simulator.fail(fault, vendorsim.ServiceTencent, vendorsim.ServiceVolcengine); err != nil {
		return err
	}
	if err := b.wait(ctx, settling+2*interval); err != nil {
		return err
	}
	end := time.Now()
	pauses := silences(b.simulator.recorder.between(began, end), b.latency)
	r.RetryAfter = &retryAfter{AskedSeconds: askedToWait.Seconds(), Credentials: len(pauses)}
	if len(pauses) > 0 {
		r.RetryAfter.ShortestSeconds, r.RetryAfter.LongestSeconds = pauses[0].Seconds(), pauses[len(pauses)-1].Seconds()
	}
	r.SharedQuestion = b.judgeSharedQuestion(shared, began.Add(settling), end)
	return withdraw(ctx, b.client, shared)
}

// judgeSharedQuestion counts the calls of the one account.
func (b *bench) judgeSharedQuestion(f *fleet, from, to time.Time) *sharedQuestion {
	only := f.accounts[0]
	id, _ := b.simulator.recorder.credential(tencentCredential(only.number).SecretID)
	calls := byCredential(b.simulator.recorder.between(from, to))[id]
	return &sharedQuestion{Watches: len(only.places), Intervals: to.Sub(from).Seconds() / interval.Seconds(), Calls: len(calls)}
}

// silences returns, each time that a credential was told to wait, how long the pause was between
// that answer and the next request. Calls that were under way already, being latency long, do
// not count, nor does a pause that had not ended yet.
func silences(calls []call, latency time.Duration) []time.Duration {
	told := map[int32]time.Time{}
	var pauses []time.Duration
	for _, c := range calls {
		asked := c.at.Add(-latency)
		if since, waits := told[c.credential]; waits && asked.After(since) {
			pauses = append(pauses, asked.Sub(since))
			delete(told, c.credential)
		}
		if c.throttled {
			told[c.credential] = c.at
		}
	}
	slices.Sort(pauses)
	return pauses
}
