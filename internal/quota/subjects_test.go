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

func TestRowsOfSubAccounts(t *testing.T) {
	seats := v1alpha1.ResourceStatus{
		Name: "concurrency", Unit: v1alpha1.UnitBytes, Remaining: "500", Total: "1000", TotalSource: v1alpha1.TotalFromVendor,
		RemainingPercent: n(50), Packages: n(1), NextExpiry: at(300 * day),
	}
	channels := seats
	channels.Name = "channels"
	tests := map[string]struct {
		packages []vendors.Package
		want     []v1alpha1.ResourceStatus
	}{
		"are added up to the account, and follow it": {
			packages: []vendors.Package{pack(subject("u-2")), pack(subject("u-1")), pack()},
			want:     []v1alpha1.ResourceStatus{sumOf(3), fullRow("u-1"), fullRow("u-2")},
		},
		"where the account has nothing of its own": {
			packages: []vendors.Package{pack(subject("u-2")), pack(subject("u-1"))},
			want:     []v1alpha1.ResourceStatus{sumOf(2), fullRow("u-1"), fullRow("u-2")},
		},
		"what does not add up has no row of the account": {
			packages: []vendors.Package{
				pack(subject("u-1"), of("concurrency")), pack(subject("u-1"), of("channels")), pack(subject("u-2"), of("channels")),
			},
			want: []v1alpha1.ResourceStatus{rowOf("u-1", channels), rowOf("u-1", seats), rowOf("u-2", channels)},
		},
		"what does not add up, where the account has its own": {
			packages: []vendors.Package{pack(of("concurrency")), pack(subject("u-1"), of("concurrency"))},
			want:     []v1alpha1.ResourceStatus{seats, rowOf("u-1", seats)},
		},
		"a frozen one counts as nothing": {
			packages: []vendors.Package{pack(subject("u-1")), pack(subject("u-2"), in(vendors.PackageFrozen))},
			want:     []v1alpha1.ResourceStatus{fullRow(""), fullRow("u-1"), rowOf("u-2", idleRow)},
		},
		"all of them frozen": {
			packages: []vendors.Package{pack(subject("u-1"), in(vendors.PackageFrozen)), pack(subject("u-2"), in(vendors.PackageFrozen))},
			want:     []v1alpha1.ResourceStatus{idleRow, rowOf("u-1", idleRow), rowOf("u-2", idleRow)},
		},
		"one that is over counts as nothing": {
			packages: []vendors.Package{pack(subject("u-1")), pack(subject("u-2"), in(vendors.PackageExpired))},
			want:     []v1alpha1.ResourceStatus{fullRow(""), rowOf("u-2", emptyRow), fullRow("u-1")},
		},
		"one without an end": {
			packages: []vendors.Package{pack(subject("u-1"), endUnknown), pack(subject("u-2"))},
			want: []v1alpha1.ResourceStatus{sumOf(2), fullRow("u-2"), trafficRow(v1alpha1.ResourceStatus{
				Subject: "u-1", Remaining: "500", Total: "1000", TotalSource: v1alpha1.TotalFromVendor, RemainingPercent: n(50), Packages: n(1),
			})},
		},
		"one without a total": {
			packages: []vendors.Package{pack(subject("u-1"), totalUnknown), pack(subject("u-2"))},
			want: []v1alpha1.ResourceStatus{
				trafficRow(v1alpha1.ResourceStatus{Remaining: "1000", Packages: n(2), NextExpiry: at(300 * day)}),
				fullRow("u-2"),
				trafficRow(v1alpha1.ResourceStatus{Subject: "u-1", Remaining: "500", Packages: n(1), NextExpiry: at(300 * day)}),
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := watching(t).answers(test.packages...)
			if diff := cmp.Diff(test.want, got.Resources); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
		})
	}
}

// subjectsIn lists the sub-accounts in the order of their rows.
func subjectsIn(status *v1alpha1.QuotaWatchStatus) []string {
	var subjects []string
	for _, row := range status.Resources {
		if row.Subject != "" {
			subjects = append(subjects, row.Subject)
		}
	}
	return subjects
}

func TestSubAccountsBeginWithTheMostUrgent(t *testing.T) {
	declared := v1alpha1.DeclaredTotal{Resource: "traffic", Subject: "declared-30", Total: resource.MustParse("1000")}
	got := watching(t, declare(declared)).answers(
		pack(subject("seats"), of("concurrency"), left("0")),
		pack(subject("no-total"), totalUnknown, left("1")),
		pack(subject("half-later"), until(200*day)),
		pack(subject("half-sooner"), until(100*day)),
		pack(subject("half-without-end"), endUnknown),
		pack(subject("declared-30"), totalUnknown, left("300")),
		pack(subject("a-little"), left("9.9"), until(time.Hour)),
		pack(subject("used-up"), left("0")),
	)
	want := []string{"used-up", "a-little", "declared-30", "half-sooner", "half-later", "half-without-end", "no-total", "seats"}
	if diff := cmp.Diff(want, subjectsIn(got)); diff != "" {
		t.Errorf("sub-accounts (-want +got):\n%s", diff)
	}
}

