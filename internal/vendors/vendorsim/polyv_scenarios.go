// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The accounts that every scenario fills.
const (
	// ExamplePolyvGroupAccount is the main account of a group.
	ExamplePolyvGroupAccount = "example-group"
	// ExamplePolyvStandardAccount is an ordinary account.
	ExamplePolyvStandardAccount = "example-standard"
	// ExamplePolyvIsolationID is the isolation zone of the group.
	ExamplePolyvIsolationID = "iso-example"
	// ExamplePolyvSubAccountID is the sub-account of ScenarioSeeds.
	ExamplePolyvSubAccountID = "subaccountexample"
	// ExamplePolyvChannelID is the channel of ScenarioSeeds.
	ExamplePolyvChannelID = 3346714
)

// The canaries: invented values in the place of those that POLYV sends and that
// nobody may keep or show. Where there are many, each contains its canary.
const (
	CanaryPolyvAppSecret = "CANARY-sub-account-app-secret" //nolint:gosec // invented
	CanaryPolyvEmail     = "canary-email@example.com"
	CanaryPolyvPhone     = "130CANARY0000"
	CanaryPolyvContacts  = "CANARY-contacts-测试"
	CanaryPolyvMemo      = "CANARY-memo"
	CanaryPolyvRemark    = "CANARY-remark-测试"
)

// ExamplePolyvGroupCredential is the key of ExamplePolyvGroupAccount, which
// every scenario knows.
func ExamplePolyvGroupCredential() PolyvCredential {
	return PolyvCredential{AppID: "groupexample", AppSecret: "GROUPSECRETEXAMPLE", Account: ExamplePolyvGroupAccount}
}

// ExamplePolyvStandardCredential is the key of ExamplePolyvStandardAccount, which
// every scenario knows.
func ExamplePolyvStandardCredential() PolyvCredential {
	return PolyvCredential{AppID: "standardexample", AppSecret: "STANDARDSECRETEXAMPLE", Account: ExamplePolyvStandardAccount}
}

// The sample answers published on the pages that preparePackages, prepareUsage
// and prepareBill come from.
var (
	//go:embed polyv_packages_seeds.json
	samplePolyvPackages []byte
	//go:embed polyv_usage_seeds.json
	samplePolyvUsage []byte
	//go:embed polyv_bill_seeds.json
	samplePolyvBill []byte
)

// polyvSeedsAgeDays is how long ago the first minutes of the sample began. Ten
// of their fourteen days are ahead, the next minutes wait until they are over,
// and the traffic waits longer.
const polyvSeedsAgeDays = 3

// polyvSeeds are the samples, moved in time: the packages all by the same number
// of days, so that the first minutes began polyvSeedsAgeDays ago; the usage to
// yesterday; the bill to last month, on the same days of the month.
func polyvSeeds(now time.Time) map[string]PolyvAccount {
	return map[string]PolyvAccount{
		ExamplePolyvGroupAccount: {
			Group:       true,
			Health:      12.5,
			SubAccounts: polyvSeedsSubAccounts(now),
			Zones:       []PolyvIsolationZone{{UserID: ExamplePolyvIsolationID, Bill: polyvSeedsBill(now)}},
		},
		ExamplePolyvStandardAccount: {Usage: polyvSeedsUsage(now)},
	}
}

// polyvSample reads the rows of a sample answer.
func polyvSample[T any](text []byte) []T {
	var sample struct{ Data polyvPage[T] }
	if err := json.Unmarshal(text, &sample); err != nil {
		panic(err) // part of the program
	}
	return sample.Data.Contents
}

func polyvSeedsSubAccounts(now time.Time) []PolyvSubAccount {
	accounts := polyvSample[PolyvSubAccount](samplePolyvPackages)
	days := daysBetween(beijingDay(accounts[0].Minutes[0].Start), now) - polyvSeedsAgeDays
	for i := range accounts {
		s := &accounts[i]
		s.UserID, s.AppID = ExamplePolyvSubAccountID, "subappexample"
		s.AppSecret, s.Email, s.Phone = CanaryPolyvAppSecret, CanaryPolyvEmail, CanaryPolyvPhone
		s.Contacts, s.Memo = CanaryPolyvContacts, CanaryPolyvMemo
		for _, resource := range s.resources() {
			for j := range *resource {
				r := &(*resource)[j]
				r.Start, r.End = movedDay(r.Start, days), movedDay(r.End, days)
			}
		}
	}
	return accounts
}

