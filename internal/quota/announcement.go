// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

const (
	// announceEvery is how often the summary is told at most.
	announceEvery = time.Hour
	// announcePercent is by how many points the lowest share must move to be worth
	// telling.
	announcePercent = 10
)

// announce decides whether the summary is worth an Event: when all that the spec
// asks for was read for the first time, and when it moved materially.
func (a *assessment) announce() {
	before := a.previous.LastAnnouncement
	switch {
	case !a.allRead():
		a.status.LastAnnouncement = nil
	case before == nil || a.hasMoved(before) && a.over(before.Time.Add(announceEvery)):
		a.status.LastAnnouncement = &v1alpha1.SummaryAnnouncement{
			Time: stamp(a.Now), LowestPercent: a.lowestPercent(), Resources: count(a.resourcesLeft()),
		}
		a.announced = true
	}
}

// allRead tells whether every section was read, for this spec or an earlier one.
func (a *assessment) allRead() bool {
	for _, s := range a.sections {
		if *s.observedGeneration == 0 {
			return false
		}
	}
	return true
}

// hasMoved tells whether the numbers are far from those told last.
func (a *assessment) hasMoved(told *v1alpha1.SummaryAnnouncement) bool {
	if told.Resources == nil || int(*told.Resources) != a.resourcesLeft() {
		return true
	}
	percent := a.lowestPercent()
	if percent == nil || told.LowestPercent == nil {
		return (percent == nil) != (told.LowestPercent == nil)
	}
	moved := *percent - *told.LowestPercent
	return moved >= announcePercent || moved <= -announcePercent
}

func (a *assessment) lowestPercent() *int32 {
	if a.status.Summary == nil {
		return nil
	}
	return a.status.Summary.LowestPercent
}

// resourcesLeft counts the account's resources of which something is left.
func (a *assessment) resourcesLeft() int {
	var left int
	for i := range a.status.Resources {
		if r := &a.status.Resources[i]; r.Subject == "" && r.ExhaustedTime.IsZero() {
			left++
		}
	}
	return left
}
