// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	// maxHistories and maxSamples bound the history in status.
	maxHistories = 8
	maxSamples   = 30
)

// occupied are the resources that are taken up and set free again. Of them nothing
// is used up, so that they have no history.
var occupied = map[string]bool{
	vendors.ResourceConcurrency: true,
	vendors.ResourceChannels:    true,
	vendors.ResourceVODStorage:  true,
}

// keepHistory brings the history up to date with the rows.
func (a *assessment) keepHistory() {
	if a.Watch.Spec.Packages == nil {
		a.status.History = nil
	}
	if a.Watch.Spec.Packages == nil || a.cannotAddUp() {
		return
	}
	a.noteAccessKey()
	used, records := a.usedSince(), a.records()
	var histories []v1alpha1.ResourceHistory
	for _, r := range a.withHistory() {
		h, before, now := a.historyOf(r.resource), a.leftBefore(r), shownAmount(r.remaining)
		h.raise(now.Sub(before).Add(used.of(r.resource, before, now)))
		if records {
			h.record(vendors.DayAt(a.Packages.Time), now, before)
		}
		if len(h.Samples) > 0 {
			histories = append(histories, h.ResourceHistory)
		}
	}
	a.status.History = histories
}

// noteAccessKey forgets what an answer to another access key told of the past: it
// may have been about another account.
func (a *assessment) noteAccessKey() {
	if a.Packages.Value == nil || a.AccessKeyHash == "" || a.AccessKeyHash == a.status.AccessKeyHash {
		return
	}
	if a.status.AccessKeyHash != "" {
		a.status.History = nil
		a.fired = slices.DeleteFunc(a.fired, func(f v1alpha1.Finding) bool {
			return f.Kind == v1alpha1.FindingRunningOut || f.Kind == v1alpha1.FindingPlannedDemandShort
		})
	}
	a.status.AccessKeyHash = a.AccessKeyHash
}

// records tells whether there is an answer whose amounts may become samples: a
// fresh one about all that was asked for, no older than what the status holds.
func (a *assessment) records() bool {
	answer := a.Packages.Value
	return answer != nil && answer.NotFound == 0 && !a.isStale(vendors.OpPackages) &&
		(a.previous.Packages == nil || !a.Packages.Time.Before(a.previous.Packages.LastSuccessTime.Time))
}

// withHistory returns the rows that have a history, the most important ones where
// there are too many.
func (a *assessment) withHistory() []*row {
	var rows []*row
	for i := range a.rows[:len(a.status.Resources)] {
		r := &a.rows[i]
		if r.subject == "" && !occupied[r.resource] && (r.inUse || !consumables[r.resource]) {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(r, s *row) int { return a.rankOfHistory(r) - a.rankOfHistory(s) })
	return rows[:min(len(rows), maxHistories)]
}

// rankOfHistory puts what is judged by default before what the spec names, and
// that before the rest.
func (a *assessment) rankOfHistory(r *row) int {
	switch {
	case r.judgedByDefault():
		return 0
	case a.asks(func(t *v1alpha1.Threshold) bool { return testsRunOut(t) && t.Resource == r.resource }),
		slices.ContainsFunc(a.Watch.Spec.PlannedDemand, func(d v1alpha1.PlannedDemand) bool { return d.Resource == r.resource }):
		return 1
	default:
		return 2
	}
}

// history is that of one resource, on its way to the next status.
type history struct{ v1alpha1.ResourceHistory }

// historyOf returns the history of a resource of the account; one without samples
// when there is none.
func (a *assessment) historyOf(resource string) *history {
	i := slices.IndexFunc(a.status.History, func(h v1alpha1.ResourceHistory) bool { return h.Resource == resource })
	if i < 0 {
		return &history{v1alpha1.ResourceHistory{Resource: resource}}
	}
	return &history{a.status.History[i]}
}

// leftBefore returns what the previous status says is left of a row.
func (a *assessment) leftBefore(r *row) amount.Amount {
	before := a.before[r.key()]
	if before == nil {
		return amount.Amount{}
	}
	left, _ := amount.Parse(string(before.Remaining))
	return left
}

// shownAmount returns an amount as a status can hold it.
func shownAmount(a amount.Amount) amount.Amount {
	return amount.MustParse(string(shown(a)))
}

// raise adds to all samples what came without being there before, or subtracts
// what went without being used. Samples that cannot be read are a reason to begin
// anew.
func (h *history) raise(by amount.Amount) {
	if by.Sign() == 0 {
		return
	}
	for i, sample := range h.Samples {
		if sample == "" {
			continue
		}
		left, err := amount.Parse(string(sample))
		if err != nil {
			h.Samples = nil
			return
		}
		h.Samples[i] = v1alpha1.HistorySample(shown(left.Add(by)))
	}
}

// record takes what is left as the sample of a day. before is what was left until
// then: days on which that was nothing are left out.
func (h *history) record(today vendors.Day, left, before amount.Amount) {
	last, err := vendors.ParseDay(string(h.LastDay))
	sample := v1alpha1.HistorySample(shown(left))
	switch {
	case err != nil || len(h.Samples) == 0:
		if left.Sign() > 0 {
			h.Samples, h.LastDay = []v1alpha1.HistorySample{sample}, v1alpha1.Day(today.String())
		}
	case today == last:
		h.Samples[len(h.Samples)-1] = sample
	case today.Before(last), left.Sign() <= 0 && before.Sign() <= 0:
	default:
		if before.Sign() > 0 {
			missed := min(daysBetween(last, today)-1, maxSamples)
			h.Samples = append(h.Samples, make([]v1alpha1.HistorySample, missed)...)
		}
		h.Samples, h.LastDay = append(h.Samples, sample), v1alpha1.Day(today.String())
		h.trim()
	}
}

// trim drops what is older than the status holds.
func (h *history) trim() {
	h.Samples = h.Samples[max(len(h.Samples)-maxSamples, 0):]
	for h.Samples[0] == "" {
		h.Samples = h.Samples[1:]
	}
}

func daysBetween(from, to vendors.Day) int {
	return int(to.Start().Sub(from.Start()) / (24 * time.Hour))
}
