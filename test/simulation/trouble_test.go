// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

func TestTroubleOfAnAccount(t *testing.T) {
	const polyv, tencent = vendorsim.ServicePolyv, vendorsim.ServiceTencent
	good := func(clock string) *poll { return &poll{service: tencent, first: at(clock)} }
	bad := func(clock string) *poll { return &poll{service: tencent, first: at(clock), spoilt: true} }
	throttled := func(service, clock string) *poll {
		return &poll{service: service, first: at(clock), spoilt: true, throttled: true}
	}
	tests := map[string]struct {
		polls []*poll
		want  []span
	}{
		"answers": {polls: []*poll{good("1:00"), good("1:01")}},
		"a failure, and one more after an answer": {
			polls: []*poll{bad("1:00"), bad("1:01"), good("1:02"), bad("1:03")},
		},
		"three failures in a row": {
			polls: []*poll{bad("1:00:00"), bad("1:00:10"), bad("1:00:20")},
			want:  during("1:00:20", "1:01:02"),
		},
		"three failures, and an answer at the time of the second": {
			polls: []*poll{bad("1:00:00"), bad("1:00:10"), good("1:00:10"), bad("1:00:20")},
			want:  during("1:00:20", "1:01:02"),
		},
		"a row that goes on": {
			polls: []*poll{bad("1:00:00"), bad("1:00:10"), bad("1:00:20"), bad("1:01:00")},
			want:  during("1:00:20", "1:03:02"),
		},
		"a wish for fewer calls":          {polls: []*poll{throttled(tencent, "1:00")}, want: during("1:00", "1:01")},
		"POLYV's wish for fewer calls":    {polls: []*poll{throttled(polyv, "1:00")}, want: during("1:00", "1:05")},
		"two that have nothing in common": {polls: []*poll{throttled(tencent, "1:00"), throttled(tencent, "2:00")}, want: slices.Concat(during("1:00", "1:01"), during("2:00", "2:01"))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := &row{}
			for _, p := range test.polls {
				r.take(p)
			}
			if diff := cmp.Diff(test.want, r.trouble, cmp.AllowUnexported(span{})); diff != "" {
				t.Errorf("trouble (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTroubleOfAVendor(t *testing.T) {
	failed := func(service, clock string) *poll { return &poll{service: service, first: at(clock), spoilt: true} }
	tooMany := func(service, clock string) *poll {
		p := failed(service, clock)
		p.throttled, p.tooMany = true, true
		return p
	}
	const polyv, tencent = vendorsim.ServicePolyv, vendorsim.ServiceTencent
	tests := map[string]struct {
		polls []*poll
		want  []span
	}{
		"failures":                {polls: []*poll{failed(polyv, "1:00"), failed(polyv, "1:00:01")}},
		"too many for POLYV":      {polls: []*poll{tooMany(polyv, "1:00")}, want: during("1:00", "1:01")},
		"too many for one key":    {polls: []*poll{tooMany(tencent, "1:00")}},
		"a probe that fails too":  {polls: []*poll{tooMany(polyv, "1:00"), failed(polyv, "1:00:50")}, want: during("1:00", "1:01:50")},
		"a failure long after it": {polls: []*poll{tooMany(polyv, "1:00"), failed(polyv, "1:02")}, want: during("1:00", "1:01")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := &row{}
			for _, p := range test.polls {
				r.noteBlock(p)
			}
			if diff := cmp.Diff(test.want, r.trouble, cmp.AllowUnexported(span{})); diff != "" {
				t.Errorf("trouble (-want +got):\n%s", diff)
			}
		})
	}
}
