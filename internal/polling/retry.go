// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"math/rand/v2"
	"time"
)

const (
	firstBackoff = time.Second
	maxBackoff   = 5 * time.Minute

	// maxRetryAfter bounds how long a vendor's hint can silence us.
	maxRetryAfter = time.Hour

	// credentialGrace is how long a credential that was never accepted is retried
	// on backoff: vendors take a while to learn of a new key.
	credentialGrace = 5 * time.Minute
)

// retryAt returns when to ask again after a failure: not before the next slot,
// the backoff and the vendor's hint. While somebody waits for a first answer,
// the slot does not count.
func (q *query) retryAt() time.Time {
	failed, at := q.answer.Attempt, q.slotAfterAttempt()
	switch retry := failed.Add(min(backoff(q.failures), q.longestBackoff())); {
	case q.awaitedAnew():
		at = failed // whoever comes now may know that the cause is mended
	case !q.mayPass():
	case q.awaited():
		at = retry
	default:
		at = latest(at, retry)
	}
	return latest(at, failed.Add(retryAfter(q.answer.Err)))
}

// mayPass tells whether the last failure may pass without anyone doing anything.
func (q *query) mayPass() bool {
	if rejects(q.answer.Err) {
		return !q.lane.accepted && q.answer.Attempt.Sub(q.lane.since) < credentialGrace
	}
	return q.answer.Err.Kind.Transient()
}

// backoff returns how long to wait after so many failures in a row: doubling
// from a second to minutes, with up to a fifth of jitter so that queries that
// failed together do not return together.
func backoff(failures int) time.Duration {
	wait := maxBackoff
	if doublings := failures - 1; doublings < 9 {
		wait = min(firstBackoff<<doublings, maxBackoff)
	}
	return wait + rand.N(wait/5) //nolint:gosec // jitter needs no secrecy
}
