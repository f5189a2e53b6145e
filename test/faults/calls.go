// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"fmt"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

const (
	// slack is how long a call may wait for its turn after its slot. The next one,
	// which does not wait, then follows sooner by as much.
	slack = 10 * time.Second
	// underWay is how long it takes until all calls have arrived that were made
	// before an answer.
	underWay = 3 * time.Second
)

// question is what makes two calls the same.
type question struct {
	action, query string
	page          int64
}

// calledTooOften says which questions were asked again with a key before a slot
// came, since a time at which they might be asked at once. A call whose timestamp
// is refused is made twice.
func (a *account) calledTooOften(since time.Time) []string {
	var early []string
	last, times := map[question]time.Time{}, map[question]int{}
	for _, call := range a.simulator.callsWith(a.key.id, since) {
		q := question{call.Action, call.Query, call.Page}
		gap := call.Time.Sub(last[q])
		if times[q]++; gap < underWay && times[q] <= 2 {
			continue // the same attempt
		}
		if gap < interval-slack {
			early = append(early, fmt.Sprintf("%s: %s %s after %s", a.name, q.action, q.query, gap))
		}
		last[q], times[q] = call.Time, 1
	}
	return early
}

// calledInPause says which calls were made with a key although the vendor had
// asked for a pause, which those that failed with the fault did.
func (a *account) calledInPause(fault vendorsim.FaultName, pause time.Duration) []string {
	var early []string
	var told time.Time
	for _, call := range a.simulator.callsWith(a.key.id, time.Time{}) {
		since := call.Time.Sub(told)
		if !told.IsZero() && since > underWay && since < pause {
			early = append(early, fmt.Sprintf("%s: %s %s after it was told to wait", a.name, call.Action, since))
		}
		if call.Outcome == string(fault) {
			told = call.Time
		}
	}
	return early
}

// calledLate says which questions of a watch were not asked in every slot, until
// now. When it is new they are asked at once, some a moment later to check the key,
// and then in the first slot after an interval. What was asked only once was to
// check the key.
func (a *account) calledLate(now time.Time) []string {
	times := map[question][]time.Time{}
	for _, call := range a.simulator.callsWith(a.key.id, time.Time{}) {
		q := question{call.Action, call.Query, call.Page}
		times[q] = append(times[q], call.Time)
	}
	late, regular := []string{}, 0
	for q, asked := range times {
		if len(asked) == 1 {
			continue
		}
		regular++
		for i, next := range append(asked[1:], now) {
			within := interval + slack
			if asked[i].Sub(asked[0]) < slack {
				within += interval
			}
			if gap := next.Sub(asked[i]); gap > within {
				late = append(late, fmt.Sprintf("%s: %s %s: nothing for %s", a.name, q.action, q.query, gap))
			}
		}
	}
	if regular == 0 {
		late = append(late, a.name+": nothing but what was asked when it was new")
	}
	return late
}

// askedMore says which questions an account asked more than so many times since
// then.
func (a *account) askedMore(most int, since time.Time) []string {
	times := map[question]int{}
	for _, call := range a.simulator.callsWith(a.key.id, since) {
		times[question{call.Action, call.Query, call.Page}]++
	}
	var more []string
	for q, n := range times {
		if n > most {
			more = append(more, fmt.Sprintf("%s: %s %s %d times", a.name, q.action, q.query, n))
		}
	}
	return more
}