func TestSubjectNames(t *testing.T) {
	tests := map[string]struct {
		names []string
		ids   []string
		want  []string
	}{
		"a name stands in for the user ID": {
			names: []string{"u-1", "sales"}, ids: []string{"u-1", "u-2"}, want: []string{"sales", "u-2"},
		},
		"a name of nobody": {
			names: []string{"u-9", "sales"}, ids: []string{"u-1"}, want: []string{"u-1"},
		},
		"a name that two share": {
			names: []string{"u-1", "sales", "u-2", "sales", "u-3", "support"}, ids: []string{"u-1", "u-2", "u-3"},
			want: []string{"support", "u-1", "u-2"},
		},
		"a name that is the user ID of another": {
			names: []string{"u-1", "u-2"}, ids: []string{"u-1", "u-2"}, want: []string{"u-1", "u-2"},
		},
		"a name that is the user ID of another with a name": {
			names: []string{"u-1", "u-2", "u-2", "sales"}, ids: []string{"u-1", "u-2"}, want: []string{"sales", "u-1"},
		},
		"names that swap": {
			names: []string{"u-1", "u-2", "u-2", "u-1"}, ids: []string{"u-1", "u-2"}, want: []string{"u-1", "u-2"},
		},
		"a name that is the user ID of one who is gone": {
			names: []string{"u-1", "u-9"}, ids: []string{"u-1"}, want: []string{"u-9"},
		},
		"a name that is the user ID itself": {
			names: []string{"u-1", "u-1"}, ids: []string{"u-1"}, want: []string{"u-1"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var packages []vendors.Package
			for _, user := range test.ids {
				packages = append(packages, pack(id("of "+user), subject(user)))
			}
			s := watching(t, subjectNames(test.names...))
			got := s.answers(packages...)
			if diff := cmp.Diff(test.want, subjectsIn(got)); diff != "" {
				t.Errorf("sub-accounts (-want +got):\n%s", diff)
			}
			var listed []string
			for _, item := range got.Packages.Items {
				listed = append(listed, item.Subject)
			}
			if diff := cmp.Diff(test.want, listed); diff != "" {
				t.Errorf("packages.items (-want +got):\n%s", diff)
			}
			before := got.Resources
			if diff := cmp.Diff(before, s.restarts().Resources); diff != "" {
				t.Errorf("resources after a restart (-before +after):\n%s", diff)
			}
		})
	}
}

// A name is free again when the sub-account with that user ID is gone.
func TestNameThatWasAUserID(t *testing.T) {
	s := watching(t, subjectNames("u-1", "u-2"))
	s.answers(pack(subject("u-1")), pack(id("2"), subject("u-2")))
	s.in.Now = s.in.Now.Add(time.Hour)
	if diff := cmp.Diff([]string{"u-2"}, subjectsIn(s.answers())); diff != "" {
		t.Errorf("sub-accounts (-want +got):\n%s", diff)
	}
}