func polyvSeedsUsage(now time.Time) []PolyvUsageRow {
	rows := polyvSample[PolyvUsageRow](samplePolyvUsage)
	for i := range rows {
		row := &rows[i]
		days := daysBetween(beijingDay(row.StatDate), now) - 1
		row.Category = "duration"
		row.StatDate = movedDay(row.StatDate, days)
		row.StartTime = movedTime(row.StartTime, days)
		row.EndTime = movedTime(row.EndTime, days)
		row.Remark = CanaryPolyvRemark
	}
	return rows
}

func polyvSeedsBill(now time.Time) []PolyvBillRow {
	rows := polyvSample[PolyvBillRow](samplePolyvBill)
	period := lastMonth(now).Format("2006-01")
	for i := range rows {
		row := &rows[i]
		row.UnionID = "unionexample"
		row.StatAt = strings.Replace(row.StatAt, row.AccountPeriod, period, 1)
		row.AccountPeriod = period
	}
	return rows
}

// beijingDay reads a day of an embedded sample.
func beijingDay(text string) time.Time { return beijingTime(text + " 00:00:00") }

func movedDay(text string, days int) string { return PolyvDay(beijingDay(text).AddDate(0, 0, days)) }

func movedTime(text string, days int) string {
	return beijingTime(text).AddDate(0, 0, days).Format(time.DateTime)
}

// lastMonth is the first day of the month before the one that it is in Beijing.
func lastMonth(now time.Time) time.Time {
	year, month, _ := now.In(beijing).Date()
	return time.Date(year, month-1, 1, 0, 0, 0, 0, beijing)
}

// How much the scenario "large" has. Pages of 50 sub-accounts and of 1000 rows
// of last month's bill come out even.
const (
	largeSubAccounts   = 5000
	largeUsageDays     = 62
	largeChannels      = 3
	largeBillRows      = 3000
	largeBillRowsToday = 10
)

// polyvLarge makes the same accounts every time, apart from their dates.
func polyvLarge(now time.Time) map[string]PolyvAccount {
	accounts := make([]PolyvSubAccount, largeSubAccounts)
	for i := range accounts {
		accounts[i] = largeSubAccount(now, i)
	}
	return map[string]PolyvAccount{
		ExamplePolyvGroupAccount: {
			Group:       true,
			Health:      92.5,
			SubAccounts: accounts,
			Zones:       []PolyvIsolationZone{{UserID: ExamplePolyvIsolationID, Bill: largeBill(now)}},
		},
		ExamplePolyvStandardAccount: {Usage: largeUsage(now)},
	}
}

// largeSubAccountStates are what the sub-accounts of "large" take turns in, each
// with the days from today on which its minutes begin and end.
var largeSubAccountStates = []struct {
	chargeType, status string
	start, end         int
	available          int64
}{
	{chargeType: "minutes", status: "normal", start: -30, end: 335, available: 100_000},
	{chargeType: "minutes", status: "normal", start: -300, end: 65, available: 2_000},
	{chargeType: "minutes", status: "normal", start: -362, end: 3, available: 500}, // about to expire
	{chargeType: "minutes", status: "normal", start: -365, end: 0, available: 10},  // the last day
	{chargeType: "minutes", status: "normal", start: -366, end: -1, available: 10}, // no longer listed
	{chargeType: "minutes", status: "normal", start: 10, end: 375, available: 50_000},
	{chargeType: "minutes", status: "frozen", start: -100, end: 265, available: 7_000},
	{chargeType: "minutes", status: "expired", start: -400, end: -35, available: 0},
	{chargeType: "parallelConcurrent", status: "normal", start: -10, end: 355, available: 0},
	{chargeType: "totalConcurrent", status: "normal", start: -20, end: 345, available: 0},
}

