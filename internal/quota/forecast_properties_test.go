// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// reserve is a package that is never used up.
func reserve() vendors.Package {
	return pack(id("reserve"), left("1000000"), total("1000000"), until(900*day))
}

// upheaval does to the packages what is no use. It leaves the reserve alone, which
// ends last and so comes last.
func (c chance) upheaval(a *account) {
	others := a.packages[:len(a.packages)-1]
	switch what := c.IntN(6); {
	case len(others) == 0 || what == 0 && len(others) < 10: // one is bought
		begins := a.in.Now.Add(pick(c, -day, -day, 3*day))
		a.buys(pack(id(fmt.Sprint("more-", c.Int())), left(fmt.Sprint(c.IntN(5000))), func(p *vendors.Package) {
			p.Start, p.End = &begins, new(begins.Add(day+c.duration()))
		}))
	case what == 1: // one is topped up
		p := &others[c.IntN(len(others))]
		p.Remaining = p.Remaining.Add(amount.FromInt(c.Int64N(5000)))
	case what == 2: // one is frozen, given back or released
		others[c.IntN(len(others))].State = pick(c, vendors.PackageFrozen, vendors.PackageRefunded, vendors.PackageUsable)
	case what == 3: // one vanishes
		a.packages = a.packages[1:]
	case what == 4: // a new process
		a.restarts()
	case what == 5: // the vendor fails
		a.fails(c.kind(), "")
	}
}

// usedOneByOne is what the samples say was used from one to the next.
func usedOneByOne(t *testing.T, samples []v1alpha1.HistorySample) []int64 {
	t.Helper()
	used := []int64{}
	for i := range samples[1:] {
		n, _ := amount.MustParse(string(samples[i])).Sub(amount.MustParse(string(samples[i+1]))).Int64()
		used = append(used, n)
	}
	return used
}

// Whatever happens to the packages besides, the history tells what was used on
// each day, and the burn is that of an account to which nothing happened.
func TestHistoryTellsWhatWasUsed(t *testing.T) {
	for seed := range lives(t) / 4 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c := chance{rand.New(rand.NewPCG(seed, 3))}
			quiet, busy := using(t, []vendors.Package{reserve()}), using(t, []vendors.Package{reserve()})
			used := []int64{}
			for d := range 35 {
				n := c.Int64N(300)
				used = append(used, n)
				quiet.passes(1, n)
				busy.passes(1, n)
				c.upheaval(busy)
				busy.polls()
				got := usedOneByOne(t, busy.in.Watch.Status.History[0].Samples)
				if diff := cmp.Diff(used[max(len(used)-29, 0):], got); diff != "" {
					t.Fatalf("day %d: use (-want +got):\n%s", d+1, diff)
				}
				if diff := cmp.Diff(quiet.outlook().Burn, busy.outlook().Burn); diff != "" {
					t.Fatalf("day %d: burn (-quiet +busy):\n%s", d+1, diff)
				}
				if silent := busy.outlook().Burn == ""; silent != (d < 3) {
					t.Fatalf("day %d: the forecast is silent: %t", d+1, silent)
				}
			}
		})
	}
}

// An account that counts in a smaller unit has the same future.
func TestForecastInASmallerUnit(t *testing.T) {
	for seed := range lives(t) / 10 {
		c := chance{rand.New(rand.NewPCG(seed, 4))}
		large, small := using(t, []vendors.Package{pack(left("9000"))}), using(t, []vendors.Package{pack(left("9000000"))})
		for d := range 30 {
			n := c.Int64N(300)
			large.passes(1, n)
			small.passes(1, n*1000)
			got, want := small.outlook(), large.outlook()
			for _, o := range []*v1alpha1.Amount{&want.Burn, &want.Unused} {
				if *o != "" {
					*o = shown(amount.MustParse(string(*o)).Shift(3))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, day %d (-large +small):\n%s", seed, d+1, diff)
			}
		}
	}
}

// What is forecast makes sense, whatever is used and bought.
func TestForecastMakesSense(t *testing.T) {
	for seed := range lives(t) / 4 {
		c := chance{rand.New(rand.NewPCG(seed, 5))}
		a := using(t, []vendors.Package{pack(left("3000"))}, planned(event("show", "traffic", 20*day, 22*day, "900")))
		for d := range 40 {
			if c.IntN(10) == 0 && len(a.packages) < 12 {
				ends := a.in.Now.Add(day + c.duration())
				a.buys(pack(id(fmt.Sprint("bought", d)), left(fmt.Sprint(c.IntN(3000))), func(p *vendors.Package) { p.End = &ends }))
			}
			a.passes(c.IntN(3), c.Int64N(200))
			checkForecast(t, &a.in.Watch.Status)
			checkClock(t, a, min(c.duration(), 20*day))
			if t.Failed() {
				t.Fatalf("seed %d, day %d", seed, d)
			}
		}
	}
}

// checkClock checks that time alone is no reason to call off an alarm, as long as
// the event that it is about is not over.
func checkClock(t *testing.T, a *account, later time.Duration) {
	t.Helper()
	in := a.in
	in.Now = in.Now.Add(later)
	before, after := in.Watch.Status.Conditions, Assess(in).Status.Conditions
	over := !in.Now.Before(in.Watch.Spec.PlannedDemand[0].End.Time)
	for condition, mayEnd := range map[string]bool{
		v1alpha1.ConditionRunOutSoon: false, v1alpha1.ConditionPlannedDemandShort: over,
	} {
		if was, is := says(before, condition), says(after, condition); was[:4] == "True" && is[:4] != "True" && !mayEnd {
			t.Errorf("%s later %s turns from %q to %q", later, condition, was, is)
		}
	}
}

func checkForecast(t *testing.T, status *v1alpha1.QuotaWatchStatus) {
	t.Helper()
	for _, h := range status.History {
		if len(h.Samples) > 30 || h.Samples[0] == "" || h.Samples[len(h.Samples)-1] == "" {
			t.Errorf("the samples are %q", h.Samples)
		}
	}
	row := status.Resources[0]
	if last := status.History[0].Samples; string(last[len(last)-1]) != string(row.Remaining) {
		t.Errorf("the last sample is %s, and %s is left", last[len(last)-1], row.Remaining)
	}
	if row.BurnPerDay == "" {
		if row.UnusedAtExpiry != "" || row.RunOutConfidence != "" || !row.RunOutTime.IsZero() {
			t.Errorf("there is half a forecast: %+v", row)
		}
		return
	}
	if amount.MustParse(string(row.BurnPerDay)).Sign() < 0 {
		t.Errorf("a burn of %s", row.BurnPerDay)
	}
	left := amount.MustParse(string(row.Remaining))
	if row.Upcoming != "" {
		left = left.Add(amount.MustParse(string(row.Upcoming)))
	}
	if unused := amount.MustParse(string(row.UnusedAtExpiry)); unused.Sign() < 0 || unused.Cmp(left) > 0 {
		t.Errorf("%s of %s will not be used", unused, left)
	}
	if !row.RunOutTime.IsZero() && row.RunOutTime.Add(time.Hour).Before(status.LastSuccessTime.Time) {
		t.Errorf("at %s it runs out at %s", status.LastSuccessTime, row.RunOutTime)
	}
}
