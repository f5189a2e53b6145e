// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// OutcomeOK is the outcome of a call that was answered in full.
const OutcomeOK = "OK"

// unknown stands in calls for what the caller named and the vendor does not
// know. The caller's own word is not kept: someone may have swapped the ID and
// the key.
const unknown = "unknown"

// maxCallsKept bounds the memory of a simulator that runs for weeks.
const maxCallsKept = 10_000

// Call is one request to a vendor, without anything secret.
type Call struct {
	// Service is the name of the service, such as ServiceTencent.
	Service string
	// Action is the vendor's name of the operation.
	Action string
	// Query says what was asked, such as "PackageType=0"; empty when the request
	// was refused before it was read.
	Query string
	// Page is the page asked for, from 1; 0 when the request names none.
	Page int64
	// Time is the simulator's clock when the request arrived.
	Time time.Time
	// Credential is the public ID of the credential.
	Credential string
	// Outcome is OutcomeOK, the vendor's error code, or the name of the fault
	// that spoilt the answer on its way.
	Outcome string
}

// callLog keeps the newest calls and counts all of them.
type callLog struct {
	mu     sync.Mutex
	calls  []Call // a ring once it is full
	oldest int    // where the ring begins
	total  int
	counts map[callKind]int
}

type callKind struct{ service, action, outcome string }

func (l *callLog) add(call Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) < maxCallsKept {
		l.calls = append(l.calls, call)
	} else {
		l.calls[l.oldest] = call
		l.oldest = (l.oldest + 1) % maxCallsKept
	}
	l.total++
	if l.counts == nil {
		l.counts = map[callKind]int{}
	}
	l.counts[callKind{call.Service, call.Action, call.Outcome}]++
}

func (l *callLog) list() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat(l.calls[l.oldest:], l.calls[:l.oldest])
}

func (l *callLog) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

func (l *callLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls, l.oldest, l.total, l.counts = nil, 0, 0, nil
}

// callCount is one line of the state: how often an action ended so.
type callCount struct {
	Action  string `json:"action"`
	Outcome string `json:"outcome"`
	Count   int    `json:"count"`
}

// countsOf lists the counts of one service by action and outcome.
func (l *callLog) countsOf(service string) []callCount {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := []callCount{}
	for kind, count := range l.counts {
		if kind.service == service {
			counts = append(counts, callCount{kind.action, kind.outcome, count})
		}
	}
	slices.SortFunc(counts, func(a, b callCount) int {
		return cmp.Or(cmp.Compare(a.Action, b.Action), cmp.Compare(a.Outcome, b.Outcome))
	})
	return counts
}
