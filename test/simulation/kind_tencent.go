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

// tencentAccount is an account at Tencent Cloud Live with a package of each type.
type tencentAccount struct{}

func (tencentAccount) name() string { return "tencent" }

func (tencentAccount) service() string { return vendorsim.ServiceTencent }

// spec allows as many requests as the vendor does.
func (tencentAccount) spec() v1alpha1.VendorAccountSpec {
	return v1alpha1.VendorAccountSpec{Vendor: v1alpha1.VendorTencentCloud, RequestsPerSecond: 20}
}

func (tencentAccount) secret(key, secret string) map[string]string {
	return map[string]string{"secretId": key, "secretKey": secret}
}

func (tencentAccount) admit(v *vendorsim.Simulator, key, secret, account string) {
	v.Tencent().SetCredential(vendorsim.TencentCredential{SecretID: key, SecretKey: vendors.Secret(secret), Account: account})
}

func (tencentAccount) revoke(v *vendorsim.Simulator, key string) { v.Tencent().RemoveCredential(key) }

// The types of packages as answers number them, and a package in use.
const (
	typeTraffic, typeTranscoding, typeMicLink = 0, 1, 3

	stateInUse = 1
)

func (tencentAccount) fill(v *vendorsim.Simulator, account string, number int64, now time.Time) {
	var packages []vendorsim.TencentPackage
	for id, packageType := range []int64{typeTraffic, typeTranscoding, typeMicLink} {
		packages = append(packages, vendorsim.TencentPackage{
			ID: strconv.Itoa(id + 1), Type: packageType, Status: stateInUse,
			Total: 2 * number, Used: number, Left: number,
			BuyTime:    vendorsim.TencentTime(now.AddDate(0, -1, 0)),
			ExpireTime: vendorsim.TencentTime(now.AddDate(0, 11, 0)),
		})
	}
	v.Tencent().SetAccount(account, vendorsim.TencentAccount{Packages: packages})
}

func (tencentAccount) readings(string) []reading {
	const traffic, transcoding, micLink = v1alpha1.TencentCloudTraffic, v1alpha1.TencentCloudTranscoding, v1alpha1.TencentCloudMicLink
	return []reading{
		packagesOfTypes(traffic, transcoding, micLink),
		packagesOfTypes(traffic), packagesOfTypes(transcoding), packagesOfTypes(micLink),
		packagesOfTypes(traffic, transcoding), packagesOfTypes(traffic, micLink), packagesOfTypes(transcoding, micLink),
	}
}

func packagesOfTypes(types ...v1alpha1.TencentCloudPackageType) reading {
	resources := map[v1alpha1.TencentCloudPackageType]string{
		v1alpha1.TencentCloudTraffic:     vendors.ResourceTraffic,
		v1alpha1.TencentCloudTranscoding: vendors.ResourceTranscoding,
		v1alpha1.TencentCloudMicLink:     vendors.ResourceMicLink,
	}
	r := reading{shows: map[string]int64{}}
	r.spec.Packages = &v1alpha1.PackagesReading{TencentCloud: &v1alpha1.TencentCloudPackages{Types: types}}
	for _, each := range types {
		r.shows[resources[each]] = 1
	}
	return r
}
