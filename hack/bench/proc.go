// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used.
type usage struct {
	cpu       time.Duration // user and system, since its start
	rss, peak int64         // resident bytes, now and at most
	program   int64         // of rss, what is mapped from files: the program itself
}

// tick is the unit of times in /proc, on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// usageOf reads /proc, which Linux alone has.
func usageOf(pid int) (usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}, err
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return usage{}, err
	}
	return parseUsage(string(stat), string(status))
}

// parseUsage reads the texts of /proc/PID/stat and /proc/PID/status.
func parseUsage(stat, status string) (usage, error) {
	// The second field is the program's name in parentheses, which may hold anything.
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return usage{}, fmt.Errorf("no process status: %.80q", stat)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return usage{}, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	if err != nil {
		return usage{}, err
	}
	u := usage{cpu: time.Duration(user+system) * tick}
	if u.rss, err = kibibytes(status, "VmRSS"); err != nil {
		return usage{}, err
	}
	if u.peak, err = kibibytes(status, "VmHWM"); err != nil {
		return usage{}, err
	}
	u.program, err = kibibytes(status, "RssFile")
	return u, err
}

// kibibytes reads a line such as "VmRSS:  1024 kB", in bytes.
func kibibytes(status, name string) (int64, error) {
	for line := range strings.Lines(status) {
		key, value, _ := strings.Cut(line, ":")
		if key != name {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		return n << 10, err
	}
	return 0, fmt.Errorf("no %s in the process status", name)
}
