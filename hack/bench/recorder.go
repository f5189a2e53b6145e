// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"sync"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// call is one call to a vendor, small enough to keep all of a long run.
type call struct {
	// at is when the answer left the vendor.
	at         time.Time
	credential int32
	ok         bool
	throttled  bool // the answer was an HTTP 429
}

// recorder keeps every call.
type recorder struct {
	mu          sync.Mutex
	calls       []call
	credentials map[string]int32 // by public ID
}

func newRecorder() *recorder { return &recorder{credentials: map[string]int32{}} }

func (r *recorder) add(c vendorsim.Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id, known := r.credentials[c.Credential]
	if !known {
		id = int32(len(r.credentials)) //nolint:gosec // far fewer
		r.credentials[c.Credential] = id
	}
	r.calls = append(r.calls, call{
		at: c.Time, credential: id,
		ok:        c.Outcome == vendorsim.OutcomeOK,
		throttled: c.Outcome == string(vendorsim.FaultHTTP429RetryAfter),
	})
}

// between returns the calls from one time to another, in order of time.
func (r *recorder) between(from, to time.Time) []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	var calls []call
	for _, c := range r.calls {
		if !c.at.Before(from) && c.at.Before(to) {
			calls = append(calls, c)
		}
	}
	slices.SortStableFunc(calls, func(a, b call) int { return a.at.Compare(b.at) })
	return calls
}

func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.calls)
}

// credential returns the number of a credential; false when it made no call.
func (r *recorder) credential(publicID string) (int32, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id, known := r.credentials[publicID]
	return id, known
}
