// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// Observer is told what a Poller does, for metrics. Its methods are called with
// locks held: they must not block, nor call the Poller.
type Observer interface {
	// Called tells that a request is about to be sent.
	Called(vendor string)
	// Attempted tells that an attempt began so long after it was due, took so
	// long, and failed with err unless that is nil.
	Attempted(vendor, op string, lag, took time.Duration, err *vendors.Error)
	// Shared tells that an answer served so many owners besides the one for whom
	// the vendor would have been asked anyway.
	Shared(vendor string, owners int)
}

// unobserved is the Observer of a Poller that nobody observes.
type unobserved struct{}

func (unobserved) Called(string)                                                          {}
func (unobserved) Attempted(string, string, time.Duration, time.Duration, *vendors.Error) {}
func (unobserved) Shared(string, int)                                                     {}

// Load is what a Poller has to do at one vendor at one moment.
type Load struct {
	// Queries is how many questions are asked regularly, Waiting how many of them
	// are due but held or not yet begun, and Running how many are being asked.
	Queries, Waiting, Running int
	// OpenCredentials and OpenRoutes are how many breakers are open.
	OpenCredentials, OpenRoutes int
}

// Loads returns the load by vendor.
func (p *Poller) Loads() map[string]Load {
	p.mu.Lock()
	defer p.mu.Unlock()
	loads := map[string]Load{}
	blocked := map[*route]bool{}
	for _, l := range p.lanes {
		load := loads[l.source.Vendor]
		load.Queries += len(l.queries)
		load.Waiting += len(l.ready)
		load.Running += l.running
		if l.breaker.open() {
			load.OpenCredentials++
		}
		if l.route.breaker.open() && !blocked[l.route] {
			blocked[l.route] = true
			load.OpenRoutes++
		}
		loads[l.source.Vendor] = load
	}
	return loads
}
