// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"time"
)

// perSecond counts the calls of each whole second from one time to another.
func perSecond(calls []call, from, to time.Time) []int {
	counts := make([]int, int(to.Sub(from)/time.Second))
	for _, c := range calls {
		if second := int(c.at.Sub(from) / time.Second); !c.at.Before(from) && second < len(counts) {
			counts[second]++
		}
	}
	return counts
}

// busiest is the most calls in any second; zero when there are none.
func busiest(counts []int) int {
	if len(counts) == 0 {
		return 0
	}
	return slices.Max(counts)
}

// scheduledRate is how many polls a second so many watches ask for.
func scheduledRate(watches int) float64 { return float64(watches) / interval.Seconds() }

// punctuality is the share of the scheduled polls that were made. A window that is no multiple
// of the interval holds a few polls more or less than its share.
func punctuality(polls float64, watches int, window time.Duration) float64 {
	return ratio(polls*interval.Seconds(), float64(watches)*window.Seconds())
}

// ratio is zero when there is nothing to compare with.
func ratio(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// byCredential returns the times of each credential's calls, in order.
func byCredential(calls []call) map[int32][]time.Time {
	times := map[int32][]time.Time{}
	for _, c := range calls {
		times[c.credential] = append(times[c.credential], c.at)
	}
	return times
}

// everyTen adds up counts of seconds to those of ten seconds.
func everyTen(counts []int) []int {
	var sums []int
	for i, count := range counts {
		if i%10 == 0 {
			sums = append(sums, 0)
		}
		sums[len(sums)-1] += count
	}
	return sums
}
