// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// trafficRow returns a row of the account's traffic.
func trafficRow(row v1alpha1.ResourceStatus) v1alpha1.ResourceStatus {
	row.Name, row.Unit = "traffic", v1alpha1.UnitBytes
	return row
}

// fullRow returns the row of one package as pack makes it.
func fullRow(subject string) v1alpha1.ResourceStatus {
	return trafficRow(v1alpha1.ResourceStatus{
		Subject: subject, Remaining: "500", Total: "1000", TotalSource: v1alpha1.TotalFromVendor,
		RemainingPercent: n(50), Packages: n(1), NextExpiry: at(300 * day),
	})
}

// rowOf returns the row as that of a sub-account.
func rowOf(subject string, row v1alpha1.ResourceStatus) v1alpha1.ResourceStatus {
	row.Subject = subject
	return row
}

// sumOf returns the row of so many packages as pack makes them.
func sumOf(packages int32) v1alpha1.ResourceStatus {
	return trafficRow(v1alpha1.ResourceStatus{
		Remaining: v1alpha1.Amount(fmt.Sprint(500 * packages)), Total: v1alpha1.Amount(fmt.Sprint(1000 * packages)),
		TotalSource: v1alpha1.TotalFromVendor, RemainingPercent: n(50), Packages: n(packages), NextExpiry: at(300 * day),
	})
}

// The row of a resource that is in use and of which nothing can be spent.
var emptyRow = trafficRow(v1alpha1.ResourceStatus{Remaining: "0", RemainingPercent: n(0), Packages: n(0), ExhaustedTime: at(0)})

// The row of a resource that was not in use for long.
var idleRow = trafficRow(v1alpha1.ResourceStatus{Remaining: "0", Packages: n(0), ExhaustedTime: at(0)})

// exhaustedAfter returns the row as one that was first seen empty then.
func exhaustedAfter(d time.Duration, row v1alpha1.ResourceStatus) v1alpha1.ResourceStatus {
	row.ExhaustedTime = at(d)
	return row
}

