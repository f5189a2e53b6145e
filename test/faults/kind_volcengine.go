// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// volcengineKind is a main account at Volcengine with a live room.
var volcengineKind = accountKind{
	name:    "volcengine",
	service: vendorsim.ServiceVolcengine,
	spec:    v1alpha1.VendorAccountSpec{Vendor: v1alpha1.VendorVolcengine},
	secret: func(k key) map[string]string {
		return map[string]string{"accessKeyId": k.id, "secretAccessKey": k.secret, "sessionToken": k.token}
	},
	admit: func(v *vendorsim.Simulator, k key, account string) {
		v.Volcengine().SetCredential(vendorsim.VolcengineCredential{
			AccessKeyID: k.id, SecretAccessKey: vendors.Secret(k.secret), SessionToken: vendors.Secret(k.token), Account: account,
		})
	},
	fill: func(v *vendorsim.Simulator, account string, number int64) {
		v.Volcengine().SetAccount(account, volcengineAccount(number, time.Now()))
	},
	watch: func(string) v1alpha1.QuotaWatchSpec {
		return v1alpha1.QuotaWatchSpec{Interval: everyInterval(), Usage: &v1alpha1.UsageReading{
			Interval: everyInterval(), Window: v1alpha1.UsageLast7Days,
		}}
	},
	rephrase: overMoreDays,
	shows:    map[string]int64{"TrafficEstimated": 1, "TrafficPostpaid": 1},
}

const room = 1795096013214780

func volcengineAccount(number int64, now time.Time) vendorsim.VolcengineAccount {
	traffic := vendorsim.VolcengineGB(1000 * number)
	return vendorsim.VolcengineAccount{Rooms: []vendorsim.VolcengineRoom{{ID: room, Days: []vendorsim.VolcengineDay{{
		Day: vendorsim.VolcengineDayOf(now.AddDate(0, 0, -usedDaysAgo)), Viewers: 10, Estimated: traffic, PostPaid: traffic,
	}}}}}
}
