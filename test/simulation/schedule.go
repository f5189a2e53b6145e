// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"maps"
	"slices"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// question is what an account is asked, whoever wants to know.
type question struct {
	service, account, text string
}

// wish is somebody's interest in an answer.
type wish struct {
	interval time.Duration
	// retry is the interval while the vendor gives none; zero means the same.
	retry time.Duration
	// key is that of the credential to ask with. Answers to another are not shared.
	key string
	// refresh is the last request for a poll besides the schedule.
	refresh string
}

// demand is who wants which answers at a time.
type demand map[question]map[string]wish

// add notes what one object wants.
func (d demand) add(q question, object string, w wish) {
	if d[q] == nil {
		d[q] = map[string]wish{}
	}
	d[q][object] = w
}

// change is a change of what is wanted of a question.
type change struct {
	at time.Time
	// interval is the shortest that anybody wants from now on; zero when nobody
	// wants an answer any more.
	interval time.Duration
	// retry is the shortest that anybody wants while the vendor gives no answer.
	retry time.Duration
	// joined is the shortest interval of those who did not want an answer before, or
	// whose specs have changed; zero when there is none. They are content with an
	// answer younger than that, or else need not wait for a slot.
	joined time.Duration
	// key is that of the credential to ask with from now on. Another than before need
	// not wait for a slot either.
	key string
	// requested tells that somebody asks for a poll besides the schedule.
	requested bool
}

// schedule is what the objects of a world want of the vendors over time, as their
// specs say. It knows nothing of how the operator goes about it.
type schedule struct {
	wanted  demand
	changes map[question][]change
	// answers adds up how many answers the objects want, each by itself, of each
	// service until a time.
	answers map[string]float64
	until   time.Time
}

func newSchedule(now time.Time) *schedule {
	return &schedule{wanted: demand{}, changes: map[question][]change{}, answers: map[string]float64{}, until: now}
}

// revise notes what is wanted from now on.
func (s *schedule) revise(now time.Time, wanted demand) {
	s.addUp(now)
	for q := range union(s.wanted, wanted) {
		before, after := s.wanted[q], wanted[q]
		c := change{
			at: now, interval: shortest(after), retry: shortestRetry(after), joined: joined(before, after),
			key: keyOf(after), requested: isRequested(before, after),
		}
		if c.joined > 0 || c.key != keyOf(before) || c.requested || c.interval != shortest(before) || c.retry != shortestRetry(before) {
			s.changes[q] = append(s.changes[q], c)
		}
	}
	s.wanted = wanted
}

// takeChanges takes out the changes of a question before a time.
func (s *schedule) takeChanges(q question, before time.Time) []change {
	changes := s.changes[q]
	count, _ := slices.BinarySearchFunc(changes, before, func(c change, t time.Time) int { return c.at.Compare(t) })
	if s.changes[q] = changes[count:]; count == len(changes) {
		delete(s.changes, q)
	}
	return changes[:count]
}

// addUp adds the answers that were wanted until now.
func (s *schedule) addUp(now time.Time) {
	for q, wishes := range s.wanted {
		if q.text == vendors.OpVerify {
			continue
		}
		for _, w := range wishes {
			s.answers[q.service] += float64(now.Sub(s.until)) / float64(w.interval)
		}
	}
	s.until = now
}

func union(a, b demand) map[question]struct{} {
	all := map[question]struct{}{}
	for q := range maps.Keys(a) {
		all[q] = struct{}{}
	}
	for q := range maps.Keys(b) {
		all[q] = struct{}{}
	}
	return all
}

// shortest returns the shortest interval; zero when there is none.
func shortest(wishes map[string]wish) time.Duration {
	var intervals []time.Duration
	for _, w := range wishes {
		intervals = append(intervals, w.interval)
	}
	if len(intervals) == 0 {
		return 0
	}
	return slices.Min(intervals)
}

// shortestRetry returns the shortest interval while the vendor gives no answer.
func shortestRetry(wishes map[string]wish) time.Duration {
	least := shortest(wishes)
	for _, w := range wishes {
		if w.retry > 0 {
			least = min(least, w.retry)
		}
	}
	return least
}

// joined returns the shortest interval of who is new.
func joined(before, after map[string]wish) time.Duration {
	fresh := maps.Clone(after)
	maps.DeleteFunc(fresh, func(object string, _ wish) bool {
		_, known := before[object]
		return known
	})
	return shortest(fresh)
}

// keyOf returns the key of a question's wishes, which all have the same; empty when
// there are none.
func keyOf(wishes map[string]wish) string {
	for _, w := range wishes {
		return w.key
	}
	return ""
}

// isRequested tells whether somebody asks for a poll besides the schedule.
func isRequested(before, after map[string]wish) bool {
	for object, w := range after {
		if earlier, known := before[object]; known && earlier.refresh != w.refresh {
			return true
		}
	}
	return false
}
