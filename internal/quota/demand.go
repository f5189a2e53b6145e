// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/forecast"
)

var demandWording = wording{
	condition: v1alpha1.ConditionPlannedDemandShort,
	warning:   v1alpha1.ReasonDemandShort, critical: v1alpha1.ReasonDemandShort, clear: v1alpha1.ReasonDemandCovered,
	found: "The packages do not cover", none: "The packages cover every planned event that is not over",
}

// judgeDemand looks for planned events that the packages do not cover.
func (a *assessment) judgeDemand() verdict {
	v := verdict{wording: demandWording}
	if len(a.Watch.Spec.PlannedDemand) == 0 {
		v.notAsked = "The spec does not plan any demand"
	}
	for resource, events := range a.eventsAhead() {
		if r := a.accountRow(resource); r != nil {
			a.judgeEvents(&v, r, events)
			continue
		}
		for _, e := range events {
			v.cannotTell(v1alpha1.ReasonResourceNotFound, e.Name+" ("+resource+")")
		}
	}
	return v
}

// eventsAhead returns the planned events that are not over, by resource.
func (a *assessment) eventsAhead() map[string][]v1alpha1.PlannedDemand {
	events := map[string][]v1alpha1.PlannedDemand{}
	for _, e := range a.Watch.Spec.PlannedDemand {
		if !a.over(e.End.Time) {
			events[e.Resource] = append(events[e.Resource], e)
		}
	}
	return events
}

func (a *assessment) accountRow(resource string) *row {
	i := slices.IndexFunc(a.rows, func(r row) bool { return r.key() == rowKey{"", resource} })
	if i < 0 {
		return nil
	}
	return &a.rows[i]
}

// judgeEvents judges all events that need one resource: they compete for it. One
// that lacked something before must be covered with a margin.
//
// Without a forecast nothing is taken to be used besides. Then what is lacking is
// surely lacking, but nothing is known to be enough for an event to come.
func (a *assessment) judgeEvents(v *verdict, r *row, events []v1alpha1.PlannedDemand) {
	lacking, withMargin := a.shortfalls(r, events, false), a.shortfalls(r, events, true)
	for i, e := range events {
		found := demandFinding(r, e)
		before := a.previousFinding(found)
		switch {
		case lacking[i].Sign() > 0:
			found.Shortfall = shown(lacking[i].Ceil(estimateDigits))
		case before != nil && withMargin[i].Sign() > 0:
			found.Shortfall = shown(withMargin[i].Ceil(estimateDigits))
		case r.prospect == nil && e.Start.After(a.accounted()):
			v.cannotTell(v1alpha1.ReasonNoForecast, e.Name+" ("+r.resource+")")
			continue
		default:
			continue
		}
		v.findings = append(v.findings, a.since(found, before))
	}
}

func demandFinding(r *row, e v1alpha1.PlannedDemand) v1alpha1.Finding {
	return v1alpha1.Finding{
		Threshold: e.Name, Kind: v1alpha1.FindingPlannedDemandShort, Resource: r.resource, Severity: v1alpha1.SeverityWarning,
	}
}

// shortfalls returns what each of the events lacks, if need be with a margin for
// those that lacked something before.
func (a *assessment) shortfalls(r *row, events []v1alpha1.PlannedDemand, margin bool) []amount.Amount {
	demands := make([]forecast.Demand, len(events))
	for i, e := range events {
		demands[i] = a.demand(e)
		if margin && a.previousFinding(demandFinding(r, e)) != nil {
			demands[i].Amount = demands[i].Amount.Mul(amount.FromInt(100 + hysteresisPercent)).Shift(-2)
		}
	}
	perDay, from := amount.Amount{}, a.accounted()
	if r.prospect != nil {
		perDay, from = r.prospect.burn.PerDay, r.prospect.from
	}
	return forecast.Shortfalls(a.lots(r.resource), perDay, from, demands)
}

// demand returns what is left of a planned event.
func (a *assessment) demand(e v1alpha1.PlannedDemand) forecast.Demand {
	d := forecast.Demand{Start: e.Start.Time, From: e.Start.Time, End: e.End.Time, Amount: a.stillNeeded(e)}
	if a.Now.After(d.From) {
		d.From = a.Now
	}
	return d
}

// accounted returns until when what was used is in the numbers, as far as anybody
// knows.
func (a *assessment) accounted() time.Time {
	if a.status.Packages.DataAsOf != "" {
		return a.accountedUntil()
	}
	return a.readTime()
}

// stillNeeded returns what of an event's amount is not in the numbers yet. It
// shrinks with the time left as of the numbers: an hour for which nobody asked the
// vendor is no hour in which nothing was used. So that not every poll moves it, it
// does so in hundredths.
func (a *assessment) stillNeeded(e v1alpha1.PlannedDemand) amount.Amount {
	whole, left := e.End.Sub(e.Start.Time), e.End.Sub(a.accounted())
	step := max(whole/100, 1)
	hundredths := min((max(left, 0)+step-1)/step, 100)
	return fromQuantity(e.Amount).Mul(amount.FromInt(int64(hundredths))).Shift(-2)
}
