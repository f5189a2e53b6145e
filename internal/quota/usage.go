// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// maxUsageItems bounds the list of usage items.
const maxUsageItems = 24

// readUsage brings the usage section up to date.
func (a *assessment) readUsage() {
	spec := a.Watch.Spec.Usage
	if spec == nil {
		a.status.Usage = nil
		return
	}
	if a.status.Usage == nil {
		a.status.Usage = &v1alpha1.UsageStatus{}
	}
	u := a.status.Usage
	if a.Usage.Value != nil {
		a.takeUsage(u, a.Usage.Value)
	}
	s := sectionOf(a.Usage, vendors.OpUsage, "usage.interval", spec.GetInterval())
	s.observedGeneration, s.lastSuccess, s.lastError = &u.ObservedGeneration, &u.LastSuccessTime, &u.LastError
	a.note(s)
}

// takeUsage puts a complete answer in place of the numbers held.
func (a *assessment) takeUsage(u *v1alpha1.UsageStatus, answer *vendors.UsageReading) {
	u.LastSuccessTime = stamp(a.Usage.Time)
	u.ObservedGeneration = a.Watch.Generation
	u.Start, u.End, u.Items, u.DataAsOf = "", "", nil, ""
	u.Total = count(len(answer.Items))
	if !answer.Days.Empty() {
		u.Start, u.End = v1alpha1.Day(answer.Days.First.String()), v1alpha1.Day(answer.Days.Last.String())
	}
	for _, item := range answer.Items {
		u.DataAsOf = earlierDay(u.DataAsOf, v1alpha1.Day(item.DataAsOf.String()))
	}
	for _, item := range answer.Items[:min(len(answer.Items), maxUsageItems)] {
		u.Items = append(u.Items, usageItem(item, u.DataAsOf))
	}
	u.Shown = count(len(u.Items))
}

// usageItem returns an item as users see it. Its own day is shown where it
// differs from that of the section.
func usageItem(item vendors.UsageItem, dataAsOf v1alpha1.Day) v1alpha1.UsageItemStatus {
	s := v1alpha1.UsageItemStatus{
		Name:        item.Name,
		Label:       clip(item.Label, maxLabel),
		Unit:        v1alpha1.Unit(item.Unit),
		UnitLabel:   clip(item.UnitLabel, maxUnitLabel),
		Amount:      shown(item.Amount),
		Aggregation: v1alpha1.AggregationSum,
	}
	if item.Peak {
		s.Aggregation = v1alpha1.AggregationPeak
	}
	if day := v1alpha1.Day(item.DataAsOf.String()); day != dataAsOf {
		s.DataAsOf = day
	}
	return s
}

// earlierDay returns the earlier of two days; none is later than any.
func earlierDay(a, b v1alpha1.Day) v1alpha1.Day {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}
