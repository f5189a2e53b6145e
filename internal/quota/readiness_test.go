// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestReadinessWhenAskingFails(t *testing.T) {
	tests := map[string]struct {
		kind vendors.Kind
		// credential is when the credential changed, counted from the failure.
		credential time.Duration
		// without numbers, with fresh ones, and with stale ones
		without, fresh, stale string
	}{
		"too many calls": {
			kind:    vendors.KindThrottled,
			without: "False Throttled, Reconciling", fresh: "True Succeeded", stale: "False DataStale, Reconciling",
		},
		"the vendor is down": {
			kind:    vendors.KindUnavailable,
			without: "False Unavailable, Reconciling", fresh: "True Succeeded", stale: "False DataStale, Reconciling",
		},
		"half an answer": {
			kind:    vendors.KindMalformed,
			without: "False Malformed, Reconciling", fresh: "True Succeeded", stale: "False DataStale, Reconciling",
		},
		"clocks differ": {
			kind:    vendors.KindClockSkew,
			without: "False ClockSkew, Reconciling", fresh: "True Succeeded", stale: "False DataStale, Reconciling",
		},
		"a wrong key": {
			kind:    vendors.KindUnauthenticated,
			without: "False Unauthenticated, Stalled", fresh: "False Unauthenticated, Stalled", stale: "False Unauthenticated, Stalled",
		},
		"a key that is wrong five minutes after it came": {
			kind: vendors.KindUnauthenticated, credential: -5 * time.Minute,
			without: "False Unauthenticated, Stalled", fresh: "False Unauthenticated, Stalled", stale: "False Unauthenticated, Stalled",
		},
		"a key that the vendor may not know yet": {
			kind: vendors.KindUnauthenticated, credential: -5*time.Minute + time.Second,
			without: "False Unauthenticated, Reconciling", fresh: "True Succeeded", stale: "False DataStale, Reconciling",
		},
		"a new key without a permission": {
			kind: vendors.KindForbidden, credential: -time.Minute,
			without: "False Forbidden, Stalled", fresh: "False Forbidden, Stalled", stale: "False Forbidden, Stalled",
		},
		"a key without a permission": {
			kind:    vendors.KindForbidden,
			without: "False Forbidden, Stalled", fresh: "False Forbidden, Stalled", stale: "False Forbidden, Stalled",
		},
		"a frozen account": {
			kind:    vendors.KindAccountFrozen,
			without: "False AccountFrozen, Stalled", fresh: "False AccountFrozen, Stalled", stale: "False AccountFrozen, Stalled",
		},
		"a question the vendor refuses": {
			kind:    vendors.KindInvalidRequest,
			without: "False InvalidRequest, Stalled", fresh: "False InvalidRequest, Stalled", stale: "False InvalidRequest, Stalled",
		},
		"a thing the vendor does not know": {
			kind:    vendors.KindNotFound,
			without: "False NotFound, Stalled", fresh: "False NotFound, Stalled", stale: "False NotFound, Stalled",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			failing := func(s *scenario, after time.Duration) string {
				s.in.Now = s.in.Now.Add(after)
				if test.credential != 0 {
					s.in.CredentialChanged = s.in.Now.Add(test.credential)
				}
				return readiness(s.fails(test.kind, "Code").Conditions)
			}
			answered := func() *scenario {
				s := watching(t)
				s.answers(pack())
				return s
			}
			got := map[string]string{
				"without": failing(watching(t), 0),
				"fresh":   failing(answered(), 2*time.Hour),
				"stale":   failing(answered(), 4*time.Hour),
			}
			want := map[string]string{"without": test.without, "fresh": test.fresh, "stale": test.stale}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Ready (-want +got):\n%s", diff)
			}
		})
	}
}

