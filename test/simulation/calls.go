// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"slices"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// vendorCall is a call to a vendor at a time.
type vendorCall struct {
	service string
	at      int64 // in nanoseconds
}

// match finds out which poll each call at the vendors belongs to: a call arrives
// at the time at which its poll's limits let it go, because no time passes while
// one is under way. It tells the polls, and returns the calls that no poll
// accounts for.
func match(polls []*poll, calls []vendorsim.Call) (strays []vendorsim.Call) {
	sent := map[vendorCall][]*poll{}
	for _, p := range polls {
		for _, at := range p.calls[p.found:] {
			key := vendorCall{p.service, at.UnixNano()}
			sent[key] = append(sent[key], p)
		}
	}
	take := func(call vendorsim.Call, belongs func(*poll) bool) {
		key := vendorCall{call.Service, call.Time.UnixNano()}
		place := slices.IndexFunc(sent[key], belongs)
		if place < 0 {
			strays = append(strays, call)
			return
		}
		sent[key][place].made(call)
		sent[key] = slices.Delete(sent[key], place, place+1)
	}
	var anonymous []vendorsim.Call
	for _, call := range calls {
		if call.Credential == anonymousCredential {
			anonymous = append(anonymous, call)
			continue
		}
		take(call, func(p *poll) bool { return p.credential == call.Credential })
	}
	for _, call := range anonymous {
		take(call, func(*poll) bool { return true })
	}
	return strays
}

// made notes a call that the vendor got.
func (p *poll) made(call vendorsim.Call) {
	if p.found++; p.found == 1 {
		p.first = call.Time
	}
	p.last = call.Time
	p.spoilt = p.spoilt || call.Outcome != vendorsim.OutcomeOK
	switch call.Outcome {
	case string(vendorsim.FaultHTTP429), string(vendorsim.FaultHTTP429RetryAfter):
		p.throttled, p.tooMany = true, true
	case "RequestLimitExceeded", "FlowLimitExceeded", "qps exceeds number of calls":
		p.throttled = true
	}
}

// anonymousCredential is what the simulator calls a credential that the vendor
// does not know, or did not look at.
const anonymousCredential = "unknown"

// meter measures calls, in the order of time, against a limit.
type meter struct {
	perSecond int
	recent    []time.Time // within the last second
	// peak is the most calls in any second, and over how many calls were above the
	// limit.
	peak, over int
}

// count counts a call, and tells whether it was above the limit. The clock's steps
// move calls by up to its resolution, so a second is taken as that much shorter.
func (m *meter) count(at time.Time) (isOver bool) {
	m.recent = slices.DeleteFunc(m.recent, func(t time.Time) bool { return at.Sub(t) >= time.Second-resolution })
	m.recent = append(m.recent, at)
	m.peak = max(m.peak, len(m.recent))
	if isOver = len(m.recent) > m.perSecond; isOver {
		m.over++
	}
	return isOver
}
