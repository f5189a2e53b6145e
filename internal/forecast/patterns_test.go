// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math/rand/v2"

	"github.com/quotawatch/quotawatch/internal/amount"
)

// usual is what a pattern uses a day on average, in the end. Errors are told as
// percent of it.
const usual = 10_000

// simulated is how many days a pattern goes on.
const simulated = 28

// pattern is a way in which something may be used.
type pattern struct {
	name string
	// used returns what is used on each of the days.
	used func(chance) []int64
	// expected is what is used a day from then on.
	expected int64
	// missing tells whether some of the samples are.
	missing bool
}

// chance makes up days. Equal seeds make equal days.
type chance struct{ *rand.Rand }

// about returns n, give or take so many percent.
func (c chance) about(n, percent int64) int64 {
	return n + n*(c.Int64N(2*percent+1)-percent)/100
}

// days makes up every day.
func (c chance) days(used func(day int) int64) []int64 {
	days := make([]int64, simulated)
	for i := range days {
		days[i] = used(i)
	}
	return days
}

func (c chance) steady() []int64 {
	return c.days(func(int) int64 { return c.about(usual, 20) })
}

// weekly uses 13000 on five days and 2500 on the other two.
func (c chance) weekly() []int64 {
	monday := c.IntN(7)
	return c.days(func(day int) int64 {
		if (day+monday)%7 < 5 {
			return c.about(13_000, 20)
		}
		return c.about(2_500, 20)
	})
}

// show uses 58000 on one day of the week and 2000 on the others.
func (c chance) show() []int64 {
	monday := c.IntN(7)
	return c.days(func(day int) int64 {
		if (day+monday)%7 == 0 {
			return c.about(58_000, 20)
		}
		return c.about(2_000, 20)
	})
}

// events uses ten days' worth at once, twice.
func (c chance) events() []int64 {
	days := c.steady()
	for range 2 {
		days[c.IntN(simulated)] += 10 * usual
	}
	return days
}

// festival uses seven times as much on three days.
func (c chance) festival() []int64 {
	days := c.steady()
	first := c.IntN(simulated - 2)
	for i := range 3 {
		days[first+i] += 6 * usual
	}
	return days
}

// topUps hides part of the use on one day in seven, behind a package bought
// between the same two polls.
func (c chance) topUps() []int64 {
	return c.days(func(int) int64 {
		used := c.about(usual, 20)
		if c.IntN(7) == 0 {
			used = used * c.Int64N(101) / 100
		}
		return used
	})
}

// late books one day in four with the next, and one in ten too high, which is put
// right later but looks like a small top-up.
func (c chance) late() []int64 {
	var pending int64
	return c.days(func(int) int64 {
		used := c.about(usual, 20) + pending
		pending = 0
		if c.IntN(4) == 0 {
			used, pending = 0, used
		}
		if c.IntN(10) == 0 {
			used += used * 3 / 10
		}
		return used
	})
}

// changes uses another amount until so many days before the end.
func changes(before int64, ago int, after int64) func(chance) []int64 {
	return func(c chance) []int64 {
		return c.days(func(day int) int64 {
			if day < simulated-ago {
				return c.about(before, 20)
			}
			return c.about(after, 20)
		})
	}
}

func (c chance) idle() []int64 { return c.days(func(int) int64 { return 0 }) }

// bursts uses about 30000 on one day in three, and nothing on the others.
func (c chance) bursts() []int64 {
	return c.days(func(int) int64 {
		if c.IntN(3) > 0 {
			return 0
		}
		return c.about(30_000, 80)
	})
}

var patterns = []pattern{
	{name: "steady", used: chance.steady, expected: usual},
	{name: "weekly rhythm", used: chance.weekly, expected: usual},
	{name: "a show every week", used: chance.show, expected: usual},
	{name: "two single events", used: chance.events, expected: usual},
	{name: "a festival of three days", used: chance.festival, expected: usual},
	{name: "top-ups", used: chance.topUps, expected: usual},
	{name: "a third of the days missing", used: chance.weekly, expected: usual, missing: true},
	{name: "late corrections", used: chance.late, expected: usual},
	{name: "doubled 10 days ago", used: changes(usual/2, 10, usual), expected: usual},
	{name: "doubled 5 days ago", used: changes(usual/2, 5, usual), expected: usual},
	{name: "halved 10 days ago", used: changes(2*usual, 10, usual), expected: usual},
	{name: "stopped 10 days ago", used: changes(usual, 10, 0), expected: 0},
	{name: "idle", used: chance.idle, expected: 0},
	{name: "bursts at random", used: chance.bursts, expected: usual},
}

// samples returns what was left at the end of the last days, and of the one before
// them.
func (p pattern) samples(c chance, days int) []Sample {
	used := p.used(c)[simulated-days:]
	left := int64(1_000_000_000)
	samples := []Sample{{Day: 0, Left: amount.FromInt(left)}}
	for i, n := range used {
		left -= n
		if p.missing && i < len(used)-1 && c.IntN(3) == 0 {
			continue
		}
		samples = append(samples, Sample{Day: i + 1, Left: amount.FromInt(left)})
	}
	return samples
}
