// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"cmp"
	"slices"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// maxBillLines bounds the lines of a month's bill.
const maxBillLines = 12

// readBill brings the bill section up to date. The running month and the closed
// ones, which hardly change and are read more seldom, are sections of their own.
func (a *assessment) readBill() {
	spec := a.Watch.Spec.Bill
	if spec == nil {
		a.status.Bill = nil
		return
	}
	if a.status.Bill == nil {
		a.status.Bill = &v1alpha1.BillStatus{}
	}
	b := a.status.Bill
	b.Periods = a.billPeriods(b)
	if len(b.Periods) > 0 {
		a.wakeAt(monthEnd(a.Now))
	}
	if a.Bill.Value != nil {
		b.LastSuccessTime, b.ObservedGeneration = stamp(a.Bill.Time), a.Watch.Generation
	}
	s := sectionOf(a.Bill, vendors.OpBill, "bill.interval", spec.GetInterval())
	s.observedGeneration, s.lastSuccess, s.lastError = &b.ObservedGeneration, &b.LastSuccessTime, &b.LastError
	a.note(s)
	a.readClosedMonths(b)
}

// readClosedMonths brings up to date what is known of the question about the
// closed months.
func (a *assessment) readClosedMonths(b *v1alpha1.BillStatus) {
	if a.Watch.Spec.Bill.GetMonths() == 1 {
		b.ClosedMonths = nil
		return
	}
	if b.ClosedMonths == nil {
		b.ClosedMonths = &v1alpha1.ClosedMonthsStatus{}
	}
	c := b.ClosedMonths
	if a.ClosedBills.Value != nil {
		c.LastSuccessTime, c.ObservedGeneration = stamp(a.ClosedBills.Time), a.Watch.Generation
	}
	// How often is for the operator to say, so that it raises no interval.
	s := sectionOf(a.ClosedBills, vendors.OpClosedBills, "", a.ClosedBills.Interval)
	s.observedGeneration, s.lastSuccess, s.lastError = &c.ObservedGeneration, &c.LastSuccessTime, &c.LastError
	a.note(s)
}

// billPeriods returns the bills to show, those read before those held.
func (a *assessment) billPeriods(b *v1alpha1.BillStatus) []v1alpha1.BillPeriodStatus {
	read, held := a.billsRead(), b.Periods
	if len(read) > 0 && a.billsEdited(b) {
		held = nil // an edited spec may be about another bill
	}
	var periods []v1alpha1.BillPeriodStatus
	for _, month := range BillMonths(a.Now, 0, int(a.Watch.Spec.Bill.GetMonths())) {
		if bill, ok := read[month]; ok {
			periods = append(periods, a.billPeriod(bill))
		} else if i := slices.IndexFunc(held, isMonth(month)); i >= 0 {
			period := held[i]
			period.State = a.billState(month)
			periods = append(periods, period)
		}
	}
	return periods
}

// billsEdited tells whether some of the bills held answer an earlier spec.
func (a *assessment) billsEdited(b *v1alpha1.BillStatus) bool {
	closed := b.ClosedMonths
	return b.ObservedGeneration != a.Watch.Generation || closed != nil && closed.ObservedGeneration != a.Watch.Generation
}

// billsRead returns the bills that this process has read. When a month closes,
// both questions have an answer about it: then the later one counts.
func (a *assessment) billsRead() map[vendors.Month]vendors.Bill {
	earlier, later := a.ClosedBills, a.Bill
	if later.Time.Before(earlier.Time) {
		earlier, later = later, earlier
	}
	read := map[vendors.Month]vendors.Bill{}
	for _, answer := range []*vendors.BillReading{earlier.Value, later.Value} {
		if answer == nil {
			continue
		}
		for _, bill := range answer.Bills {
			read[bill.Month] = bill
		}
	}
	return read
}

func isMonth(month vendors.Month) func(v1alpha1.BillPeriodStatus) bool {
	return func(p v1alpha1.BillPeriodStatus) bool { return p.Month == string(month) }
}

// billState says whether the bill of a month can still change.
func (a *assessment) billState(month vendors.Month) v1alpha1.BillState {
	if month == vendors.DayAt(a.Now).Month() {
		return v1alpha1.BillOpen
	}
	return v1alpha1.BillClosed
}

// billPeriod returns a month's bill as users see it.
func (a *assessment) billPeriod(bill vendors.Bill) v1alpha1.BillPeriodStatus {
	lines := largestOfEachUnit(bill.Lines)
	period := v1alpha1.BillPeriodStatus{
		Month: string(bill.Month),
		State: a.billState(bill.Month),
		Total: count(len(lines)),
	}
	for _, line := range lines[:min(len(lines), maxBillLines)] {
		period.Lines = append(period.Lines, billLine(line))
	}
	period.Shown = count(len(period.Lines))
	return period
}

// largestOfEachUnit returns the lines with the largest of each unit first, then
// the second largest of each and so on: a quantity says nothing beside one in
// another unit, and the bound must not leave out a whole unit.
func largestOfEachUnit(lines []vendors.BillLine) []vendors.BillLine {
	byUnit := slices.Clone(lines)
	slices.SortStableFunc(byUnit, func(x, y vendors.BillLine) int {
		return cmp.Or(compareUnits(x, y), y.Quantity.Cmp(x.Quantity))
	})
	places := make(map[unitKey]int)
	ranked := make([]rankedLine, 0, len(byUnit))
	for _, line := range byUnit {
		key := unitKey{line.Unit, line.UnitLabel}
		ranked = append(ranked, rankedLine{line, places[key]})
		places[key]++
	}
	slices.SortStableFunc(ranked, func(x, y rankedLine) int { return cmp.Compare(x.place, y.place) })
	for i := range ranked {
		byUnit[i] = ranked[i].BillLine
	}
	return byUnit
}

// rankedLine is a line with its place among those of its unit.
type rankedLine struct {
	vendors.BillLine
	place int
}

func compareUnits(x, y vendors.BillLine) int {
	return cmp.Or(cmp.Compare(x.Unit, y.Unit), cmp.Compare(x.UnitLabel, y.UnitLabel))
}

func billLine(line vendors.BillLine) v1alpha1.BillLineStatus {
	return v1alpha1.BillLineStatus{
		Product:    clip(line.Product, maxBillName),
		Category:   clip(line.Category, maxBillName),
		Settlement: v1alpha1.Settlement(line.Settlement),
		Unit:       v1alpha1.Unit(line.Unit),
		UnitLabel:  clip(line.UnitLabel, maxUnitLabel),
		Quantity:   shown(line.Quantity),
	}
}
