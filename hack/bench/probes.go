// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "time"

// The engine's own rules, by which an outage is judged; see internal/polling.
const (
	tripAfter    = 3 // failures in a row before a credential is held
	firstBackoff = time.Second
)

// probeStats is what the vendor saw of the credentials during an outage.
type probeStats struct {
	Credentials int
	// Calls is how many calls each made on average, and MaxCalls the most that any made.
	Calls    float64
	MaxCalls int
	// Probes is how many calls were made while the credential was held, and Early how many of
	// them came sooner after the one before than their step of the backoff.
	Probes, Early int
}

// judgeProbes judges the failed calls of each credential. Those that were under way when the
// credential came to be held belong to no step.
func judgeProbes(failed map[int32][]time.Time, latency time.Duration) probeStats {
	stats := probeStats{Credentials: len(failed)}
	total := 0
	for _, times := range failed {
		total += len(times)
		stats.MaxCalls = max(stats.MaxCalls, len(times))
		probes, early := judgeCredential(times, latency)
		stats.Probes += probes
		stats.Early += early
	}
	stats.Calls = ratio(float64(total), float64(stats.Credentials))
	return stats
}

func judgeCredential(times []time.Time, latency time.Duration) (probes, early int) {
	if len(times) <= tripAfter {
		return 0, 0
	}
	last, step := times[tripAfter-1], firstBackoff
	for _, at := range times[tripAfter:] {
		asked := at.Add(-latency)
		if !asked.After(last) {
			continue // under way
		}
		probes++
		if asked.Sub(last) < step {
			early++
		}
		last, step = at, min(2*step, interval)
	}
	return probes, early
}
