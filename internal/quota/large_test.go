// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

var fourResources = []string{"live-minutes", "mic-link", "traffic", "vod-traffic"}

// manySubAccounts returns the packages of so many sub-accounts with four resources
// each. Of every resource each tenth sub-account has less than a tenth left.
func manySubAccounts(users int) []vendors.Package {
	packages := make([]vendors.Package, 0, users*len(fourResources))
	for user := range users {
		for kind, resource := range fourResources {
			remaining := amount.FromInt(500)
			if user%10 == kind {
				remaining = amount.FromInt(99)
			}
			packages = append(packages, pack(
				id(fmt.Sprintf("%016x", 4*user+kind)), subject(fmt.Sprintf("user-%010d", user)), of(resource),
				func(p *vendors.Package) { p.Remaining = remaining },
			))
		}
	}
	return packages
}

var everyLowSubAccount = thresholds(
	belowPercent("account", 20),
	forSubject(belowPercent("subs", 20), "*"), critical(forSubject(belowPercent("subs-bad", 10), "*")),
)

func TestLargeAccount(t *testing.T) {
	s := watching(t, everyLowSubAccount, asksUsage, asksBill(3))
	var items []vendors.UsageItem
	for i := range 40 {
		items = append(items, usage(fmt.Sprintf("Item%02d", i), "1234567890.123456789"))
	}
	var lines []vendors.BillLine
	for i := range 40 {
		lines = append(lines, line(fmt.Sprintf("直播分钟数 %02d", i), "1234567890.123456789"))
	}
	s.uses(items...)
	s.bills(lines...)
	s.closes(lines...)
	got := s.answers(manySubAccounts(5000)...)

	t.Run("the account's rows are exact, and first", func(t *testing.T) {
		var want []v1alpha1.ResourceStatus
		for _, resource := range fourResources {
			want = append(want, v1alpha1.ResourceStatus{
				Name: resource, Unit: v1alpha1.UnitBytes, Remaining: "2299500", Total: "5000000", TotalSource: v1alpha1.TotalFromVendor,
				RemainingPercent: n(45), Packages: n(5000), NextExpiry: at(300 * day),
			})
		}
		if diff := cmp.Diff(want, got.Resources[:4]); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
	t.Run("the rest of the rows are of the most urgent sub-accounts", func(t *testing.T) {
		if len(got.Resources) != 24 {
			t.Fatalf("%d rows", len(got.Resources))
		}
		for _, row := range got.Resources[4:] {
			if row.Subject == "" || *row.RemainingPercent != 9 {
				t.Errorf("%d%% of %q is listed", *row.RemainingPercent, row.Subject)
			}
		}
	})
	t.Run("all are judged", func(t *testing.T) {
		if diff := cmp.Diff([]*int32{n(16), n(4000)}, []*int32{got.Findings.Shown, got.Findings.Total}); diff != "" {
			t.Errorf("findings shown and in total (-want +got):\n%s", diff)
		}
		want := "Less is left than allowed by subs (user-0000000000/live-minutes), subs (user-0000000001/mic-link), " +
			"subs (user-0000000002/traffic) and 3997 more"
		if diff := cmp.Diff(want, message(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
			t.Errorf("QuotaLow (-want +got):\n%s", diff)
		}
	})
	t.Run("all packages are counted", func(t *testing.T) {
		if diff := cmp.Diff([]*int32{n(16), n(20000)}, []*int32{got.Packages.Shown, got.Packages.Total}); diff != "" {
			t.Errorf("packages shown and in total (-want +got):\n%s", diff)
		}
	})
	t.Run("the status stays small", func(t *testing.T) {
		if size := len(compact(t, got)); size > 32<<10 {
			t.Errorf("%d bytes", size)
		}
	})
}

// What is not listed is judged all the same, by every test and severity.
func TestThresholdsOnWhatIsNotListed(t *testing.T) {
	const last = "user-0000004999"
	limits := []v1alpha1.Threshold{
		forSubject(forResource(belowPercent("share", 51), "traffic"), last), critical(forSubject(belowPercent("any-share", 51), last)),
		forSubject(below("amount", "501"), last), forSubject(below("enough", "500"), last),
		forSubject(forResource(expiresWithin("end", 301*day), "mic-link"), last), forSubject(expiresWithin("later", 299*day), last),
	}
	want := []string{
		"Critical Low " + last + "/live-minutes by any-share", "Critical Low " + last + "/mic-link by any-share",
		"Critical Low " + last + "/traffic by any-share", "Critical Low " + last + "/vod-traffic by any-share",
		"Warning Low " + last + "/traffic by amount", "Warning Low " + last + "/traffic by share",
		"Warning Expiring " + last + "/mic-link by end",
	}
	got := watching(t, thresholds(limits...)).answers(manySubAccounts(5000)...)
	if diff := cmp.Diff(want, found(got)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	for _, row := range got.Resources {
		if row.Subject == last {
			t.Error("it is listed")
		}
	}
}

// Not all packages find a place in the status, so that a new process has nothing
// to add up: what was written stays.
func TestManySubAccountsAfterARestart(t *testing.T) {
	s := watching(t, everyLowSubAccount)
	before := s.answers(manySubAccounts(50)...).DeepCopy()
	got := s.restarts()
	if diff := cmp.Diff(before.Resources, got.Resources); diff != "" {
		t.Errorf("resources (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(before.Findings, got.Findings); diff != "" {
		t.Errorf("findings (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(verdicts(before), verdicts(got)); diff != "" {
		t.Errorf("verdicts (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(before.Summary, got.Summary); diff != "" {
		t.Errorf("summary (-before +after):\n%s", diff)
	}
}

// A watch of three resources with a month of history, polled again.
func BenchmarkAssessWithHistory(b *testing.B) {
	in := Input{Watch: &v1alpha1.QuotaWatch{Spec: v1alpha1.QuotaWatchSpec{Packages: &v1alpha1.PackagesReading{}}}, Now: start}
	var packages []vendors.Package
	for i := range 9 {
		packages = append(packages, pack(id(fmt.Sprint(i)), of(fourResources[i%3]), left("497630000000"), total("900000000000")))
	}
	for d := range 32 {
		in.Now = start.Add(time.Duration(d) * day)
		for i := range packages {
			packages[i].Remaining = packages[i].Remaining.Sub(amount.FromInt(int64(3_000_000_000 + i*d%7*123_456_789)))
		}
		in.Packages.Value = &vendors.PackageReading{Packages: packages}
		in.Packages.Time, in.Packages.Attempt = in.Now, in.Now
		in.Watch.Status = Assess(in).Status
	}
	if len(in.Watch.Status.History) != 3 || in.Watch.Status.Resources[0].RunOutConfidence == "" {
		b.Fatal("there is no forecast")
	}
	for b.Loop() {
		in.Watch.Status = Assess(in).Status
	}
}

func BenchmarkAssess(b *testing.B) {
	for _, users := range []int{1, 100, 5000} {
		b.Run(fmt.Sprint(users), func(b *testing.B) {
			in := Input{Watch: &v1alpha1.QuotaWatch{Spec: v1alpha1.QuotaWatchSpec{Packages: &v1alpha1.PackagesReading{}}}, Now: start}
			everyLowSubAccount(&in.Watch.Spec)
			in.Packages.Value = &vendors.PackageReading{Packages: manySubAccounts(users)}
			in.Packages.Time, in.Packages.Attempt = start, start
			b.ReportAllocs()
			for b.Loop() {
				in.Watch.Status = Assess(in).Status
			}
		})
	}
}
