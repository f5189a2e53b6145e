// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// options are the command line.
type options struct {
	watches       []int
	faultsWatches int
	window        time.Duration
	outage        time.Duration
	latency       time.Duration
	profile       time.Duration
	manager       string
	out           string
}

// parseOptions reads the command line. Whatever is wrong with it is told on output.
func parseOptions(args []string, output io.Writer) (options, error) {
	o := options{watches: []int{1000, 5000, 10000}}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.Func("watches", "comma-separated `numbers` of watches to measure (default 1000,5000,10000)", func(text string) (err error) {
		o.watches, err = parseNumbers(text)
		return err
	})
	flags.IntVar(&o.faultsWatches, "faults", 5000, "the `number` of watches at which restart, faults and heartbeats are measured too; 0 for none")
	minutes := flags.Float64("minutes", 2, "how many `minutes` a steady state is measured; whole ones make punctuality exact")
	outage := flags.Float64("outage-minutes", 5, "how many `minutes` the vendors' outage lasts")
	flags.DurationVar(&o.latency, "latency", 20*time.Millisecond, "how long the vendors take to answer")
	flags.DurationVar(&o.profile, "profile", 0, "how long the CPU is profiled after each steady state; other profiles come with it, beside the results")
	flags.StringVar(&o.manager, "manager", filepath.Join("bin", "manager"), "the manager's `program`")
	flags.StringVar(&o.out, "out", filepath.Join("bin", "bench"), "the `directory` for results and profiles")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q: flags only", flags.Arg(0))
	}
	o.window, o.outage = inMinutes(*minutes), inMinutes(*outage)
	if o.window < time.Second {
		return options{}, fmt.Errorf("--minutes must be above zero")
	}
	return o, nil
}

func inMinutes(n float64) time.Duration { return time.Duration(n * float64(time.Minute)) }

func parseNumbers(text string) ([]int, error) {
	var numbers []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of watches", part)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
