// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestPackageStates(t *testing.T) {
	tests := map[string]struct {
		pack vendors.Package
		want v1alpha1.PackageState
	}{
		"usable":                                {pack(), v1alpha1.PackageUsable},
		"usable without a window":               {pack(startUnknown, endUnknown), v1alpha1.PackageUsable},
		"not begun":                             {pack(from(time.Second)), v1alpha1.PackageUpcoming},
		"begun at this moment":                  {pack(func(p *vendors.Package) { p.Start = &start }), v1alpha1.PackageUsable},
		"over, called usable":                   {pack(until(-time.Second)), v1alpha1.PackageExpired},
		"over at this moment":                   {pack(func(p *vendors.Package) { p.End = &start }), v1alpha1.PackageExpired},
		"expired by the vendor's word":          {pack(in(vendors.PackageExpired)), v1alpha1.PackageExpired},
		"nothing left, called usable":           {pack(left("0")), v1alpha1.PackageExhausted},
		"less than nothing left":                {pack(left("-1")), v1alpha1.PackageExhausted},
		"exhausted with something left":         {pack(in(vendors.PackageExhausted)), v1alpha1.PackageExhausted},
		"exhausted and over":                    {pack(in(vendors.PackageExhausted), until(-time.Second)), v1alpha1.PackageExpired},
		"frozen":                                {pack(in(vendors.PackageFrozen)), v1alpha1.PackageFrozen},
		"frozen and over":                       {pack(in(vendors.PackageFrozen), until(-time.Second)), v1alpha1.PackageFrozen},
		"refunded":                              {pack(in(vendors.PackageRefunded)), v1alpha1.PackageRefunded},
		"a state of a later version, and over":  {pack(in("Gifted"), until(-time.Second)), v1alpha1.PackageUnknown},
		"a state of a later version":            {pack(in("Gifted")), v1alpha1.PackageUnknown},
		"a state of a later version, not begun": {pack(in("Gifted"), from(time.Hour)), v1alpha1.PackageUnknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := watching(t).answers(test.pack)
			if diff := cmp.Diff(test.want, got.Packages.Items[0].State); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPackageIsShownWhole(t *testing.T) {
	got := watching(t).answers(
		pack(subject("u-1"), unit(vendors.UnitVendor, "GB"), func(p *vendors.Package) { p.Renewal = vendors.RenewalFailed }),
		pack(id("2"), totalUnknown, startUnknown, endUnknown),
	)
	want := v1alpha1.PackagesStatus{
		Items: []v1alpha1.PackageStatus{
			{
				ID: "1", Subject: "u-1", Resource: "traffic", State: v1alpha1.PackageUsable,
				Unit: v1alpha1.UnitVendor, UnitLabel: "GB", Remaining: "500", Total: "1000",
				Start: at(-30 * day), End: at(300 * day), Renewal: v1alpha1.RenewalFailed,
			},
			{ID: "2", Resource: "traffic", State: v1alpha1.PackageUsable, Unit: v1alpha1.UnitBytes, Remaining: "500"},
		},
		Shown: n(2), Total: n(2), ObservedGeneration: 1, LastSuccessTime: at(0), DataAsOf: "2026-11-19",
	}
	if diff := cmp.Diff(want, *got.Packages); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
}

func TestPackageListBeginsWithTheMostUrgent(t *testing.T) {
	got := watching(t).answers(
		pack(id("refunded"), in(vendors.PackageRefunded)),
		pack(id("over yesterday"), until(-day)),
		pack(id("over an hour ago"), until(-time.Hour)),
		pack(id("used up"), left("0")),
		pack(id("of a later version"), in("Gifted")),
		pack(id("frozen"), in(vendors.PackageFrozen)),
		pack(id("next week"), from(7*day)),
		pack(id("tomorrow"), from(day)),
		pack(id("without end"), endUnknown),
		pack(id("ends next year")),
		pack(id("ends tonight of u-1"), until(8*time.Hour), subject("u-1")),
		pack(id("ends tonight"), until(8*time.Hour)),
	)
	var ids []string
	for _, item := range got.Packages.Items {
		ids = append(ids, item.ID)
	}
	want := []string{
		"ends tonight", "ends tonight of u-1", "ends next year", "without end", "tomorrow", "next week", "frozen",
		"of a later version", "used up", "over an hour ago", "over yesterday", "refunded",
	}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("packages.items (-want +got):\n%s", diff)
	}
}

func TestPackageListLeavesOutWhatIsOverForLong(t *testing.T) {
	got := watching(t).answers(
		pack(),
		pack(id("2"), until(-30*day+time.Second)),
		pack(id("3"), until(-30*day)),
		pack(id("4"), in(vendors.PackageRefunded), until(-31*day)),
		pack(id("5"), left("0"), until(-31*day)),
		pack(id("6"), in(vendors.PackageFrozen), until(-31*day)),
		pack(id("7"), in(vendors.PackageExpired), endUnknown),
	)
	var ids []string
	for _, item := range got.Packages.Items {
		ids = append(ids, item.ID)
	}
	if diff := cmp.Diff([]string{"1", "7", "2"}, ids); diff != "" {
		t.Errorf("packages.items (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]*int32{n(3), n(7)}, []*int32{got.Packages.Shown, got.Packages.Total}); diff != "" {
		t.Errorf("shown and total (-want +got):\n%s", diff)
	}
}

func TestPackageListIsBounded(t *testing.T) {
	var packages []vendors.Package
	for i := range 40 {
		packages = append(packages, pack(id(fmt.Sprint(i)), until(time.Duration(40-i)*day)))
	}
	got := watching(t).answers(packages...)
	if len(got.Packages.Items) != 16 || got.Packages.Items[0].ID != "39" || got.Packages.Items[15].ID != "24" {
		t.Errorf("the list is not the 16 packages that end first: %s", asJSON(t, got.Packages.Items))
	}
	if diff := cmp.Diff([]*int32{n(16), n(40)}, []*int32{got.Packages.Shown, got.Packages.Total}); diff != "" {
		t.Errorf("shown and total (-want +got):\n%s", diff)
	}
	if got.Resources[0].Remaining != "20000" {
		t.Errorf("%s is left, so that not all packages were added up", got.Resources[0].Remaining)
	}
}

// A vendor's times may be finer than those of a status. A status that changed on
// its way through the API server would be written again each time.
func TestTimesAreWholeSeconds(t *testing.T) {
	s := watching(t)
	fine := func(p *vendors.Package) {
		begin, end := p.Start.Add(999*time.Millisecond), p.End.Add(999*time.Millisecond)
		p.Start, p.End = &begin, &end
	}
	s.in.Packages.Value = &vendors.PackageReading{Packages: []vendors.Package{pack(fine)}}
	s.in.Packages.Time, s.in.Packages.Attempt, s.in.Packages.Since, s.in.Packages.Next = start, start, start, start
	s.in.Packages.Err = &vendors.Error{Kind: vendors.KindThrottled}
	got := Assess(s.in).Status
	if diff := cmp.Diff(asJSON(t, got), asJSON(t, stored(t, got))); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(stored(t, got), got); diff != "" {
		t.Errorf("stored, the status changes (-stored +assessed):\n%s", diff)
	}
}

func TestTimesOfAReading(t *testing.T) {
	type times struct{ attempt, success, next, section metav1.Time }
	of := func(status *v1alpha1.QuotaWatchStatus) times {
		return times{status.LastAttemptTime, status.LastSuccessTime, status.NextPollTime, status.Packages.LastSuccessTime}
	}
	compare := func(t *testing.T, want times, status *v1alpha1.QuotaWatchStatus) {
		t.Helper()
		if diff := cmp.Diff(want, of(status), cmp.AllowUnexported(times{})); diff != "" {
			t.Errorf("times (-want +got):\n%s", diff)
		}
	}
	s := watching(t)
	t.Run("nothing asked", func(t *testing.T) { compare(t, times{}, s.assess()) })
	t.Run("an answer", func(t *testing.T) {
		compare(t, times{attempt: at(0), success: at(0), section: at(0), next: at(61 * time.Minute)}, s.answers(pack()))
	})
	t.Run("a failure", func(t *testing.T) {
		s.waits(time.Hour)
		compare(t, times{attempt: at(time.Hour), success: at(0), section: at(0), next: at(121 * time.Minute)},
			s.fails(vendors.KindUnavailable, "Timeout"))
	})
	t.Run("an attempt under way", func(t *testing.T) {
		s.in.Packages.Next = time.Time{}
		compare(t, times{attempt: at(time.Hour), success: at(0), section: at(0)}, s.assess())
	})
	t.Run("nothing of packages asked any more", func(t *testing.T) {
		s.in.Watch.Spec.Usage = &v1alpha1.UsageReading{}
		got := s.edits(noPackages)
		if !got.LastSuccessTime.IsZero() || !got.NextPollTime.IsZero() {
			t.Errorf("the times of the numbers stay, the numbers do not: %s", asJSON(t, got))
		}
	})
}

func TestLastError(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	s.waits(time.Hour)
	got := s.fails(vendors.KindThrottled, "RequestLimitExceeded")
	want := &v1alpha1.VendorError{
		Kind: v1alpha1.ErrorThrottled, Code: "RequestLimitExceeded", Since: at(time.Hour), RetryTime: at(121 * time.Minute),
	}
	if diff := cmp.Diff(want, got.Packages.LastError); diff != "" {
		t.Errorf("after a failure (-want +got):\n%s", diff)
	}

	s.waits(time.Hour)
	got = s.fails(vendors.KindUnavailable, "")
	want = &v1alpha1.VendorError{Kind: v1alpha1.ErrorUnavailable, Since: at(time.Hour), RetryTime: at(181 * time.Minute)}
	if diff := cmp.Diff(want, got.Packages.LastError); diff != "" {
		t.Errorf("after another failure, without a code (-want +got):\n%s", diff)
	}

	if got = s.answers(pack()); got.Packages.LastError != nil {
		t.Errorf("after an answer: %v", got.Packages.LastError)
	}
}

// A code comes from the vendor, and a status with one too long would be refused.
func TestLastErrorHasABoundedCode(t *testing.T) {
	long := ""
	for range 30 {
		long += "错误Code"
	}
	got := watching(t).fails(vendors.KindUnavailable, long)
	if code := got.Packages.LastError.Code; len(code) > 128 || len(code) < 100 {
		t.Errorf("the code has %d bytes: %s", len(code), code)
	}
}
