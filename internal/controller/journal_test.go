// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// storedStatus is a status as the API server stored it.
type storedStatus struct {
	at    time.Time // by the operator's clock
	watch *v1alpha1.QuotaWatch
}

// storedStatuses are all those of a watch since its first reading.
type storedStatuses struct {
	clock clock.PassiveClock

	mu  sync.Mutex
	all []storedStatus
}

// around keeps what the API server answers to a write of a watch's status.
func (s *storedStatuses) around(next http.RoundTripper, r request, sent *http.Request) (*http.Response, error) {
	response, err := next.RoundTrip(sent)
	if err != nil || r.verb != "patch" || r.resource != "quotawatches/status" || response.StatusCode != http.StatusOK {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if err := response.Body.Close(); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, s.keep(body)
}

func (s *storedStatuses) keep(body []byte) error {
	watch := &v1alpha1.QuotaWatch{}
	if err := json.Unmarshal(body, watch); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if watch.Status.Packages != nil && !watch.Status.Packages.LastSuccessTime.IsZero() {
		s.all = append(s.all, storedStatus{s.clock.Now(), watch})
	}
	return nil
}

// list returns the statuses, the oldest first.
func (s *storedStatuses) list() []storedStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// count is how many there are.
func (s *storedStatuses) count() int { return len(s.list()) }

// last is the newest; empty before there is one.
func (s *storedStatuses) last() *v1alpha1.QuotaWatch {
	if all := s.list(); len(all) > 0 {
		return all[len(all)-1].watch
	}
	return &v1alpha1.QuotaWatch{}
}

// before is the newest of those that were stored before a time.
func (s *storedStatuses) before(t time.Time) *v1alpha1.QuotaWatch {
	watch := &v1alpha1.QuotaWatch{}
	for _, stored := range s.list() {
		if stored.at.Before(t) {
			watch = stored.watch
		}
	}
	return watch
}

// heartbeats counts those that differ in nothing from the one before but in the
// times of the last polls and the next.
func (s *storedStatuses) heartbeats() int {
	heartbeats, before := 0, v1alpha1.QuotaWatchStatus{}
	for _, stored := range s.list() {
		after := lastingPart(stored.watch.Status)
		if equality.Semantic.DeepEqual(before, after) {
			heartbeats++
		}
		before = after
	}
	return heartbeats
}

// lastingPart is a status without what every poll changes.
func lastingPart(status v1alpha1.QuotaWatchStatus) v1alpha1.QuotaWatchStatus {
	lasting := *status.DeepCopy()
	lasting.LastAttemptTime, lasting.LastSuccessTime, lasting.NextPollTime = metav1.Time{}, metav1.Time{}, metav1.Time{}
	lasting.Packages.LastSuccessTime = metav1.Time{}
	if failure := lasting.Packages.LastError; failure != nil {
		failure.RetryTime = metav1.Time{}
	}
	return lasting
}

// entry is what a stored status told: the conditions with another status or reason
// than before, and the Events other than that the summary changed.
type entry struct {
	At         moment
	State      v1alpha1.State
	Left       string
	Conditions []string
	Events     []string
}

// line is an entry for people.
func (e entry) line() string {
	text := fmt.Sprintf("%s  %-9s  %-26s  %s", e.At, e.State, e.Left, strings.Join(e.Conditions, ", "))
	if len(e.Events) > 0 {
		text += " | Event " + strings.Join(e.Events, ", ")
	}
	return text
}

// moment is an hour of a day; the first day is 1.
type moment struct{ Day, Hour int }

// String is a moment for people.
func (m moment) String() string { return fmt.Sprintf("day %2d %02d h", m.Day, m.Hour) }

const day = 24 * time.Hour

// momentAt is the hour of a time, counted from the midnight when the first day
// began.
func momentAt(t, began time.Time) moment {
	age := t.Sub(began)
	return moment{int(age/day) + 1, int(age % day / time.Hour)}
}

// journal is all that statuses told, and the Events that told how the summary
// changed, since the midnight when the first day began.
func (o *operator) journal(began time.Time, statuses []storedStatus) (entries []entry, summaries []string) {
	GinkgoHelper()
	events := o.eventsByVersion()
	var before []metav1.Condition
	for _, stored := range statuses {
		status := stored.watch.Status
		e := entry{At: momentAt(stored.at, began), State: status.State, Left: packagesNote(status.Summary)}
		e.Conditions = conditionChanges(before, status.Conditions)
		for _, event := range events[stored.watch.ResourceVersion] {
			if event.Reason == v1alpha1.EventSummaryChanged {
				summaries = append(summaries, e.At.String()+"  "+event.Note)
			} else {
				e.Events = append(e.Events, event.Reason)
			}
		}
		if len(e.Conditions)+len(e.Events) > 0 {
			entries = append(entries, e)
		}
		before = status.Conditions
	}
	return entries, summaries
}

// eventsByVersion are the Events on the watch, by the version of it that they tell
// of: they come a little after it, and side by side.
func (o *operator) eventsByVersion() map[string][]eventsv1.Event {
	GinkgoHelper()
	list := &eventsv1.EventList{}
	Expect(apiServer.List(suiteContext, list, client.InNamespace(o.namespace))).To(Succeed())
	slices.SortFunc(list.Items, func(a, b eventsv1.Event) int { return strings.Compare(a.Reason, b.Reason) })
	events := map[string][]eventsv1.Event{}
	for _, event := range list.Items {
		if event.Regarding.Kind == kindQuotaWatch {
			version := event.Regarding.ResourceVersion
			events[version] = append(events[version], event)
		}
	}
	return events
}

// conditionChanges are the conditions whose status or reason changed.
func conditionChanges(before, after []metav1.Condition) []string {
	var changes []string
	for _, c := range after {
		if was := meta.FindStatusCondition(before, c.Type); was == nil || was.Status != c.Status || was.Reason != c.Reason {
			changes = append(changes, fmt.Sprintf("%s=%s %s", c.Type, c.Status, c.Reason))
		}
	}
	for _, c := range before {
		if meta.FindStatusCondition(after, c.Type) == nil {
			changes = append(changes, c.Type+" gone")
		}
	}
	return changes
}
