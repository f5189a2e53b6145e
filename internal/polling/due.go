// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import "time"

// nextDue returns when q should be asked next.
func (q *query) nextDue(now time.Time) time.Time {
	due := q.regularlyDue(now)
	if at := q.refreshAt(); !at.IsZero() && at.Before(due) {
		return at
	}
	return due
}

// regularlyDue returns when q should be asked next if nobody asks for more.
func (q *query) regularlyDue(now time.Time) time.Time {
	switch {
	case q.answer.Err != nil:
		return q.retryAt()
	case q.awaited():
		return now
	case q.answer.Attempt.IsZero():
		return q.resumeAt()
	default:
		return q.slotAfterAttempt()
	}
}

// resumeAt returns when to ask for numbers that were read by an earlier process:
// at their next slot, or, when that was missed, soon, but not all at once.
func (q *query) resumeAt() time.Time {
	interval, held := q.heldInterval(), q.held()
	if held.After(q.declared) {
		held = q.declared // by a clock that was wrong
	}
	// The numbers were read a little after their slot, so a full interval later
	// would miss the next one.
	slot := nextSlot(q.phase, interval, held.Add(interval-interval/10))
	if slot.After(q.declared) {
		return slot
	}
	return q.declared.Add(spread(q.phase, interval))
}

// slotAfterAttempt returns the first slot that is an interval after the last
// one, or after a failure the interval of trying again. Slots that passed during a
// slow attempt are not made up for: its answer is the freshest there can be. Nor
// is one that comes soon after an answer for which the vendor was asked late,
// because the question was held.
func (q *query) slotAfterAttempt() time.Time {
	interval := q.interval()
	if q.answer.Err != nil {
		interval = q.retryInterval()
	}
	earliest := latest(q.asked.Add(interval), q.answer.Attempt)
	if q.answer.Err == nil {
		earliest = latest(earliest, q.began.Add(interval/2))
	}
	return nextSlot(q.phase, interval, earliest)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
