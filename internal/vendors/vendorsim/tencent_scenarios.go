// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	_ "embed"
	"encoding/json"
	"strconv"
	"time"
)

// ExampleTencentAccount is the account that every scenario fills, and that both
// example credentials belong to.
const ExampleTencentAccount = "example"

// ExampleTencentCredential is a long-term credential that every scenario knows.
func ExampleTencentCredential() TencentCredential {
	return TencentCredential{
		SecretID:  "AKIDEXAMPLEEXAMPLEEXAMPLE",
		SecretKey: "SECRETKEYEXAMPLEEXAMPLE",
		Account:   ExampleTencentAccount,
	}
}

// ExampleTencentTemporaryCredential is a temporary credential, with a token,
// that every scenario knows. It does not expire.
func ExampleTencentTemporaryCredential() TencentCredential {
	return TencentCredential{
		SecretID:  "AKIDTEMPORARYEXAMPLE",
		SecretKey: "TEMPORARYKEYEXAMPLE",
		Token:     "STSTOKENEXAMPLE",
		Account:   ExampleTencentAccount,
	}
}

// sampleAnswer is the sample answer published at
// https://cloud.tencent.com/document/api/267/40942.
//
//go:embed tencent_seeds.json
var sampleAnswer []byte

// seedsAgeDays is how long ago the first package of the sample was bought. It
// leaves 245 of its 365 days, so that nothing is about to expire.
const seedsAgeDays = 120

// tencentSeeds is the sample answer, moved in time: all times shift by the same
// whole number of days, chosen so that the first package was bought seedsAgeDays
// before the present day in Beijing. Times of day, and the spans between the
// packages, stay as published.
func tencentSeeds(now time.Time) TencentAccount {
	var sample struct{ Response packagePage }
	if err := json.Unmarshal(sampleAnswer, &sample); err != nil {
		panic(err) // part of the program
	}
	packages := sample.Response.LivePackageInfoList
	days := daysBetween(beijingTime(packages[0].BuyTime), now) - seedsAgeDays
	for i := range packages {
		p := &packages[i]
		p.BuyTime = TencentTime(beijingTime(p.BuyTime).AddDate(0, 0, days))
		p.ExpireTime = TencentTime(beijingTime(p.ExpireTime).AddDate(0, 0, days))
	}
	return TencentAccount{
		Packages:            packages,
		PackageBillMode:     sample.Response.PackageBillMode,
		FluxPackageBillMode: sample.Response.FluxPackageBillMode,
	}
}

// beijingTime reads a time of the embedded sample.
func beijingTime(text string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, text, beijing)
	if err != nil {
		panic(err) // part of the program
	}
	return t
}

// daysBetween counts the midnights in Beijing from one time to another.
func daysBetween(from, to time.Time) int {
	return int(beijingMidnight(to).Sub(beijingMidnight(from)) / (24 * time.Hour))
}

func beijingMidnight(t time.Time) time.Time {
	year, month, day := t.In(beijing).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, beijing)
}

// largeTypes sizes the scenario "large": a request of any PackageType fills
// pages of 100 exactly, four of traffic, three of transcoding, which two types
// share, and three of mic-link.
var largeTypes = []struct {
	packageType, total int64
	count              int
}{
	{packageType: packageTraffic, total: 100_000_000_000, count: 400},
	{packageType: packageTranscoding, total: 10_000, count: 150},
	{packageType: packageTopSpeedCodec, total: 10_000, count: 150},
	{packageType: packageMicLink, total: 500, count: 300},
}

// largeStates are what the packages of "large" take turns in.
var largeStates = []struct {
	status        int64
	boughtDaysAgo int
	usedPercent   int64
}{
	{status: packageInUse, boughtDaysAgo: 30, usedPercent: 20},
	{status: packageUnused, boughtDaysAgo: 1, usedPercent: 0},
	{status: packageExhausted, boughtDaysAgo: 200, usedPercent: 100},
	{status: packageExpired, boughtDaysAgo: 400, usedPercent: 60},
	{status: packageFrozen, boughtDaysAgo: 90, usedPercent: 10},
	{status: packageRefunded, boughtDaysAgo: 10, usedPercent: 0},
	{status: packageInUse, boughtDaysAgo: 120, usedPercent: 80},
	{status: packageExhausted, boughtDaysAgo: 300, usedPercent: 100},
	{status: packageInUse, boughtDaysAgo: 362, usedPercent: 50}, // expires within the week
	{status: packageExpired, boughtDaysAgo: 800, usedPercent: 100},
}

// tencentLarge makes the same thousand packages every time, apart from their
// times.
func tencentLarge(now time.Time) TencentAccount {
	account := TencentAccount{PackageBillMode: 204, FluxPackageBillMode: "204,204,204,204,-1,-1"}
	for _, kind := range largeTypes {
		for i := range kind.count {
			id := 300_000 + len(account.Packages)
			account.Packages = append(account.Packages, largePackage(now, id, i, kind.packageType, kind.total))
		}
	}
	return account
}

// largePackage is the i-th package of its type. Renewal is null in every second
// one, as the vendor allows. A minute apart, no two of a type are bought at once.
func largePackage(now time.Time, id, i int, packageType, total int64) TencentPackage {
	state := largeStates[i%len(largeStates)]
	bought := now.In(beijing).AddDate(0, 0, -state.boughtDaysAgo).Add(-time.Duration(i) * time.Minute)
	p := TencentPackage{
		ID:         strconv.Itoa(id),
		Type:       packageType,
		Status:     state.status,
		Total:      total,
		Used:       total * state.usedPercent / 100,
		Left:       total - total*state.usedPercent/100,
		BuyTime:    TencentTime(bought),
		ExpireTime: TencentTime(bought.AddDate(1, 0, 0)),
	}
	if i%2 == 0 {
		p.WillRenew, p.RenewalResult = new(int64), new(int64)
	}
	return p
}
