// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/tencent"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// tencentTypes are the questions that take one call.
var tencentTypes = []v1alpha1.TencentCloudPackageType{
	v1alpha1.TencentCloudTraffic, v1alpha1.TencentCloudTranscoding, v1alpha1.TencentCloudMicLink,
}

// tencentKind has a watch for each type of package.
var tencentKind = &vendorKind{
	vendor:  v1alpha1.VendorTencentCloud,
	prefix:  "tencent",
	watches: len(tencentTypes),
	factory: tencent.Factory(),
	secret: func(number int) map[string]string {
		c := tencentCredential(number)
		return map[string]string{"secretId": c.SecretID, "secretKey": c.SecretKey.Reveal()}
	},
	account: func(*v1alpha1.VendorAccountSpec) {},
	ask: func(spec *v1alpha1.QuotaWatchSpec, place int) {
		spec.Interval = everyInterval()
		spec.Packages = &v1alpha1.PackagesReading{
			TencentCloud: &v1alpha1.TencentCloudPackages{Types: tencentTypes[place : place+1]},
		}
	},
	register: func(sim *vendorsim.Simulator, number int) string {
		c := tencentCredential(number)
		sim.Tencent().SetCredential(c)
		return c.SecretID
	},
	fill: func(sim *vendorsim.Simulator, number, step int) {
		sim.Tencent().SetAccount(tencentCredential(number).Account, tencentAccount(opened, step))
	},
}

func tencentCredential(number int) vendorsim.TencentCredential {
	return vendorsim.TencentCredential{
		SecretID:  fmt.Sprintf("AKIDFLEET%05d", number),
		SecretKey: vendors.Secret(fmt.Sprintf("FLEETKEY%05d", number)),
		Account:   fmt.Sprintf("fleet-%05d", number),
	}
}

// tencentAccount has two packages of each type in use, of which a little more is used at each
// step.
func tencentAccount(now time.Time, step int) vendorsim.TencentAccount {
	bought := now.AddDate(0, 0, -30)
	var packages []vendorsim.TencentPackage
	for i, kind := range []struct{ packageType, total int64 }{{0, 100_000_000_000}, {1, 100_000}, {3, 10_000}} {
		for j := range 2 {
			used := kind.total/4 + int64(step)
			packages = append(packages, vendorsim.TencentPackage{
				ID: fmt.Sprint(400_000 + 10*i + j), Type: kind.packageType, Status: 1,
				Total: kind.total, Used: used, Left: kind.total - used,
				BuyTime: vendorsim.TencentTime(bought), ExpireTime: vendorsim.TencentTime(bought.AddDate(1, 0, j)),
			})
		}
	}
	return vendorsim.TencentAccount{Packages: packages, PackageBillMode: 204}
}
