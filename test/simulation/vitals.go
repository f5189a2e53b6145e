// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"text/tabwriter"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// vitals are what a process has at a time that it should not have more of later.
type vitals struct {
	at time.Duration // since the beginning
	// polls, writes and events are how many there have been.
	polls, writes, events int
	goroutines            int
	// open are the connections to the vendors when those that are idle are closed,
	// and accepted all that there have been.
	open, accepted int64
	heap, resident uint64 // bytes that are live, and those of the process
}

// vitals measures a world that is settled. Connections may still be closing.
func (f *fleet) vitals() vitals {
	GinkgoHelper()
	for _, r := range f.replicas {
		r.pool.CloseIdleConnections()
	}
	Eventually(f.conns.open.Load).WithTimeout(10*time.Second).Should(BeZero(), "connections to vendors that nobody uses")
	f.settle()
	runtime.GC()
	debug.FreeOSMemory()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	v := vitals{
		at: f.clock.Now().Sub(f.began).Truncate(time.Second), goroutines: runtime.NumGoroutine(),
		open: f.conns.open.Load(), accepted: f.conns.accepted.Load(),
		heap: memory.HeapAlloc, resident: residentBytes(),
	}
	for _, e := range f.books.entries {
		v.polls += e.polls
	}
	counts := f.requests.counts()
	v.writes, v.events = counts[http.MethodPatch], counts[http.MethodPost]
	return v
}

// residentBytes is the memory of this process; zero where that cannot be told.
func residentBytes() uint64 {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(statm)
	pages, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize()) //nolint:gosec // a page has a few thousand bytes
}

// chart is the vitals at each checkpoint.
type chart []vitals

// String writes the chart as a table.
func (c chart) String() string {
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "TIME\tPOLLS\tWRITES\tEVENTS\tGOROUTINES\tOPEN\tACCEPTED\tHEAP\tRESIDENT\t")
	for _, v := range c {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f MiB\t%.1f MiB\t\n", v.at, v.polls, v.writes, v.events,
			v.goroutines, v.open, v.accepted, mebibytes(v.heap), mebibytes(v.resident))
	}
	_ = table.Flush()
	return text.String()
}

func mebibytes(bytes uint64) float64 { return float64(bytes) / (1 << 20) }
