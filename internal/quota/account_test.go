// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// accountScenario is an account over time, like scenario.
type accountScenario struct {
	t    *testing.T
	in   AccountInput
	next time.Time
}

func newAccount(t *testing.T) *accountScenario {
	t.Helper()
	return &accountScenario{t: t, in: AccountInput{
		Account: &v1alpha1.VendorAccount{
			ObjectMeta: metav1.ObjectMeta{Generation: 1},
			Status:     v1alpha1.VendorAccountStatus{ObservedGeneration: -1},
		},
		Now: start,
	}}
}

func (s *accountScenario) assess() *v1alpha1.VendorAccountStatus {
	s.t.Helper()
	before := s.in.Account.DeepCopy()
	report := AssessAccount(s.in)
	if diff := cmp.Diff(before, s.in.Account); diff != "" {
		s.t.Fatalf("AssessAccount changed the account (-before +after):\n%s", diff)
	}
	checkAccountReport(s.t, s.in, report)
	s.in.Account.Status = stored(s.t, report.Status)
	s.next = report.NextChange
	return &s.in.Account.Status
}

func checkAccountReport(t *testing.T, in AccountInput, report AccountReport) {
	t.Helper()
	status := &report.Status
	checkConditions(t, status.Conditions, []string{v1alpha1.ConditionReady, v1alpha1.ConditionCredentialsValid})
	checkFits(t, "quotawatch.dev_vendoraccounts.yaml", status)
	if status.ObservedGeneration != in.Account.Generation {
		t.Errorf("status is about generation %d of %d", status.ObservedGeneration, in.Account.Generation)
	}
	checkSteady(t, in.Now, report.NextChange, status, func(now time.Time) (any, time.Time) {
		again := in
		again.Now, again.Account = now, in.Account.DeepCopy()
		again.Account.Status = stored(t, *status)
		report := AssessAccount(again)
		return &report.Status, report.NextChange
	})
}

func (s *accountScenario) waits(d time.Duration) *v1alpha1.VendorAccountStatus {
	s.t.Helper()
	s.in.Now = s.in.Now.Add(d)
	return s.assess()
}

// accepted has the vendor accept the credential.
func (s *accountScenario) accepted() *v1alpha1.VendorAccountStatus {
	s.t.Helper()
	s.in.Verification = Verification{Time: s.in.Now, Next: s.in.Now.Add(time.Hour)}
	return s.assess()
}

// fails has a check fail.
func (s *accountScenario) fails(kind vendors.Kind) *v1alpha1.VendorAccountStatus {
	s.t.Helper()
	v := &s.in.Verification
	if v.Err == nil {
		v.Since = s.in.Now
	}
	v.Err, v.Next = &vendors.Error{Kind: kind, Op: vendors.OpVerify, Code: "Code"}, s.in.Now.Add(time.Hour)
	return s.assess()
}

// restarts begins a new process, which knows nothing of the credential.
func (s *accountScenario) restarts() *v1alpha1.VendorAccountStatus {
	s.t.Helper()
	s.in.Verification = Verification{}
	return s.assess()
}

// rotates gives the account another key, of which nothing is known.
func (s *accountScenario) rotates() *v1alpha1.VendorAccountStatus {
	s.t.Helper()
	s.in.CredentialChanged = s.in.Now.Truncate(time.Second)
	return s.restarts()
}

// edits changes the spec so that the vendor has to be asked anew.
func (s *accountScenario) edits() *v1alpha1.VendorAccountStatus {
	s.t.Helper()
	s.in.Account.Generation++
	return s.restarts()
}

func (s *accountScenario) meets(p *Problem) *v1alpha1.VendorAccountStatus {
	s.t.Helper()
	s.in.Problem, s.in.Verification, s.in.CredentialChanged = p, Verification{}, time.Time{}
	return s.assess()
}

