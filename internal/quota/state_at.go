// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// The states of a package as users see them, shortened.
const (
	usable    = v1alpha1.PackageUsable
	upcoming  = v1alpha1.PackageUpcoming
	exhausted = v1alpha1.PackageExhausted
	expired   = v1alpha1.PackageExpired
)

// stateAt says whether p can be spent at now. The clock is asked as well as the
// vendor, because the vendor's word may be old. It never makes a package look
// like one that could be spent once, if the vendor never said so.
func stateAt(p *vendors.Package, now time.Time) v1alpha1.PackageState {
	switch p.State {
	case vendors.PackageUsable, vendors.PackageExhausted, vendors.PackageExpired:
	case vendors.PackageFrozen:
		return v1alpha1.PackageFrozen
	case vendors.PackageRefunded:
		return v1alpha1.PackageRefunded
	default:
		return v1alpha1.PackageUnknown
	}
	switch {
	case p.State == vendors.PackageExpired || p.End != nil && !now.Before(*p.End):
		return expired
	case p.State == vendors.PackageExhausted || p.Remaining.Sign() <= 0:
		return exhausted
	case p.Start != nil && now.Before(*p.Start):
		return upcoming
	default:
		return usable
	}
}
