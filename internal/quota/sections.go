// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// section is one of the readings that the spec asks for, as far as it does not
// matter what is read: when, and whether it went well.
type section struct {
	name string
	// asked is the interval in the spec, in the field of that path, and polled the
	// one in force.
	field         string
	asked, polled time.Duration
	// answered tells whether this process has had a complete answer.
	answered bool
	// attempts has one element for each question that the section asks.
	attempts []attempt

	// What the status says of it.
	observedGeneration *int64
	lastSuccess        *metav1.Time
	lastError          **v1alpha1.VendorError
}

// attempt is how the last attempt to answer a question went.
type attempt struct {
	at, since, next time.Time
	err             *vendors.Error
}

func attemptOf[T any](r Reading[T]) attempt {
	return attempt{at: r.Attempt, since: r.Since, next: r.Next, err: r.Err}
}

// read tells whether there are numbers, of this spec or an earlier one.
func (s *section) read() bool { return !s.lastSuccess.IsZero() }

// failed returns the first of the attempts that failed; an empty one if none did.
func (s *section) failed() attempt {
	for _, a := range s.attempts {
		if a.err != nil {
			return a
		}
	}
	return attempt{}
}

// last is when the vendor was last asked; zero when it was not yet.
func (s *section) last() time.Time {
	var last time.Time
	for _, a := range s.attempts {
		if a.at.After(last) {
			last = a.at
		}
	}
	return last
}

// next is when the vendor is asked next; zero when that is not known.
func (s *section) next() time.Time {
	var next *time.Time
	for _, a := range s.attempts {
		if !a.next.IsZero() {
			next = earliest(next, &a.next)
		}
	}
	return timeOf(next)
}

// note shows how the last attempts of a section went.
func (a *assessment) note(s section) {
	a.sections = append(a.sections, s)
	if s.last().IsZero() {
		sameSpec := a.previous.ObservedGeneration == a.Watch.Generation
		*s.lastError = heldError(*s.lastError, sameSpec, a.CredentialChanged, s.next())
	} else {
		failed := s.failed()
		*s.lastError = vendorError(failed.err, failed.since, failed.next)
	}
}

// noteTimes shows the times of all sections together.
func (a *assessment) noteTimes() {
	var oldest, next *time.Time
	for _, s := range a.sections {
		if s.read() {
			oldest = earliest(oldest, &s.lastSuccess.Time)
		}
		if announced := s.next(); !announced.IsZero() {
			next = earliest(next, &announced)
		}
		if last := stamp(s.last()); !s.last().IsZero() && a.status.LastAttemptTime.Before(&last) {
			a.status.LastAttemptTime = last
		}
	}
	a.status.LastSuccessTime = metav1.NewTime(timeOf(oldest))
	a.status.NextPollTime = coarse(timeOf(next))
}

// awaits tells whether the numbers of a section answer an earlier spec, or there
// are none.
func (a *assessment) awaits(s section) bool {
	return !s.read() || !s.answered && *s.observedGeneration != a.Watch.Generation
}

// staleTime is when the numbers of a section stop being fresh.
func (a *assessment) staleTime(s section) time.Time {
	return s.lastSuccess.Add(a.Watch.GetStaleAfter(max(s.asked, s.polled)))
}

func (a *assessment) stale(s section) bool {
	return s.read() && !a.Now.Before(a.staleTime(s))
}

// isStale tells whether what is known of the section of that name is too old.
func (a *assessment) isStale(name string) bool {
	return slices.ContainsFunc(a.sections, func(s section) bool { return s.name == name && a.stale(s) })
}

// which names the sections for which test holds.
func (a *assessment) which(test func(section) bool) []string {
	var names []string
	for _, s := range a.sections {
		if test(s) {
			names = append(names, s.name)
		}
	}
	return names
}
