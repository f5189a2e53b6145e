// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// seenTotal is what a status says of the total of its first row.
type seenTotal struct {
	Total   v1alpha1.Amount
	Source  v1alpha1.TotalSource
	Percent int32 // -1 when there is none
}

func totalIn(status *v1alpha1.QuotaWatchStatus) seenTotal {
	row := status.Resources[0]
	seen := seenTotal{row.Total, row.TotalSource, -1}
	if row.RemainingPercent != nil {
		seen.Percent = *row.RemainingPercent
	}
	return seen
}

var noTotal = seenTotal{Percent: -1}

func observed(total v1alpha1.Amount, percent int32) seenTotal {
	return seenTotal{total, v1alpha1.TotalObserved, percent}
}

// A year of a resource of which the vendor tells only what is left. Each step is
// told by the same process and by one that begins in between.
func TestObservedTotal(t *testing.T) {
	steps := []struct {
		what string
		left string
		want seenTotal
		low  string
	}{
		{"the first reading", "400", noTotal, "Unknown NoTotal"},
		{"some is used", "300", noTotal, "Unknown NoTotal"},
		{"a little is given back", "329.999", noTotal, "Unknown NoTotal"},
		{"a tenth more is left", "362.9989", observed("362.9989", 100), "False Sufficient"},
		{"a purchase", "1000", observed("1000", 100), "False Sufficient"},
		{"most is used", "150", observed("1000", 15), "True LowWarning"},
		{"a purchase of a little", "210", observed("1000", 21), "True LowWarning"},
		{"nearly all is used", "50", observed("1000", 5), "True LowCritical"},
		{"all is used", "0", observed("1000", 0), "True LowCritical"},
		{"a purchase after that", "500", observed("1000", 50), "False Sufficient"},
		{"a large purchase", "2500.5", observed("2500.5", 100), "False Sufficient"},
		{"the same again", "2500.5", observed("2500.5", 100), "False Sufficient"},
		{"some more is given back", "2501", observed("2501", 100), "False Sufficient"},
		{"some of that is used", "2500.999999999", observed("2501", 99), "False Sufficient"},
	}
	for name, between := range map[string]func(*scenario){
		"in one process":          func(*scenario) {},
		"with restarts":           func(s *scenario) { s.restarts() },
		"with failures":           func(s *scenario) { s.fails(vendors.KindUnavailable, "") },
		"with other edits":        func(s *scenario) { s.edits(interval(time.Hour)); s.answers(s.lastPackages()...) },
		"with a missing Secret":   func(s *scenario) { s.meets(secretNotFound); s.in.Problem = nil },
		"with many assessments":   func(s *scenario) { s.waits(time.Minute); s.waits(time.Minute) },
		"with a day between each": func(s *scenario) { s.waits(day) },
	} {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			for _, step := range steps {
				s.in.Now = s.in.Now.Add(time.Hour)
				s.answers(pack(left(step.left), totalUnknown, until(3000*day)))
				between(s)
				got := s.answers(pack(left(step.left), totalUnknown, until(3000*day)))
				if diff := cmp.Diff(step.want, totalIn(got)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", step.what, diff)
				}
				if diff := cmp.Diff(step.low, says(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
					t.Errorf("%s: QuotaLow (-want +got):\n%s", step.what, diff)
				}
			}
		})
	}
}

// lastPackages are those of the status, as the vendor would list them.
func (s *scenario) lastPackages() []vendors.Package {
	s.t.Helper()
	packages, ok := listedPackages(s.in.Watch.Status.Packages)
	if !ok {
		s.t.Fatal("the status does not list all packages")
	}
	return packages
}

