// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// readings of a day: at ten in the morning and in the evening of the vendor's day.
const readings = 2

// A month is thirty days of a watch. Each day uses an amount, and may begin with
// something that happens.
type month struct {
	packages []vendors.Package
	uses     func(day int) int64
	events   map[int]func(*account)
	// want is what some days end with.
	want map[int]dayEnd
}

type dayEnd struct {
	Outlook outlook
	RunOut  string
	State   v1alpha1.State
}

func every(n int64) func(int) int64 { return func(int) int64 { return n } }

const (
	notForeseen   = "Unknown NoForecast"
	notRunningOut = "False NotRunningOut"
	runningOut    = "True RunningOutWarning"
)

func foreseen(burn, unused v1alpha1.Amount, runOut time.Duration, confidence v1alpha1.Confidence) outlook {
	return outlook{Burn: burn, Unused: unused, RunOut: runOut, Confidence: confidence}
}

var months = map[string]month{
	"steady use until it is used up": {
		packages: []vendors.Package{pack(left("2800"), total("5000"))},
		uses:     every(100),
		want: map[int]dayEnd{
			1:  {outlook{}, notForeseen, v1alpha1.StateOK},
			3:  {outlook{}, notForeseen, v1alpha1.StateOK},
			4:  {foreseen("100", "0", 24*day+2*time.Hour, "Low"), notForeseen, v1alpha1.StateOK},
			7:  {foreseen("100", "0", 21*day+2*time.Hour, "Low"), notForeseen, v1alpha1.StateOK},
			8:  {foreseen("100", "0", 20*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			15: {foreseen("100", "0", 13*day+2*time.Hour, "High"), notRunningOut, v1alpha1.StateOK},
			24: {foreseen("100", "0", 4*day+2*time.Hour, "High"), notRunningOut, v1alpha1.StateLow},
			26: {foreseen("100", "0", 2*day+2*time.Hour, "High"), runningOut, v1alpha1.StateRunningOut},
			28: {foreseen("100", "0", 0, "High"), runningOut, v1alpha1.StateExhausted},
			30: {foreseen("100", "0", 0, "High"), runningOut, v1alpha1.StateExhausted},
		},
	},
	"a top-up on day 12 leaves the burn unbroken": {
		packages: []vendors.Package{pack(left("2000"), total("2000"))},
		uses:     every(100),
		events:   map[int]func(*account){12: func(a *account) { a.buys(pack(id("2"), left("5000"), total("5000"))) }},
		want: map[int]dayEnd{
			11: {foreseen("100", "0", 9*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			12: {foreseen("100", "0", 58*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			13: {foreseen("100", "0", 57*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			30: {foreseen("100", "0", 40*day+2*time.Hour, "High"), notRunningOut, v1alpha1.StateOK},
		},
	},
	"a package that ends with 300 left is no burn of 300": {
		packages: []vendors.Package{pack(left("1400"), until(11*day+9*time.Hour)), pack(id("2"), left("4000"), until(400*day))},
		uses:     every(100),
		want: map[int]dayEnd{
			10: {foreseen("100", "287.5", 41*day+5*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			12: {foreseen("100", "0", 39*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			30: {foreseen("100", "0", 21*day+2*time.Hour, "High"), notRunningOut, v1alpha1.StateOK},
		},
	},
	"a package that ends, and a new one a week later": {
		packages: []vendors.Package{pack(left("1500"), until(10*day))},
		uses:     every(100),
		events:   map[int]func(*account){17: func(a *account) { a.buys(pack(id("2"), left("3000"), total("3000"))) }},
		want: map[int]dayEnd{
			9:  {foreseen("100", "525", 0, "Medium"), notRunningOut, v1alpha1.StateExpiring},
			10: {foreseen("100", "0", 0, "Medium"), notRunningOut, v1alpha1.StateExhausted},
			16: {foreseen("100", "0", 0, "Medium"), notRunningOut, v1alpha1.StateExhausted},
			17: {foreseen("100", "0", 28*day+14*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			18: {foreseen("100", "0", 28*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			30: {foreseen("100", "0", 16*day+2*time.Hour, "High"), notRunningOut, v1alpha1.StateOK},
		},
	},
	"more than can be used before it ends": {
		packages: []vendors.Package{pack(left("9000"), total("9000"), until(40*day))},
		uses:     every(100),
		want: map[int]dayEnd{
			10: {foreseen("100", "5025", 0, "Medium"), notRunningOut, v1alpha1.StateOK},
			30: {foreseen("100", "5025", 0, "High"), notRunningOut, v1alpha1.StateOK},
		},
	},
	"the next package begins in time": {
		packages: []vendors.Package{pack(left("2500")), pack(id("2"), left("1000"), from(20*day))},
		uses:     every(100),
		want: map[int]dayEnd{
			10: {foreseen("100", "0", 25*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			24: {foreseen("100", "0", 11*day+2*time.Hour, "High"), notRunningOut, v1alpha1.StateOK},
		},
	},
	"the next package begins too late": {
		packages: []vendors.Package{pack(left("1200"), total("2000")), pack(id("2"), left("1000"), from(20*day))},
		uses:     every(100),
		want: map[int]dayEnd{
			8:  {foreseen("100", "0", 4*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			10: {foreseen("100", "0", 2*day+2*time.Hour, "Medium"), runningOut, v1alpha1.StateRunningOut},
			13: {foreseen("100", "0", 0, "Medium"), runningOut, v1alpha1.StateExhausted},
			21: {foreseen("100", "0", 8*day+14*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
		},
	},
	"nothing is used": {
		packages: []vendors.Package{pack(left("3000"), until(60*day))},
		uses:     every(0),
		want: map[int]dayEnd{
			4:  {foreseen("0", "3000", 0, "Low"), notForeseen, v1alpha1.StateOK},
			30: {foreseen("0", "3000", 0, "High"), notRunningOut, v1alpha1.StateOK},
		},
	},
	"a great event on day 20": {
		packages: []vendors.Package{pack(left("9000"), total("10000"))},
		uses: func(day int) int64 {
			if day == 20 {
				return 5000
			}
			return 100
		},
		want: map[int]dayEnd{
			19: {foreseen("100", "0", 71*day+2*time.Hour, "High"), notRunningOut, v1alpha1.StateOK},
			20: {foreseen("100", "0", 21*day+2*time.Hour, "High"), notRunningOut, v1alpha1.StateOK},
			21: {foreseen("100", "0", 20*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			30: {foreseen("100", "0", 11*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateLow},
		},
	},
	"use doubles on day 15": {
		packages: []vendors.Package{pack(left("9000"), total("10000"))},
		uses: func(day int) int64 {
			if day < 15 {
				return 100
			}
			return 200
		},
		want: map[int]dayEnd{
			15: {foreseen("100", "0", 74*day+2*time.Hour, "High"), notRunningOut, v1alpha1.StateOK},
			22: {foreseen("150", "0", 40*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
			25: {foreseen("200", "0", 27*day+2*time.Hour, "Medium"), notRunningOut, v1alpha1.StateOK},
		},
	},
}

// A watch that is read twice a day for a month.
func TestMonth(t *testing.T) {
	for name, test := range months {
		t.Run(name, func(t *testing.T) {
			a := using(t, test.packages)
			a.in.Now = a.in.Now.Add(4 * time.Hour)
			for d := 1; d <= 30; d++ {
				if happens := test.events[d]; happens != nil {
					happens(a)
				}
				for range readings {
					a.in.Now = a.in.Now.Add(day / readings)
					a.spends(test.uses(d) / readings)
					a.polls()
				}
				if want, ok := test.want[d]; ok {
					got := dayEnd{a.outlook(), says(a.in.Watch.Status.Conditions, v1alpha1.ConditionRunOutSoon), a.in.Watch.Status.State}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("day %d (-want +got):\n%s", d, diff)
					}
				}
			}
		})
	}
}
