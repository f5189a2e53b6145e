// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// expectAll checks that every watch exists, and no other.
func (f *fleet) expectAll() {
	GinkgoHelper()
	stored := slices.SortedFunc(maps.Keys(f.stored()), compareKeys)
	f.mu.Lock()
	defer f.mu.Unlock()
	Expect(stored).To(Equal(slices.SortedFunc(maps.Keys(f.subjects), compareKeys)))
}

func compareKeys(a, b client.ObjectKey) int { return strings.Compare(a.String(), b.String()) }

// expectCurrent checks that active watches answer their specs, tell of no failure
// and have times that are as new as they should be.
func (f *fleet) expectCurrent() {
	GinkgoHelper()
	stored, now := f.stored(), f.clock.Now()
	var wrong []string
	for _, w := range f.active() {
		got := stored[client.ObjectKeyFromObject(w)]
		for what, isWrong := range notCurrent(got, now) {
			if isWrong {
				wrong = append(wrong, fmt.Sprintf("%s: %s: last attempt %s, success %s, next %s", got.Name, what,
					got.Status.LastAttemptTime, got.Status.LastSuccessTime, got.Status.NextPollTime))
			}
		}
	}
	Expect(wrong).To(BeEmpty(), "at %s", now)
}

// notCurrent tells what is wrong with a status. Times alone are written once in a
// heartbeat, or when anything else is.
func notCurrent(w *v1alpha1.QuotaWatch, now time.Time) map[string]bool {
	status, oldest := &w.Status, now.Add(-heartbeat-2*time.Minute)
	oldestSuccess := oldest
	if w.Spec.Bill != nil {
		oldestSuccess = now.Add(-closedBillInterval) // that of closed months
	}
	isBetween := func(t time.Time, from, to time.Time) bool { return !t.Before(from) && !t.After(to) }
	return map[string]bool{
		"an earlier spec": status.ObservedGeneration != w.Generation,
		"last attempt":    !isBetween(status.LastAttemptTime.Time, oldest, now),
		"last success":    !isBetween(status.LastSuccessTime.Time, oldestSuccess, now),
		"next poll": !status.NextPollTime.IsZero() && // unknown while a poll is under way
			!isBetween(status.NextPollTime.Time, status.LastAttemptTime.Time, now.Add(2*closedBillInterval)),
		"tells of failure":  tellsOfFailure(status),
		"refresh not given": status.LastHandledReconcileAt != w.Annotations[v1alpha1.AnnotationRequestedAt],
	}
}

// tellsOfFailure tells whether a status shows that a reading failed.
func tellsOfFailure(status *v1alpha1.QuotaWatchStatus) bool {
	return status.Packages != nil && status.Packages.LastError != nil ||
		status.Usage != nil && status.Usage.LastError != nil ||
		status.Bill != nil && status.Bill.LastError != nil
}

// hearAll listens to all that is stored in the end.
func (f *fleet) hearAll(l *listener) {
	GinkgoHelper()
	accounts, events := &v1alpha1.VendorAccountList{}, &eventsv1.EventList{}
	Expect(f.user.List(suiteContext, accounts, client.InNamespace(f.namespace))).To(Succeed())
	for i := range accounts.Items {
		l.hear("status of "+accounts.Items[i].Name, asJSON(accounts.Items[i].Status))
	}
	for _, w := range f.stored() {
		l.hear("status of "+w.Name, asJSON(w.Status))
	}
	Expect(f.user.List(suiteContext, events, client.InNamespace(f.namespace))).To(Succeed())
	for i := range events.Items {
		l.hear("an Event", asJSON(events.Items[i]))
	}
}

func asJSON(value any) string {
	GinkgoHelper()
	text, err := json.Marshal(value)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// account lists what happened how often.
func (s *storm) account() string {
	var text strings.Builder
	list := func(title string, counts map[string]int) {
		_, _ = fmt.Fprintf(&text, "%s:\n", title)
		for _, what := range slices.Sorted(maps.Keys(counts)) {
			_, _ = fmt.Fprintf(&text, "  %6d %s\n", counts[what], what)
		}
	}
	api, failures := map[string]int{}, map[string]int{}
	for fault, count := range s.api.counts() {
		api[string(fault)] = count
	}
	for kind, count := range s.polls.failures() {
		failures[string(kind)] = count
	}
	list("Done to vendors, accounts and watches", s.counts)
	list("Faults of the API server", api)
	list("Failed polls", failures)
	return text.String()
}

const (
	// moreGoroutines, moreHeap and moreResident are how much more there may be at
	// the end than at the first checkpoint, besides a twentieth of the live bytes and
	// a quarter of the resident ones. client-go keeps each Event for half an hour of
	// real time.
	moreGoroutines = 10
	moreHeap       = 512 << 10
	heapOfEvent    = 2 << 10
	moreResident   = 32 << 20
)

// expectFlat checks that a process has no more at the end than it had before. The
// race detector gives no memory back, of which resident memory tells nothing then.
func expectFlat(first, last vitals) {
	GinkgoHelper()
	events := uint64(max(last.events-first.events, 0))
	Expect(last.goroutines).To(BeNumerically("<=", first.goroutines+moreGoroutines), "goroutines")
	Expect(last.heap).To(BeNumerically("<=", first.heap+first.heap/20+moreHeap+events*heapOfEvent), "live bytes")
	if raceDetector {
		AddReportEntry("Resident memory is not judged: the race detector gives none back.")
		return
	}
	Expect(last.resident).To(BeNumerically("<=", first.resident+first.resident/4+moreResident), "resident bytes")
}
