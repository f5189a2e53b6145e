// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

// shown is the answer as the owners see it. While a breaker holds the query,
// its failure is theirs too, and the next attempt is the one after.
func (q *query) shown() Answer {
	answer := q.answer
	if q.stage == scheduled {
		answer.Next = q.turn.due
	}
	b := q.lane.heldBy()
	if b == nil || q.stage == running {
		return answer
	}
	answer.Next = latest(answer.Next, b.until)
	isTold := q.stage == inLine || q.question.answeredByAny
	if isTold && answer.Err == nil {
		answer.Err, answer.Since = b.err, b.since
	}
	return answer
}
