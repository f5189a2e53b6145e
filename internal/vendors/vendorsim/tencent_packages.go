// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"slices"
	"strings"
	"time"
)

// TencentAccount is what Tencent Cloud Live knows of one account.
type TencentAccount struct {
	// Packages are in the order in which they are listed when no other is asked
	// for.
	Packages []TencentPackage
	// PackageBillMode is how usage beyond the packages is paid, such as 204 for
	// traffic settled daily.
	PackageBillMode int64
	// FluxPackageBillMode lists bill modes by region, separated by commas; it is
	// shown with traffic packages only.
	FluxPackageBillMode string
}

// TencentPackage is a LivePackageInfo, field by field as it is sent. Total, Used
// and Left are bytes for type 0, minutes for types 1 and 2, hours for type 3.
// Times are Beijing time; see TencentTime. WillRenew and RenewalResult may be
// null.
type TencentPackage struct {
	ID            string `json:"Id"`
	Type          int64
	Status        int64
	Total         int64
	Used          int64
	Left          int64
	BuyTime       string
	ExpireTime    string
	WillRenew     *int64
	RenewalResult *int64
}

// The types of packages in answers. Requests number them differently, see
// requestedTypes.
const (
	packageTraffic int64 = iota
	packageTranscoding
	packageTopSpeedCodec
	packageMicLink
)

// The states of packages.
const (
	packageUnused int64 = iota
	packageInUse
	packageExpired
	packageFrozen
	packageExhausted
	packageRefunded
)

// requestedTypes tells which types of packages a PackageType asks for.
var requestedTypes = map[int64][]int64{
	0: {packageTraffic},
	1: {packageTranscoding, packageTopSpeedCodec},
	2: {packageMicLink},
}

// packageOrders are the values of OrderBy. The form of the times sorts as text.
var packageOrders = map[string]func(a, b TencentPackage) int{
	"BuyTimeAsc":     func(a, b TencentPackage) int { return strings.Compare(a.BuyTime, b.BuyTime) },
	"BuyTimeDesc":    func(a, b TencentPackage) int { return strings.Compare(b.BuyTime, a.BuyTime) },
	"ExpireTimeAsc":  func(a, b TencentPackage) int { return strings.Compare(a.ExpireTime, b.ExpireTime) },
	"ExpireTimeDesc": func(a, b TencentPackage) int { return strings.Compare(b.ExpireTime, a.ExpireTime) },
}

// beijing is Tencent's zone; China has no summer time.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// TencentTime writes a time as packages have it.
func TencentTime(t time.Time) string { return t.In(beijing).Format(time.DateTime) }

// packagePage is the part of an answer that DescribeLivePackageInfo defines.
type packagePage struct {
	LivePackageInfoList []TencentPackage
	PackageBillMode     int64
	FluxPackageBillMode string
	TotalPage           *int64
	TotalNum            *int64
	PageNum             *int64
	PageSize            *int64
}

func (p *packagePage) setPaging(value *int64) {
	p.TotalPage, p.TotalNum, p.PageNum, p.PageSize = value, value, value, value
}

// page cuts one page; one past the end is empty.
func (a TencentAccount) page(query packageQuery) *packagePage {
	rows := a.rows(query)
	page := &packagePage{LivePackageInfoList: []TencentPackage{}, PackageBillMode: a.PackageBillMode}
	if query.packageType == packageTraffic {
		page.FluxPackageBillMode = a.FluxPackageBillMode
	}
	total := int64(len(rows))
	pages := (total + query.size - 1) / query.size
	if query.page <= pages {
		first := (query.page - 1) * query.size
		page.LivePackageInfoList = rows[first:min(first+query.size, total)]
	}
	page.TotalPage, page.TotalNum, page.PageNum, page.PageSize = &pages, &total, &query.page, &query.size
	return page
}

// rows are all packages that a query is about, in its order.
func (a TencentAccount) rows(query packageQuery) []TencentPackage {
	rows := slices.DeleteFunc(slices.Clone(a.Packages), func(p TencentPackage) bool {
		return !slices.Contains(requestedTypes[query.packageType], p.Type)
	})
	if order := packageOrders[query.orderBy]; order != nil {
		slices.SortStableFunc(rows, order)
	}
	return rows
}
