// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// shown is the answer as the owners see it. While a breaker holds the query,
// its failure is theirs too, and the next attempt is the one after.
func (q *query) shown(now time.Time) Answer {
	answer := q.answer
	if q.stage == scheduled {
		answer.Next = q.turn.due
	}
	b := q.lane.heldBy()
	if b == nil {
		return answer
	}
	if q.stage != running || q.paused {
		answer.Next = latest(answer.Next, b.until)
	}
	if answer.Err == nil && q.shows(b, now) {
		answer.Err, answer.Since = b.err, b.since
	}
	return answer
}

// shows tells whether the query would be asked but for b: it is in line or waits
// for its next call, or is the probe, or is one that any call with the credential
// answers.
func (q *query) shows(b *breaker, now time.Time) bool {
	switch q.stage {
	case inLine:
		return true
	case running:
		return b.probe == q || q.paused
	default:
		return q.question.answeredByAny && b.lasts(now)
	}
}

// lasts tells whether what opened the breaker is still so as far as anybody knows:
// a pause until it is over, any other failure until a probe succeeds. Else an
// outage would seem to come and go with each probe.
func (b *breaker) lasts(now time.Time) bool {
	return b.err.Kind != vendors.KindThrottled || now.Before(b.until)
}
