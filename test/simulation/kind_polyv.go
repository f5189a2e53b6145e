// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// polyvKeys are what all accounts at POLYV have in common.
type polyvKeys struct{}

func (polyvKeys) service() string { return vendorsim.ServicePolyv }

func (polyvKeys) secret(key, secret string) map[string]string {
	return map[string]string{"appId": key, "appSecret": secret}
}

func (polyvKeys) admit(v *vendorsim.Simulator, key, secret, account string) {
	v.Polyv().SetCredential(vendorsim.PolyvCredential{AppID: key, AppSecret: vendors.Secret(secret), Account: account})
}

func (polyvKeys) revoke(v *vendorsim.Simulator, key string) { v.Polyv().RemoveCredential(key) }

// polyvGroup is the main account of a group with a few sub-accounts and an
// isolation zone of the same name.
type polyvGroup struct{ polyvKeys }

const subAccounts = 4

func (polyvGroup) name() string { return "polyv-group" }

func (polyvGroup) spec() v1alpha1.VendorAccountSpec {
	return v1alpha1.VendorAccountSpec{
		Vendor: v1alpha1.VendorPolyv,
		Polyv:  &v1alpha1.PolyvAccountOptions{AccountType: v1alpha1.PolyvAccountGroup},
	}
}

func (polyvGroup) fill(v *vendorsim.Simulator, account string, number int64, now time.Time) {
	group := vendorsim.PolyvAccount{Group: true, Zones: []vendorsim.PolyvIsolationZone{{UserID: account}}}
	start, end := vendorsim.PolyvDay(now.AddDate(0, -1, 0)), vendorsim.PolyvDay(now.AddDate(0, 11, 0))
	for member := range subAccounts {
		group.SubAccounts = append(group.SubAccounts, vendorsim.PolyvSubAccount{
			UserID: fmt.Sprintf("%s-%d", account, member), Email: email(account, member),
			ChargeType: "minutes", Status: "normal", Balance: "0",
			Minutes: []vendorsim.PolyvResource{{Start: start, End: end, Available: number}},
		})
	}
	v.Polyv().SetAccount(account, group)
}

func email(account string, member int) string {
	return fmt.Sprintf("member-%d@%s.example.com", member, account)
}

func (polyvGroup) readings(account string) []reading {
	bill := minutesOf(account)
	bill.spec.Bill = &v1alpha1.BillReading{Polyv: &v1alpha1.PolyvBill{IsolationID: account}}
	return []reading{
		bill, minutesOf(account, 0), minutesOf(account, 1),
		minutesOf(account, 0, 1), minutesOf(account, 1, 2, 3), minutesOf(account),
	}
}

// minutesOf reads the packages of some sub-accounts; of all when none is named.
func minutesOf(account string, members ...int) reading {
	packages := &v1alpha1.PackagesReading{}
	count := int64(subAccounts)
	if len(members) > 0 {
		packages.Polyv, count = &v1alpha1.PolyvPackages{}, int64(len(members))
	}
	for _, member := range members {
		packages.Polyv.Emails = append(packages.Polyv.Emails, email(account, member))
	}
	return reading{
		spec:  v1alpha1.QuotaWatchSpec{Packages: packages},
		shows: map[string]int64{vendors.ResourceLiveMinutes: count},
	}
}

// polyvAccount is an ordinary account at POLYV.
type polyvAccount struct{ polyvKeys }

func (polyvAccount) name() string { return "polyv-account" }

func (polyvAccount) spec() v1alpha1.VendorAccountSpec {
	return v1alpha1.VendorAccountSpec{
		Vendor: v1alpha1.VendorPolyv,
		Polyv:  &v1alpha1.PolyvAccountOptions{SignatureMethod: v1alpha1.PolyvSignatureSHA256},
	}
}

func (polyvAccount) fill(v *vendorsim.Simulator, account string, number int64, now time.Time) {
	var usage []vendorsim.PolyvUsageRow
	day := vendorsim.PolyvDay(now.AddDate(0, 0, -usedDaysAgo))
	for _, category := range []string{"duration", "mic_duration"} {
		usage = append(usage, vendorsim.PolyvUsageRow{
			Category: category, StatDate: day, Production: "直播", ItemName: "国内观看时长", RecordID: category,
			Consumed: json.Number(strconv.FormatInt(number, 10)), ConsumeUnit: "分钟",
			StartTime: day + " 10:00:00", EndTime: day + " 11:00:00",
		})
	}
	v.Polyv().SetAccount(account, vendorsim.PolyvAccount{Usage: usage})
}

func (polyvAccount) readings(string) []reading {
	const week, month = v1alpha1.UsageLast7Days, v1alpha1.UsageLast30Days
	const duration, micDuration = v1alpha1.PolyvDuration, v1alpha1.PolyvMicDuration
	return []reading{
		usageOfItems(week, duration), usageOfItems(week, micDuration), usageOfItems(week, duration, micDuration),
		usageOfItems(month, duration), usageOfItems(month, micDuration), usageOfItems(month, duration, micDuration),
	}
}

func usageOfItems(window v1alpha1.UsageWindow, items ...v1alpha1.PolyvUsageItem) reading {
	r := reading{shows: map[string]int64{}}
	r.spec.Usage = &v1alpha1.UsageReading{Window: window, Polyv: &v1alpha1.PolyvUsage{Items: items}}
	for _, item := range items {
		r.shows[string(item)] = 1
	}
	return r
}
