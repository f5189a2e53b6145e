// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"strconv"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// volcengineAccount is a main account at Volcengine with two live rooms.
type volcengineAccount struct{}

const firstRoom, secondRoom = 1795096013214780, 1795096013214781

func (volcengineAccount) name() string { return "volcengine" }

func (volcengineAccount) service() string { return vendorsim.ServiceVolcengine }

func (volcengineAccount) spec() v1alpha1.VendorAccountSpec {
	return v1alpha1.VendorAccountSpec{Vendor: v1alpha1.VendorVolcengine}
}

func (volcengineAccount) secret(key, secret string) map[string]string {
	return map[string]string{"accessKeyId": key, "secretAccessKey": secret}
}

func (volcengineAccount) admit(v *vendorsim.Simulator, key, secret, account string) {
	v.Volcengine().SetCredential(vendorsim.VolcengineCredential{
		AccessKeyID: key, SecretAccessKey: vendors.Secret(secret), Account: account,
	})
}

func (volcengineAccount) revoke(v *vendorsim.Simulator, key string) {
	v.Volcengine().RemoveCredential(key)
}

func (volcengineAccount) fill(v *vendorsim.Simulator, account string, number int64, now time.Time) {
	traffic := vendorsim.VolcengineGB(1000 * number)
	day := vendorsim.VolcengineDay{
		Day: vendorsim.VolcengineDayOf(now.AddDate(0, 0, -usedDaysAgo)), Viewers: 10, Estimated: traffic, PostPaid: traffic,
	}
	var rooms []vendorsim.VolcengineRoom
	for _, id := range []int64{firstRoom, secondRoom} {
		rooms = append(rooms, vendorsim.VolcengineRoom{ID: id, Days: []vendorsim.VolcengineDay{day}})
	}
	v.Volcengine().SetAccount(account, vendorsim.VolcengineAccount{Rooms: rooms})
}

func (volcengineAccount) readings(string) []reading {
	const week, month = v1alpha1.UsageLast7Days, v1alpha1.UsageLast30Days
	return []reading{
		trafficOf(week, firstRoom), trafficOf(week, secondRoom), trafficOf(week),
		trafficOf(month, firstRoom), trafficOf(month, secondRoom), trafficOf(month),
	}
}

// trafficOf reads the traffic of some rooms; of the main account's, which are
// both, when none is named.
func trafficOf(window v1alpha1.UsageWindow, rooms ...int64) reading {
	usage := &v1alpha1.UsageReading{Window: window}
	count := int64(2)
	if len(rooms) > 0 {
		usage.Volcengine, count = &v1alpha1.VolcengineUsage{}, int64(len(rooms))
	}
	for _, room := range rooms {
		usage.Volcengine.ActivityIDs = append(usage.Volcengine.ActivityIDs, strconv.FormatInt(room, 10))
	}
	return reading{
		spec:  v1alpha1.QuotaWatchSpec{Usage: usage},
		shows: map[string]int64{"TrafficEstimated": count, "TrafficPostpaid": count},
	}
}
