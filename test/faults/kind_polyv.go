// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// polyvGroupKind is the main account of a group with a few sub-accounts, which
// hold all that nobody may show, and an isolation zone.
var polyvGroupKind = accountKind{
	name:    "polyv-group",
	service: vendorsim.ServicePolyv,
	spec: v1alpha1.VendorAccountSpec{
		Vendor: v1alpha1.VendorPolyv,
		Polyv:  &v1alpha1.PolyvAccountOptions{AccountType: v1alpha1.PolyvAccountGroup},
	},
	secret: polyvSecret,
	admit:  admitPolyv,
	fill: func(v *vendorsim.Simulator, account string, number int64) {
		v.Polyv().SetAccount(account, polyvGroup(account, number, time.Now()))
	},
	watch: func(account string) v1alpha1.QuotaWatchSpec {
		return v1alpha1.QuotaWatchSpec{
			Interval: everyInterval(),
			Packages: &v1alpha1.PackagesReading{},
			Bill: &v1alpha1.BillReading{
				Interval: everyInterval(), Months: 1, Polyv: &v1alpha1.PolyvBill{IsolationID: zone(account)},
			},
		}
	},
	shows: map[string]int64{vendors.ResourceLiveMinutes: subAccounts, billed: 1},
}

// polyvKind is an ordinary account at POLYV.
var polyvKind = accountKind{
	name:    "polyv",
	service: vendorsim.ServicePolyv,
	spec: v1alpha1.VendorAccountSpec{
		Vendor: v1alpha1.VendorPolyv,
		Polyv:  &v1alpha1.PolyvAccountOptions{SignatureMethod: v1alpha1.PolyvSignatureSHA256},
	},
	secret: polyvSecret,
	admit:  admitPolyv,
	fill: func(v *vendorsim.Simulator, account string, number int64) {
		v.Polyv().SetAccount(account, polyvUsage(number, time.Now()))
	},
	watch: func(string) v1alpha1.QuotaWatchSpec {
		return v1alpha1.QuotaWatchSpec{Interval: everyInterval(), Usage: &v1alpha1.UsageReading{
			Interval: everyInterval(), Window: v1alpha1.UsageLast7Days,
			Polyv: &v1alpha1.PolyvUsage{Items: []v1alpha1.PolyvUsageItem{v1alpha1.PolyvDuration}},
		}}
	},
	rephrase: overMoreDays,
	shows:    map[string]int64{string(v1alpha1.PolyvDuration): 1},
}

func polyvSecret(k key) map[string]string {
	return map[string]string{"appId": k.id, "appSecret": k.secret}
}

func admitPolyv(v *vendorsim.Simulator, k key, account string) {
	v.Polyv().SetCredential(vendorsim.PolyvCredential{AppID: k.id, AppSecret: vendors.Secret(k.secret), Account: account})
}

const (
	subAccounts = 2
	// billed is the one category of the bill.
	billed = "直播时长"
)

func zone(account string) string { return "zone-" + account }

func polyvGroup(account string, number int64, now time.Time) vendorsim.PolyvAccount {
	group := vendorsim.PolyvAccount{Group: true, Zones: []vendorsim.PolyvIsolationZone{{
		UserID: zone(account), Bill: []vendorsim.PolyvBillRow{polyvBillRow(number, now)},
	}}}
	start, end := vendorsim.PolyvDay(now.AddDate(0, -1, 0)), vendorsim.PolyvDay(now.AddDate(0, 11, 0))
	for member := range subAccounts {
		group.SubAccounts = append(group.SubAccounts, vendorsim.PolyvSubAccount{
			UserID: fmt.Sprintf("%s-%d", account, member), AppSecret: vendorsim.CanaryPolyvAppSecret,
			Email: fmt.Sprintf("%d-%s", member, vendorsim.CanaryPolyvEmail), Phone: vendorsim.CanaryPolyvPhone,
			Contacts: vendorsim.CanaryPolyvContacts, Memo: vendorsim.CanaryPolyvMemo,
			ChargeType: "minutes", Status: "normal", Balance: "0",
			Minutes: []vendorsim.PolyvResource{{Start: start, End: end, Available: number}},
		})
	}
	return group
}

func polyvBillRow(number int64, now time.Time) vendorsim.PolyvBillRow {
	day := vendorsim.PolyvDay(now)
	return vendorsim.PolyvBillRow{
		UnionID: "union", AccountPeriod: day[:len("2006-01")], Production: "直播", Category: billed,
		ItemConsumed: json.Number(strconv.FormatInt(number, 10)), ItemConsumedUnit: "分钟", StatAt: day, TradeType: 1,
	}
}

func polyvUsage(number int64, now time.Time) vendorsim.PolyvAccount {
	day := vendorsim.PolyvDay(now.AddDate(0, 0, -usedDaysAgo))
	return vendorsim.PolyvAccount{Usage: []vendorsim.PolyvUsageRow{{
		Category: "duration", StatDate: day, Production: "直播", ItemName: "国内观看时长", RecordID: "1",
		Consumed: json.Number(strconv.FormatInt(number, 10)), ConsumeUnit: "分钟",
		StartTime: day + " 10:00:00", EndTime: day + " 11:00:00", Remark: vendorsim.CanaryPolyvRemark,
	}}}
}
