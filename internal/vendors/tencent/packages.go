// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"context"
	"slices"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	actionPackages = "DescribeLivePackageInfo"

	// pageSize is the most that the vendor accepts.
	pageSize = 100
	// maxPages bounds the calls for one package type.
	maxPages = 50

	// deductionDays is how far the packages lag behind today: the usage of a day
	// is deducted on the next day, at an hour that is not published, so that
	// yesterday's may still be missing.
	deductionDays = 2
)

// packageType is a kind of package as it is asked for. The answers count their
// kinds differently, so that one question can bring several resources.
type packageType struct {
	name      string
	number    int
	resources []string
}

// trafficNumber is the type of the traffic packages.
const trafficNumber = 0

var packageTypes = []packageType{
	{name: "Traffic", number: trafficNumber, resources: []string{vendors.ResourceTraffic}},
	{name: "Transcoding", number: 1, resources: []string{vendors.ResourceTranscoding, vendors.ResourceTopSpeedCodec}},
	{name: "MicLink", number: 2, resources: []string{vendors.ResourceMicLink}},
}

// packagesRequest always carries both paging fields: the vendor ignores one
// without the other and then silently answers the first page only. It carries no
// OrderBy, because not every type supports every order.
type packagesRequest struct {
	PackageType int `json:"PackageType"`
	PageNum     int `json:"PageNum"`
	PageSize    int `json:"PageSize"`
}

type packageReader struct {
	client *client
}

// ReadPackages implements vendors.PackageReader.
func (r *packageReader) ReadPackages(
	ctx context.Context, query vendors.PackageQuery,
) (vendors.PackageReading, error) {
	types, err := selectTypes(query.Types)
	if err != nil {
		return vendors.PackageReading{}, err
	}
	reading := vendors.PackageReading{
		Resources: resourcesOf(types),
		DataAsOf:  dataAsOf(r.client.now()),
		Billing:   map[string]vendors.BillingMode{},
	}
	for _, kind := range types {
		list, err := r.list(ctx, kind.number)
		if err != nil {
			return vendors.PackageReading{}, err
		}
		reading.Packages = append(reading.Packages, list.packages...)
		for _, resource := range kind.resources {
			reading.Billing[resource] = billing(list.billMode)
		}
	}
	return reading, nil
}

// selectTypes returns the types of these names, each once and in the vendor's
// order; all of them when no name is given.
func selectTypes(names []string) ([]packageType, error) {
	if len(names) == 0 {
		return packageTypes, nil
	}
	var selected []packageType
	for _, kind := range packageTypes {
		if slices.Contains(names, kind.name) {
			selected = append(selected, kind)
		}
	}
	for _, name := range names {
		known := slices.ContainsFunc(packageTypes, func(kind packageType) bool { return kind.name == name })
		if !known {
			return nil, &vendors.Error{
				Kind: vendors.KindInvalidRequest, Op: vendors.OpPackages, Code: "UnknownPackageType",
			}
		}
	}
	return selected, nil
}

// resourcesOf returns the resources that some of the types ask for; none when
// these are all the types, because then the question is about everything.
func resourcesOf(types []packageType) []string {
	if len(types) == len(packageTypes) {
		return nil
	}
	var resources []string
	for _, kind := range types {
		resources = append(resources, kind.resources...)
	}
	return resources
}

// list reads every page of one package type.
func (r *packageReader) list(ctx context.Context, number int) (*listing, error) {
	list := newListing()
	for page := 1; page <= maxPages; page++ {
		var content packagesAnswer
		err := r.client.call(ctx, vendors.OpPackages, actionPackages, packagesRequest{
			PackageType: number, PageNum: page, PageSize: pageSize,
		}, &content)
		if err != nil {
			return nil, err
		}
		if last := list.add(page, &content); last {
			return list, list.checkComplete()
		}
	}
	return nil, malformed(vendors.OpPackages, codeTooManyPages, "the list of packages does not end")
}

// dataAsOf returns the last calendar day whose usage is surely deducted.
func dataAsOf(now time.Time) string {
	return vendors.DayAt(now).Add(-deductionDays).String()
}

// billing reads PackageBillMode: how the account pays what no package of the type
// asked for covers.
func billing(mode *int64) vendors.BillingMode {
	if mode == nil {
		return vendors.BillingUnknown
	}
	switch *mode {
	case 0:
		return vendors.BillingNone
	case 201, 202, 203, 204, 205, 206, 304: // monthly and daily settlement
		return vendors.BillingPostpaid
	default: // -1 is "none or not retrievable"
		return vendors.BillingUnknown
	}
}
