// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// A new process keeps what the one before wrote.
func TestRestartChangesNothing(t *testing.T) {
	many := func(count int, changes ...packageChange) []vendors.Package {
		var packages []vendors.Package
		for i := range count {
			packages = append(packages, pack(append([]packageChange{id(fmt.Sprint(i))}, changes...)...))
		}
		return packages
	}
	tests := map[string]struct {
		spec     []specChange
		packages []vendors.Package
		then     func(*scenario)
	}{
		"no package": {},
		"packages of every kind": {
			packages: []vendors.Package{
				pack(left("150")), pack(id("2"), from(day)), pack(id("3"), in(vendors.PackageFrozen)),
				pack(id("4"), in(vendors.PackageRefunded)), pack(id("5"), in("Gifted")), pack(id("6"), left("-3")),
				pack(id("7"), until(-day)), pack(id("8"), in(vendors.PackageExpired), endUnknown),
				pack(id("9"), in(vendors.PackageExhausted)), pack(id("10"), startUnknown, endUnknown),
				pack(id("11"), of("balance"), unit(vendors.UnitVendor, "GB"), left("0.5"), totalUnknown),
			},
		},
		"packages that are over for years": {
			packages: append(many(40, until(-400*day)), pack(id("41"))),
		},
		"a resource that is over for years": {
			packages: []vendors.Package{pack(), pack(id("2"), of("mic-link"), until(-400*day))},
		},
		"as many packages as are listed": {packages: many(16, left("50"))},
		"more packages than are listed":  {packages: many(17, left("50"))},
		"more packages than are listed, some that nobody needs": {
			packages: append(many(16, left("50")), pack(id("41"), until(-400*day))),
		},
		"declared totals": {
			spec:     []specChange{declare(v1alpha1.DeclaredTotal{Resource: "traffic", Total: resource.MustParse("4k")})},
			packages: []vendors.Package{pack(totalUnknown)},
		},
		"what fired and is within its margin": {
			packages: []vendors.Package{pack(left("199"))},
			then:     func(s *scenario) { s.answers(pack(left("215"))) },
		},
		"a resource that vanished": {
			packages: []vendors.Package{pack(), pack(id("2"), of("transcoding"))},
			then:     func(s *scenario) { s.answers(pack()) },
		},
		"a sub-account's resource that vanished": {
			packages: []vendors.Package{pack(), pack(id("2"), subject("u-1"))},
			then:     func(s *scenario) { s.answers(pack()) },
		},
		"numbers that are stale": {
			packages: []vendors.Package{pack(left("150"))},
			then:     func(s *scenario) { s.waits(5 * time.Hour) },
		},
		"more packages than are listed, and stale": {
			packages: many(17, left("50")),
			then:     func(s *scenario) { s.waits(5 * time.Hour) },
		},
		"a vendor that is down": {
			packages: []vendors.Package{pack(left("150"))},
			then:     func(s *scenario) { s.fails(vendors.KindUnavailable, "Timeout") },
		},
		"a wrong key": {
			packages: []vendors.Package{pack(left("150"))},
			then:     func(s *scenario) { s.fails(vendors.KindUnauthenticated, "AuthFailure.SecretIdNotFound") },
		},
		"a key that never worked": {
			then: func(s *scenario) {
				s.in.Watch.Status = v1alpha1.QuotaWatchStatus{ObservedGeneration: -1}
				s.in.Packages.Value = nil
				s.fails(vendors.KindUnauthenticated, "AuthFailure.SecretIdNotFound")
			},
		},
		"half an answer": {
			packages: []vendors.Package{pack(left("150"))},
			then:     func(s *scenario) { s.fails(vendors.KindMalformed, "IncompleteAnswer") },
		},
		"suspended": {
			packages: []vendors.Package{pack(left("150"))},
			then:     func(s *scenario) { s.meets(suspension) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, test.spec...)
			s.answers(test.packages...)
			if test.then != nil {
				test.then(s)
			}
			want := s.in.Watch.Status.DeepCopy()
			s.in.Now = s.in.Now.Add(time.Minute)
			got := s.restarts()
			// When the vendor is asked next is for the new process to find out.
			want.NextPollTime = got.NextPollTime
			if want.Packages.LastError != nil {
				want.Packages.LastError.RetryTime = metav1.Time{}
			}
			if diff := cmp.Diff(string(asJSON(t, want)), string(asJSON(t, got))); diff != "" {
				t.Errorf("status (-before +after):\n%s", diff)
			}
		})
	}
}