// accountVerdict returns what an account says of itself, for example
// "True Succeeded; CredentialsValid: True Succeeded".
func accountVerdict(status *v1alpha1.VendorAccountStatus) string {
	return readiness(status.Conditions) + "; " + says(status.Conditions, v1alpha1.ConditionCredentialsValid)
}

const (
	works       = "True Succeeded; True Succeeded"
	awaited     = "Unknown Progressing, Reconciling; Unknown Progressing"
	wrongKey    = "False Unauthenticated, Stalled; False Unauthenticated"
	wrongNewKey = "False Unauthenticated, Reconciling; False Unauthenticated"
)

func TestAccountOverTime(t *testing.T) {
	type step struct {
		do   func(*accountScenario) *v1alpha1.VendorAccountStatus
		want string
	}
	assess := (*accountScenario).assess
	accepted := (*accountScenario).accepted
	restarts := (*accountScenario).restarts
	rotates := (*accountScenario).rotates
	edits := (*accountScenario).edits
	waits := func(d time.Duration) func(*accountScenario) *v1alpha1.VendorAccountStatus {
		return func(s *accountScenario) *v1alpha1.VendorAccountStatus { return s.waits(d) }
	}
	fails := func(kind vendors.Kind) func(*accountScenario) *v1alpha1.VendorAccountStatus {
		return func(s *accountScenario) *v1alpha1.VendorAccountStatus { return s.fails(kind) }
	}
	meets := func(p *Problem) func(*accountScenario) *v1alpha1.VendorAccountStatus {
		return func(s *accountScenario) *v1alpha1.VendorAccountStatus { return s.meets(p) }
	}
	tests := map[string][]step{
		"a key that works": {{assess, awaited}, {accepted, works}, {waits(2 * time.Hour), works}},
		"a key that nobody checks any more": {
			{accepted, works}, {waits(3*time.Hour - time.Second), works}, {waits(time.Second), awaited}, {accepted, works},
		},
		"a vendor that is down for long": {
			{accepted, works}, {fails(vendors.KindUnavailable), works},
			{waits(3 * time.Hour), "False Unavailable, Reconciling; Unknown Unavailable"}, {accepted, works},
		},
		"a vendor that is down from the start": {
			{fails(vendors.KindThrottled), "False Throttled, Reconciling; Unknown Throttled"}, {accepted, works},
		},
		"a wrong key":                       {{fails(vendors.KindUnauthenticated), wrongKey}, {accepted, works}},
		"a key that is revoked":             {{accepted, works}, {fails(vendors.KindUnauthenticated), wrongKey}},
		"a key that may not make this call": {{accepted, works}, {fails(vendors.KindForbidden), "False Forbidden, Stalled; Unknown Forbidden"}},
		"an account in arrears":             {{accepted, works}, {fails(vendors.KindAccountFrozen), "False AccountFrozen, Stalled; Unknown AccountFrozen"}},
		"a new key that the vendor learns of": {
			{accepted, works}, {waits(time.Hour), works}, {rotates, awaited}, {fails(vendors.KindUnauthenticated), wrongNewKey},
			{waits(4 * time.Minute), wrongNewKey}, {accepted, works},
		},
		"a new key that is wrong": {
			{accepted, works}, {waits(time.Hour), works}, {rotates, awaited}, {fails(vendors.KindUnauthenticated), wrongNewKey},
			{waits(5 * time.Minute), wrongKey},
		},
		"a wrong key is replaced": {
			{fails(vendors.KindUnauthenticated), wrongKey}, {waits(time.Hour), wrongKey}, {rotates, awaited}, {assess, awaited}, {accepted, works},
		},
		"a restart":                        {{accepted, works}, {waits(time.Hour), works}, {restarts, works}, {accepted, works}},
		"a restart with a wrong key":       {{accepted, works}, {fails(vendors.KindUnauthenticated), wrongKey}, {restarts, wrongKey}},
		"a restart with a vendor down":     {{accepted, works}, {fails(vendors.KindUnavailable), works}, {restarts, works}},
		"a restart with a key never known": {{fails(vendors.KindUnauthenticated), wrongKey}, {restarts, wrongKey}},
		"an edited spec": {
			{accepted, works}, {edits, awaited}, {assess, awaited}, {accepted, works},
		},
		"an edited spec after a wrong key": {
			{accepted, works}, {fails(vendors.KindUnauthenticated), wrongKey}, {edits, awaited}, {assess, awaited},
		},
		"an edited spec that names a Secret still to come": {
			{accepted, works},
			{func(s *accountScenario) *v1alpha1.VendorAccountStatus {
				s.in.Account.Generation++
				return s.meets(secretNotFound)
			}, "False SecretNotFound, Reconciling; False SecretNotFound"},
			{func(s *accountScenario) *v1alpha1.VendorAccountStatus {
				s.in.Problem = nil
				return s.restarts()
			}, awaited},
		},
		"no Secret": {
			{meets(secretNotFound), "False SecretNotFound, Reconciling; False SecretNotFound"},
			{waits(5 * time.Minute), "False SecretNotFound, Stalled; False SecretNotFound"},
			{meets(keyMissing), "False SecretKeyMissing, Reconciling; False SecretKeyMissing"},
		},
		"no Secret any more, after hours of another trouble": {
			{fails(vendors.KindUnavailable), "False Unavailable, Reconciling; Unknown Unavailable"}, {waits(time.Hour), "False Unavailable, Reconciling; Unknown Unavailable"},
			{meets(secretNotFound), "False SecretNotFound, Reconciling; False SecretNotFound"},
			{waits(4 * time.Minute), "False SecretNotFound, Reconciling; False SecretNotFound"},
			{waits(time.Minute), "False SecretNotFound, Stalled; False SecretNotFound"},
		},
		"an endpoint that is not allowed": {
			{accepted, works}, {meets(notAllowed), "False EndpointNotAllowed, Stalled; Unknown EndpointNotAllowed"},
		},
		"suspended": {
			{accepted, works}, {meets(suspension), "False Suspended; True Succeeded"}, {waits(100 * day), "False Suspended; True Succeeded"},
		},
		"suspended from the first day": {{meets(suspension), "False Suspended; Unknown Suspended"}},
		"resumed after long": {
			{accepted, works}, {meets(suspension), "False Suspended; True Succeeded"},
			{func(s *accountScenario) *v1alpha1.VendorAccountStatus {
				s.in.Problem = nil
				s.in.Now = s.in.Now.Add(100 * day)
				return s.edits()
			}, awaited},
		},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			s := newAccount(t)
			for i, step := range steps {
				if diff := cmp.Diff(step.want, accountVerdict(step.do(s))); diff != "" {
					t.Fatalf("step %d (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

func TestAccountIsCheckedWithinItsInterval(t *testing.T) {
	tests := map[string]struct {
		interval time.Duration
		want     time.Duration
	}{
		"three intervals":       {interval: 2 * time.Hour, want: 6 * time.Hour},
		"half an hour at least": {interval: time.Minute, want: 30 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newAccount(t)
			s.in.Account.Spec.VerifyInterval = &metav1.Duration{Duration: test.interval}
			s.accepted()
			if want := at(test.want).Time; !s.next.Equal(want) {
				t.Errorf("the next change is at %s, want %s", s.next, want)
			}
		})
	}
}

func TestAccountLastError(t *testing.T) {
	s := newAccount(t)
	s.accepted()
	s.in.Now = s.in.Now.Add(time.Hour)
	got := s.fails(vendors.KindUnavailable)
	want := &v1alpha1.VendorError{Kind: v1alpha1.ErrorUnavailable, Code: "Code", Since: at(time.Hour), RetryTime: at(121 * time.Minute)}
	if diff := cmp.Diff(want, got.LastError); diff != "" {
		t.Errorf("lastError (-want +got):\n%s", diff)
	}
	if lastVerified := at(0); !got.LastVerifiedTime.Equal(&lastVerified) {
		t.Errorf("last verified at %s, want %s", got.LastVerifiedTime, lastVerified)
	}
	if got = s.accepted(); got.LastError != nil {
		t.Errorf("the error stays: %v", got.LastError)
	}
}

func TestAccountSuspensionFreezes(t *testing.T) {
	s := newAccount(t)
	s.accepted()
	s.fails(vendors.KindUnavailable)
	want := s.in.Account.Status.DeepCopy()
	s.in.Account.Generation++
	s.in.Now = s.in.Now.Add(100 * day)
	got := s.meets(suspension).DeepCopy()
	for _, status := range []*v1alpha1.VendorAccountStatus{want, got} {
		meta.RemoveStatusCondition(&status.Conditions, v1alpha1.ConditionReady)
		status.ObservedGeneration = 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("all but Ready (-before +after):\n%s", diff)
	}
}

// A Git tool that applies a hundred watches should not cost a hundred writes.
func TestAccountCountsItsWatchesNowAndThen(t *testing.T) {
	s := newAccount(t)
	s.in.Watches = 3
	if diff := cmp.Diff(n(3), s.accepted().Watches); diff != "" {
		t.Errorf("at first (-want +got):\n%s", diff)
	}
	s.in.Watches, s.in.CountAgain = 4, at(time.Minute).Time
	if diff := cmp.Diff(n(3), s.assess().Watches); diff != "" {
		t.Errorf("within the minute (-want +got):\n%s", diff)
	}
	if want := at(time.Minute).Time; !s.next.Equal(want) {
		t.Errorf("the next change is at %s, want %s", s.next, want)
	}
	if diff := cmp.Diff(n(4), s.waits(time.Minute).Watches); diff != "" {
		t.Errorf("a minute later (-want +got):\n%s", diff)
	}
	s.in.Watches = 0
	if diff := cmp.Diff(n(0), s.assess().Watches); diff != "" {
		t.Errorf("none (-want +got):\n%s", diff)
	}
}

func TestRotatedCredential(t *testing.T) {
	verified := start.Add(-time.Hour)
	tests := map[string]struct {
		before, changed, checked time.Time
		err                      *vendors.Error
		want                     bool
	}{
		"the first credential":                         {time.Time{}, start.Add(-time.Minute), start, nil, false},
		"changed and accepted":                         {verified, start.Add(-time.Minute), start, nil, true},
		"changed and accepted within the same second":  {verified, start.Truncate(time.Second), start, nil, true},
		"changed and refused":                          {verified, start.Add(-time.Minute), time.Time{}, &vendors.Error{Kind: vendors.KindUnauthenticated}, false},
		"changed and not checked yet":                  {verified, start.Add(-time.Minute), time.Time{}, nil, false},
		"changed, but accepted before that":            {verified, start.Add(-time.Minute), start.Add(-2 * time.Minute), nil, false},
		"not changed":                                  {verified, verified.Add(-time.Hour), start, nil, false},
		"not changed since it was accepted after that": {verified, verified, start, nil, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newAccount(t)
			s.in.Account.Status.LastVerifiedTime = metav1.NewTime(test.before)
			s.in.CredentialChanged = test.changed
			s.in.Verification = Verification{Time: test.checked, Err: test.err}
			if got := AssessAccount(s.in).Rotated; got != test.want {
				t.Errorf("Rotated = %t, want %t", got, test.want)
			}
		})
	}
}

// A credential that is in use already, or a Secret that was written with the same
// values, needs no further check, whatever the clock of the API server says.
func TestVerificationWithTheVeryValuesCounts(t *testing.T) {
	s := newAccount(t)
	s.in.CredentialChanged = start
	s.in.Verification = Verification{Time: start.Add(-10 * time.Minute)}
	if got := s.assess(); !meta.IsStatusConditionTrue(got.Conditions, v1alpha1.ConditionReady) {
		t.Errorf("conditions: %v", got.Conditions)
	}
}
