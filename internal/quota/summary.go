// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// summarize writes what tools that cannot walk lists need: the state in a word
// and the summary.
func (a *assessment) summarize() {
	a.status.State = a.state()
	if !a.cannotAddUp() {
		a.status.Summary = a.summary()
	}
}

// alarms are the states of what is wrong, the worst first.
var alarms = []struct {
	condition string
	state     v1alpha1.State
}{
	{v1alpha1.ConditionQuotaExhausted, v1alpha1.StateExhausted},
	{v1alpha1.ConditionRunOutSoon, v1alpha1.StateRunningOut},
	{v1alpha1.ConditionQuotaLow, v1alpha1.StateLow},
	{v1alpha1.ConditionExpiringSoon, v1alpha1.StateExpiring},
}

// state is the worst alarm, or whether it is known that there is none.
func (a *assessment) state() v1alpha1.State {
	for _, alarm := range alarms {
		if a.statusOf(alarm.condition) == metav1.ConditionTrue {
			return alarm.state
		}
	}
	for _, alarm := range alarms {
		// A forecast needs days of history, so that it is missing says nothing yet.
		if alarm.condition != v1alpha1.ConditionRunOutSoon && a.statusOf(alarm.condition) == metav1.ConditionUnknown {
			return v1alpha1.StateUnknown
		}
	}
	if a.statusOf(v1alpha1.ConditionReady) != metav1.ConditionTrue {
		return v1alpha1.StateUnknown
	}
	return v1alpha1.StateOK
}

// summary returns nil when there is nothing to say.
func (a *assessment) summary() *v1alpha1.Summary {
	s := &v1alpha1.Summary{DataAsOf: a.dataAsOf()}
	if lowest := a.lowest(); lowest != nil {
		s.LowestResource, s.Text = lowest.resource, lowest.text()
		if percent, ok := lowest.percent(); ok {
			s.LowestPercent = &percent
		}
		s.NextExpiry = a.nextExpiry()
	}
	s.NextRunOut = a.nextRunOut()
	if *s == (v1alpha1.Summary{}) {
		return nil
	}
	return s
}

// nextExpiry is the earliest of the rows'.
func (a *assessment) nextExpiry() metav1.Time {
	var next *time.Time
	for i := range a.rows {
		next = earliest(next, a.rows[i].nextExpiry)
	}
	if next == nil {
		return metav1.Time{}
	}
	return stamp(*next)
}

// nextRunOut is the earliest that the rows show.
func (a *assessment) nextRunOut() metav1.Time {
	var next *time.Time
	for i := range a.status.Resources {
		next = earliest(next, optionalTime(a.status.Resources[i].RunOutTime))
	}
	return metav1.NewTime(timeOf(next))
}

// dataAsOf is the last day that every reading with such a day accounts for.
func (a *assessment) dataAsOf() v1alpha1.Day {
	var day v1alpha1.Day
	if a.status.Packages != nil {
		day = a.status.Packages.DataAsOf
	}
	if a.status.Usage != nil {
		day = earlierDay(day, a.status.Usage.DataAsOf)
	}
	return day
}

// lowest is the account's resource with the least left by share; one without a
// total only when none has one, and one that is not bought to be used up only
// when nothing else is in use.
func (a *assessment) lowest() *row {
	var lowest *row
	for i := range a.rows {
		r := &a.rows[i]
		if r.subject == "" && r.inUse && (lowest == nil || r.lowerThan(lowest)) {
			lowest = r
		}
	}
	return lowest
}

func (r *row) lowerThan(other *row) bool {
	if consumable := consumables[r.resource]; consumable != consumables[other.resource] {
		return consumable
	}
	percent, ok := r.percent()
	otherPercent, otherOK := other.percent()
	if !ok || !otherOK {
		return ok
	}
	return percent < otherPercent
}

// text says what is left, for example "live-minutes 12% (1200 min left)".
func (r *row) text() string {
	left := inWords(r.remaining, r.unit, r.unitLabel)
	if percent, ok := r.percent(); ok {
		return fmt.Sprintf("%s %d%% (%s left)", r.resource, percent, left)
	}
	return fmt.Sprintf("%s %s left", r.resource, left)
}

// byteUnits are decimal, as the vendors sell them.
var byteUnits = []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}

// inWords writes an amount with its unit.
func inWords(left amount.Amount, unit vendors.Unit, label string) string {
	switch unit {
	case vendors.UnitBytes:
		scale := min(max(left.IntegerDigits()-1, 0)/3, len(byteUnits)-1)
		return left.Scaled(3*scale) + " " + byteUnits[scale]
	case vendors.UnitMinutes:
		return left.Scaled(0) + " min"
	case vendors.UnitHours:
		return left.Scaled(0) + " h"
	case vendors.UnitVendor:
		return left.Scaled(0) + " " + label
	case vendors.UnitCNY:
		return left.Scaled(0) + " CNY"
	default:
		return left.Scaled(0)
	}
}
