// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// A failure says nothing of what is left.
func TestFailuresChangeNoNumber(t *testing.T) {
	kinds := []vendors.Kind{
		vendors.KindUnauthenticated, vendors.KindForbidden, vendors.KindClockSkew, vendors.KindThrottled,
		vendors.KindAccountFrozen, vendors.KindInvalidRequest, vendors.KindNotFound, vendors.KindMalformed,
		vendors.KindUnavailable,
	}
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			s := watching(t)
			want := s.answers(pack(left("150"))).DeepCopy()
			s.waits(time.Hour)
			got := s.fails(kind, "")
			want.Packages.LastError = got.Packages.LastError
			for what, pair := range map[string][2]any{
				"resources": {want.Resources, got.Resources},
				"packages":  {want.Packages, got.Packages},
				"findings":  {found(want), withoutFrozen(found(got))},
				"summary":   {want.Summary, got.Summary},
			} {
				if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
					t.Errorf("%s (-before +after):\n%s", what, diff)
				}
			}
			if diff := cmp.Diff("True LowWarning", says(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
				t.Errorf("QuotaLow (-want +got):\n%s", diff)
			}
		})
	}
}

// withoutFrozen returns findings without the one on the account, which a failure
// can tell.
func withoutFrozen(lines []string) []string {
	return slices.DeleteFunc(lines, func(line string) bool { return line == "Critical AccountFrozen /" })
}