// What holds a question back is known before the vendor was ever asked it.
func TestReadinessBeforeTheFirstAttempt(t *testing.T) {
	s := watching(t)
	s.in.Packages.Err = &vendors.Error{Kind: vendors.KindThrottled, Code: "HTTP429"}
	s.in.Packages.Since, s.in.Packages.Next = at(-time.Minute).Time, at(4*time.Minute).Time
	got := s.assess()
	if diff := cmp.Diff("False Throttled, Reconciling", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
	want := &v1alpha1.VendorError{Kind: v1alpha1.ErrorThrottled, Code: "HTTP429", Since: at(-time.Minute), RetryTime: at(4 * time.Minute)}
	if diff := cmp.Diff(want, got.Packages.LastError); diff != "" {
		t.Errorf("lastError (-want +got):\n%s", diff)
	}
}

func TestNewKeyIsGivenFiveMinutes(t *testing.T) {
	s := watching(t)
	s.in.CredentialChanged = at(-time.Minute).Time
	s.fails(vendors.KindUnauthenticated, "AuthFailure.SecretIdNotFound")
	if want := at(4 * time.Minute).Time; !s.next.Equal(want) {
		t.Fatalf("the next change is at %s, want %s", s.next, want)
	}
	s.in.Now = s.next
	if diff := cmp.Diff("False Unauthenticated, Stalled", readiness(s.assess().Conditions)); diff != "" {
		t.Errorf("then (-want +got):\n%s", diff)
	}
}

func TestReadinessOverTime(t *testing.T) {
	s := watching(t)
	steps := []struct {
		what string
		do   func() *v1alpha1.QuotaWatchStatus
		want string
	}{
		{"a new watch", s.assess, "Unknown Progressing, Reconciling"},
		{"the first answer", func() *v1alpha1.QuotaWatchStatus { return s.answers(pack()) }, "True Succeeded"},
		{"a hiccup", func() *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindUnavailable, "Timeout") }, "True Succeeded"},
		{"a long hiccup", func() *v1alpha1.QuotaWatchStatus { return s.waits(3 * time.Hour) }, "False DataStale, Reconciling"},
		{"an answer at last", func() *v1alpha1.QuotaWatchStatus { return s.answers(pack()) }, "True Succeeded"},
		{"a permission is taken away", func() *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindForbidden, "") }, "False Forbidden, Stalled"},
		{"it is given back", func() *v1alpha1.QuotaWatchStatus { return s.answers(pack()) }, "True Succeeded"},
		{"other thresholds", func() *v1alpha1.QuotaWatchStatus { return s.edits(thresholds()) }, "Unknown Progressing, Reconciling"},
		{"a first failure", func() *v1alpha1.QuotaWatchStatus { return s.fails(vendors.KindThrottled, "") }, "False Throttled, Reconciling"},
		{"an answer to the new spec", func() *v1alpha1.QuotaWatchStatus { return s.answers(pack()) }, "True Succeeded"},
	}
	for _, step := range steps {
		if diff := cmp.Diff(step.want, readiness(step.do().Conditions)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", step.what, diff)
		}
	}
}

// Numbers that answer an earlier spec stay until there are new ones, with the
// generation that they answer.
func TestNumbersOfAnEarlierSpec(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	got := s.edits(ignore("2"))
	if diff := cmp.Diff([]v1alpha1.ResourceStatus{fullRow("")}, got.Resources); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
	type generations struct{ status, packages int64 }
	compare := func(want generations) {
		t.Helper()
		if diff := cmp.Diff(want, generations{got.ObservedGeneration, got.Packages.ObservedGeneration}, cmp.AllowUnexported(generations{})); diff != "" {
			t.Errorf("generations (-want +got):\n%s", diff)
		}
	}
	compare(generations{2, 1})
	if got.State != v1alpha1.StateUnknown {
		t.Errorf("state %s, as if the numbers answered the spec", got.State)
	}
	got = s.answers(pack())
	compare(generations{2, 2})
	for _, c := range got.Conditions {
		if c.ObservedGeneration != 2 {
			t.Errorf("%s is about generation %d", c.Type, c.ObservedGeneration)
		}
	}
}

