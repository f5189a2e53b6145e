// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
	"github.com/quotawatch/quotawatch/internal/vendors/volcengine"
)

const (
	volcengineRooms = 15 // of an account
	// volcengineDays is how many days back the usage of a watch reaches.
	volcengineDays = 7
)

// volcengineKind has a watch for each live room.
var volcengineKind = &vendorKind{
	vendor:  v1alpha1.VendorVolcengine,
	prefix:  "volcengine",
	watches: volcengineRooms,
	factory: volcengine.Factory(),
	secret: func(number int) map[string]string {
		c := volcengineCredential(number)
		return map[string]string{"accessKeyId": c.AccessKeyID, "secretAccessKey": c.SecretAccessKey.Reveal()}
	},
	account: func(*v1alpha1.VendorAccountSpec) {},
	ask: func(spec *v1alpha1.QuotaWatchSpec, place int) {
		spec.Usage = &v1alpha1.UsageReading{
			Interval:   everyInterval(),
			Window:     v1alpha1.UsageLast7Days, // every day of a month has such a window
			Volcengine: &v1alpha1.VolcengineUsage{ActivityIDs: []string{strconv.FormatInt(volcengineRoom(place), 10)}},
		}
	},
	register: func(sim *vendorsim.Simulator, number int) string {
		c := volcengineCredential(number)
		sim.Volcengine().SetCredential(c)
		return c.AccessKeyID
	},
	fill: func(sim *vendorsim.Simulator, number, step int) {
		sim.Volcengine().SetAccount(volcengineCredential(number).Account, volcengineAccount(opened, step))
	},
}

func volcengineCredential(number int) vendorsim.VolcengineCredential {
	return vendorsim.VolcengineCredential{
		AccessKeyID:     fmt.Sprintf("AKLTFLEET%05d", number),
		SecretAccessKey: vendors.Secret(fmt.Sprintf("FLEETKEY%05d", number)),
		Account:         fmt.Sprintf("fleet-%05d", number),
	}
}

func volcengineRoom(place int) int64 { return 1_795_096_000_000_000 + int64(place) }

// volcengineAccount has rooms with traffic on every day, all of it prepaid, and a little more of it
// at each step. Traffic that is paid as it goes would raise an alarm in every watch.
func volcengineAccount(now time.Time, step int) vendorsim.VolcengineAccount {
	var account vendorsim.VolcengineAccount
	for place := range volcengineRooms {
		room := vendorsim.VolcengineRoom{ID: volcengineRoom(place)}
		for age := range volcengineDays + 1 {
			traffic := vendorsim.VolcengineGB(10_000*(place+1) + step)
			room.Days = append(room.Days, vendorsim.VolcengineDay{
				Day: vendorsim.VolcengineDayOf(now.AddDate(0, 0, -age-1)), Viewers: 10,
				Estimated: traffic, Prepaid: traffic,
			})
		}
		account.Rooms = append(account.Rooms, room)
	}
	return account
}
