// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// routeID identifies a route by host and the way there.
type routeID struct{ host, route string }

// route is a way to a host.
type route struct {
	lanes   map[*lane]struct{}
	breaker breaker
	reopen  alarm // when the breaker admits a probe
}

// route returns the route of source.
func (p *Poller) route(source Source) *route {
	id := routeID{source.Host, source.Route}
	r, ok := p.routes[id]
	if !ok {
		r = &route{lanes: map[*lane]struct{}{}}
		r.reopen = newAlarm(func(now time.Time) {
			r.wait(now)
			p.tidy(id)
		})
		p.routes[id] = r
	}
	return r
}

// wait has all lanes of the route go on, as far as they may.
func (r *route) wait(now time.Time) {
	for l := range r.lanes {
		l.wait(now)
	}
}

// tripRoute holds the route after the vendor turned our address away.
func (p *Poller) tripRoute(r *route, q *query, err *vendors.Error, now time.Time) {
	r.breaker.trip(now, q, err, maxBackoff)
	p.schedule.set(&r.reopen, r.breaker.until)
}

// tidy forgets a route that nobody uses. A block is remembered while it lasts.
func (p *Poller) tidy(id routeID) {
	if r := p.routes[id]; len(r.lanes) == 0 && r.reopen.index < 0 {
		delete(p.routes, id)
	}
}
