// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSeedsAnswer(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	answer := b.ask(t, `{"PackageType":0}`)
	if diff := cmp.Diff([]string{
		"281975", "272177", "265480", "242917", "224805", "224804", "210034", "174007", "138556",
	}, answer.ids()); diff != "" {
		t.Errorf("IDs (-want +got):\n%s", diff)
	}
	zero := int64(0)
	// Beijing is at 2026-11-22 already; 120 days before that is 2026-07-25.
	want := TencentPackage{
		ID: "281975", Status: packageInUse, Total: 500000000000, Used: 2365271265, Left: 497634728735,
		BuyTime: "2026-07-25 18:46:08", ExpireTime: "2027-07-25 18:46:08", WillRenew: &zero, RenewalResult: &zero,
	}
	if diff := cmp.Diff(want, answer.LivePackageInfoList[0]); diff != "" {
		t.Errorf("first package (-want +got):\n%s", diff)
	}
	// 224 days before the first, as in the published sample.
	if got := answer.LivePackageInfoList[1].BuyTime; got != "2025-12-13 10:17:04" {
		t.Errorf("the second package was bought %s", got)
	}
	if *answer.PackageBillMode != 204 || *answer.FluxPackageBillMode != "204,204,204,204,-1,-1" {
		t.Errorf("bill modes %d and %q", *answer.PackageBillMode, *answer.FluxPackageBillMode)
	}
	if diff := cmp.Diff([4]int64{1, 9, 1, 100}, answer.paging()); diff != "" {
		t.Errorf("paging (-want +got):\n%s", diff)
	}
	for _, body := range []string{`{"PackageType":1}`, `{"PackageType":2}`} {
		if answer := b.ask(t, body); answer.code() != "" || len(answer.LivePackageInfoList) != 0 {
			t.Errorf("%s: %+v", body, answer)
		}
	}
}

// Whatever the day, the first package has been bought and has not expired, and
// the others are exhausted.
func TestSeedsAreUsableOnAnyDay(t *testing.T) {
	for _, day := range []string{
		"2026-11-21T15:59:59Z", "2026-11-21T16:00:00Z", "2028-02-29T00:00:00Z", "2020-01-01T00:00:00Z", "2031-12-31T23:59:59Z",
	} {
		now, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		packages := tencentSeeds(now).Packages
		bought, expires := beijingTime(packages[0].BuyTime), beijingTime(packages[0].ExpireTime)
		if days := daysBetween(bought, now); days != seedsAgeDays {
			t.Errorf("%s: bought %d days ago", day, days)
		}
		if expires.Sub(bought) != 365*24*time.Hour {
			t.Errorf("%s: valid for %s", day, expires.Sub(bought))
		}
		for _, p := range packages[1:] {
			if p.Status != packageExhausted || p.Left != 0 {
				t.Errorf("%s: package %s has status %d and %d left", day, p.ID, p.Status, p.Left)
			}
		}
	}
}

func TestLargeScenario(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	ids, types, states, nulls := map[string]bool{}, map[int64]int{}, map[int64]bool{}, 0
	for packageType, pages := range map[int]int{0: 4, 1: 3, 2: 3} {
		for page := 1; page <= pages; page++ {
			answer := b.ask(t, fmt.Sprintf(`{"PackageType":%d,"PageNum":%d,"PageSize":100}`, packageType, page))
			if len(answer.LivePackageInfoList) != 100 || *answer.TotalPage != int64(pages) {
				t.Errorf("type %d page %d: %d rows of %d pages", packageType, page, len(answer.LivePackageInfoList), *answer.TotalPage)
			}
			for _, p := range answer.LivePackageInfoList {
				ids[p.ID], states[p.Status] = true, true
				types[p.Type]++
				if p.WillRenew == nil {
					nulls++
				}
				if p.Left != p.Total-p.Used || p.Left < 0 {
					t.Errorf("package %s: %d - %d is not %d", p.ID, p.Total, p.Used, p.Left)
				}
			}
		}
	}
	if len(ids) != 1000 || len(states) != 6 || nulls != 500 {
		t.Errorf("%d IDs, %d states, %d rows with nulls", len(ids), len(states), nulls)
	}
	if diff := cmp.Diff(map[int64]int{0: 400, 1: 150, 2: 150, 3: 300}, types); diff != "" {
		t.Errorf("packages by type (-want +got):\n%s", diff)
	}
}

// The states of "large" agree with its clock: an expired package is past its
// end, and one in use is not.
func TestLargeStatesMatchTheClock(t *testing.T) {
	for _, p := range tencentLarge(testStart).Packages {
		expired := beijingTime(p.ExpireTime).Before(testStart)
		if expired != (p.Status == packageExpired) {
			t.Errorf("package %s with status %d expires %s", p.ID, p.Status, p.ExpireTime)
		}
	}
}

func TestEveryScenarioIsDescribed(t *testing.T) {
	for _, name := range Scenarios() {
		if ScenarioSummary(name) == "" {
			t.Errorf("scenario %s has no summary", name)
		}
	}
	if _, err := New(nil, "no such"); err == nil {
		t.Error("New accepts an unknown scenario")
	}
}

// Names, numbers and nulls are as documented, and numbers above 2^53 are exact.
func TestAnswerOnTheWire(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	b.sim.Tencent().SetAccount(ExampleTencentAccount, TencentAccount{
		Packages: []TencentPackage{{
			ID: "1", Type: 0, Status: 1, Total: 9007199254740993, Left: 9007199254740993,
			BuyTime: TencentTime(testStart), ExpireTime: "abc",
		}},
		PackageBillMode: -1,
	})
	reply, _ := b.sim.Tencent().answer(b.request(t, b.draft(`{"PackageType":0}`)), []byte(`{"PackageType":0}`))
	const want = `{"Response":{"LivePackageInfoList":[{"Id":"1","Type":0,"Status":1,"Total":9007199254740993,"Used":0,` +
		`"Left":9007199254740993,"BuyTime":"2026-11-22 04:06:26","ExpireTime":"abc","WillRenew":null,"RenewalResult":null}],` +
		`"PackageBillMode":-1,"FluxPackageBillMode":"","TotalPage":1,"TotalNum":1,"PageNum":1,"PageSize":100,` +
		`"RequestId":"00000000-0000-4000-8000-000000000001"}}`
	if diff := cmp.Diff(want, string(reply.body)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}
