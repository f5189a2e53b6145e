// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var began = time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)

// at is so many seconds after began.
func at(seconds float64) time.Time { return began.Add(time.Duration(seconds * float64(time.Second))) }

// answered are calls of one credential that were answered at these seconds.
func answered(credential int32, seconds ...float64) []call {
	var calls []call
	for _, s := range seconds {
		calls = append(calls, call{at: at(s), credential: credential, ok: true})
	}
	return calls
}

func TestPerSecond(t *testing.T) {
	tests := map[string]struct {
		calls    []call
		from, to time.Time
		want     []int
	}{
		"nothing":                   {from: at(0), to: at(2), want: []int{0, 0}},
		"by whole seconds":          {calls: answered(1, 0, 0.999, 1, 2.5), from: at(0), to: at(3), want: []int{2, 1, 1}},
		"only within the window":    {calls: answered(1, -0.5, 0.5, 3), from: at(0), to: at(3), want: []int{1, 0, 0}},
		"not the second cut short":  {calls: answered(1, 0.5, 1.2), from: at(0), to: at(1.5), want: []int{1}},
		"from within a second":      {calls: answered(1, 0.4, 1.4, 1.6), from: at(0.5), to: at(2.5), want: []int{1, 1}},
		"a window without a second": {calls: answered(1, 0.1), from: at(0), to: at(0.5), want: []int{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, perSecond(test.calls, test.from, test.to)); diff != "" {
				t.Errorf("calls by second (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBusiest(t *testing.T) {
	for want, counts := range map[int][]int{0: nil, 3: {1, 3, 2}} {
		if got := busiest(counts); got != want {
			t.Errorf("the most of %v is %d, want %d", counts, got, want)
		}
	}
}

func TestPunctuality(t *testing.T) {
	tests := map[string]struct {
		polls   float64
		watches int
		window  time.Duration
		want    float64
	}{
		"every slot of two intervals": {polls: 2000, watches: 1000, window: 2 * time.Minute, want: 1},
		"half of them":                {polls: 1000, watches: 1000, window: 2 * time.Minute, want: 0.5},
		"part of an interval":         {polls: 250, watches: 1000, window: 15 * time.Second, want: 1},
		"no watch asks for anything":  {polls: 0, watches: 0, window: time.Minute, want: 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := punctuality(test.polls, test.watches, test.window); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
