// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestScheduleNotesWhatChanges(t *testing.T) {
	q := question{service: "vendor", account: "account", text: "packages"}
	type wishes = map[string]wish
	seldom := wish{interval: 2 * time.Hour, key: "1"}
	often := wish{interval: time.Hour, key: "1"}
	now := at("1:00")
	tests := map[string]struct {
		before, after wishes
		want          []change
	}{
		"nobody": {},
		"somebody": {
			after: wishes{"a": seldom},
			want:  []change{{at: now, interval: 2 * time.Hour, retry: 2 * time.Hour, joined: 2 * time.Hour, key: "1"}},
		},
		"the same": {
			before: wishes{"a": seldom}, after: wishes{"a": seldom},
		},
		"another, who wants it more often": {
			before: wishes{"a": seldom}, after: wishes{"a": seldom, "b": often},
			want: []change{{at: now, interval: time.Hour, retry: time.Hour, joined: time.Hour, key: "1"}},
		},
		"another, who wants it less often": {
			before: wishes{"a": often}, after: wishes{"a": often, "b": seldom},
			want: []change{{at: now, interval: time.Hour, retry: time.Hour, joined: 2 * time.Hour, key: "1"}},
		},
		"one who was edited": {
			before: wishes{"a, generation 1": seldom}, after: wishes{"a, generation 2": seldom},
			want: []change{{at: now, interval: 2 * time.Hour, retry: 2 * time.Hour, joined: 2 * time.Hour, key: "1"}},
		},
		"one less, who wanted it more often": {
			before: wishes{"a": seldom, "b": often}, after: wishes{"a": seldom},
			want: []change{{at: now, interval: 2 * time.Hour, retry: 2 * time.Hour, key: "1"}},
		},
		"one less, who wanted it less often": {
			before: wishes{"a": seldom, "b": often}, after: wishes{"b": often},
		},
		"nobody any more": {
			before: wishes{"a": seldom},
			want:   []change{{at: now}},
		},
		"another credential": {
			before: wishes{"a": seldom}, after: wishes{"a": {interval: 2 * time.Hour, key: "2"}},
			want: []change{{at: now, interval: 2 * time.Hour, retry: 2 * time.Hour, key: "2"}},
		},
		"a request for a refresh": {
			before: wishes{"a": seldom}, after: wishes{"a": {interval: 2 * time.Hour, key: "1", refresh: "now"}},
			want: []change{{at: now, interval: 2 * time.Hour, retry: 2 * time.Hour, key: "1", requested: true}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSchedule(noon)
			s.wanted = demand{q: test.before}
			s.revise(now, demand{q: test.after})
			if diff := cmp.Diff(test.want, s.changes[q], cmp.AllowUnexported(change{})); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScheduleAddsUpWhatEachWants(t *testing.T) {
	q := question{service: "vendor", account: "account", text: "packages"}
	s := newSchedule(noon)
	s.revise(noon, demand{q: {"a": {interval: time.Hour}, "b": {interval: 2 * time.Hour}}})
	s.revise(at("4:00"), demand{q: {"a": {interval: time.Hour}}})
	s.revise(at("6:00"), demand{})
	s.revise(at("9:00"), demand{})
	if got := s.answers["vendor"]; math.Abs(got-8) > 0.01 {
		t.Errorf("%f answers in 4 hours of one an hour and one in two, and 2 of one an hour", got)
	}
}
