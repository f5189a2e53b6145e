// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

func TestMatchFindsThePollOfEachCall(t *testing.T) {
	const polyv, tencent = vendorsim.ServicePolyv, vendorsim.ServiceTencent
	call := func(service, credential, clock string) vendorsim.Call {
		return vendorsim.Call{Service: service, Credential: credential, Time: at(clock)}
	}
	tests := map[string]struct {
		calls  []vendorsim.Call
		made   []int // of each poll
		strays int
	}{
		"every call": {
			calls: []vendorsim.Call{
				call(tencent, "a", "1:00"), call(tencent, "b", "1:00"), call(polyv, "a", "1:00"), call(tencent, "a", "1:01"),
			},
			made: []int{2, 1, 1},
		},
		"a call that never arrived": {
			calls: []vendorsim.Call{call(tencent, "a", "1:00"), call(tencent, "b", "1:00")},
			made:  []int{1, 1, 0},
		},
		"a call that the vendor did not look at": {
			calls: []vendorsim.Call{call(tencent, anonymousCredential, "1:00"), call(tencent, "a", "1:00")},
			made:  []int{1, 1, 0},
		},
		"a call at no poll's time":         {calls: []vendorsim.Call{call(tencent, "a", "1:02")}, made: []int{0, 0, 0}, strays: 1},
		"a call with no poll's credential": {calls: []vendorsim.Call{call(tencent, "c", "1:00")}, made: []int{0, 0, 0}, strays: 1},
		"one call twice": {
			calls: []vendorsim.Call{call(tencent, "b", "1:00"), call(tencent, "b", "1:00")},
			made:  []int{0, 1, 0}, strays: 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			polls := []*poll{
				{service: tencent, credential: "a", calls: []time.Time{at("1:00"), at("1:01")}},
				{service: tencent, credential: "b", calls: []time.Time{at("1:00")}},
				{service: polyv, credential: "a", calls: []time.Time{at("1:00")}},
			}
			strays := match(polls, test.calls)
			var got []int
			for _, p := range polls {
				got = append(got, p.found)
			}
			if diff := cmp.Diff(test.made, got); diff != "" {
				t.Errorf("calls of each poll (-want +got):\n%s", diff)
			}
			if len(strays) != test.strays {
				t.Errorf("strays: %v", strays)
			}
		})
	}
}

func TestMeter(t *testing.T) {
	every := func(gap time.Duration, count int) []time.Time {
		var calls []time.Time
		for i := range count {
			calls = append(calls, noon.Add(time.Duration(i)*gap))
		}
		return calls
	}
	type sums struct{ Peak, Over int }
	tests := map[string]struct {
		calls []time.Time
		want  sums
	}{
		"none":                         {},
		"as many as allowed":           {calls: every(200*time.Millisecond, 20), want: sums{Peak: 5}},
		"one more in each second":      {calls: every(time.Second/6, 12), want: sums{Peak: 6, Over: 7}},
		"a burst":                      {calls: every(0, 7), want: sums{Peak: 7, Over: 2}},
		"a burst in the midst":         {calls: append(every(200*time.Millisecond, 10), at("0:00:01.9"), at("0:00:01.9")), want: sums{Peak: 6, Over: 1}},
		"as many again after a second": {calls: append(every(0, 5), at("0:00:01"), at("0:00:01")), want: sums{Peak: 5}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := meter{perSecond: 5}
			for _, at := range test.calls {
				m.count(at)
			}
			if diff := cmp.Diff(test.want, sums{m.peak, m.over}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
