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

func TestEveryTen(t *testing.T) {
	counts := make([]int, 23)
	for i := range counts {
		counts[i] = 1
	}
	if diff := cmp.Diff([]int{10, 10, 3}, everyTen(counts)); diff != "" {
		t.Errorf("calls by ten seconds (-want +got):\n%s", diff)
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

func TestSilences(t *testing.T) {
	const latency = 20 * time.Millisecond
	told := func(credential int32, second float64) call {
		return call{at: at(second), credential: credential, throttled: true}
	}
	tests := map[string]struct {
		calls []call
		want  []time.Duration
	}{
		"nobody was told":             {calls: answered(1, 0, 1)},
		"until the next request":      {calls: append([]call{told(1, 0)}, answered(1, 61.02)...), want: []time.Duration{61 * time.Second}},
		"what was under way is none":  {calls: append([]call{told(1, 0)}, answered(1, 0.01, 61.02, 62)...), want: []time.Duration{61 * time.Second}},
		"others may call":             {calls: append([]call{told(1, 0)}, answered(2, 1, 2, 3)...)},
		"told again with the request": {calls: append([]call{told(1, 0), told(1, 60.02)}, answered(1, 70.04)...), want: []time.Duration{10 * time.Second, 60 * time.Second}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, silences(test.calls, latency)); diff != "" {
				t.Errorf("silences (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJudgeCredential(t *testing.T) {
	const latency = 20 * time.Millisecond
	tests := map[string]struct {
		seconds    []float64
		wantProbes int
		wantEarly  int
	}{
		"too few failures to be held": {seconds: []float64{0, 6, 12}},
		"one probe for each step":     {seconds: []float64{0, 6, 12, 13.1, 15.3, 19.6, 28}, wantProbes: 4},
		"a probe before its step":     {seconds: []float64{0, 6, 12, 13.1, 14}, wantProbes: 2, wantEarly: 1},
		"what was under way":          {seconds: []float64{0, 6, 12, 12.01, 13.1}, wantProbes: 1},
		"steps end at the interval":   {seconds: []float64{0, 6, 12, 14, 17, 22, 31, 48, 81, 142, 203}, wantProbes: 8},
		"steps do not end before":     {seconds: []float64{0, 6, 12, 14, 17, 22, 31, 48, 81, 140}, wantProbes: 7, wantEarly: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var times []time.Time
			for _, s := range test.seconds {
				times = append(times, at(s))
			}
			probes, early := judgeCredential(times, latency)
			if probes != test.wantProbes || early != test.wantEarly {
				t.Errorf("%d probes, %d of them early; want %d and %d", probes, early, test.wantProbes, test.wantEarly)
			}
		})
	}
}

func TestJudgeProbesOfAll(t *testing.T) {
	calls := append(answered(1, 0, 6, 12, 12.5), answered(2, 0, 6)...)
	got := judgeProbes(byCredential(calls), 0)
	want := probeStats{Credentials: 2, Calls: 3, MaxCalls: 4, Probes: 1, Early: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("probes (-want +got):\n%s", diff)
	}
}
