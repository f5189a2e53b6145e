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
// one is under way. It returns the calls of each poll, and those that no poll
// accounts for.
func match(polls []*poll, calls []vendorsim.Call) (made map[*poll][]vendorsim.Call, strays []vendorsim.Call) {
	sent := map[vendorCall][]*poll{}
	for _, p := range polls {
		for _, at := range p.calls {
			key := vendorCall{p.service, at.UnixNano()}
			sent[key] = append(sent[key], p)
		}
	}
	made = map[*poll][]vendorsim.Call{}
	take := func(call vendorsim.Call, belongs func(*poll) bool) {
		key := vendorCall{call.Service, call.Time.UnixNano()}
		place := slices.IndexFunc(sent[key], belongs)
		if place < 0 {
			strays = append(strays, call)
			return
		}
		p := sent[key][place]
		made[p] = append(made[p], call)
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
	return made, strays
}

// anonymousCredential is what the simulator calls a credential that the vendor
// does not know, or did not look at.
const anonymousCredential = "unknown"

// rate returns the most calls in any second, and how many calls were above the
// limit. Calls are in the order of time. The clock's steps move them by up to its
// resolution, so a second is taken as that much shorter.
func rate(calls []time.Time, perSecond int) (peak, over int) {
	first := 0
	for i, at := range calls {
		for at.Sub(calls[first]) >= time.Second-resolution {
			first++
		}
		count := i - first + 1
		peak = max(peak, count)
		if count > perSecond {
			over++
		}
	}
	return peak, over
}
