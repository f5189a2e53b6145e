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

// The samples are moved alike on every day, also where months and years turn.
func TestSeedsMoveWithTheClock(t *testing.T) {
	type seen struct {
		minutes, next, flow, usage, usageTime, bill, billPeriod string
		traffic                                                 []string
	}
	tests := map[string]struct {
		now  time.Time
		want seen
	}{
		"late in UTC, when Beijing is a day ahead": {
			now: testStart,
			want: seen{
				minutes: "2026-11-19 2026-12-02", next: "2026-12-03 2026-12-07", flow: "2026-12-12 2026-12-22",
				usage: "2026-11-21", usageTime: "2026-11-21 13:03:01", bill: "2026-10-12", billPeriod: "2026-10",
				traffic: []string{"20261118", "20261119", "20261120"},
			},
		},
		"first of a year in Beijing": {
			now: time.Date(2027, 12, 31, 16, 0, 0, 0, time.UTC),
			want: seen{
				minutes: "2027-12-29 2028-01-11", next: "2028-01-12 2028-01-16", flow: "2028-01-21 2028-01-31",
				usage: "2027-12-31", usageTime: "2027-12-31 13:03:01", bill: "2027-12-12", billPeriod: "2027-12",
				traffic: []string{"20271228", "20271229", "20271230"},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			group := polyvSeeds(test.now)[ExamplePolyvGroupAccount]
			usage := polyvSeeds(test.now)[ExamplePolyvStandardAccount].Usage[0]
			s, bill := group.SubAccounts[0], group.Zones[0].Bill
			got := seen{
				minutes: s.Minutes[0].Start + " " + s.Minutes[0].End, next: s.Minutes[1].Start + " " + s.Minutes[1].End,
				flow: s.Flow[0].Start + " " + s.Flow[0].End, usage: usage.StatDate, usageTime: usage.StartTime,
				bill: bill[0].StatAt, billPeriod: bill[0].AccountPeriod,
			}
			for _, day := range volcengineSeeds(test.now).Rooms[0].Days {
				got.traffic = append(got.traffic, day.Day)
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(seen{})); diff != "" {
				t.Errorf("days (-want +got):\n%s", diff)
			}
		})
	}
}

// The traffic of the seeds is the published sample's, at any time of day.
func TestVolcengineSeedsAnswer(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	viewers := int64(10)
	row := volcengineTraffic{
		ExampleVolcengineRoomID, volcengineCreator{SubAccountName: CanaryVolcengineSubAccount}, &viewers, 1100,
	}
	want := map[string][]volcengineTraffic{
		"EstimatedResult": {row}, "ActualResult": {row}, "ActualPrePayResult": {},
	}
	for hour := range 24 {
		b.clock.SetTime(testStart.Add(-4*time.Hour - 6*time.Minute - 26*time.Second + time.Duration(hour)*time.Hour))
		b.sim.Reset()
		if diff := cmp.Diff(want, b.askVolcengine(t, seedsTraffic)); diff != "" {
			t.Errorf("hour %d in Beijing (-want +got):\n%s", hour, diff)
		}
	}
}

func TestPolyvLargeScenario(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	ids, states, charges := map[string]bool{}, map[string]int{}, map[string]int{}
	withMinutes, upcoming := 0, 0
	for number := 1; number <= 100; number++ {
		page := polyvPageOf[PolyvSubAccount](t, b.doPolyv(t, b.packagesDraft(polyvParameters{
			"pageSize": "50", "pageNumber": fmt.Sprint(number),
		})))
		if len(page.Contents) != 50 {
			t.Errorf("page %d has %d rows", number, len(page.Contents))
		}
		for _, s := range page.Contents {
			ids[s.UserID] = true
			states[s.Status]++
			charges[s.ChargeType]++
			for _, minutes := range s.Minutes {
				withMinutes++
				if minutes.Start > "2026-11-22" {
					upcoming++
				}
			}
		}
	}
	got := []any{len(ids), states, charges, withMinutes, upcoming}
	want := []any{
		5000, map[string]int{"normal": 4000, "frozen": 500, "expired": 500},
		map[string]int{"minutes": 4000, "parallelConcurrent": 500, "totalConcurrent": 500}, 3000, 500,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("IDs, states, ways of charging, with minutes, with minutes to come (-want +got):\n%s", diff)
	}
	first := polyvPageOf[PolyvSubAccount](t, b.doPolyv(t, b.packagesDraft(nil))).Contents[0]
	if got := first.Flow[0].Available; got != 9007199254740993 {
		t.Errorf("flow of the first %d", got)
	}
}

// Every category of usage has rows, under its label, with and without a channel.
func TestPolyvLargeUsage(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	for _, category := range polyvCategories {
		page := polyvPageOf[PolyvUsageRow](t, b.doPolyv(t, b.usageDraft(polyvParameters{"itemCategory": category.code})))
		channels := map[int64]bool{}
		for _, row := range page.Contents {
			if row.ItemCategory != category.label {
				t.Errorf("%s is called %s", category.code, row.ItemCategory)
			}
			if row.ChannelID != nil {
				channels[*row.ChannelID] = true
			}
		}
		if *page.TotalItems != 84 || len(channels) != 3 {
			t.Errorf("%s: %d rows, %d channels", category.code, *page.TotalItems, len(channels))
		}
	}
}

func TestPolyvLargeBill(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	settlements := map[int64]int{}
	for number := 1; number <= 3; number++ {
		page := polyvPageOf[PolyvBillRow](t, b.doPolyv(t, b.billDraft(polyvParameters{
			"pageSize": "1000", "pageNumber": fmt.Sprint(number),
		})))
		for _, row := range page.Contents {
			settlements[row.TradeType]++
		}
	}
	if diff := cmp.Diff(map[int64]int{1: 750, 2: 750, 3: 750, 4: 750}, settlements); diff != "" {
		t.Errorf("rows by settlement (-want +got):\n%s", diff)
	}
}

func TestVolcengineLargeScenario(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	ask := func(creator string) map[string][]volcengineTraffic {
		return b.askVolcengine(t, `{"ActivityCreator":{`+creator+`},"StartDay":"20261022","EndDay":"20261120"}`)
	}
	main, sub := ask(`"IsMainAccount":true`), ask(`"SubAccountName":"`+CanaryVolcengineSubAccount+`-2"`)
	counts := map[string][2]int{}
	for list, rows := range main {
		counts[list] = [2]int{len(rows), len(sub[list])}
	}
	want := map[string][2]int{"EstimatedResult": {500, 125}, "ActualResult": {500, 125}, "ActualPrePayResult": {1000, 0}}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("rooms of the main account and of one sub-account (-want +got):\n%s", diff)
	}
	if main["EstimatedResult"][0].LiveUV != nil || main["ActualResult"][0].LiveUV == nil {
		t.Error("viewers are missing where they should be, or the other way round")
	}
	if id := main["ActualPrePayResult"][1].ActivityID; id != 9007199254740993 {
		t.Errorf("ID %d", id)
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
