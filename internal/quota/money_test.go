// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// foundOf returns the findings of one kind.
func foundOf(status *v1alpha1.QuotaWatchStatus, kind v1alpha1.FindingKind) []string {
	if status.Findings == nil {
		return nil
	}
	of := *status.DeepCopy()
	of.Findings.Items = nil
	for _, f := range status.Findings.Items {
		if f.Kind == kind {
			of.Findings.Items = append(of.Findings.Items, f)
		}
	}
	return found(&of)
}

func TestOverageBilling(t *testing.T) {
	const none, postpaid, unknown = vendors.BillingNone, vendors.BillingPostpaid, vendors.BillingUnknown
	over := []string{"Critical OverageBilling /traffic"}
	empty := pack(left("0"))
	tests := map[string]struct {
		mode     vendors.BillingMode
		packages []vendors.Package
		then     func(*scenario) *v1alpha1.QuotaWatchStatus
		want     []string
	}{
		"something is left":                      {mode: postpaid, packages: []vendors.Package{pack()}},
		"little is left":                         {mode: postpaid, packages: []vendors.Package{pack(left("1"))}},
		"nothing is left":                        {mode: postpaid, packages: []vendors.Package{empty}, want: over},
		"nothing is left, and nothing is billed": {mode: none, packages: []vendors.Package{empty}},
		"nothing is left, and nobody knows":      {mode: unknown, packages: []vendors.Package{empty}},
		"frozen because of monthly billing": {
			mode: postpaid, packages: []vendors.Package{pack()}, want: over,
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				return s.answersBilled(postpaid, pack(in(vendors.PackageFrozen)))
			},
		},
		"nothing was in use for long":    {mode: postpaid, packages: []vendors.Package{pack(until(-40 * day))}},
		"another resource is used up":    {mode: postpaid, packages: []vendors.Package{pack(of("mic-link"), left("0"))}},
		"a sub-account has nothing left": {mode: postpaid, packages: []vendors.Package{pack(), pack(subject("u-1"), left("0"))}},
		"the next package has not begun": {mode: postpaid, packages: []vendors.Package{empty, pack(id("2"), from(day))}, want: over},
		"the last package ends by the clock": {
			mode: postpaid, packages: []vendors.Package{pack(until(time.Hour))}, want: over,
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.waits(time.Hour) },
		},
		"then a package is bought": {
			mode: postpaid, packages: []vendors.Package{empty},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.answersBilled(postpaid, empty, pack(id("2"))) },
		},
		"then the vendor does not say any more how it bills": {
			mode: postpaid, packages: []vendors.Package{empty}, want: over,
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.answersBilled(unknown, empty) },
		},
		"then nothing is billed any more": {
			mode: postpaid, packages: []vendors.Package{empty},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.answersBilled(none, empty) },
		},
		"then the vendor fails": {
			mode: postpaid, packages: []vendors.Package{empty}, want: over,
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindUnavailable, "") },
		},
		"then the operator restarts": {
			mode: postpaid, packages: []vendors.Package{empty}, want: over, then: (*scenario).restarts,
		},
		"then the next package begins, after a restart": {
			mode: postpaid, packages: []vendors.Package{empty, pack(id("2"), from(time.Hour))},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { s.restarts(); return s.waits(time.Hour) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, thresholds())
			got := s.answersBilled(test.mode, test.packages...)
			if test.then != nil {
				s.in.Now = s.in.Now.Add(time.Minute)
				got = test.then(s)
			}
			if diff := cmp.Diff(test.want, foundOf(got, v1alpha1.FindingOverageBilling)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// Packages did not cover all traffic when some of it was paid as it was used.
func TestOverageBillingOfUsage(t *testing.T) {
	over := []string{"Warning OverageBilling /TrafficPostpaid"}
	postpaid, prepaid := vendors.UsageTrafficPostpaid, vendors.UsageTrafficPrepaid
	tests := map[string]struct {
		used []vendors.UsageItem
		then func(*scenario) *v1alpha1.QuotaWatchStatus
		want []string
	}{
		"all was paid by packages": {used: []vendors.UsageItem{usage(postpaid, "0"), usage(prepaid, "7")}},
		"nobody has packages":      {used: []vendors.UsageItem{usage(postpaid, "7"), usage(prepaid, "0")}},
		"some was not":             {used: []vendors.UsageItem{usage(postpaid, "0.000000001"), usage(prepaid, "7")}, want: over},
		"only an estimate says so": {used: []vendors.UsageItem{usage(vendors.UsageTrafficEstimated, "7"), usage(prepaid, "7")}},
		"other items say nothing":  {used: []vendors.UsageItem{usage("Duration", "7"), usage("MicDuration", "7")}},
		"some was not, and a restart": {
			used: []vendors.UsageItem{usage(postpaid, "7"), usage(prepaid, "7")}, then: (*scenario).restarts, want: over,
		},
		"some was not, and it is not settled yet": {
			used: []vendors.UsageItem{usage(postpaid, "7"), usage(prepaid, "7")}, want: over,
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.uses(usage(postpaid, "8")) },
		},
		"some was not, and a day without": {
			used: []vendors.UsageItem{usage(postpaid, "7"), usage(prepaid, "7")},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.uses(usage(postpaid, "0"), usage(prepaid, "7")) },
		},
		"some was not, and a new month": {
			used: []vendors.UsageItem{usage(postpaid, "7"), usage(prepaid, "7")},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { s.in.Now = novemberEnds; return s.uses() },
		},
		"some was not, and nobody asks any more": {
			used: []vendors.UsageItem{usage(postpaid, "7"), usage(prepaid, "7")},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				return s.edits(func(spec *v1alpha1.QuotaWatchSpec) { noUsage(spec); asksBill(1)(spec) })
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, onlyUsage)
			got := s.uses(test.used...)
			if test.then != nil {
				got = test.then(s)
			}
			if diff := cmp.Diff(test.want, found(got)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenewalFailed(t *testing.T) {
	failed := renewal(vendors.RenewalFailed)
	found := []string{"Warning RenewalFailed /traffic"}
	tests := map[string]struct {
		packages []vendors.Package
		then     func(*scenario) *v1alpha1.QuotaWatchStatus
		want     []string
		changed  []string
	}{
		"none is to be renewed": {packages: []vendors.Package{pack(renewal(vendors.RenewalNone)), pack(id("2"), renewal(vendors.RenewalPending))}},
		"one could not be": {
			packages: []vendors.Package{pack(failed), pack(id("2"))}, want: found, changed: []string{"RenewalFailed 1 (traffic)"},
		},
		"two could not be": {
			packages: []vendors.Package{pack(failed), pack(id("2"), failed, until(-day), left("0"))}, want: found,
			changed: []string{"RenewalFailed 1 (traffic), 2 (traffic)"},
		},
		"those of two resources": {
			packages: []vendors.Package{pack(failed), pack(id("2"), of("mic-link"), failed)},
			want:     []string{"Warning RenewalFailed /mic-link", "Warning RenewalFailed /traffic"},
			changed:  []string{"RenewalFailed 1 (traffic), 2 (mic-link)"},
		},
		"one that is over for a month": {packages: []vendors.Package{pack(failed, until(-30*day), left("0")), pack(id("2"))}},
		"one that was given back":      {packages: []vendors.Package{pack(failed, in(vendors.PackageRefunded)), pack(id("2"))}},
		"one of a sub-account": {
			packages: []vendors.Package{pack(failed, subject("u-1")), pack(id("2"))}, want: []string{"Warning RenewalFailed u-1/traffic"},
			changed: []string{"RenewalFailed 1 (u-1/traffic)"},
		},
		"then another one could not be": {
			packages: []vendors.Package{pack(failed), pack(id("2"))}, want: found, changed: []string{"RenewalFailed 2 (traffic)"},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.answers(pack(failed), pack(id("2"), failed)) },
		},
		"then it could be": {
			packages: []vendors.Package{pack(failed)}, changed: []string{"PackageRenewed 1 (traffic)"},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				return s.answers(pack(renewal(vendors.RenewalSucceeded)))
			},
		},
		"then the vendor fails": {
			packages: []vendors.Package{pack(failed)}, want: found,
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindUnavailable, "") },
		},
		"then the operator restarts": {packages: []vendors.Package{pack(failed)}, want: found, then: (*scenario).restarts},
		"then it is ignored": {
			packages: []vendors.Package{pack(failed), pack(id("2"))},
			then:     func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.edits(ignore("1")) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			got := s.answers(test.packages...)
			if test.then != nil {
				s.in.Now = s.in.Now.Add(time.Minute)
				got = test.then(s)
			}
			if diff := cmp.Diff(test.want, foundOf(got, v1alpha1.FindingRenewalFailed)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.changed, s.changed); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// An account is frozen until a reading says otherwise.
func TestAccountFrozen(t *testing.T) {
	found := []string{"Critical AccountFrozen /"}
	began := []string{"AccountFrozen"}
	freezes := func(s *scenario) { s.fails(vendors.KindAccountFrozen, "ResourceNotFound.StopService") }
	steps := []struct {
		what    string
		do      func(*scenario)
		want    []string
		changed []string
	}{
		{"an answer", func(s *scenario) { s.answers(pack()) }, nil, nil},
		{"it is frozen", freezes, found, began},
		{"still", freezes, found, nil},
		{"the vendor is down", func(s *scenario) { s.fails(vendors.KindUnavailable, "") }, found, nil},
		{"usage is read, packages fail", func(s *scenario) { s.uses() }, found, nil},
		{"a restart", func(s *scenario) { s.restarts() }, found, nil},
		{"another key, which was not tried yet", func(s *scenario) {
			s.in.CredentialChanged = s.in.Now
			s.restarts()
		}, found, nil},
		{"a missing Secret", func(s *scenario) { s.meets(secretNotFound); s.in.Problem = nil }, found, nil},
		{"an answer again", func(s *scenario) { s.answers(pack()) }, nil, nil},
		{"usage says that it is frozen", func(s *scenario) { fail(s, &s.in.Usage, vendors.KindAccountFrozen, "") }, found, began},
		{"an edit", func(s *scenario) { s.edits(thresholds()) }, found, nil},
		{"usage is read", func(s *scenario) { s.uses() }, nil, nil},
	}
	s := watching(t, asksUsage)
	for _, step := range steps {
		s.in.Now = s.in.Now.Add(time.Minute)
		step.do(s)
		if diff := cmp.Diff(step.want, foundOf(&s.in.Watch.Status, v1alpha1.FindingAccountFrozen)); diff != "" {
			t.Fatalf("%s: findings (-want +got):\n%s", step.what, diff)
		}
		if diff := cmp.Diff(step.changed, s.changed); diff != "" {
			t.Fatalf("%s: changes (-want +got):\n%s", step.what, diff)
		}
	}
}

// A section that failed before, and goes on to do so, says nothing of it.
func TestAccountFrozenBesideAnotherFailure(t *testing.T) {
	s := watching(t, asksUsage)
	s.answers(pack())
	fail(s, &s.in.Usage, vendors.KindForbidden, "")
	s.in.Now = s.in.Now.Add(time.Minute)
	s.fails(vendors.KindAccountFrozen, "")
	s.in.Now = s.in.Now.Add(time.Minute)
	fail(s, &s.in.Usage, vendors.KindForbidden, "")
	got := firstFinding(s.restarts(), v1alpha1.FindingAccountFrozen)
	if want := at(time.Minute); got == nil || !got.Since.Equal(&want) {
		t.Errorf("found %v, want one since %s", got, want)
	}
	s.in.Now = s.in.Now.Add(time.Minute)
	if got := firstFinding(s.answers(pack()), v1alpha1.FindingAccountFrozen); got != nil {
		t.Errorf("found %v after an answer", got)
	}
}

// Findings that only an earlier status tells are forgotten where the list has no
// room for them: they begin silent and count for nothing.
func TestLossesWithoutAPlaceInTheList(t *testing.T) {
	var packages []vendors.Package
	for i := range 16 {
		packages = append(packages, pack(id(fmt.Sprint(i)), subject(fmt.Sprintf("u-%02d", i)), left("100")))
	}
	s := watching(t, thresholds(critical(forSubject(belowPercent("subs", 20), "*"))))
	s.answers(packages...)
	s.in.Now = s.in.Now.Add(time.Hour)
	got := s.answers(append(packages[1:], pack(id("16"), subject("u-16"), left("100")))...)
	if diff := cmp.Diff([]*int32{n(16), n(17)}, []*int32{got.Findings.Shown, got.Findings.Total}); diff != "" {
		t.Errorf("shown and total (-want +got):\n%s", diff)
	}
	if lost := foundOf(got, v1alpha1.FindingPackageDisappeared); lost != nil {
		t.Errorf("%v has a place", lost)
	}
}
