// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestStaleAfter(t *testing.T) {
	tests := map[string]struct {
		spec []specChange
		// raised is the interval that --min-interval allows; zero when it raises none.
		raised time.Duration
		want   time.Duration
	}{
		"three intervals":                          {want: 3 * time.Hour},
		"half an hour at least":                    {spec: []specChange{interval(time.Minute)}, want: 30 * time.Minute},
		"as the spec says":                         {spec: []specChange{staleAfter(90 * time.Minute)}, want: 90 * time.Minute},
		"three intervals as the operator allows":   {spec: []specChange{interval(time.Minute)}, raised: time.Hour, want: 3 * time.Hour},
		"no less than the operator's own interval": {spec: []specChange{interval(time.Minute), staleAfter(2 * time.Minute)}, raised: time.Hour, want: 3 * time.Hour},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, test.spec...)
			s.in.Packages.Interval = max(s.in.Packages.Interval, test.raised)
			s.answers(pack())
			if want := at(test.want).Time; !s.next.Equal(want) {
				t.Fatalf("the next change is at %s, want %s", s.next, want)
			}
			s.in.Now = s.next.Add(-time.Millisecond)
			if diff := cmp.Diff("False Fresh", says(s.assess().Conditions, v1alpha1.ConditionDataStale)); diff != "" {
				t.Errorf("just before (-want +got):\n%s", diff)
			}
			s.in.Now = s.next
			if diff := cmp.Diff("True DataStale", says(s.assess().Conditions, v1alpha1.ConditionDataStale)); diff != "" {
				t.Errorf("then (-want +got):\n%s", diff)
			}
		})
	}
}

// What fires goes on firing while the numbers are old, and what does not is not
// known any more.
func TestVerdictsOnStaleNumbers(t *testing.T) {
	tests := map[string]struct {
		spec  []specChange
		pack  vendors.Package
		want  map[string]string
		state v1alpha1.State
	}{
		"nothing fired": {
			pack:  pack(),
			want:  map[string]string{"low": "Unknown DataStale", "exhausted": "Unknown DataStale", "expiring": "Unknown DataStale"},
			state: v1alpha1.StateUnknown,
		},
		"low": {
			pack:  pack(left("150")),
			want:  map[string]string{"low": "True LowWarning", "exhausted": "Unknown DataStale", "expiring": "Unknown DataStale"},
			state: v1alpha1.StateLow,
		},
		"exhausted": {
			pack:  pack(left("0")),
			want:  map[string]string{"low": "True LowCritical", "exhausted": "True Exhausted", "expiring": "Unknown DataStale"},
			state: v1alpha1.StateExhausted,
		},
		"expiring": {
			pack:  pack(until(6 * time.Hour)),
			want:  map[string]string{"low": "Unknown DataStale", "exhausted": "Unknown DataStale", "expiring": "True ExpiringCritical"},
			state: v1alpha1.StateExpiring,
		},
		"no total": {
			pack:  pack(totalUnknown),
			want:  map[string]string{"low": "Unknown DataStale", "exhausted": "Unknown DataStale", "expiring": "Unknown DataStale"},
			state: v1alpha1.StateUnknown,
		},
		"not asked": {
			spec:  []specChange{thresholds()},
			pack:  pack(),
			want:  map[string]string{"low": "False NotRequested", "exhausted": "Unknown DataStale", "expiring": "False NotRequested"},
			state: v1alpha1.StateUnknown,
		},
	}
	for name, test := range tests {
		for how, forget := range map[string]func(*scenario){
			"": func(*scenario) {}, " after a restart": func(s *scenario) { s.restarts() },
		} {
			t.Run(name+how, func(t *testing.T) {
				s := watching(t, test.spec...)
				s.answers(test.pack)
				forget(s)
				got := s.waits(3 * time.Hour)
				if diff := cmp.Diff(test.want, verdicts(got)); diff != "" {
					t.Errorf("verdicts (-want +got):\n%s", diff)
				}
				if got.State != test.state {
					t.Errorf("state %s, want %s", got.State, test.state)
				}
			})
		}
	}
}

// The clock goes on while the vendor is silent.
func TestClockOnStaleNumbers(t *testing.T) {
	s := watching(t)
	s.answers(pack(left("150"), until(8*time.Hour)))
	s.waits(7 * time.Hour)
	got := s.waits(time.Hour)
	want := map[string]string{"low": "True LowCritical", "exhausted": "True Exhausted", "expiring": "Unknown DataStale"}
	if diff := cmp.Diff(want, verdicts(got)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]v1alpha1.ResourceStatus{exhaustedAfter(8*time.Hour, emptyRow)}, got.Resources); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
}

func TestPartialData(t *testing.T) {
	s := watching(t)
	steps := []struct {
		what string
		do   func() *v1alpha1.QuotaWatchStatus
		want string
	}{
		{"nothing asked", s.assess, "Unknown NoData"},
		{"no answer", func() *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindUnavailable, "") }, "Unknown NoData"},
		{"half an answer", func() *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindMalformed, "") }, "True IncompleteAnswer"},
		{"a whole answer", func() *v1alpha1.QuotaWatchStatus { return s.answers(pack()) }, "False Complete"},
		{"no answer", func() *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindUnavailable, "") }, "False Complete"},
		{"half an answer again", func() *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindMalformed, "") }, "True IncompleteAnswer"},
		{"no answer, which proves nothing", func() *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindThrottled, "") }, "True IncompleteAnswer"},
		{"a restart", s.restarts, "True IncompleteAnswer"},
		{"a whole answer at last", func() *v1alpha1.QuotaWatchStatus { return s.answers(pack()) }, "False Complete"},
	}
	for _, step := range steps {
		if diff := cmp.Diff(step.want, says(step.do().Conditions, v1alpha1.ConditionPartialData)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", step.what, diff)
		}
	}
}
