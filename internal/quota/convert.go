// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// status returns the row as users see it.
func (r *row) status() v1alpha1.ResourceStatus {
	s := v1alpha1.ResourceStatus{
		Subject:   r.subject,
		Name:      r.resource,
		Unit:      v1alpha1.Unit(r.unit),
		UnitLabel: r.unitLabel,
		Remaining: shown(r.remaining),
		Packages:  count(r.packages),

		ExhaustedTime: r.exhausted,
	}
	if r.upcoming.Sign() != 0 {
		s.Upcoming = shown(r.upcoming)
	}
	if r.total != nil {
		s.Total = shown(*r.total)
		s.TotalSource = r.totalSource
	}
	if percent, ok := r.percent(); ok {
		s.RemainingPercent = &percent
	}
	if r.nextExpiry != nil {
		s.NextExpiry = stamp(*r.nextExpiry)
	}
	return s
}

// packageStatus returns p as users see it at now.
func packageStatus(p *vendors.Package, now time.Time) v1alpha1.PackageStatus {
	s := v1alpha1.PackageStatus{
		ID:        p.ID,
		Subject:   p.Subject,
		Resource:  p.Resource,
		State:     stateAt(p, now),
		Unit:      v1alpha1.Unit(p.Unit),
		UnitLabel: p.UnitLabel,
		Remaining: shown(p.Remaining),
		Renewal:   v1alpha1.Renewal(p.Renewal),
	}
	if p.Total != nil {
		s.Total = shown(*p.Total)
	}
	if p.Start != nil {
		s.Start = stamp(*p.Start)
	}
	if p.End != nil {
		s.End = stamp(*p.End)
	}
	return s
}

// listedPackages returns the packages of a status from an earlier process; false
// when some that matter found no place in it, so that nothing can be added up
// anew.
func listedPackages(section *v1alpha1.PackagesStatus) ([]vendors.Package, bool) {
	if section.LastSuccessTime.IsZero() || section.Truncated {
		return nil, false
	}
	packages := make([]vendors.Package, 0, len(section.Items))
	for _, item := range section.Items {
		p, err := listedPackage(item)
		if err != nil {
			return nil, false
		}
		packages = append(packages, p)
	}
	return packages, true
}

// listedPackage is the reverse of packageStatus.
func listedPackage(item v1alpha1.PackageStatus) (vendors.Package, error) {
	remaining, err := amount.Parse(string(item.Remaining))
	if err != nil {
		return vendors.Package{}, err
	}
	p := vendors.Package{
		ID:        item.ID,
		Subject:   item.Subject,
		Resource:  item.Resource,
		Unit:      vendors.Unit(item.Unit),
		UnitLabel: item.UnitLabel,
		Remaining: remaining,
		State:     vendors.PackageState(item.State),
		Renewal:   vendors.Renewal(item.Renewal),
		Start:     optionalTime(item.Start),
		End:       optionalTime(item.End),
	}
	if item.State == upcoming {
		p.State = vendors.PackageUsable // that it has not started is for the clock to say
	}
	if item.Total == "" {
		return p, nil
	}
	total, err := amount.Parse(string(item.Total))
	p.Total = &total
	return p, err
}

// most and least are the largest and the smallest amounts that a status can hold.
var (
	most  = amount.MustParse("999999999999999999999999.999999999")
	least = amount.MustParse("-999999999999999999999999.999999999")
)

// shown returns an amount as users see it.
func shown(a amount.Amount) v1alpha1.Amount { return v1alpha1.Amount(bounded(a).String()) }

// bounded returns an amount as near as a status can hold it. A sum of absurd
// amounts could be one that the API server refuses, and with it the whole status.
func bounded(a amount.Amount) amount.Amount {
	switch {
	case a.Cmp(most) > 0:
		return most
	case a.Cmp(least) < 0:
		return least
	default:
		return a
	}
}

// stamp returns t as a status holds it, in whole seconds. It is local, as decoding
// has it: statuses that say the same are then the same in memory.
func stamp(t time.Time) metav1.Time {
	return metav1.NewTime(t.Truncate(time.Second).Local())
}

// coarse rounds a time up to the minute: it is an announcement, and one that
// changes with every retry would be a write each time.
func coarse(t time.Time) metav1.Time {
	if t.IsZero() {
		return metav1.Time{}
	}
	return metav1.NewTime(t.Add(time.Minute - 1).Truncate(time.Minute).Local())
}

func optionalTime(t metav1.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t.Time
}

// fromQuantity returns q, which is never larger than 2^63-1, as an Amount.
func fromQuantity(q resource.Quantity) amount.Amount {
	a, _ := amount.Parse(q.AsDec().String())
	return a
}

func count(n int) *int32 {
	c := int32(n) //nolint:gosec // counts of packages and findings
	return &c
}
