// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

var usageWording = wording{
	condition: v1alpha1.ConditionUsageHigh,
	warning:   v1alpha1.ReasonUsageHighWarning, critical: v1alpha1.ReasonUsageHighCritical, clear: v1alpha1.ReasonUsageNormal,
	found: "More was used than allowed by", none: "No threshold for usage fires",
}

func testsUsage(t *v1alpha1.Threshold) bool { return t.UsageAbove != nil }

// judgeUsage tests how much was used. The status does not tell which items the
// vendor was asked about, so that only an answer can be tested.
func (a *assessment) judgeUsage() verdict {
	v := verdict{wording: usageWording, stale: a.isStale(vendors.OpUsage)}
	switch {
	case !a.asks(testsUsage):
		v.notAsked = noThreshold
	case a.Watch.Spec.Usage == nil:
		v.notAsked = "The spec does not ask for usage"
	case a.Usage.Value != nil:
		a.testUsage(&v, a.Usage.Value)
	case a.status.Usage.ObservedGeneration != a.Watch.Generation:
		v.findings, v.unread = a.heldFindings(a.firesUsage), "The usage has not been read for the present spec yet"
	default:
		v.findings, v.held = a.heldFindings(a.firesUsage), true
	}
	return v
}

// firesUsage tells whether f is of a threshold for usage that the spec still has.
func (a *assessment) firesUsage(f v1alpha1.Finding) bool {
	return f.Kind == v1alpha1.FindingUsageHigh && a.asks(func(t *v1alpha1.Threshold) bool {
		return testsUsage(t) && sameFinding(f, usageFinding(t))
	})
}

// testUsage applies the thresholds for usage to an answer. What fired goes on
// firing while the answer does not know the item: that is no contrary evidence.
// Without a complete day there is none of the new window, so nothing fires.
func (a *assessment) testUsage(v *verdict, answer *vendors.UsageReading) {
	for _, t := range a.thresholds() {
		if !testsUsage(&t) {
			continue
		}
		found := usageFinding(&t)
		before := a.previousFinding(found)
		used, known := usedOf(answer, &t)
		switch {
		case answer.Days.Empty():
			v.cannotTell(v1alpha1.ReasonNoCompleteDay, t.Name)
		case !known && before == nil:
			v.cannotTell(v1alpha1.ReasonResourceNotFound, t.Name+" ("+nameOf(t.GetSubject(), t.Resource)+")")
		case !known || isAbove(used, &t, before != nil):
			v.findings = append(v.findings, a.since(found, before))
		}
	}
}

func usageFinding(t *v1alpha1.Threshold) v1alpha1.Finding {
	return v1alpha1.Finding{
		Threshold: t.Name, Kind: v1alpha1.FindingUsageHigh, Resource: t.Resource, Severity: t.GetSeverity(),
	}
}

// unitKey tells units apart.
type unitKey struct {
	unit  vendors.Unit
	label string
}

// usedOf returns how much was used of the item that t names, by unit; nothing
// when it was not used. It is false when the answer does not know such an item:
// there are none of sub-accounts.
func usedOf(answer *vendors.UsageReading, t *v1alpha1.Threshold) (map[unitKey]amount.Amount, bool) {
	if t.GetSubject() != "" {
		return nil, false
	}
	used := map[unitKey]amount.Amount{}
	for _, item := range answer.Items {
		if item.Name == t.Resource {
			key := unitKey{item.Unit, item.UnitLabel}
			sum, seen := used[key]
			used[key] = addUsage(sum, seen, item)
		}
	}
	return used, len(used) > 0 || slices.Contains(answer.Unused, t.Resource)
}

// addUsage adds a line of an item to the lines before it. Of peaks the highest
// counts.
func addUsage(sum amount.Amount, seen bool, line vendors.UsageItem) amount.Amount {
	switch {
	case !line.Peak:
		return sum.Add(line.Amount)
	case !seen || sum.Cmp(line.Amount) < 0:
		return line.Amount
	default:
		return sum
	}
}

// isAbove tells whether in any unit more was used than t allows. What fired
// before goes on firing until the number has fallen clearly below the limit.
func isAbove(used map[unitKey]amount.Amount, t *v1alpha1.Threshold, fired bool) bool {
	limit := fromQuantity(*t.UsageAbove)
	if fired {
		limit = percentOf(limit, 100-hysteresisPercent)
	}
	for _, sum := range used {
		if sum.Cmp(limit) > 0 {
			return true
		}
	}
	return false
}
