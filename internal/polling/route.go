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
			p.news = append(p.news, r.onlookers()...)
			r.lineUp(now)
			p.tidy(id)
		})
		p.routes[id] = r
	}
	return r
}

// lineUp has all lanes of the route go on, as far as they may. Those that failed
// before are last: the first to go may be the probe of a block.
func (r *route) lineUp(now time.Time) {
	for _, failed := range []bool{false, true} {
		for l := range r.lanes {
			if l.breaker.failures > 0 == failed {
				l.lineUp(now)
			}
		}
	}
}

// onlookers are the owners who are shown why the route is held.
func (r *route) onlookers() []Owner {
	var owners []Owner
	for l := range r.lanes {
		owners = append(owners, l.onlookers()...)
	}
	return owners
}

// tripRoute holds the route after the vendor turned our address away.
func (p *Poller) tripRoute(r *route, q *query, err *vendors.Error, now time.Time) {
	r.breaker.trip(now, q, err, maxBackoff)
	p.schedule.set(&r.reopen, r.breaker.until)
	p.news = append(p.news, r.onlookers()...)
}

// closeRoute has the route used again.
func (p *Poller) closeRoute(r *route, now time.Time) {
	p.news = append(p.news, r.onlookers()...)
	r.breaker.close()
	r.lineUp(now)
}

// tidy forgets a route that nobody uses. A block is remembered while it lasts.
func (p *Poller) tidy(id routeID) {
	if r := p.routes[id]; len(r.lanes) == 0 && r.reopen.index < 0 {
		delete(p.routes, id)
	}
}
