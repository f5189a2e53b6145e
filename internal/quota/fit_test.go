// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// longName returns a name of 128 characters that take three bytes each, but for
// the number at its end.
func longName(i int) string { return strings.Repeat("频", 123) + fmt.Sprintf("%05d", i) }

const longAmount = "123456789012345678901.123456789"

var everyResource = []string{
	"balance", "channels", "concurrency", "director-minutes", "live-minutes", "mic-link", "mic-minutes", "top-speed-codec",
	"traffic", "transcoding", "vod-storage", "vod-traffic",
}

// largeSubAccounts returns packages with long names: of every resource one of the
// account and one of a sub-account, and live minutes of all the sub-accounts.
func largeSubAccounts(users int) []vendors.Package {
	var packages []vendors.Package
	long := func(changes ...packageChange) vendors.Package {
		return pack(append([]packageChange{left(longAmount), total("9" + longAmount), unit(vendors.UnitVendor, strings.Repeat("u", 32))}, changes...)...)
	}
	for i, resource := range everyResource {
		packages = append(packages, long(of(resource), id(longName(i))), long(of(resource), id(longName(100+i)), subject(longName(0))))
	}
	for user := range users {
		packages = append(packages, long(of("live-minutes"), id(longName(1000+user)), subject(longName(user))))
	}
	return packages
}

// remembers has the account looked back on a month when the packages are read.
func (s *scenario) remembers(packages ...vendors.Package) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	s.answers(packages...)
	s.in.Watch.Status.History = longHistory()
	return s.answers(packages...)
}

// longHistory is the longest that a status can hold.
func longHistory() []v1alpha1.ResourceHistory {
	history := make([]v1alpha1.ResourceHistory, 8)
	for i, resource := range []string{
		"live-minutes", "mic-link", "top-speed-codec", "traffic", "transcoding", "vod-traffic", "balance", "director-minutes",
	} {
		history[i] = v1alpha1.ResourceHistory{Resource: resource, LastDay: "2026-11-20"}
		for range 30 {
			history[i].Samples = append(history[i].Samples, "123456789012345678901234.123456789")
		}
	}
	return history
}

// everythingLarge is a watch that asks for all there is, whose thresholds all
// fire, of an account with long names in which nothing is small.
func everythingLarge(t *testing.T, changes ...specChange) *scenario {
	t.Helper()
	all := []specChange{largeThresholds(""), asksUsage, asksBill(3), staleAfter(30 * day)}
	s := watching(t, append(all, changes...)...)
	if s.in.Watch.Spec.Usage != nil {
		s.uses(largeUsage()...)
	}
	if s.in.Watch.Spec.Bill != nil {
		s.bills(largeBill()...)
		s.closes(largeBill()...)
	}
	return s
}

// largeThresholds are the most thresholds with the longest names; those on the
// subject are the most severe.
func largeThresholds(subject string) specChange {
	var limits []v1alpha1.Threshold
	for i := range 32 {
		limits = append(limits, critical(forSubject(belowPercent(fmt.Sprintf("%s%03d", strings.Repeat("x", 60), i), 100), subject)))
	}
	limits[0].Subject, limits[0].Severity = new("*"), v1alpha1.SeverityWarning
	return thresholds(limits...)
}

func largeUsage() []vendors.UsageItem {
	var list []vendors.UsageItem
	for i := range 40 {
		item := inUnit(strings.Repeat("分", 32), labelled(strings.Repeat("直", 128), usage(fmt.Sprintf("Item%059d", i), longAmount)))
		item.DataAsOf = item.DataAsOf.Add(-i % 2)
		list = append(list, item)
	}
	return list
}

func largeBill() []vendors.BillLine {
	var list []vendors.BillLine
	for i := range 20 {
		l := line(strings.Repeat("直", 40), longAmount)
		l.Category, l.UnitLabel, l.Unit = strings.Repeat("播", 40)+fmt.Sprint(i), strings.Repeat("分", 32), vendors.UnitVendor
		list = append(list, l)
	}
	return list
}

// listed counts what a status lists, in the order in which it is given up.
type listed struct{ SubAccounts, Packages, Lines, Items, Findings int }

func countListed(status *v1alpha1.QuotaWatchStatus) listed {
	l := listed{Packages: len(status.Packages.Items)}
	for _, row := range status.Resources {
		if row.Subject != "" {
			l.SubAccounts++
		}
	}
	if status.Bill != nil {
		for _, period := range status.Bill.Periods {
			l.Lines += len(period.Lines)
		}
	}
	if status.Usage != nil {
		l.Items = len(status.Usage.Items)
	}
	if status.Findings != nil {
		l.Findings = len(status.Findings.Items)
	}
	return l
}

// The account as it is in the vendor's published sample.
func TestTypicalStatusIsSmall(t *testing.T) {
	packages := []vendors.Package{pack(id("281975"), left("497634728735"), total("500000000000"))}
	for i := range 8 {
		packages = append(packages, pack(id(fmt.Sprint(272170+i)), left("0"), total("500000000000"), until(-200*day)))
	}
	got := watching(t).answers(packages...)
	if size := len(compact(t, got)); size > 3<<10 {
		t.Errorf("%d bytes:\n%s", size, asJSON(t, got))
	}
}

