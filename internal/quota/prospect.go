// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/forecast"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// estimateDigits is how many digits of an estimate are shown.
const estimateDigits = 4

// maxLag is how many days after its last sample a history still tells something. A
// day has none when the answers leave out what was asked for, or nothing is left.
const maxLag = 7

// prospect is what the history of a row tells of its future. It depends on the
// readings alone, so that it stays the same from one to the next however late it
// is, and while nothing is used also from one reading of a day to another.
type prospect struct {
	burn forecast.Burn
	// from is when, at that rate, what is left now is left.
	from time.Time
	// runOut is when nothing is left to spend; nil when what there is ends before, or
	// nothing is left already.
	runOut *time.Time
	unused amount.Amount
}

// foresee looks ahead from the history, and shows what it sees as long as the
// numbers are fresh.
func (a *assessment) foresee() {
	if a.isStale(vendors.OpPackages) {
		a.hideProspects()
	}
	for i := range a.rows[:min(len(a.rows), len(a.status.Resources))] {
		r := &a.rows[i]
		if r.subject != "" {
			return // the rows of the account come first
		}
		r.prospect = a.prospectOf(r)
		if r.prospect != nil && !a.isStale(vendors.OpPackages) {
			r.prospect.show(&a.status.Resources[i])
		}
	}
}

// hideProspects removes the forecast of an earlier process.
func (a *assessment) hideProspects() {
	for i := range a.status.Resources {
		r := &a.status.Resources[i]
		r.BurnPerDay, r.RunOutTime, r.RunOutConfidence, r.UnusedAtExpiry = "", metav1.Time{}, "", ""
	}
	if a.status.Summary != nil {
		a.status.Summary.NextRunOut = metav1.Time{}
	}
}

// show writes a prospect into a row.
func (p *prospect) show(s *v1alpha1.ResourceStatus) {
	s.BurnPerDay = shown(p.burn.PerDay)
	s.RunOutConfidence = v1alpha1.Confidence(p.burn.Confidence.String())
	s.UnusedAtExpiry = shown(p.unused.Floor(estimateDigits))
	if p.runOut != nil {
		s.RunOutTime = metav1.NewTime(p.runOut.Local())
	}
}

// prospectOf returns nil when the history is too short, or too old for the numbers.
func (a *assessment) prospectOf(r *row) *prospect {
	h := a.historyOf(r.resource)
	samples := h.samples()
	if len(samples) == 0 || h.endsBefore(vendors.DayAt(a.readTime()).Add(-maxLag)) {
		return nil
	}
	burn, ok := forecast.Estimate(samples[:len(samples)-1]) // the running day is not over
	if !ok {
		return nil
	}
	p := &prospect{burn: burn, from: a.standing(h, samples, burn.PerDay)}
	outlook := forecast.Look(a.lots(r.resource), burn.PerDay, p.from)
	p.unused = outlook.Unused
	if r.remaining.Sign() > 0 && !outlook.RunOut.IsZero() {
		runOut := a.stillToCome(outlook.RunOut).Truncate(time.Hour)
		p.runOut = &runOut
	}
	return p
}

// samples returns the history as the forecast takes it; nothing when it cannot be
// read.
func (h *history) samples() []forecast.Sample {
	samples := make([]forecast.Sample, 0, len(h.Samples))
	for day, sample := range h.Samples {
		if sample == "" {
			continue
		}
		left, err := amount.Parse(string(sample))
		if err != nil {
			return nil
		}
		samples = append(samples, forecast.Sample{Day: day, Left: left})
	}
	return samples
}

// endsBefore tells whether a history has no sample of a day or a later one.
func (h *history) endsBefore(day vendors.Day) bool {
	last, err := vendors.ParseDay(string(h.LastDay))
	return err != nil || last.Before(day)
}

// standing returns when, at a rate, what is left now is left: at the beginning of
// the first day that the numbers need not account for, or as much later as what
// was used on it takes, up to its end. So it is about now when the day is like the
// others; and a day that is slow, or of which the vendor knows nothing yet, is
// expected to bring what is missing.
func (a *assessment) standing(h *history, samples []forecast.Sample, perDay amount.Amount) time.Time {
	begin, read := a.accountedUntil(), vendors.DayAt(a.readTime())
	if string(h.LastDay) != read.String() || perDay.Sign() == 0 {
		return begin
	}
	before, last := samples[len(samples)-2], samples[len(samples)-1]
	missed := amount.FromInt(int64(last.Day - before.Day - 1))
	used := before.Left.Sub(last.Left).Sub(perDay.Mul(missed))
	used = amount.Min(amount.Max(used, amount.Amount{}), perDay)
	elapsed, _ := used.Mul(amount.FromInt(int64(24 * time.Hour))).Div(perDay).Int64() // at most a day
	return begin.Add(time.Duration(elapsed))
}

// readTime is when the packages were read.
func (a *assessment) readTime() time.Time { return a.status.Packages.LastSuccessTime.Time }

// accountedUntil returns the end of the last day whose use is surely in the
// numbers: what the vendor says, or yesterday.
func (a *assessment) accountedUntil() time.Time {
	today := vendors.DayAt(a.readTime())
	complete, err := vendors.ParseDay(string(a.status.Packages.DataAsOf))
	if err != nil || !complete.Before(today) {
		return today.Start()
	}
	return complete.Add(1).Start()
}

// stillToCome returns a run-out time that is not over when something is left: then
// it is expected by the end of the day.
func (a *assessment) stillToCome(runOut time.Time) time.Time {
	if runOut.After(a.readTime()) {
		return runOut
	}
	return vendors.DayAt(a.readTime()).Add(1).Start()
}

// lots returns what there is to spend of a resource of the account, now or later.
func (a *assessment) lots(resource string) []forecast.Lot {
	var lots []forecast.Lot
	for i := range a.packages {
		p := &a.packages[i]
		if p.Resource != resource || p.Subject != "" && notAddedUp[resource] {
			continue
		}
		if state := stateAt(p, a.Now); state == usable || state == upcoming {
			lots = append(lots, forecast.Lot{Start: timeOf(p.Start), End: timeOf(p.End), Left: p.Remaining})
		}
	}
	return lots
}
