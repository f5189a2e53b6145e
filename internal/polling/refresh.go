// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import "time"

// refreshInterval is the least time between two attempts at a question that are
// made on request.
const refreshInterval = time.Minute

// refresh is an owner's request for a new answer, and how far it has come. A
// request is known by its name.
type refresh struct {
	wanted  string // not yet answered; empty when none
	running string // answered by the attempt under way
	handled string // answered last
}

// request notes what the owner wants, and tells whether that is another thing
// than before.
func (r *refresh) request(name string) bool {
	if name == r.handled {
		name = ""
	}
	was := r.wanted
	r.wanted = name
	return r.wanted != was
}

// begin has an attempt that begins answer what is wanted.
func (r *refresh) begin() { r.running = r.wanted }

// end notes whether the attempt came to an answer or a failure; else the request
// stands.
func (r *refresh) end(attempted bool) {
	if attempted && r.running != "" {
		r.handled = r.running
		if r.wanted == r.running {
			r.wanted = ""
		}
	}
	r.running = ""
}

// refreshAt is when requests may be answered; zero when there is none. They do
// not go against the vendor's wish for a pause.
func (q *query) refreshAt() time.Time {
	for _, s := range q.owners {
		if s.refresh.wanted == "" {
			continue
		}
		at := q.refreshed.Add(refreshInterval)
		if q.answer.Err != nil {
			at = latest(at, q.answer.Attempt.Add(retryAfter(q.answer.Err)))
		}
		return at
	}
	return time.Time{}
}

// isRefresh tells whether the attempt under way is made on request.
func (q *query) isRefresh() bool {
	for _, s := range q.owners {
		if s.refresh.running != "" {
			return true
		}
	}
	return false
}
