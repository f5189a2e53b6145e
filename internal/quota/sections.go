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
	// The last attempt: when, since when attempts fail, when the next one is due,
	// and its failure.
	at, since, next time.Time
	err             *vendors.Error

	// What the status says of it.
	observedGeneration *int64
	lastSuccess        *metav1.Time
	lastError          **v1alpha1.VendorError
}

// sectionOf returns the section of a reading that is asked for at an interval, in
// the field of that path.
func sectionOf[T any](r Reading[T], name, field string, asked time.Duration) section {
	return section{
		name: name, field: field, asked: asked, polled: r.Interval, answered: r.Value != nil,
		at: r.Attempt, since: r.Since, next: r.Next, err: r.Err,
	}
}

// read tells whether there are numbers, of this spec or an earlier one.
func (s *section) read() bool { return !s.lastSuccess.IsZero() }

// note shows how the last attempt of a section went, or what holds the first back.
func (a *assessment) note(s section) {
	a.sections = append(a.sections, s)
	sameSpec := a.previous.ObservedGeneration == a.Watch.Generation
	held := heldError(*s.lastError, sameSpec, a.CredentialChanged, s.next)
	if s.at.IsZero() && s.err == nil {
		*s.lastError = held
	} else {
		*s.lastError = continued(vendorError(s.err, s.since, s.next), held, *s.lastSuccess)
	}
}

// noteTimes shows the times of all sections together.
func (a *assessment) noteTimes() {
	var oldest, next *time.Time
	for _, s := range a.sections {
		if s.read() {
			oldest = earliest(oldest, &s.lastSuccess.Time)
		}
		if !s.next.IsZero() {
			next = earliest(next, &s.next)
		}
		if last := stamp(s.at); !s.at.IsZero() && a.status.LastAttemptTime.Before(&last) {
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
	slices.Sort(names)
	return names
}