func TestEveryMaximumAtOnce(t *testing.T) {
	packages := largeSubAccounts(5000)
	s := everythingLarge(t)
	got := s.remembers(packages...).DeepCopy()
	if size := len(compact(t, got)); size >= 32<<10 || size < 29<<10 {
		t.Errorf("%d bytes, want nearly 32 KiB", size)
	}
	t.Run("the account's rows and the history stay", func(t *testing.T) {
		var names []string
		for _, row := range got.Resources {
			names = append(names, row.Name)
		}
		if diff := cmp.Diff(everyResource, names); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		if len(got.History) != 8 {
			t.Errorf("%d resources have a history, want 8", len(got.History))
		}
		for _, h := range got.History {
			if len(h.Samples) != 30 {
				t.Errorf("the history of %s has %d samples, want 30", h.Resource, len(h.Samples))
			}
		}
	})
	t.Run("the numbers tell what is missing", func(t *testing.T) {
		l := countListed(got)
		shown := listed{Packages: int(*got.Packages.Shown), Items: int(*got.Usage.Shown), Findings: int(*got.Findings.Shown)}
		for _, period := range got.Bill.Periods {
			shown.Lines += int(*period.Shown)
		}
		if diff := cmp.Diff(l, shown); diff != "" {
			t.Errorf("shown (-want +got):\n%s", diff)
		}
		totals := []*int32{got.Packages.Total, got.Usage.Total, got.Bill.Periods[0].Total}
		if diff := cmp.Diff([]*int32{n(int32(len(packages))), n(40), n(20)}, totals); diff != "" || !got.Packages.Truncated {
			t.Errorf("truncated %t, totals (-want +got):\n%s", got.Packages.Truncated, diff)
		}
	})
	t.Run("the same answers make the same status", func(t *testing.T) {
		again := s.answers(packages...)
		if diff := cmp.Diff(string(asJSON(t, got)), string(asJSON(t, again))); diff != "" {
			t.Errorf("status (-first +again):\n%s", diff)
		}
	})
	t.Run("a restart changes nothing", func(t *testing.T) {
		want, after := got.DeepCopy(), s.restarts()
		want.NextPollTime = after.NextPollTime
		if diff := cmp.Diff(string(asJSON(t, want)), string(asJSON(t, after))); diff != "" {
			t.Errorf("status (-before +after):\n%s", diff)
		}
	})
}

func TestThousandPackages(t *testing.T) {
	var packages []vendors.Package
	for i := range 1000 {
		packages = append(packages, pack(id(longName(i)), of(everyResource[i%len(everyResource)]), left(longAmount), total("9"+longAmount)))
	}
	s := everythingLarge(t)
	if size := len(compact(t, s.remembers(packages...))); size >= 32<<10 {
		t.Errorf("%d bytes", size)
	}
}

// A list loses elements only when the one that is given up before it has none.
func TestWhatGoesFirst(t *testing.T) {
	full := listed{SubAccounts: 12, Packages: 16, Lines: 36, Items: 24, Findings: 16}
	tests := map[string]struct {
		spec  []specChange
		read  func(*scenario, ...vendors.Package) *v1alpha1.QuotaWatchStatus
		first func(got, full listed) bool
	}{
		"some sub-accounts go": {
			[]specChange{noBill}, (*scenario).answers,
			func(got, full listed) bool { return got.SubAccounts > 0 && got.SubAccounts < full.SubAccounts },
		},
		"the sub-accounts and some packages go": {
			nil, (*scenario).answers,
			func(got, full listed) bool {
				return got.SubAccounts == 0 && got.Packages > 0 && got.Packages < full.Packages
			},
		},
		"the packages and some lines go, too": {
			nil, (*scenario).remembers,
			func(got, full listed) bool { return got.Packages == 0 && got.Lines > 0 && got.Lines < full.Lines },
		},
		"the lines and some items go, too": {
			[]specChange{largeThresholds("*")}, (*scenario).remembers,
			func(got, full listed) bool { return got.Lines == 0 && got.Items > 0 && got.Items < full.Items },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := everythingLarge(t, test.spec...)
			got := countListed(test.read(s, largeSubAccounts(100)...))
			full := full
			if s.in.Watch.Spec.Bill == nil {
				full.Lines = 0
			}
			if !test.first(got, full) {
				t.Errorf("listed: %+v of %+v", got, full)
			}
			lists, most := []int{got.SubAccounts, got.Packages, got.Lines, got.Items, got.Findings},
				[]int{full.SubAccounts, full.Packages, full.Lines, full.Items, full.Findings}
			for i := range lists[1:] {
				if lists[i] > 0 && lists[i+1] < most[i+1] {
					t.Errorf("listed: %+v of %+v", got, full)
				}
			}
		})
	}
}

// A sub-account whose row finds no room is judged without what is known of it
// from the past: the next assessment would not know it either.
func TestTrimmedRowsAreForgotten(t *testing.T) {
	user := func(remaining string) vendors.Package {
		return pack(id("its"), subject("u-1"), of("live-minutes"), left(remaining), totalUnknown)
	}
	low := thresholds(forSubject(forResource(belowPercent("low", 20), "live-minutes"), "u-1"))
	s := everythingLarge(t, low, noUsage, noBill)
	s.answers(user("100"))
	got := s.answers(user("1000"))
	if diff := cmp.Diff("False Sufficient", says(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
		t.Fatalf("with an observed total (-want +got):\n%s", diff)
	}

	s.edits(func(spec *v1alpha1.QuotaWatchSpec) { asksUsage(spec); asksBill(3)(spec) })
	s.uses(largeUsage()...)
	s.bills(largeBill()...)
	s.closes(largeBill()...)
	got = s.answers(append(largeSubAccounts(0), user("1000"))...)
	if l := countListed(got); l.SubAccounts > 0 {
		t.Fatalf("listed: %+v", l)
	}
	if diff := cmp.Diff("Unknown NoTotal", says(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
		t.Errorf("without a row (-want +got):\n%s", diff)
	}
}
