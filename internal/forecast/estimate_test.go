// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/amount"
)

// history of what was left on consecutive days; "" for a missing one.
func lefts(texts ...string) []Sample {
	var samples []Sample
	for day, text := range texts {
		if text != "" {
			samples = append(samples, Sample{Day: day, Left: amount.MustParse(text)})
		}
	}
	return samples
}

// falling returns what is left on so many days when the same is used every day.
func falling(days int, from, perDay string) []Sample {
	samples := make([]Sample, days)
	left := amount.MustParse(from)
	for day := range samples {
		samples[day] = Sample{Day: day, Left: left}
		left = left.Sub(amount.MustParse(perDay))
	}
	return samples
}

func TestEstimate(t *testing.T) {
	tests := map[string]struct {
		samples []Sample
		// want is the burn and its confidence; empty when nothing is said.
		want string
	}{
		"nothing known":                     {nil, ""},
		"one day":                           {lefts("1000"), ""},
		"two days of use":                   {lefts("1000", "900", "800"), ""},
		"three days of use":                 {lefts("1000", "900", "800", "700"), "100 Low"},
		"three samples far apart":           {lefts("1000", "", "", "", "600", "", "", "", "200"), ""},
		"almost a week":                     {falling(7, "1000", "100"), "100 Low"},
		"a week":                            {falling(8, "1000", "100"), "100 Medium"},
		"almost two weeks":                  {falling(14, "9000", "100"), "100 Medium"},
		"two weeks":                         {falling(15, "9000", "100"), "100 High"},
		"as much as a status holds":         {falling(30, "9000", "100"), "100 High"},
		"missing days":                      {lefts("1000", "", "800", "700", "", "", "400", "300"), "100 Medium"},
		"a sample a week":                   {lefts("2800", "", "", "", "", "", "", "2100", "", "", "", "", "", "", "1400", "", "", "", "", "", "", "700"), "100 High"},
		"nothing used":                      {falling(15, "9000", "0"), "0 High"},
		"more left from day to day":         {falling(15, "0", "-7"), "0 Low"},
		"all used on one of many days":      {lefts("900", "900", "900", "900", "900", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0"), "0 Medium"},
		"a third a day":                     {lefts("1", "1", "1", "0"), "0.1667 Low"},
		"hardly anything":                   {falling(8, "1", "0.000000001"), "0.000000001 Medium"},
		"an absurd amount":                  {falling(15, "999999999999999999999999", "66666666666666666666666"), "66670000000000000000000 High"},
		"bytes":                             {falling(15, "500000000000", "16583901277"), "16590000000 High"},
		"less than nothing left":            {falling(8, "100", "50"), "50 Medium"},
		"what happened before four weeks":   {append(lefts("100000000"), falling(30, "3000", "100")[1:]...), "100 High"},
		"a week with one day unlike others": {lefts("2000", "1900", "1800", "1700", "1600", "800", "700", "600", "500"), "200 Medium"},
		"a week at half of the usual rate":  {append(falling(15, "10000", "100"), shiftedDays(falling(8, "8600", "50"), 14)[1:]...), "75 Medium"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, said(Estimate(test.samples))); diff != "" {
				t.Errorf("burn (-want +got):\n%s", diff)
			}
		})
	}
}

func said(burn Burn, ok bool) string {
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s %s", burn.PerDay, burn.Confidence)
}

// shiftedDays returns samples as if they had been taken so many days later.
func shiftedDays(samples []Sample, days int) []Sample {
	return changed(samples, func(s *Sample) { s.Day += days })
}

func changed(samples []Sample, change func(*Sample)) []Sample {
	samples = append([]Sample{}, samples...)
	for i := range samples {
		change(&samples[i])
	}
	return samples
}

// Whatever was used: the unit does not matter, nor what was bought, nor the date,
// and the burn is never below zero.
func TestEstimateDoesNotDependOnWhatItIsNotAbout(t *testing.T) {
	random := chance{rand.New(rand.NewPCG(30, 1))}
	for i := range 2000 {
		samples := patterns[i%len(patterns)].samples(random, 1+random.IntN(simulated))
		if random.IntN(3) == 0 { // what the caller did not understand
			at := random.IntN(len(samples))
			more := amount.FromInt(random.Int64N(20*usual) - 10*usual)
			samples[at].Left = samples[at].Left.Add(more)
		}
		burn, ok := Estimate(samples)
		if ok != (len(samples) >= minSamples) {
			t.Fatalf("Estimate of %d samples: %t", len(samples), ok)
		}
		if burn.PerDay.Sign() < 0 {
			t.Fatalf("a burn of %s", burn.PerDay)
		}
		bought := amount.FromInt(random.Int64N(1_000_000_000_000))
		exponent := random.IntN(18) - 6
		days := random.IntN(1000) - 500
		alike := map[string][]Sample{
			"more had been there all along": changed(samples, func(s *Sample) { s.Left = s.Left.Add(bought) }),
			"as many days later":            shiftedDays(samples, days),
		}
		for name, other := range alike {
			if diff := cmp.Diff(said(burn, ok), said(Estimate(other))); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", name, diff)
			}
		}
		scaled := changed(samples, func(s *Sample) { s.Left = s.Left.Shift(exponent) })
		burn.PerDay = burn.PerDay.Shift(exponent)
		if diff := cmp.Diff(said(burn, ok), said(Estimate(scaled))); diff != "" {
			t.Fatalf("in a unit 10^%d times as small (-want +got):\n%s", exponent, diff)
		}
	}
}

// To use more on every day is never to burn less.
func TestBurnGrowsWithUse(t *testing.T) {
	random := chance{rand.New(rand.NewPCG(30, 2))}
	for i := range 500 {
		samples := patterns[i%len(patterns)].samples(random, 3+random.IntN(simulated-3))
		less, ok := Estimate(samples)
		more := random.Int64N(usual)
		greater, _ := Estimate(changed(samples, func(s *Sample) {
			s.Left = s.Left.Sub(amount.FromInt(more * int64(s.Day)))
		}))
		if ok && greater.PerDay.Cmp(less.PerDay) < 0 {
			t.Fatalf("with %d more a day, the burn falls from %s to %s", more, less.PerDay, greater.PerDay)
		}
	}
}

func BenchmarkEstimate(b *testing.B) {
	samples := patterns[1].samples(chance{rand.New(rand.NewPCG(30, 3))}, simulated)
	for b.Loop() {
		Estimate(samples)
	}
}