// A complete answer that no longer speaks of a resource means that nothing of it
// is left.
func TestResourceVanishes(t *testing.T) {
	gone := exhaustedAfter(time.Hour, emptyRow)
	missed := func(owner string) []string {
		return []string{
			"Critical Exhausted /traffic", "Critical Low /traffic by default-critical", "Warning Low /traffic by default-low",
			"Warning PackageDisappeared " + owner,
		}
	}
	tests := map[string]struct {
		before []vendors.Package
		asked  []string
		after  []vendors.Package
		want   []v1alpha1.ResourceStatus
		fires  []string
	}{
		"one of two": {
			before: []vendors.Package{pack(), pack(id("2"), of("transcoding"))},
			after:  []vendors.Package{pack(id("2"), of("transcoding"))},
			want: []v1alpha1.ResourceStatus{gone, func() v1alpha1.ResourceStatus {
				r := fullRow("")
				r.Name = "transcoding"
				return r
			}()},
			fires: missed("/traffic"),
		},
		"the only one": {
			before: []vendors.Package{pack()},
			want:   []v1alpha1.ResourceStatus{gone},
			fires:  missed("/traffic"),
		},
		"one of which no total was known": {
			before: []vendors.Package{pack(totalUnknown)},
			want:   []v1alpha1.ResourceStatus{gone},
			fires:  missed("/traffic"),
		},
		"one that the question was about": {
			before: []vendors.Package{pack()},
			asked:  []string{"traffic", "mic-link"},
			want:   []v1alpha1.ResourceStatus{gone},
			fires:  missed("/traffic"),
		},
		"one that is not asked for any more": {
			before: []vendors.Package{pack(), pack(id("2"), of("mic-link"))},
			asked:  []string{"traffic"},
			after:  []vendors.Package{pack()},
			want:   []v1alpha1.ResourceStatus{fullRow("")},
		},
		"one that was not in use": {
			before: []vendors.Package{pack(until(-100 * day))},
			want:   []v1alpha1.ResourceStatus{idleRow}, // since the first reading
		},
		"one that is no consumable": {
			before: []vendors.Package{pack(of(vendors.ResourceConcurrency))},
			want: []v1alpha1.ResourceStatus{{
				Name: "concurrency", Unit: v1alpha1.UnitBytes, Remaining: "0", Packages: n(0), ExhaustedTime: at(time.Hour),
			}},
			fires: []string{"Warning PackageDisappeared /concurrency"},
		},
		"the only one of any sub-account": {
			before: []vendors.Package{pack(subject("u-1"))},
			want:   []v1alpha1.ResourceStatus{gone, rowOf("u-1", gone)},
			fires:  missed("u-1/traffic"),
		},
		"one of a sub-account, and another has some": {
			before: []vendors.Package{pack(subject("u-1")), pack(id("2"), subject("u-2"))},
			after:  []vendors.Package{pack(id("2"), subject("u-2"))},
			want:   []v1alpha1.ResourceStatus{fullRow(""), rowOf("u-1", gone), fullRow("u-2")},
			fires:  []string{"Warning PackageDisappeared u-1/traffic"},
		},
		"one in the vendor's own unit": {
			before: []vendors.Package{pack(unit(vendors.UnitVendor, "GB"), of("balance"))},
			want: []v1alpha1.ResourceStatus{{
				Name: "balance", Unit: v1alpha1.UnitVendor, UnitLabel: "GB", Remaining: "0", Packages: n(0), ExhaustedTime: at(time.Hour),
			}},
			fires: []string{"Warning PackageDisappeared /balance"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			s.answers(test.before...)
			s.in.Now = s.in.Now.Add(time.Hour)
			got := s.answersAbout(test.asked, test.after...)
			if diff := cmp.Diff(test.want, got.Resources); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.fires, found(got)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// Nothing usable is left of what was usable a moment ago, whatever became of it.
func TestUsableBefore(t *testing.T) {
	exhausted := []string{"Critical Exhausted /traffic", "Critical Low /traffic by default-critical", "Warning Low /traffic by default-low"}
	tests := map[string]struct {
		before, after []vendors.Package
		want          []string
	}{
		"used up":    {[]vendors.Package{pack()}, []vendors.Package{pack(left("0"))}, exhausted},
		"frozen":     {[]vendors.Package{pack()}, []vendors.Package{pack(in(vendors.PackageFrozen))}, exhausted},
		"given back": {[]vendors.Package{pack()}, []vendors.Package{pack(in(vendors.PackageRefunded))}, exhausted},
		"in a state of a later version": {
			[]vendors.Package{pack()}, []vendors.Package{pack(in("Gifted"))}, exhausted,
		},
		"no longer listed, and the next has not begun": {
			[]vendors.Package{pack(), pack(id("2"), from(day))}, []vendors.Package{pack(id("2"), from(day))},
			append(slices.Clone(exhausted), "Warning PackageDisappeared /traffic"),
		},
		"frozen from the first day": {
			[]vendors.Package{pack(in(vendors.PackageFrozen))}, []vendors.Package{pack(in(vendors.PackageFrozen))}, nil,
		},
		"not begun since the first day": {
			[]vendors.Package{pack(from(day))}, []vendors.Package{pack(from(day))}, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			s.answers(test.before...)
			s.in.Now = s.in.Now.Add(time.Hour)
			if diff := cmp.Diff(test.want, found(s.answers(test.after...))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// What is not bought again is not missed for ever.
func TestExhaustionIsForgottenAfterAMonth(t *testing.T) {
	tests := map[string]struct {
		before, after []vendors.Package
		// forgotten is when, counted from when it was first seen gone.
		forgotten time.Duration
	}{
		"vanished": {[]vendors.Package{pack()}, nil, 30 * day},
		"frozen":   {[]vendors.Package{pack()}, []vendors.Package{pack(in(vendors.PackageFrozen))}, 30 * day},
		"over since then": {
			[]vendors.Package{pack()}, []vendors.Package{pack(until(0))}, 30 * day,
		},
		"over for 20 days when it was first seen": {
			[]vendors.Package{pack(until(-20 * day))}, []vendors.Package{pack(until(-20 * day))}, 10 * day,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			s.answers(test.before...)
			got := s.answers(test.after...)
			if diff := cmp.Diff("True Exhausted", says(got.Conditions, v1alpha1.ConditionQuotaExhausted)); diff != "" {
				t.Fatalf("at first (-want +got):\n%s", diff)
			}
			// The vendor goes on answering, so that nothing gets stale.
			s.in.Now = s.in.Now.Add(test.forgotten - time.Hour)
			got = s.answers(test.after...)
			if diff := cmp.Diff("True Exhausted", says(got.Conditions, v1alpha1.ConditionQuotaExhausted)); diff != "" {
				t.Fatalf("an hour before (-want +got):\n%s", diff)
			}
			if !s.next.Equal(at(test.forgotten).Time) {
				t.Errorf("the next change is at %s, want %s", s.next, at(test.forgotten))
			}
			s.in.Now = s.next
			got = s.assess()
			if diff := cmp.Diff("False Sufficient", says(got.Conditions, v1alpha1.ConditionQuotaExhausted)); diff != "" {
				t.Errorf("then (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]v1alpha1.ResourceStatus{idleRow}, got.Resources); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
		})
	}
}

// A sub-account that is gone for good keeps its row, but is no alarm for ever.
func TestExhaustionOfASubAccountIsForgottenAfterAMonth(t *testing.T) {
	s := watching(t, thresholds(forSubject(belowPercent("subs", 20), "*")))
	s.answers(pack(), pack(id("2"), subject("u-1")))
	s.in.Now = s.in.Now.Add(time.Hour)
	low := []string{"Warning Low u-1/traffic by subs"}
	if diff := cmp.Diff(append(slices.Clone(low), "Warning PackageDisappeared u-1/traffic"), found(s.answers(pack()))); diff != "" {
		t.Fatalf("when it is gone (-want +got):\n%s", diff)
	}
	s.in.Now = s.in.Now.Add(30*day - time.Hour)
	s.restarts()
	if diff := cmp.Diff(low, found(s.answers(pack()))); diff != "" {
		t.Errorf("an hour before the month is over (-want +got):\n%s", diff)
	}
	if want := at(30*day + time.Hour).Time; !s.next.Equal(want) {
		t.Fatalf("the next change is at %s, want %s", s.next, want)
	}
	s.in.Now = s.next
	got := s.assess()
	if got.Findings != nil {
		t.Errorf("findings after a month: %v", found(got))
	}
	want := []v1alpha1.ResourceStatus{fullRow(""), exhaustedAfter(time.Hour, rowOf("u-1", idleRow))}
	if diff := cmp.Diff(want, got.Resources); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
}

func TestResourceComesBack(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	s.answers()
	s.in.Now = s.in.Now.Add(time.Hour)
	got := s.answers(pack(id("2")))
	if diff := cmp.Diff([]v1alpha1.ResourceStatus{fullRow("")}, got.Resources); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
	if got.Findings != nil || got.State != v1alpha1.StateOK {
		t.Errorf("state %s with findings %v", got.State, found(got))
	}
}