// largeSubAccount is the i-th sub-account. The flow of the first is too large
// for a floating-point number.
func largeSubAccount(now time.Time, i int) PolyvSubAccount {
	state := largeSubAccountStates[i%len(largeSubAccountStates)]
	start, end := PolyvDay(now.AddDate(0, 0, state.start)), PolyvDay(now.AddDate(0, 0, state.end))
	part := func(available int64) []PolyvResource {
		return []PolyvResource{{Start: start, End: end, Available: available}}
	}
	s := PolyvSubAccount{
		UserID:         fmt.Sprintf("user%04d", i),
		AppID:          fmt.Sprintf("app%04d", i),
		AppSecret:      fmt.Sprintf("%s-%04d", CanaryPolyvAppSecret, i),
		Email:          fmt.Sprintf("user%04d-%s", i, CanaryPolyvEmail),
		Balance:        fmt.Sprintf("%d.%02d", i, i%100),
		Phone:          fmt.Sprintf("%s%04d", CanaryPolyvPhone, i),
		Memo:           fmt.Sprintf("%s-%04d", CanaryPolyvMemo, i),
		Contacts:       fmt.Sprintf("%s-%04d", CanaryPolyvContacts, i),
		ChargeType:     state.chargeType,
		Flow:           part(9007199254740993 - int64(i)<<30),
		Space:          part(int64(i) << 30),
		Status:         state.status,
		ExpireType:     "group",
		LinkMicMinutes: int64(i),
		GuideMinutes:   int64(i % 60),
		MaxChannels:    100,
		LinkMicLimit:   16,
		PureRtcEnabled: "N",
	}
	if state.chargeType == "minutes" {
		s.Minutes = part(state.available)
	} else {
		s.Concurrent = part(int64(100 + i))
	}
	if i%2 == 1 {
		expiry := now.AddDate(0, 0, state.end).UnixMilli()
		s.ExpireType, s.ExpireDate = "custom", &expiry
	}
	return s
}

// largeUsage has, for each of the days up to yesterday, a row of every category
// for each channel, and one of no channel.
func largeUsage(now time.Time) []PolyvUsageRow {
	var rows []PolyvUsageRow
	for age := largeUsageDays; age > 0; age-- {
		day := PolyvDay(now.AddDate(0, 0, -age))
		for _, category := range polyvCategories {
			for channel := range largeChannels + 1 {
				rows = append(rows, largeUsageRow(len(rows), day, category.code, channel))
			}
		}
	}
	return rows
}

// largeUsageRow is a row of a channel; 0 is none.
func largeUsageRow(i int, day, category string, channel int) PolyvUsageRow {
	row := PolyvUsageRow{
		Category:    category,
		StatDate:    day,
		Production:  "直播",
		ItemName:    "国内观看时长",
		RecordID:    fmt.Sprintf("record-%06d", i),
		Consumed:    json.Number(fmt.Sprintf("%d.%d", i%1000, i%10)),
		ConsumeUnit: "分钟",
		StartTime:   day + " 13:03:01",
		EndTime:     day + " 14:48:36",
		Remark:      fmt.Sprintf("%s-%06d", CanaryPolyvRemark, i),
	}
	if category == "concurrence" {
		row.ItemName, row.ConsumeUnit, row.Consumed = "并发峰值", "人", json.Number(fmt.Sprint(i%500))
	}
	if channel > 0 {
		id := int64(ExamplePolyvChannelID + channel - 1)
		row.ChannelID = &id
	}
	return row
}

// largeBill has largeBillRows last month and some on each day of this one.
func largeBill(now time.Time) []PolyvBillRow {
	var rows []PolyvBillRow
	month := lastMonth(now)
	days := month.AddDate(0, 1, -1).Day()
	for i := range largeBillRows {
		rows = append(rows, largeBillRow(i, month.AddDate(0, 0, i%days)))
	}
	for day := month.AddDate(0, 1, 0); day.Before(beijingMidnight(now)); day = day.AddDate(0, 0, 1) {
		for i := range largeBillRowsToday {
			rows = append(rows, largeBillRow(i, day))
		}
	}
	return rows
}

// largeBillKinds are what the rows of a large bill take turns in.
var largeBillKinds = []struct{ production, category, unit string }{
	{"直播", "国内观看时长", "分钟"},
	{"直播", "导播时长", "分钟"},
	{"点播", "存储空间", "GB"},
}

func largeBillRow(i int, day time.Time) PolyvBillRow {
	kind := largeBillKinds[i%len(largeBillKinds)]
	return PolyvBillRow{
		UnionID:          "unionexample",
		AccountPeriod:    day.Format("2006-01"),
		Production:       kind.production,
		Category:         kind.category,
		ItemConsumed:     json.Number(fmt.Sprintf("%d.%02d", i, i%100)),
		ItemConsumedUnit: kind.unit,
		StatAt:           PolyvDay(day),
		TradeType:        int64(i/len(largeBillKinds)%4 + 1),
	}
}
