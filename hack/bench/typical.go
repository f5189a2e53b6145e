// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/quota"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// typicalStatus is what the operator would write after it read four packages of two resources,
// in which the amounts differ from one moment to another.
func typicalStatus(w *v1alpha1.QuotaWatch, now time.Time) v1alpha1.QuotaWatchStatus {
	total, end := amount.FromInt(2*now.UnixNano()), now.AddDate(0, 6, 0)
	var packages []vendors.Package
	for i, id := range []string{"1", "2", "3", "4"} {
		packages = append(packages, vendors.Package{
			ID: id, Resource: []string{vendors.ResourceTraffic, vendors.ResourceMicLink}[i%2], Unit: vendors.UnitBytes,
			Remaining: amount.FromInt(now.UnixNano()), Total: &total, End: &end, State: vendors.PackageUsable,
		})
	}
	return quota.Assess(quota.Input{
		Watch: w, Vendor: v1alpha1.VendorTencentCloud, Now: now,
		Packages: quota.Reading[vendors.PackageReading]{
			Value: &vendors.PackageReading{Packages: packages}, Time: now, Attempt: now, Next: now.Add(interval), Interval: interval,
		},
	}).Status
}