// A failure to answer another question says nothing of this one.
func TestFailureOfAnEarlierSpec(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	s.fails(vendors.KindInvalidRequest, "InvalidParameter")
	got := s.edits(ignore("2"))
	if diff := cmp.Diff("Unknown Progressing, Reconciling", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
	if got.Packages.LastError != nil {
		t.Errorf("the failure stays: %v", got.Packages.LastError)
	}
}

func TestSpecWithoutANewQuestion(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	s.in.Watch.Spec.Thresholds = &[]v1alpha1.Threshold{belowPercent("mine", 60)}
	s.in.Watch.Generation++
	got := s.assess()
	if diff := cmp.Diff("True Succeeded", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Warning Low /traffic by mine"}, found(got)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

var (
	secretNotFound = &Problem{Class: Missing, Reason: v1alpha1.ReasonSecretNotFound, Message: "Secret key does not exist in this namespace"}
	otherNotFound  = &Problem{Class: Missing, Reason: v1alpha1.ReasonSecretNotFound, Message: "Secret other does not exist in this namespace"}
	keyMissing     = &Problem{Class: Missing, Reason: v1alpha1.ReasonSecretKeyMissing, Message: "Secret key: key secretId is missing"}
	notAllowed     = &Problem{Class: Terminal, Reason: v1alpha1.ReasonEndpointNotAllowed, Message: "endpoint is not allowed"}
	suspension     = &Problem{Class: Suspension, Reason: v1alpha1.ReasonSuspended, Message: "spec.suspend is true: nothing is polled"}
)

func TestProblems(t *testing.T) {
	type step struct {
		after   time.Duration
		problem *Problem
		want    string
	}
	tests := map[string]struct {
		before func(*scenario)
		steps  []step
	}{
		"something missing stalls after five minutes": {
			before: func(*scenario) {},
			steps: []step{
				{0, secretNotFound, "False SecretNotFound, Reconciling"},
				{4*time.Minute + 59*time.Second, secretNotFound, "False SecretNotFound, Reconciling"},
				{time.Second, secretNotFound, "False SecretNotFound, Stalled"},
				{time.Hour, secretNotFound, "False SecretNotFound, Stalled"},
				{0, nil, "Unknown Progressing, Reconciling"},
			},
		},
		"something else missing has five minutes of its own": {
			before: func(*scenario) {},
			steps: []step{
				{0, secretNotFound, "False SecretNotFound, Reconciling"},
				{4 * time.Minute, keyMissing, "False SecretKeyMissing, Reconciling"},
				{4 * time.Minute, keyMissing, "False SecretKeyMissing, Reconciling"},
				{time.Minute, keyMissing, "False SecretKeyMissing, Stalled"},
				{time.Minute, otherNotFound, "False SecretNotFound, Reconciling"},
				{4 * time.Minute, secretNotFound, "False SecretNotFound, Reconciling"},
				{5 * time.Minute, secretNotFound, "False SecretNotFound, Stalled"},
			},
		},
		"something missing after hours of another trouble": {
			before: func(s *scenario) {
				s.answers(pack())
				s.waits(5 * time.Hour)
			},
			steps: []step{
				{time.Hour, secretNotFound, "False SecretNotFound, Reconciling"},
				{time.Minute, secretNotFound, "False SecretNotFound, Reconciling"},
				{4 * time.Minute, secretNotFound, "False SecretNotFound, Stalled"},
			},
		},
		"something missing after hours of a stall": {
			before: func(s *scenario) {
				s.fails(vendors.KindForbidden, "")
			},
			steps: []step{
				{time.Hour, secretNotFound, "False SecretNotFound, Reconciling"},
				{time.Minute, secretNotFound, "False SecretNotFound, Reconciling"},
				{4 * time.Minute, secretNotFound, "False SecretNotFound, Stalled"},
			},
		},
		"something missing twice": {
			before: func(s *scenario) { s.answers(pack()) },
			steps: []step{
				{0, secretNotFound, "False SecretNotFound, Reconciling"},
				{5 * time.Minute, secretNotFound, "False SecretNotFound, Stalled"},
				{0, nil, "True Succeeded"},
				{0, secretNotFound, "False SecretNotFound, Reconciling"},
			},
		},
		"what needs a person stalls at once": {
			before: func(s *scenario) { s.answers(pack()) },
			steps: []step{
				{0, notAllowed, "False EndpointNotAllowed, Stalled"},
				{0, nil, "True Succeeded"},
			},
		},
		"stale numbers do not hide the problem": {
			before: func(s *scenario) { s.answers(pack()) },
			steps: []step{
				{10 * time.Hour, notAllowed, "False EndpointNotAllowed, Stalled"},
				{0, nil, "False DataStale, Reconciling"},
			},
		},
		"suspension is no way to Ready": {
			before: func(s *scenario) { s.assess() },
			steps: []step{
				{0, suspension, "False Suspended"},
				{time.Hour, secretNotFound, "False SecretNotFound, Reconciling"},
				{time.Minute, suspension, "False Suspended"},
			},
		},
		"suspension is no stall": {
			before: func(s *scenario) { s.fails(vendors.KindForbidden, "") },
			steps: []step{
				{0, suspension, "False Suspended"},
				{time.Hour, suspension, "False Suspended"},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			test.before(s)
			for i, step := range test.steps {
				s.in.Now = s.in.Now.Add(step.after)
				got := s.meets(step.problem)
				if diff := cmp.Diff(step.want, readiness(got.Conditions)); diff != "" {
					t.Fatalf("step %d (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

func TestMissingWakes(t *testing.T) {
	s := watching(t)
	s.meets(secretNotFound)
	if want := at(5 * time.Minute).Time; !s.next.Equal(want) {
		t.Errorf("the next change is at %s, want %s", s.next, want)
	}
	s.waits(time.Minute)
	if want := at(5 * time.Minute).Time; !s.next.Equal(want) {
		t.Errorf("a minute later, the next change is at %s, want %s", s.next, want)
	}
}

// A reading that works goes on, whatever the vendor does not offer besides.
func TestUnsupportedBesideAWorkingReading(t *testing.T) {
	s := watching(t)
	s.in.Watch.Spec.Usage = &v1alpha1.UsageReading{}
	s.in.Problem = &Problem{
		Class: Terminal, Reason: v1alpha1.ReasonUnsupportedReading,
		Message: "This version cannot read usage from TencentCloud; it can read packages",
	}
	s.answers(pack(left("300")))
	s.in.Now = s.in.Now.Add(4 * time.Hour)
	got := s.answers(pack(left("150")))
	if diff := cmp.Diff("False UnsupportedReading, Stalled", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
	if got.Resources[0].Remaining != "150" || !got.LastSuccessTime.Equal(&got.Packages.LastSuccessTime) {
		t.Errorf("the numbers are not those of the last answer: %s", asJSON(t, got.Resources))
	}
	want := map[string]string{"stale": "False Fresh", "low": "True LowWarning", "state": "Low"}
	if diff := cmp.Diff(want, map[string]string{
		"stale": says(got.Conditions, v1alpha1.ConditionDataStale),
		"low":   says(got.Conditions, v1alpha1.ConditionQuotaLow),
		"state": string(got.State),
	}); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

func TestNothingAskedThatCanBeRead(t *testing.T) {
	s := watching(t)
	s.answers(pack(left("0")))
	s.in.Watch.Spec.Usage = &v1alpha1.UsageReading{}
	s.in.Problem = &Problem{Class: Terminal, Reason: v1alpha1.ReasonUnsupportedReading, Message: "This version cannot read usage"}
	got := s.edits(noPackages)
	want := map[string]string{"low": "False NotRequested", "exhausted": "False NotRequested", "expiring": "False NotRequested"}
	if diff := cmp.Diff(want, verdicts(got)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if got.Packages != nil || got.Resources != nil || got.Findings != nil || got.Summary != nil {
		t.Errorf("numbers stay that nobody asked for: %s", asJSON(t, got))
	}
	if got.State != v1alpha1.StateUnknown {
		t.Errorf("state %s, with nothing known", got.State)
	}
}

// Sections that the spec asks for are kept, also by a version that cannot read
// them.
func TestSectionsOfOtherReadings(t *testing.T) {
	hold := func(s *scenario) {
		s.in.Watch.Status.Usage, s.in.Watch.Status.Bill = &v1alpha1.UsageStatus{Shown: n(0)}, &v1alpha1.BillStatus{}
	}
	s := watching(t, func(spec *v1alpha1.QuotaWatchSpec) {
		spec.Usage, spec.Bill = &v1alpha1.UsageReading{}, &v1alpha1.BillReading{}
	})
	hold(s)
	if got := s.answers(pack()); got.Usage == nil || got.Bill == nil {
		t.Errorf("sections that are asked for are gone: usage %v, bill %v", got.Usage, got.Bill)
	}
	s = watching(t)
	hold(s)
	if got := s.answers(pack()); got.Usage != nil || got.Bill != nil {
		t.Errorf("sections that nobody asks for stay: usage %v, bill %v", got.Usage, got.Bill)
	}
}

func TestSuspensionFreezes(t *testing.T) {
	s := watching(t)
	s.answers(pack(left("150"), until(9*day)))
	s.fails(vendors.KindMalformed, "IncompleteAnswer")
	before := s.in.Watch.Status.DeepCopy()

	s.in.Now = s.in.Now.Add(60 * day) // the package is over by then, and the numbers are stale
	s.in.Watch.Generation++
	got := s.meets(suspension)

	if !s.next.IsZero() {
		t.Errorf("the next change is at %s, although nothing will change", s.next)
	}
	if diff := cmp.Diff("False Suspended", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
	if got.State != v1alpha1.StateSuspended || !got.NextPollTime.IsZero() || got.ObservedGeneration != 2 {
		t.Errorf("state %s, next poll %s, generation %d", got.State, got.NextPollTime, got.ObservedGeneration)
	}
	// All else is as it was.
	meta.RemoveStatusCondition(&before.Conditions, v1alpha1.ConditionReady)
	frozen := got.DeepCopy()
	meta.RemoveStatusCondition(&frozen.Conditions, v1alpha1.ConditionReady)
	frozen.State, frozen.NextPollTime, frozen.ObservedGeneration = before.State, before.NextPollTime, before.ObservedGeneration
	if diff := cmp.Diff(before, frozen); diff != "" {
		t.Errorf("the rest (-before +after):\n%s", diff)
	}
}

func TestSuspendedFromTheFirstDay(t *testing.T) {
	got := watching(t).meets(suspension)
	want := map[string]string{"low": "Unknown NoData", "exhausted": "Unknown NoData", "expiring": "Unknown NoData"}
	if diff := cmp.Diff(want, verdicts(got)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if got.State != v1alpha1.StateSuspended {
		t.Errorf("state %s", got.State)
	}
}

func TestResumed(t *testing.T) {
	s := watching(t)
	s.answers(pack(left("150"), until(9*day)))
	s.in.Now = s.in.Now.Add(60 * day)
	s.meets(suspension)
	s.in.Problem = nil
	s.in.Watch.Generation++
	got := s.assess()
	if diff := cmp.Diff("Unknown Progressing, Reconciling", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("True DataStale", says(got.Conditions, v1alpha1.ConditionDataStale)); diff != "" {
		t.Errorf("DataStale (-want +got):\n%s", diff)
	}
}

func TestVendorOfTheAccount(t *testing.T) {
	s := watching(t)
	s.assess()
	s.in.Vendor = ""
	if got := s.meets(secretNotFound); got.Vendor != v1alpha1.VendorTencentCloud {
		t.Errorf("vendor %q after the account went", got.Vendor)
	}
}