// Thresholds and declared totals name a sub-account by its user ID or by the name
// that the spec gives it.
func TestSubjectInTheSpec(t *testing.T) {
	for _, spelling := range []string{"u-1", "sales"} {
		t.Run(spelling, func(t *testing.T) {
			total := v1alpha1.DeclaredTotal{Resource: "traffic", Subject: spelling, Total: resource.MustParse("10k")}
			got := watching(t,
				subjectNames("u-1", "sales"), declare(total), thresholds(forSubject(belowPercent("sub", 20), spelling)),
			).answers(pack(subject("u-1"), totalUnknown), pack(id("2"), subject("u-2"), totalUnknown))
			if diff := cmp.Diff([]string{"Warning Low sales/traffic by sub"}, found(got)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff("Less is left than allowed by sub (sales/traffic)", message(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
				t.Errorf("QuotaLow (-want +got):\n%s", diff)
			}
		})
	}
}

// An edit says nothing of what is left: no sub-account runs empty because it is
// called otherwise, or not asked for any more.
func TestEditsOfSubAccounts(t *testing.T) {
	all := []vendors.Package{pack(subject("u-1")), pack(id("2"), subject("u-2"))}
	tests := map[string]struct {
		before, edit specChange
		after        []vendors.Package
		want         []string
		account      v1alpha1.ResourceStatus
	}{
		"one gets a name": {
			before: subjectNames(), edit: subjectNames("u-1", "sales"), after: all,
			want: []string{"sales", "u-2"}, account: sumOf(2),
		},
		"one gets another name": {
			before: subjectNames("u-1", "sales"), edit: subjectNames("u-1", "support"), after: all,
			want: []string{"support", "u-2"}, account: sumOf(2),
		},
		"one loses its name": {
			before: subjectNames("u-1", "sales"), edit: subjectNames(), after: all,
			want: []string{"u-1", "u-2"}, account: sumOf(2),
		},
		"only one is asked for": {
			before: emails(), edit: emails("a@example.com"), after: all[:1],
			want: []string{"u-1"}, account: fullRow(""),
		},
	}
	subs := thresholds(forSubject(belowPercent("subs", 10), "*"))
	for name, test := range tests {
		for how, edit := range map[string]func(*scenario){
			"":                    func(s *scenario) { s.edits(test.edit) },
			" the answer at hand": func(s *scenario) { test.edit(&s.in.Watch.Spec); s.in.Watch.Generation++ },
		} {
			t.Run(name+how, func(t *testing.T) {
				s := watching(t, test.before, subs)
				s.answers(all...)
				edit(s)
				got := s.answers(test.after...)
				if diff := cmp.Diff(test.want, subjectsIn(got)); diff != "" {
					t.Errorf("sub-accounts (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.account, got.Resources[0]); diff != "" {
					t.Errorf("the account (-want +got):\n%s", diff)
				}
				if got.Findings != nil {
					t.Errorf("fires: %v", found(got))
				}
			})
		}
	}
}

// A resource that only the sub-accounts had that are not asked for any more.
func TestEditLeavesOutTheOnlyOwner(t *testing.T) {
	s := watching(t, thresholds())
	s.answers(pack(subject("u-1")), pack(id("2"), subject("u-2"), of("mic-link")))
	s.edits(emails("a@example.com"))
	got := s.answers(pack(subject("u-1")))
	if diff := cmp.Diff([]v1alpha1.ResourceStatus{fullRow(""), fullRow("u-1")}, got.Resources); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
	s.in.Now = s.in.Now.Add(time.Hour)
	got = s.answers()
	gone := exhaustedAfter(time.Hour, emptyRow)
	if diff := cmp.Diff([]v1alpha1.ResourceStatus{gone, rowOf("u-1", gone)}, got.Resources); diff != "" {
		t.Errorf("resources when nothing is left at all (-want +got):\n%s", diff)
	}
}

// What is ignored for long does not hide that all the rest is gone.
func TestResourceVanishesBesideWhatIsIgnored(t *testing.T) {
	gone := exhaustedAfter(time.Hour, emptyRow)
	tests := map[string]struct {
		ignore  string
		ignored vendors.Package
		counted vendors.Package
		want    []v1alpha1.ResourceStatus
	}{
		"a package": {
			ignore: "2", ignored: pack(id("2")), counted: pack(), want: []v1alpha1.ResourceStatus{gone},
		},
		"a sub-account": {
			ignore: "u-2", ignored: pack(id("2"), subject("u-2")), counted: pack(subject("u-1")),
			want: []v1alpha1.ResourceStatus{gone, rowOf("u-1", gone)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, ignore(test.ignore))
			s.answers(test.ignored, test.counted)
			s.in.Now = s.in.Now.Add(time.Hour)
			got := s.answers(test.ignored)
			if diff := cmp.Diff(test.want, got.Resources); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
		})
	}
}

// A finding goes on when its sub-account gets a name.
func TestFindingOfASubAccountThatGetsAName(t *testing.T) {
	subs := thresholds(forSubject(belowPercent("subs", 20), "*"))
	s := watching(t, subs)
	s.answers(pack(subject("u-1"), left("199")))
	s.in.Now = s.in.Now.Add(time.Hour)
	s.edits(subjectNames("u-1", "sales"))
	got := s.answers(pack(subject("u-1"), left("210")))
	want := []v1alpha1.Finding{{
		Threshold: "subs", Kind: v1alpha1.FindingLow, Subject: "sales", Resource: "traffic", Severity: v1alpha1.SeverityWarning, Since: at(0),
	}}
	if got.Findings == nil {
		t.Fatal("nothing fires any more")
	}
	if diff := cmp.Diff(want, got.Findings.Items); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// Sub-accounts that do not all find a place in the status are judged all the
// same, and the memory of those that find none changes nothing later.
func TestMoreSubAccountsThanAreListed(t *testing.T) {
	crowd := func(prefix string, count int, changes ...packageChange) []vendors.Package {
		var packages []vendors.Package
		for i := range count {
			user := prefix + string(rune('a'+i))
			packages = append(packages, pack(append([]packageChange{id(user), subject(user)}, changes...)...))
		}
		return packages
	}
	subs := thresholds(forSubject(belowPercent("subs", 20), "*"), forSubject(forResource(belowPercent("seats", 20), "concurrency"), "*"))
	tests := map[string]struct{ before, after []vendors.Package }{
		"frozen ones that others push out": {
			before: crowd("m-", 22, left("1")),
			after:  append(crowd("m-", 22, in(vendors.PackageFrozen)), crowd("a-", 20, left("0"))...),
		},
		"gone ones that others push out": {
			before: crowd("m-", 22, of("concurrency")),
			after:  append(crowd("a-", 10, left("0")), crowd("b-", 20, of("concurrency"), left("0"))...),
		},
		"ones within their margin that others push out": {
			before: crowd("m-", 16, left("199")),
			after:  append(crowd("m-", 16, left("210")), crowd("a-", 10, left("0"))...),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, subs)
			s.answers(test.before...)
			got := s.answers(test.after...) // and again, and once more before the next change
			if len(got.Resources) > 24 || got.Resources[0].Subject != "" {
				t.Errorf("%d rows, the first of %q", len(got.Resources), got.Resources[0].Subject)
			}
		})
	}
}
