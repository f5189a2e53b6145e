// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"net/http"
	"syscall"
	"time"
)

// effort is what a world has cost.
type effort struct {
	began      time.Time // in real time
	wall, cpu  time.Duration
	steps      int // of the clock
	reconciles int64
	requests   map[string]int // to the API server, by verb
}

// effortSoFar returns what the world has cost until now. The processor time is
// that of this process, without the control plane's.
func (w *world) effortSoFar() effort {
	e := w.effort
	e.wall = time.Since(e.began)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err == nil {
		e.cpu = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	for _, r := range w.replicas {
		e.reconciles += r.reconciles()
	}
	e.requests = w.requests.counts()
	return e
}

// String describes the effort in a line.
func (e effort) String() string {
	return fmt.Sprintf("%s, of which %s of this process; %d steps of the clock, %d reconciles, %d status writes, %d Events, %d reads\n",
		e.wall.Round(time.Second), e.cpu.Round(time.Second), e.steps, e.reconciles,
		e.requests[http.MethodPatch], e.requests[http.MethodPost], e.requests[http.MethodGet])
}