// What the clock decides is decided without an answer of the new process, as
// long as the status lists all that matters.
func TestClockAfterARestart(t *testing.T) {
	s := watching(t)
	s.answers(pack(until(time.Hour)), pack(id("2"), from(2*time.Hour)), pack(id("3"), until(-400*day)))
	s.restarts()
	got := s.waits(time.Hour)
	want := []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
		Remaining: "0", Upcoming: "500", RemainingPercent: n(0), Packages: n(0), ExhaustedTime: at(time.Hour),
	})}
	if diff := cmp.Diff(want, got.Resources); diff != "" {
		t.Errorf("when the first is over (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("True Exhausted", says(got.Conditions, v1alpha1.ConditionQuotaExhausted)); diff != "" {
		t.Errorf("QuotaExhausted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(n(3), got.Packages.Total); diff != "" {
		t.Errorf("packages.total (-want +got):\n%s", diff)
	}

	got = s.waits(time.Hour)
	if diff := cmp.Diff([]v1alpha1.ResourceStatus{fullRow("")}, got.Resources); diff != "" {
		t.Errorf("when the second begins (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("False Sufficient", says(got.Conditions, v1alpha1.ConditionQuotaExhausted)); diff != "" {
		t.Errorf("QuotaExhausted (-want +got):\n%s", diff)
	}
}

func TestClockAfterARestartWithAsManyPackagesAsAreListed(t *testing.T) {
	s := watching(t)
	var packages []vendors.Package
	for i := range 16 {
		packages = append(packages, pack(id(fmt.Sprint(i)), left("50"), until(time.Duration(i+1)*time.Hour)))
	}
	s.answers(packages...)
	s.restarts()
	if got := s.waits(2 * time.Hour); got.Resources[0].Remaining != "700" {
		t.Errorf("%s is left when two of sixteen packages are over, want 700", got.Resources[0].Remaining)
	}
}

// With packages that are not listed nothing can be added up anew, so that what
// was written stays until there is an answer.
func TestClockAfterARestartWithMorePackagesThanAreListed(t *testing.T) {
	s := watching(t)
	var packages []vendors.Package
	for i := range 20 {
		packages = append(packages, pack(id(fmt.Sprint(i)), left("50"), until(time.Duration(i+1)*time.Hour)))
	}
	s.answers(packages...)
	want := s.restarts().DeepCopy()
	got := s.waits(2 * time.Hour)
	if diff := cmp.Diff(want.Resources, got.Resources); diff != "" {
		t.Errorf("resources (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(want.Findings, got.Findings); diff != "" {
		t.Errorf("findings (-before +after):\n%s", diff)
	}
	got = s.answers(packages...)
	if got.Resources[0].Remaining != "900" {
		t.Errorf("%s is left by the new answer, want 900", got.Resources[0].Remaining)
	}
}

func TestStaleAfterARestartWithMorePackagesThanAreListed(t *testing.T) {
	s := watching(t)
	var packages []vendors.Package
	for i := range 17 {
		packages = append(packages, pack(id(fmt.Sprint(i)), left("150")))
	}
	s.answers(packages...)
	s.restarts()
	want := map[string]string{"low": "True LowWarning", "exhausted": "Unknown DataStale", "expiring": "Unknown DataStale"}
	if diff := cmp.Diff(want, verdicts(s.waits(3*time.Hour))); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// A status that somebody tampered with is no reason to lose the numbers.
func TestListedPackageThatCannotBeRead(t *testing.T) {
	tests := map[string]func(*v1alpha1.PackageStatus){
		"what is left": func(p *v1alpha1.PackageStatus) { p.Remaining = "-" },
		"the total":    func(p *v1alpha1.PackageStatus) { p.Total = "." },
	}
	for name, tamper := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			s.answers(pack(left("150")))
			s.in.Packages = Reading[vendors.PackageReading]{}
			tamper(&s.in.Watch.Status.Packages.Items[0])
			before := s.in.Watch.Status.DeepCopy()
			got := Assess(s.in).Status
			if diff := cmp.Diff(before.Resources, got.Resources); diff != "" {
				t.Errorf("resources (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff("True LowWarning", says(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
				t.Errorf("QuotaLow (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRetryTimeAfterARestart(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	s.fails(vendors.KindUnavailable, "Timeout")
	s.restarts()
	s.in.Packages.Next = at(9*time.Minute + time.Second).Time
	want := &v1alpha1.VendorError{Kind: v1alpha1.ErrorUnavailable, Code: "Timeout", Since: at(0), RetryTime: at(10 * time.Minute)}
	if diff := cmp.Diff(want, s.assess().Packages.LastError); diff != "" {
		t.Errorf("lastError (-want +got):\n%s", diff)
	}
}

// A key that changed may be one that works: what the old one met says nothing.
func TestFailureOfAnEarlierKey(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	s.in.Now = s.in.Now.Add(time.Hour)
	s.fails(vendors.KindForbidden, "UnauthorizedOperation")
	s.in.Now = s.in.Now.Add(time.Minute)
	s.in.CredentialChanged = s.in.Now
	got := s.restarts()
	if diff := cmp.Diff("True Succeeded", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
}
