// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

// Confidence ranks an estimate by how well it would have told the past.
type Confidence int

// The confidences. The zero value is none.
const (
	// Low is a guess: less than a week is known, or most weeks were different.
	Low Confidence = iota + 1
	// Medium tells at least half of the past weeks, each within a half.
	Medium
	// High tells every one of two or more past weeks within a quarter.
	High
)

const (
	week     = 7
	maxWeeks = 4
)

// confidence ranks a rate by the weeks of the history.
func (h history) confidence(burn rate) Confidence {
	var roughly, well int
	weeks := h.weeks()
	for _, w := range weeks {
		if w.near(burn, 50) {
			roughly++
		}
		if w.near(burn, 25) {
			well++
		}
	}
	switch {
	case len(weeks) >= 2 && well == len(weeks):
		return High
	case len(weeks) >= 1 && 2*roughly >= len(weeks):
		return Medium
	default:
		return Low
	}
}

// weeks returns the rates of the past weeks, the last one first. Where samples
// are missing a week is longer.
func (h history) weeks() []rate {
	var weeks []rate
	to := len(h.points) - 1
	for from := to - 1; from >= 0 && len(weeks) < maxWeeks; from-- {
		if h.points[to].day-h.points[from].day >= week {
			weeks = append(weeks, between(h.points[from], h.points[to]))
			to = from
		}
	}
	return weeks
}

// String is the name of the confidence in status; empty for none.
func (c Confidence) String() string {
	switch c {
	case Low:
		return "Low"
	case Medium:
		return "Medium"
	case High:
		return "High"
	}
	return ""
}