func TestWhatIsObserved(t *testing.T) {
	few, many := pack(left("100"), totalUnknown), pack(left("1000"), totalUnknown)
	declared := declare(v1alpha1.DeclaredTotal{Resource: "traffic", Total: resource.MustParse("4k")})
	tests := map[string]struct {
		spec   []specChange
		before []vendors.Package
		then   func(*scenario) *v1alpha1.QuotaWatchStatus
		want   seenTotal
	}{
		"a package that begins by the clock": {
			before: []vendors.Package{few, pack(id("2"), left("900"), totalUnknown, from(time.Hour))},
			then:   func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.waits(time.Hour) },
			want:   observed("1000", 100),
		},
		"a package that begins by the clock after a restart": {
			before: []vendors.Package{few, pack(id("2"), left("900"), totalUnknown, from(time.Hour))},
			then:   func(s *scenario) *v1alpha1.QuotaWatchStatus { s.restarts(); return s.waits(time.Hour) },
			want:   observed("1000", 100),
		},
		"a resource that comes back": {
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { s.answers(); return s.answers(many) },
			want: observed("1000", 100),
		},
		"a resource that nobody saw before": {
			before: []vendors.Package{pack(of("vod-traffic"))},
			then:   func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.answers(many) },
			want:   noTotal,
		},
		"a package that is not ignored any more": {
			spec:   []specChange{ignore("2")},
			before: []vendors.Package{few, pack(id("2"), left("900"), totalUnknown)},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				packages := s.in.Packages.Value.Packages
				s.edits(ignore())
				return s.answers(packages...)
			},
			want: noTotal,
		},
		"a total of the vendor": {
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.answers(pack(left("1000"), total("2000"))) },
			want: seenTotal{"2000", v1alpha1.TotalFromVendor, 50},
		},
		"a total of the spec": {
			spec: []specChange{declared},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus { return s.answers(many) },
			want: seenTotal{"4000", v1alpha1.TotalDeclared, 25},
		},
		"a total that is not declared any more": {
			spec: []specChange{declared},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				s.answers(many)
				s.edits(declare())
				return s.answers(many)
			},
			want: noTotal,
		},
		"a total that is declared after an increase": {
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				s.answers(many)
				s.edits(declared)
				return s.answers(many)
			},
			want: seenTotal{"4000", v1alpha1.TotalDeclared, 25},
		},
		"another unit": {
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				return s.answers(pack(left("1000"), totalUnknown, unit(vendors.UnitVendor, "GB")))
			},
			want: noTotal,
		},
		"nothing in use for a month": {
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				s.answers(many)
				s.answers()
				s.in.Now = s.in.Now.Add(30 * day)
				s.answers()
				return s.answers(few)
			},
			want: observed("100", 100),
		},
		"nothing in use for nearly a month": {
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				s.answers(many)
				s.answers()
				s.in.Now = s.in.Now.Add(30*day - time.Hour)
				s.answers()
				return s.answers(few)
			},
			want: observed("1000", 10),
		},
		"a sub-account gives to another": {
			before: []vendors.Package{pack(subject("u-1"), left("900"), totalUnknown), pack(id("2"), subject("u-2"), left("100"), totalUnknown)},
			then: func(s *scenario) *v1alpha1.QuotaWatchStatus {
				return s.answers(pack(subject("u-1"), left("100"), totalUnknown), pack(id("2"), subject("u-2"), left("900"), totalUnknown))
			},
			want: noTotal,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, test.spec...)
			if test.before == nil {
				test.before = []vendors.Package{few}
			}
			s.answers(test.before...)
			s.in.Now = s.in.Now.Add(time.Hour)
			if diff := cmp.Diff(test.want, totalIn(test.then(s))); diff != "" {
				t.Errorf("total (-want +got):\n%s", diff)
			}
		})
	}
}

// A sub-account without a place in the status has none in the memory either.
func TestTotalsOfSubAccountsAreObservedWhereTheyAreListed(t *testing.T) {
	of := func(left1, left2 string) []vendors.Package {
		return []vendors.Package{
			pack(subject("u-1"), left(left1), totalUnknown), pack(id("2"), subject("u-2"), left(left2), totalUnknown),
		}
	}
	s := watching(t, thresholds(forSubject(forResource(belowPercent("low", 20), "traffic"), "u-1")))
	s.answers(of("100", "100")...)
	s.in.Now = s.in.Now.Add(time.Hour)
	got := s.answers(of("1000", "90")...)
	totals := map[string]v1alpha1.Amount{}
	for _, row := range got.Resources {
		totals[row.Subject] = row.Total
	}
	if diff := cmp.Diff(map[string]v1alpha1.Amount{"": "1090", "u-1": "1000", "u-2": ""}, totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("False Sufficient", says(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
		t.Errorf("QuotaLow (-want +got):\n%s", diff)
	}

	s.in.Now = s.in.Now.Add(time.Hour)
	got = s.answers(append(manySubAccounts(50), of("100", "90")...)...)
	if diff := cmp.Diff("Unknown NoTotal", says(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
		t.Errorf("QuotaLow with others before it (-want +got):\n%s", diff)
	}
}
