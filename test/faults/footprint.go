// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// footprint is what a manager holds at one moment.
type footprint struct {
	// goroutines are all but those of connections to vendors, which come and go.
	goroutines int
	// files are open, but those of connections to vendors, which come and go.
	files int
	// connected is how many connections the vendors have.
	connected int
	// heap is in bytes, after a collection.
	heap int64
	// resident is what the machine counts, in bytes. It is told and not judged: the
	// race detector gives no memory back.
	resident int64
}

const (
	// connectionLinger is how long a connection is kept that nobody uses.
	connectionLinger = 30 * time.Second

	// What a footprint may differ by when nothing leaks: calls are under way at
	// any time, and what is known of failures takes some memory.
	someGoroutines  = 4
	someFiles       = 6
	someConnections = 3 // at each simulator
	someHeap        = 8 << 20
)

// footprint measures a manager.
func (w *world) footprint(ctx context.Context, m *manager) (footprint, error) {
	var f footprint
	goroutines, err := m.profile(ctx, "goroutine?debug=1")
	if err != nil {
		return f, err
	}
	f.goroutines = countGoroutines(goroutines)
	heap, err := m.profile(ctx, "heap?gc=1&debug=1")
	if err != nil {
		return f, err
	}
	if f.heap, err = heapOf(heap); err != nil {
		return f, err
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", m.PID()))
	if err != nil {
		return f, err
	}
	for _, s := range w.simulators {
		f.connected += s.connected()
	}
	f.files = len(files) - f.connected
	f.resident, err = residentOf(m.PID())
	return f, err
}

// restingFootprint measures a manager when it makes no call.
func (w *world) restingFootprint(ctx context.Context, m *manager) footprint {
	GinkgoHelper()
	var f footprint
	Eventually(func(g Gomega) {
		for _, s := range w.simulators {
			g.Expect(s.busy()).To(BeFalse(), "%s is called", s.name)
		}
		var err error
		f, err = w.footprint(ctx, m)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(f.connected).To(BeNumerically("<=", len(w.simulators)*someConnections))
	}, connectionLinger+patience, often).Should(Succeed())
	return f
}

// expectFootprint expects that a manager comes to hold no more than it did, as
// soon as connections that nobody uses are closed.
func (w *world) expectFootprint(ctx context.Context, m *manager, before footprint) {
	GinkgoHelper()
	var now footprint
	within := connectionLinger + patience
	Eventually(func(g Gomega) {
		var err error
		now, err = w.footprint(ctx, m)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(now.goroutines).To(BeNumerically("<=", before.goroutines+someGoroutines), "goroutines")
		g.Expect(now.files).To(BeNumerically("<=", before.files+someFiles), "open files")
		g.Expect(now.heap).To(BeNumerically("<=", before.heap+someHeap), "heap")
		for _, s := range w.simulators {
			g.Expect(s.connected()).To(BeNumerically("<=", someConnections), "connections to %s", s.name)
		}
	}, within, 2*often).Should(Succeed(), func() string {
		return fmt.Sprintf("held before: %+v\nholds now: %+v\n%s", before, now, w.dump(m))
	})
	GinkgoWriter.Printf("held before: %+v\nholds now:   %+v\n", before, now)
}

// dump is what all goroutines of a manager do.
func (w *world) dump(m *manager) string {
	text, err := m.profile(context.Background(), "goroutine?debug=1")
	if err != nil {
		return err.Error()
	}
	return text
}

var goroutineCount = regexp.MustCompile(`^([0-9]+) @`)

// countGoroutines counts those of a profile but for the two that each connection
// to a vendor has. Goroutines with one stack stand in one paragraph, which begins
// with their number.
func countGoroutines(profile string) int {
	count := 0
	_, profile, _ = strings.Cut(profile, "\n") // the first line has their total
	for paragraph := range strings.SplitSeq(profile, "\n\n") {
		number := goroutineCount.FindStringSubmatch(paragraph)
		if number == nil || strings.Contains(paragraph, "net/http.(*persistConn)") {
			continue
		}
		n, _ := strconv.Atoi(number[1]) // the pattern has digits only
		count += n
	}
	return count
}

var heapAlloc = regexp.MustCompile(`(?m)^# HeapAlloc = ([0-9]+)$`)

// heapOf reads how much is in use of a heap profile.
func heapOf(profile string) (int64, error) {
	found := heapAlloc.FindStringSubmatch(profile)
	if found == nil {
		return 0, fmt.Errorf("no HeapAlloc in the profile: %.200q", profile)
	}
	return strconv.ParseInt(found[1], 10, 64)
}

var residentSize = regexp.MustCompile(`(?m)^VmRSS:\s+([0-9]+) kB$`)

// residentOf reads how much memory a process takes, in bytes.
func residentOf(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	found := residentSize.FindSubmatch(status)
	if found == nil {
		return 0, fmt.Errorf("no VmRSS in the process status")
	}
	kibibytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	return kibibytes << 10, err
}
