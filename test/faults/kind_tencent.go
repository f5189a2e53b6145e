// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"strconv"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// tencentKind is an account at Tencent Cloud Live with a package of each type.
var tencentKind = accountKind{
	name:    "tencent",
	service: vendorsim.ServiceTencent,
	spec:    v1alpha1.VendorAccountSpec{Vendor: v1alpha1.VendorTencentCloud},
	secret: func(k key) map[string]string {
		return map[string]string{"secretId": k.id, "secretKey": k.secret, "token": k.token}
	},
	admit: func(v *vendorsim.Simulator, k key, account string) {
		v.Tencent().SetCredential(vendorsim.TencentCredential{
			SecretID: k.id, SecretKey: vendors.Secret(k.secret), Token: vendors.Secret(k.token), Account: account,
		})
	},
	fill: func(v *vendorsim.Simulator, account string, number int64) {
		v.Tencent().SetAccount(account, tencentAccount(number, time.Now()))
	},
	watch: func(string) v1alpha1.QuotaWatchSpec {
		return v1alpha1.QuotaWatchSpec{Interval: everyInterval(), Packages: &v1alpha1.PackagesReading{}}
	},
	rephrase: func(spec *v1alpha1.QuotaWatchSpec) {
		spec.Packages.TencentCloud = &v1alpha1.TencentCloudPackages{Types: []v1alpha1.TencentCloudPackageType{
			v1alpha1.TencentCloudTraffic, v1alpha1.TencentCloudTranscoding, v1alpha1.TencentCloudMicLink,
		}}
	},
	shows: map[string]int64{vendors.ResourceTraffic: 1, vendors.ResourceTranscoding: 1, vendors.ResourceMicLink: 1},
}

// The types of packages as answers number them, and a package in use.
const (
	typeTraffic, typeTranscoding, typeMicLink = 0, 1, 3

	stateInUse = 1
)

func tencentAccount(number int64, now time.Time) vendorsim.TencentAccount {
	var packages []vendorsim.TencentPackage
	for id, packageType := range []int64{typeTraffic, typeTranscoding, typeMicLink} {
		packages = append(packages, vendorsim.TencentPackage{
			ID: strconv.Itoa(id + 1), Type: packageType, Status: stateInUse,
			Total: 2 * number, Used: number, Left: number,
			BuyTime:    vendorsim.TencentTime(now.AddDate(0, -1, 0)),
			ExpireTime: vendorsim.TencentTime(now.AddDate(0, 11, 0)),
		})
	}
	return vendorsim.TencentAccount{Packages: packages}
}
