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

// What became of packages between two answers, and the findings that stay of it.
func TestPackageChanges(t *testing.T) {
	packages := func(packages ...vendors.Package) []vendors.Package { return packages }
	ends := until(30 * time.Minute) // before the second answer
	tests := map[string]struct {
		spec          []specChange
		before, after []vendors.Package
		asked         []string
		want          []string
		found         []string
	}{
		"nothing": {before: packages(pack()), after: packages(pack())},
		"some of it is used": {
			before: packages(pack()), after: packages(pack(left("400"))),
		},
		"all of it is used": {
			spec: []specChange{thresholds()}, before: packages(pack(), pack(id("2"))), after: packages(pack(), pack(id("2"), left("0"))),
		},
		"a new one": {
			before: packages(pack()), after: packages(pack(), pack(id("2"))),
			want: []string{"PackageAdded 2 (traffic)"},
		},
		"new ones, of which one waits": {
			before: packages(pack()),
			after: packages(
				pack(), pack(id("5"), subject("u-1")), pack(id("4"), of("mic-link")), pack(id("3"), from(day)), pack(id("2"), of("concurrency")),
			),
			want: []string{"PackageAdded 2 (concurrency), 3 (traffic), 4 (mic-link) and 1 more"},
		},
		"new ones that cannot be spent": {
			before: packages(pack()),
			after: packages(
				pack(), pack(id("2"), in(vendors.PackageFrozen)), pack(id("3"), until(-day), left("0")), pack(id("4"), in(vendors.PackageRefunded)),
			),
		},
		"a balance is no package": {
			before: packages(pack()), after: packages(pack(), pack(id("2"), of("balance"), startUnknown, endUnknown)),
		},
		"one gets a later end": {
			before: packages(pack()), after: packages(pack(until(400 * day))),
			want: []string{"PackageRenewed 1 (traffic)"},
		},
		"one gets an earlier end": {
			before: packages(pack()), after: packages(pack(until(100 * day))),
		},
		"one is renewed by its vendor": {
			before: packages(pack(renewal(vendors.RenewalPending))),
			after:  packages(pack(renewal(vendors.RenewalSucceeded)), pack(id("2"))),
			want:   []string{"PackageRenewed 1 (traffic)", "PackageAdded 2 (traffic)"},
		},
		"one was renewed long ago": {
			before: packages(pack(renewal(vendors.RenewalSucceeded))), after: packages(pack(renewal(vendors.RenewalSucceeded))),
		},
		"one gets a later end and with it another ID": {
			before: packages(pack(subject("u-1"))), after: packages(pack(subject("u-1"), id("2"), until(400*day))),
			want: []string{"PackageRenewed 2 (u-1/traffic)"},
		},
		"one gets an earlier end and with it another ID": {
			before: packages(pack(subject("u-1"))), after: packages(pack(subject("u-1"), id("2"), until(100*day))),
		},
		"one cannot be renewed": {
			before: packages(pack(renewal(vendors.RenewalPending)), pack(id("2"), renewal(vendors.RenewalFailed), left("0"))),
			after:  packages(pack(renewal(vendors.RenewalFailed)), pack(id("2"), renewal(vendors.RenewalFailed), left("0"))),
			want:   []string{"RenewalFailed 1 (traffic)"},
			found:  []string{"Warning RenewalFailed /traffic"},
		},
		"one ends with something left": {
			before: packages(pack(ends), pack(id("2"))), after: packages(pack(ends), pack(id("2"))),
			want:  []string{"PackageExpired 1 (traffic)"},
			found: []string{"Warning PackageExpired /traffic"},
		},
		"one ends with something left, and is not listed any more": {
			before: packages(pack(ends), pack(id("2"))), after: packages(pack(id("2"))),
			want:  []string{"PackageExpired 1 (traffic)"},
			found: []string{"Warning PackageExpired /traffic"},
		},
		"one is over by the vendor's word, before its end": {
			before: packages(pack(), pack(id("2"))), after: packages(pack(in(vendors.PackageExpired)), pack(id("2"))),
			want:  []string{"PackageExpired 1 (traffic)"},
			found: []string{"Warning PackageExpired /traffic"},
		},
		"one that waits is over by the vendor's word": {
			before: packages(pack(from(day)), pack(id("2"))), after: packages(pack(from(day), in(vendors.PackageExpired)), pack(id("2"))),
			want:  []string{"PackageExpired 1 (traffic)"},
			found: []string{"Warning PackageExpired /traffic"},
		},
		"one ends with nothing left": {
			before: packages(pack(ends, left("0")), pack(id("2"))), after: packages(pack(id("2"))),
		},
		"capacity ends, which nobody can use up": {
			before: packages(pack(of("concurrency"), ends), pack(id("2"), of("vod-storage"), ends), pack(id("3"))), after: packages(pack(id("3"))),
		},
		"one vanishes before its end": {
			before: packages(pack(), pack(id("2"))), after: packages(pack(id("2"))),
			want:  []string{"PackageDisappeared 1 (traffic)"},
			found: []string{"Warning PackageDisappeared /traffic"},
		},
		"one that waits vanishes": {
			before: packages(pack(from(day)), pack(id("2"))), after: packages(pack(id("2"))),
			want:  []string{"PackageDisappeared 1 (traffic)"},
			found: []string{"Warning PackageDisappeared /traffic"},
		},
		"one vanishes beside another that was bought together with it": {
			before: packages(pack(), pack(id("2"))), after: packages(pack(id("2"), left("1"))),
			want:  []string{"PackageDisappeared 1 (traffic)"},
			found: []string{"Critical Low /traffic by default-critical", "Warning Low /traffic by default-low", "Warning PackageDisappeared /traffic"},
		},
		"capacity vanishes": {
			before: packages(pack(of("concurrency")), pack(id("2"))), after: packages(pack(id("2"))),
			want:  []string{"PackageDisappeared 1 (concurrency)"},
			found: []string{"Warning PackageDisappeared /concurrency"},
		},
		"what is used up, frozen, given back or has no end vanishes": {
			before: packages(
				pack(left("0")), pack(id("2"), in(vendors.PackageFrozen)), pack(id("3"), in(vendors.PackageRefunded)),
				pack(id("4"), endUnknown), pack(id("5")),
			),
			after: packages(pack(id("5"))),
		},
		"one vanishes from a list that is about another resource": {
			before: packages(pack(of("mic-link")), pack(id("2"))), after: packages(pack(id("2"))), asked: []string{"traffic"},
		},
		"everything at once": {
			before: packages(pack(ends), pack(id("2")), pack(id("3")), pack(id("4"), until(40*day))),
			after: packages(
				pack(id("3"), renewal(vendors.RenewalFailed)), pack(id("4"), until(41*day)), pack(id("5"), from(-day)),
			),
			want: []string{
				"RenewalFailed 3 (traffic)", "PackageDisappeared 2 (traffic)", "PackageExpired 1 (traffic)",
				"PackageRenewed 4 (traffic)", "PackageAdded 5 (traffic)",
			},
			found: []string{"Warning RenewalFailed /traffic", "Warning PackageDisappeared /traffic", "Warning PackageExpired /traffic"},
		},
	}
	for name, test := range tests {
		for how, between := range map[string]func(*scenario){
			"": func(*scenario) {}, ", after a restart": func(s *scenario) { s.restarts() },
			", after a failure": func(s *scenario) { s.fails(vendors.KindUnavailable, "") },
		} {
			t.Run(name+how, func(t *testing.T) {
				s := watching(t, test.spec...)
				s.answers(test.before...)
				between(s)
				s.in.Now = s.in.Now.Add(time.Hour)
				got := s.answersAbout(test.asked, test.after...)
				if diff := cmp.Diff(test.want, s.changed); diff != "" {
					t.Errorf("changes (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.found, found(got)); diff != "" {
					t.Errorf("findings (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// The first answer changes nothing, nor does one to another question.
func TestNoPackageChanges(t *testing.T) {
	tests := map[string]func(*scenario){
		"the first answer": func(*scenario) {},
		"the first answer after a failure": func(s *scenario) {
			s.fails(vendors.KindUnavailable, "")
		},
		"an answer to an edited spec": func(s *scenario) {
			s.answers(pack(id("2")), pack(id("3"), until(time.Minute)))
			s.edits(ignore("7"))
			s.in.Now = s.in.Now.Add(time.Hour)
		},
		"a package that is ignored from now on": func(s *scenario) {
			s.answers(pack(), pack(id("2")))
			s.edits(ignore("2"))
		},
		"a sub-account that gets a name": func(s *scenario) {
			s.answers(pack(), pack(id("2"), subject("u-1")))
			s.edits(subjectNames("u-1", "sales"))
			s.answers(pack(), pack(id("2"), subject("u-1")))
		},
	}
	for name, begin := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			begin(s)
			s.answers(pack(), pack(id("2"), subject("u-1")))
			if s.changed != nil {
				t.Errorf("changes: %v", s.changed)
			}
			if got := s.in.Watch.Status.Findings; got != nil {
				t.Errorf("findings: %v", found(&s.in.Watch.Status))
			}
		})
	}
}

// The status has no room for all packages: of those that it lists it is told what
// becomes of them, and of the others nothing.
func TestPackageChangesOfManyPackages(t *testing.T) {
	var packages []vendors.Package
	for i := range 20 {
		packages = append(packages, pack(id(fmt.Sprint(i)), from(-time.Duration(i+1)*day), until(time.Duration(i+10)*day)))
	}
	s := watching(t)
	s.answers(packages...)
	s.in.Now = s.in.Now.Add(time.Hour)
	changed := append([]vendors.Package{}, packages[1:19]...) // the first and the last vanish
	changed = append(changed, pack(id("20"), until(9*day)))
	s.answers(changed...)
	if diff := cmp.Diff([]string{"PackageDisappeared 0 (traffic)"}, s.changed); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	s.in.Now = s.in.Now.Add(time.Hour)
	changed[0] = pack(id("21"), from(-2*day), until(500*day)) // or was it there before?
	if s.answers(changed...); s.changed != nil {
		t.Errorf("changes: %v", s.changed)
	}
}

func TestPackageListTellsThatItIsTruncated(t *testing.T) {
	var packages []vendors.Package
	for i := range 16 {
		packages = append(packages, pack(id(fmt.Sprint(i))))
	}
	s := watching(t)
	if s.answers(append(packages, pack(id("16"), until(-400*day)))...).Packages.Truncated {
		t.Error("all that matter are listed, and it says that not")
	}
	if !s.answers(append(packages, pack(id("16")))...).Packages.Truncated {
		t.Error("not all that matter are listed, and it does not say so")
	}
	if !s.restarts().Packages.Truncated {
		t.Error("after a restart it does not say so")
	}
	if s.answers(packages...).Packages.Truncated {
		t.Error("all are listed again, and it says that not")
	}
}

// The clock tells of an end without an answer.
func TestPackageEndsByTheClock(t *testing.T) {
	for how, between := range map[string]func(*scenario){
		"": func(*scenario) {}, "after a restart": func(s *scenario) { s.restarts() },
	} {
		t.Run(how, func(t *testing.T) {
			s := watching(t)
			s.answers(pack(until(time.Hour)), pack(id("2")))
			between(s)
			s.in.Now = s.next
			s.assess()
			if diff := cmp.Diff([]string{"PackageExpired 1 (traffic)"}, s.changed); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			s.answers(pack(id("2")))
			if s.changed != nil {
				t.Errorf("the next answer tells it again: %v", s.changed)
			}
		})
	}
}

// A package that comes back was never lost; one that is bought is another one.
func TestPackageComesBack(t *testing.T) {
	tests := map[string]struct {
		after []vendors.Package
		want  []string
	}{
		"it comes back":          {[]vendors.Package{pack(), pack(id("2"))}, nil},
		"another one is bought":  {[]vendors.Package{pack(id("2")), pack(id("3"), from(90*time.Minute))}, []string{"Warning PackageDisappeared /traffic"}},
		"another kind is bought": {[]vendors.Package{pack(id("2")), pack(id("3"), of("mic-link"))}, []string{"Warning PackageDisappeared /traffic"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			s.answers(pack(), pack(id("2")))
			s.in.Now = s.in.Now.Add(time.Hour)
			s.answers(pack(id("2")))
			s.in.Now = s.in.Now.Add(time.Hour)
			if diff := cmp.Diff(test.want, found(s.answers(test.after...))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// What is lost is found for a week, whatever else happens meanwhile.
func TestLossesStandForAWeek(t *testing.T) {
	tests := map[string]struct {
		after []vendors.Package
		from  time.Duration
		kind  v1alpha1.FindingKind
	}{
		"expired, and still listed":       {[]vendors.Package{pack(until(30 * time.Minute)), pack(id("2"))}, 30 * time.Minute, v1alpha1.FindingPackageExpired},
		"expired, and listed no longer":   {[]vendors.Package{pack(id("2"))}, 30 * time.Minute, v1alpha1.FindingPackageExpired},
		"expired by the vendor's word":    {[]vendors.Package{pack(in(vendors.PackageExpired), endUnknown), pack(id("2"))}, time.Hour, v1alpha1.FindingPackageExpired},
		"disappeared":                     {[]vendors.Package{pack(until(30 * time.Minute))}, time.Hour, v1alpha1.FindingPackageDisappeared},
		"expired before the first answer": {[]vendors.Package{pack(until(-day)), pack(id("2"))}, -day, v1alpha1.FindingPackageExpired},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, thresholds())
			if test.from > 0 {
				s.answers(pack(until(30*time.Minute)), pack(id("2"), left("7")))
			}
			s.in.Now = s.in.Now.Add(time.Hour)
			got := firstFinding(s.answers(test.after...), test.kind)
			if got == nil || !got.Since.Equal(new(at(test.from))) {
				t.Fatalf("found %v, want one since %s", got, at(test.from))
			}
			s.restarts()
			s.in.Now = at(test.from + 7*day - time.Hour).Time
			if got := firstFinding(s.answers(test.after...), test.kind); got == nil || !got.Since.Equal(new(at(test.from))) {
				t.Errorf("found %v after nearly a week, want one since %s", got, at(test.from))
			}
			s.in.Now = at(test.from + 7*day).Time
			if got := firstFinding(s.assess(), test.kind); got != nil {
				t.Errorf("found %v after a week", got)
			}
		})
	}
}

// Packages of which only the status tells stay what they were, but not for ever.
func TestLossesAmongManyPackages(t *testing.T) {
	many := manySubAccounts(50)
	s := watching(t, thresholds())
	s.answers(many...)
	s.in.Now = s.in.Now.Add(time.Hour)
	listed := s.in.Watch.Status.Packages.Items[0]
	var rest []vendors.Package
	for _, p := range many {
		if p.ID != listed.ID {
			rest = append(rest, p)
		}
	}
	s.answers(rest...)
	want := []string{"Warning PackageDisappeared " + nameOf(listed.Subject, listed.Resource)}
	if diff := cmp.Diff(want, found(s.restarts())); diff != "" {
		t.Errorf("findings after a restart (-want +got):\n%s", diff)
	}
	s.in.Now = s.in.Now.Add(7 * day)
	if got := s.assess(); got.Findings != nil {
		t.Errorf("findings after a week: %v", found(got))
	}
}
