// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// blocked tells whether every goroutine but the caller's waits for something.
// The scheduler counts without stopping the world, but a goroutine that runs, is
// about to, or moves from one processor to another shows as runnable or as a
// processor that runs. One that waits for the network shows as neither: who needs
// to know of those counts the requests besides.
func blocked() bool {
	samples := []metrics.Sample{
		{Name: "/sched/goroutines/runnable:goroutines"},
		{Name: "/sched/goroutines/running:goroutines"},
	}
	metrics.Read(samples)
	return samples[0].Value.Uint64() == 0 && samples[1].Value.Uint64() <= 1
}

// briefly lets others run while a condition is waited for: at first for no time
// at all, later so long that the API server gets the processor.
func briefly(attempt int) {
	if attempt < 10 {
		runtime.Gosched()
		return
	}
	time.Sleep(50 * time.Microsecond)
}
