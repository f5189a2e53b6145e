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

// The scenarios check that nothing changes before the announced time; here is
// what it is.
func TestNextChange(t *testing.T) {
	tests := map[string]struct {
		spec     []specChange
		packages []vendors.Package
		// want is counted from start; zero means that nothing will change.
		want time.Duration
	}{
		"the numbers get stale":      {packages: []vendors.Package{pack()}, want: 3 * time.Hour},
		"no package, and they do so": {want: 3 * time.Hour},
		"a package ends":             {packages: []vendors.Package{pack(until(time.Hour))}, want: time.Hour},
		"a package begins":           {packages: []vendors.Package{pack(), pack(id("2"), from(time.Hour))}, want: time.Hour},
		"a package is over for a month": {
			packages: []vendors.Package{pack(until(time.Hour - 30*day))}, want: time.Hour,
		},
		"a threshold for expiry begins to fire": {
			packages: []vendors.Package{pack(until(7*day + time.Hour))}, want: time.Hour,
		},
		"a graver threshold for expiry begins to fire": {
			packages: []vendors.Package{pack(until(25 * time.Hour))}, want: time.Hour,
		},
		"a threshold of no concern does not": {
			packages: []vendors.Package{pack(until(7*day + time.Hour)), pack(id("2"))}, want: 3 * time.Hour,
		},
		"a threshold of the spec": {
			spec:     []specChange{thresholds(expiresWithin("soon", 299*day+22*time.Hour))},
			packages: []vendors.Package{pack()}, want: 2 * time.Hour,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, test.spec...)
			s.answers(test.packages...)
			if want := at(test.want).Time; !s.next.Equal(want) {
				t.Errorf("the next change is at %s, want %s", s.next, want)
			}
		})
	}
}

func TestNothingWillChange(t *testing.T) {
	tests := map[string]func(*scenario){
		"nothing known":  func(s *scenario) { s.assess() },
		"a failed start": func(s *scenario) { s.fails(vendors.KindUnavailable, "") },
		"stale, and without an end": func(s *scenario) {
			s.answers(pack(endUnknown))
			s.waits(day)
		},
		"stalled": func(s *scenario) { s.meets(notAllowed) },
		"missing for long": func(s *scenario) {
			s.meets(secretNotFound)
			s.waits(5 * time.Minute)
		},
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			do(s)
			if !s.next.IsZero() {
				t.Errorf("the next change is at %s", s.next)
			}
		})
	}
}

// A watch that is woken at each announced time, and never polled, tells the
// whole story of a package.
func TestStoryOfAPackage(t *testing.T) {
	s := watching(t, staleAfter(90*day), interval(30*day))
	s.in.Packages.Interval = 30 * day
	s.answers(pack(from(time.Hour), until(10*day)), pack(id("2"), left("900"), until(9*day)))
	type chapter struct {
		At    time.Duration
		State v1alpha1.State
		Left  v1alpha1.Amount
	}
	tell := func() chapter {
		status := s.in.Watch.Status
		return chapter{s.in.Now.Sub(start).Round(time.Minute), status.State, status.Resources[0].Remaining}
	}
	got := []chapter{tell()}
	for !s.next.IsZero() {
		s.in.Now = s.next
		s.assess()
		got = append(got, tell())
	}
	want := []chapter{
		{0, v1alpha1.StateOK, "900"},
		{time.Hour, v1alpha1.StateOK, "1400"},
		{3 * day, v1alpha1.StateExpiring, "1400"},
		{9 * day, v1alpha1.StateExpiring, "500"},
		{10 * day, v1alpha1.StateExhausted, "0"},
		{17 * day, v1alpha1.StateExhausted, "0"},
		{39 * day, v1alpha1.StateExhausted, "0"},
		{40 * day, v1alpha1.StateOK, "0"},
		{90 * day, v1alpha1.StateUnknown, "0"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chapters (-want +got):\n%s", diff)
	}
}
