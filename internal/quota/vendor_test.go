// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"testing"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// account is a scenario of a vendor's account that is used from day to day.
type account struct {
	*scenario
	packages []vendors.Package
}

// using returns an account with the packages, which were read for the first time.
func using(t *testing.T, packages []vendors.Package, changes ...specChange) *account {
	t.Helper()
	a := &account{scenario: watching(t, changes...), packages: packages}
	a.polls()
	return a
}

// spends takes so much of what can be spent, from what ends first.
func (a *account) spends(n int64) {
	need := amount.FromInt(n)
	slices.SortStableFunc(a.packages, func(p, q vendors.Package) int { return compareEnds(p.End, q.End) })
	for i := range a.packages {
		p := &a.packages[i]
		if stateAt(p, a.in.Now) == usable {
			taken := amount.Min(need, p.Remaining)
			p.Remaining, need = p.Remaining.Sub(taken), need.Sub(taken)
		}
	}
}

func (a *account) buys(p vendors.Package) { a.packages = append(a.packages, p) }

// polls has the vendor answer with the packages that have not ended.
func (a *account) polls() *v1alpha1.QuotaWatchStatus {
	a.t.Helper()
	return a.tells("")
}

// tells is polls of a vendor that says up to which day its numbers are complete.
func (a *account) tells(dataAsOf string) *v1alpha1.QuotaWatchStatus {
	a.t.Helper()
	a.packages = slices.DeleteFunc(a.packages, func(p vendors.Package) bool {
		return p.End != nil && !a.in.Now.Before(*p.End)
	})
	return answer(a.scenario, &a.in.Packages, vendors.PackageReading{Packages: slices.Clone(a.packages), DataAsOf: dataAsOf})
}

// passes lets so many days pass, of which each uses as much and is read at its end.
func (a *account) passes(days int, perDay int64) *v1alpha1.QuotaWatchStatus {
	a.t.Helper()
	for range days {
		a.in.Now = a.in.Now.Add(day)
		a.spends(perDay)
		a.polls()
	}
	return &a.in.Watch.Status
}

// outlook is what a row forecasts. Times are counted in hours from the moment of
// the last reading, which is rounded away.
type outlook struct {
	Burn, Unused v1alpha1.Amount
	RunOut       time.Duration
	Confidence   v1alpha1.Confidence
}

func (a *account) outlook() outlook {
	row := a.in.Watch.Status.Resources[0]
	o := outlook{Burn: row.BurnPerDay, Unused: row.UnusedAtExpiry, Confidence: row.RunOutConfidence}
	if !row.RunOutTime.IsZero() {
		o.RunOut = row.RunOutTime.Sub(a.in.Now.Truncate(time.Hour))
	}
	return o
}