func TestRows(t *testing.T) {
	tests := map[string]struct {
		packages []vendors.Package
		want     []v1alpha1.ResourceStatus
	}{
		"no package": {},
		"one package": {
			packages: []vendors.Package{pack()},
			want:     []v1alpha1.ResourceStatus{fullRow("")},
		},
		"packages add up, and the first end is shown": {
			packages: []vendors.Package{pack(), pack(id("2"), left("250"), until(2*day)), pack(id("3"), left("0.5"), total("1"))},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "750.5", Total: "2001", TotalSource: v1alpha1.TotalFromVendor,
				RemainingPercent: n(37), Packages: n(3), NextExpiry: at(2 * day),
			})},
		},
		"what has not started is not there yet": {
			packages: []vendors.Package{pack(), pack(id("2"), from(time.Second)), pack(id("3"), from(9*day), left("7"))},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "500", Upcoming: "507", Total: "1000", TotalSource: v1alpha1.TotalFromVendor,
				RemainingPercent: n(50), Packages: n(1), NextExpiry: at(300 * day),
			})},
		},
		"what cannot be spent counts as nothing, and so does its total": {
			packages: []vendors.Package{
				pack(),
				pack(id("2"), in(vendors.PackageFrozen)),
				pack(id("3"), in(vendors.PackageRefunded)),
				pack(id("4"), in(vendors.PackageExpired)),
				pack(id("5"), in(vendors.PackageExhausted)),
				pack(id("6"), in(vendors.PackageStateUnknown)),
				pack(id("7"), in("Gifted")),
				pack(id("8"), until(-time.Second)),
				pack(id("9"), left("0")),
				pack(id("10"), left("-100")),
				pack(id("11"), in(vendors.PackageFrozen), from(time.Hour)),
			},
			want: []v1alpha1.ResourceStatus{fullRow("")},
		},
		"over by the clock, whatever the vendor calls it": {
			packages: []vendors.Package{pack(until(-time.Second))},
			want:     []v1alpha1.ResourceStatus{emptyRow},
		},
		"over at this moment": {
			packages: []vendors.Package{pack(func(p *vendors.Package) { p.End = &start })},
			want:     []v1alpha1.ResourceStatus{emptyRow},
		},
		"begun at this moment": {
			packages: []vendors.Package{pack(func(p *vendors.Package) { p.Start = &start })},
			want:     []v1alpha1.ResourceStatus{fullRow("")},
		},
		"nothing left, although called usable": {
			packages: []vendors.Package{pack(left("0"))},
			want:     []v1alpha1.ResourceStatus{emptyRow},
		},
		"less than nothing left": {
			packages: []vendors.Package{pack(left("-100"))},
			want:     []v1alpha1.ResourceStatus{emptyRow},
		},
		"used up, without an end": {
			packages: []vendors.Package{pack(left("0"), endUnknown, startUnknown)},
			want:     []v1alpha1.ResourceStatus{emptyRow},
		},
		"over for years": {
			packages: []vendors.Package{pack(until(-700 * day)), pack(id("2"), in(vendors.PackageExhausted), left("0"), until(-31*day))},
			want:     []v1alpha1.ResourceStatus{idleRow},
		},
		"over at a time that is not known": {
			packages: []vendors.Package{pack(in(vendors.PackageExpired), endUnknown)},
			want:     []v1alpha1.ResourceStatus{idleRow},
		},
		"neither start nor end known": {
			packages: []vendors.Package{pack(startUnknown, endUnknown)},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "500", Total: "1000", TotalSource: v1alpha1.TotalFromVendor, RemainingPercent: n(50), Packages: n(1),
			})},
		},
		"an end known of one of two": {
			packages: []vendors.Package{pack(endUnknown), pack(id("2"), until(5*day))},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "1000", Total: "2000", TotalSource: v1alpha1.TotalFromVendor,
				RemainingPercent: n(50), Packages: n(2), NextExpiry: at(5 * day),
			})},
		},
		"no total": {
			packages: []vendors.Package{pack(totalUnknown)},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "500", Packages: n(1), NextExpiry: at(300 * day),
			})},
		},
		"a total known of one of two": {
			packages: []vendors.Package{pack(), pack(id("2"), totalUnknown)},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "1000", Packages: n(2), NextExpiry: at(300 * day),
			})},
		},
		"no total of one that does not count": {
			packages: []vendors.Package{pack(), pack(id("2"), totalUnknown, in(vendors.PackageFrozen))},
			want:     []v1alpha1.ResourceStatus{fullRow("")},
		},
		"a total of zero says nothing": {
			packages: []vendors.Package{pack(total("0"))},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "500", Packages: n(1), NextExpiry: at(300 * day),
			})},
		},
		"a total of zero of one of two says nothing": {
			packages: []vendors.Package{pack(), pack(id("2"), total("0"))},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "1000", Packages: n(2), NextExpiry: at(300 * day),
			})},
		},
		"a total below zero says nothing": {
			packages: []vendors.Package{pack(), pack(id("2"), total("-1"))},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "1000", Packages: n(2), NextExpiry: at(300 * day),
			})},
		},
		"a share just short of the next percent": {
			packages: []vendors.Package{pack(left("999.999999999"))},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "999.999999999", Total: "1000", TotalSource: v1alpha1.TotalFromVendor,
				RemainingPercent: n(99), Packages: n(1), NextExpiry: at(300 * day),
			})},
		},
		"more left than was bought": {
			packages: []vendors.Package{pack(left("1001"))},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining: "1001", Total: "1000", TotalSource: v1alpha1.TotalFromVendor,
				RemainingPercent: n(100), Packages: n(1), NextExpiry: at(300 * day),
			})},
		},
		"a sum with more digits than a status holds": {
			packages: []vendors.Package{
				pack(left("999999999999999999999999"), total("999999999999999999999999")),
				pack(id("2"), left("2"), total("999999999999999999999999")),
				pack(id("3"), from(day), left("999999999999999999999999")),
				pack(id("4"), from(day), left("999999999999999999999999")),
			},
			want: []v1alpha1.ResourceStatus{trafficRow(v1alpha1.ResourceStatus{
				Remaining:        "999999999999999999999999.999999999",
				Upcoming:         "999999999999999999999999.999999999",
				Total:            "999999999999999999999999.999999999",
				TotalSource:      v1alpha1.TotalFromVendor,
				RemainingPercent: n(50), Packages: n(2), NextExpiry: at(300 * day),
			})},
		},
		"kinds are not added up, known or not": {
			packages: []vendors.Package{
				pack(id("2"), of(vendors.UnknownResource(7)), unit(vendors.UnitVendor, "GB"), left("3"), totalUnknown),
				pack(),
				pack(id("3"), of(vendors.ResourceMicLink), unit(vendors.UnitHours, ""), left("20"), total("80")),
			},
			want: []v1alpha1.ResourceStatus{
				{
					Name: "mic-link", Unit: v1alpha1.UnitHours, Remaining: "20", Total: "80", TotalSource: v1alpha1.TotalFromVendor,
					RemainingPercent: n(25), Packages: n(1), NextExpiry: at(300 * day),
				},
				fullRow(""),
				{
					Name: "unknown-7", Unit: v1alpha1.UnitVendor, UnitLabel: "GB", Remaining: "3",
					Packages: n(1), NextExpiry: at(300 * day),
				},
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

func TestRowsAreBounded(t *testing.T) {
	var packages []vendors.Package
	for i := range int64(30) {
		packages = append(packages, pack(of(vendors.UnknownResource(10+i)), subject("u")), pack(of(vendors.UnknownResource(10+i))))
	}
	got := watching(t).answers(packages...)
	if len(got.Resources) != 24 {
		t.Fatalf("%d rows, want 24", len(got.Resources))
	}
	for _, row := range got.Resources {
		if row.Subject != "" {
			t.Errorf("%s of %q stands where the account's own rows should", row.Name, row.Subject)
		}
	}
}

func TestDeclaredTotals(t *testing.T) {
	declared := func(total string) v1alpha1.DeclaredTotal {
		return v1alpha1.DeclaredTotal{Resource: "traffic", Total: resource.MustParse(total)}
	}
	ofSubject := func(subject string, total v1alpha1.DeclaredTotal) v1alpha1.DeclaredTotal {
		total.Subject = subject
		return total
	}
	ofResource := func(resource string, total v1alpha1.DeclaredTotal) v1alpha1.DeclaredTotal {
		total.Resource = resource
		return total
	}
	rows := func(rows ...v1alpha1.ResourceStatus) []v1alpha1.ResourceStatus { return rows }
	row := func(total v1alpha1.Amount, source v1alpha1.TotalSource, percent *int32) v1alpha1.ResourceStatus {
		return trafficRow(v1alpha1.ResourceStatus{
			Remaining: "500", Total: total, TotalSource: source, RemainingPercent: percent,
			Packages: n(1), NextExpiry: at(300 * day),
		})
	}
	tests := map[string]struct {
		declared []v1alpha1.DeclaredTotal
		pack     vendors.Package
		want     []v1alpha1.ResourceStatus
	}{
		"stands in for the vendor's": {
			declared: []v1alpha1.DeclaredTotal{declared("2k")},
			pack:     pack(totalUnknown),
			want:     rows(row("2000", v1alpha1.TotalDeclared, n(25))),
		},
		"a fraction": {
			declared: []v1alpha1.DeclaredTotal{declared("2500500m")},
			pack:     pack(totalUnknown),
			want:     rows(row("2500.5", v1alpha1.TotalDeclared, n(19))),
		},
		"binary": {
			declared: []v1alpha1.DeclaredTotal{declared("1Ki")},
			pack:     pack(totalUnknown),
			want:     rows(row("1024", v1alpha1.TotalDeclared, n(48))),
		},
		"the largest": {
			declared: []v1alpha1.DeclaredTotal{declared("1E")},
			pack:     pack(totalUnknown),
			want:     rows(row("1000000000000000000", v1alpha1.TotalDeclared, n(0))),
		},
		"less than what is left": {
			declared: []v1alpha1.DeclaredTotal{declared("1")},
			pack:     pack(totalUnknown),
			want:     rows(row("1", v1alpha1.TotalDeclared, n(100))),
		},
		"instead of a vendor's zero": {
			declared: []v1alpha1.DeclaredTotal{declared("2k")},
			pack:     pack(total("0")),
			want:     rows(row("2000", v1alpha1.TotalDeclared, n(25))),
		},
		"the vendor knows better": {
			declared: []v1alpha1.DeclaredTotal{declared("2k")},
			pack:     pack(),
			want:     rows(row("1000", v1alpha1.TotalFromVendor, n(50))),
		},
		"of another resource or of a sub-account": {
			declared: []v1alpha1.DeclaredTotal{ofResource("transcoding", declared("2k")), ofSubject("u-1", declared("3k"))},
			pack:     pack(totalUnknown),
			want:     rows(row("", "", nil)),
		},
		"the one of the subject": {
			declared: []v1alpha1.DeclaredTotal{declared("2k"), ofSubject("u-1", declared("4k")), ofSubject("u-2", declared("5k"))},
			pack:     pack(totalUnknown, subject("u-1")),
			want:     rows(row("2000", v1alpha1.TotalDeclared, n(25)), rowOf("u-1", row("4000", v1alpha1.TotalDeclared, n(12)))),
		},
		"of nothing that can be spent": {
			declared: []v1alpha1.DeclaredTotal{declared("2k")},
			pack:     pack(totalUnknown, left("0")),
			want:     rows(emptyRow),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := watching(t, declare(test.declared...)).answers(test.pack)
			if diff := cmp.Diff(test.want, got.Resources); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIgnore(t *testing.T) {
	tests := map[string]struct {
		names    []string
		ignore   []string
		packages []vendors.Package
		want     []v1alpha1.ResourceStatus
		total    int32
	}{
		"a package": {
			ignore:   []string{"2"},
			packages: []vendors.Package{pack(), pack(id("2"))},
			want:     []v1alpha1.ResourceStatus{fullRow("")},
			total:    1,
		},
		"every package of a resource": {
			ignore:   []string{"1", "2"},
			packages: []vendors.Package{pack(), pack(id("2"))},
		},
		"a sub-account": {
			ignore:   []string{"u-1"},
			packages: []vendors.Package{pack(), pack(id("2"), subject("u-1")), pack(id("3"), subject("u-2"))},
			want:     []v1alpha1.ResourceStatus{sumOf(2), fullRow("u-2")},
			total:    2,
		},
		"neither by resource nor by a part of a name": {
			ignore:   []string{"traffic", "28", "281975 ", "u"},
			packages: []vendors.Package{pack(id("281975")), pack(id("3"), subject("u-2"))},
			want:     []v1alpha1.ResourceStatus{sumOf(2), fullRow("u-2")},
			total:    2,
		},
		"a sub-account by its user ID although it has a name": {
			names:    []string{"u-1", "sales"},
			ignore:   []string{"u-1"},
			packages: []vendors.Package{pack(), pack(id("2"), subject("u-1"))},
			want:     []v1alpha1.ResourceStatus{fullRow("")},
			total:    1,
		},
		"a sub-account by its name": {
			names:    []string{"u-1", "sales"},
			ignore:   []string{"sales"},
			packages: []vendors.Package{pack(), pack(id("2"), subject("u-1"))},
			want:     []v1alpha1.ResourceStatus{fullRow("")},
			total:    1,
		},
		"a package of the account and one of a sub-account": {
			ignore:   []string{"1", "3"},
			packages: []vendors.Package{pack(), pack(id("2")), pack(id("3"), subject("u-1")), pack(id("4"), subject("u-1"))},
			want:     []v1alpha1.ResourceStatus{sumOf(2), fullRow("u-1")},
			total:    2,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := watching(t, ignore(test.ignore...), subjectNames(test.names...)).answers(test.packages...)
			if diff := cmp.Diff(test.want, got.Resources); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(n(test.total), got.Packages.Total); diff != "" {
				t.Errorf("packages.total (-want +got):\n%s", diff)
			}
		})
	}
}

// The edit and an answer after it may show at once.
func TestIgnoreTogetherWithAnAnswer(t *testing.T) {
	s := watching(t)
	s.answers(pack(), pack(id("2"), subject("u-1")))
	ignore("u-1")(&s.in.Watch.Spec)
	s.in.Watch.Generation++
	if diff := cmp.Diff([]v1alpha1.ResourceStatus{fullRow("")}, s.answers(pack()).Resources); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
}

// What no longer counts is not used up: its row goes, and nothing fires.
func TestIgnoreOfWhatCountedBefore(t *testing.T) {
	transcoding := pack(id("2"), of("transcoding"))
	ofSubject := pack(id("3"), subject("u-1"))
	tests := map[string]struct {
		names  []string
		ignore string
		after  []vendors.Package
	}{
		"the only package": {ignore: "2", after: []vendors.Package{pack(), transcoding, ofSubject}},
		"a sub-account":    {ignore: "u-1", after: []vendors.Package{pack(), transcoding, ofSubject}},
		"a sub-account that is gone at the same time": {ignore: "u-1", after: []vendors.Package{pack(), transcoding}},
		"a sub-account by its user ID although it has a name, gone at the same time": {
			names: []string{"u-1", "sales"}, ignore: "u-1", after: []vendors.Package{pack(), transcoding},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, subjectNames(test.names...))
			before := len(s.answers(pack(), transcoding, ofSubject).Resources)
			s.edits(ignore(test.ignore))
			if got := s.in.Watch.Status.Resources; len(got) != before-1 {
				t.Errorf("%d rows after %d, before the vendor answers again", len(got), before)
			}
			got := s.answers(test.after...)
			if len(got.Resources) != before-1 {
				t.Errorf("%d rows after %d", len(got.Resources), before)
			}
			if diff := cmp.Diff("False Sufficient", says(got.Conditions, v1alpha1.ConditionQuotaExhausted)); diff != "" {
				t.Errorf("QuotaExhausted (-want +got):\n%s", diff)
			}
		})
	}
}
