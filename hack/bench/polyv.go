// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/polyv"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

const polyvSubAccounts = 12 // of a group

// polyvKind has a watch for each sub-account of a group.
var polyvKind = &vendorKind{
	vendor:  v1alpha1.VendorPolyv,
	prefix:  "polyv",
	watches: polyvSubAccounts,
	factory: polyv.Factory(),
	secret: func(number int) map[string]string {
		c := polyvCredential(number)
		return map[string]string{"appId": c.AppID, "appSecret": c.AppSecret.Reveal()}
	},
	account: func(spec *v1alpha1.VendorAccountSpec) {
		spec.Polyv = &v1alpha1.PolyvAccountOptions{AccountType: v1alpha1.PolyvAccountGroup}
	},
	ask: func(spec *v1alpha1.QuotaWatchSpec, place int) {
		spec.Interval = everyInterval()
		spec.Packages = &v1alpha1.PackagesReading{
			DeclaredTotals: []v1alpha1.DeclaredTotal{{Resource: vendors.ResourceLiveMinutes, Total: resource.MustParse("100k")}},
			Polyv:          &v1alpha1.PolyvPackages{Emails: []string{polyvEmail(place)}},
		}
	},
	register: func(sim *vendorsim.Simulator, number int) string {
		c := polyvCredential(number)
		sim.Polyv().SetCredential(c)
		return c.AppID
	},
	fill: func(sim *vendorsim.Simulator, number, step int) {
		sim.Polyv().SetAccount(polyvCredential(number).Account, polyvGroup(opened, step))
	},
}

func polyvCredential(number int) vendorsim.PolyvCredential {
	return vendorsim.PolyvCredential{
		AppID:     fmt.Sprintf("fleetapp%05d", number),
		AppSecret: vendors.Secret(fmt.Sprintf("fleetsecret%05d", number)),
		Account:   fmt.Sprintf("fleet-%05d", number),
	}
}

func polyvEmail(place int) string { return fmt.Sprintf("sub-%02d@example.com", place) }

// polyvGroup has sub-accounts with minutes, of which a few more are used at each step.
func polyvGroup(now time.Time, step int) vendorsim.PolyvAccount {
	group := vendorsim.PolyvAccount{Group: true}
	for place := range polyvSubAccounts {
		group.SubAccounts = append(group.SubAccounts, vendorsim.PolyvSubAccount{
			UserID: fmt.Sprintf("user%02d", place), AppID: fmt.Sprintf("subapp%02d", place), Email: polyvEmail(place),
			ChargeType: "minutes", Status: "normal", ExpireType: "group", Balance: "0.00", MaxChannels: 100, PureRtcEnabled: "N",
			Minutes: []vendorsim.PolyvResource{{
				Start: vendorsim.PolyvDay(now.AddDate(0, 0, -30)), End: vendorsim.PolyvDay(now.AddDate(0, 0, 300)),
				Available: int64(90_000 - step),
			}},
		})
	}
	return group
}
