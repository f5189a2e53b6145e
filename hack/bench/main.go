// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Command bench measures what the operator costs and how punctual it is: the manager as a
// process of its own, against a real etcd and kube-apiserver and against simulated vendors that
// answer after a fixed time. Nothing passes or fails; `make bench` builds what it needs and runs
// it from the repository's root, and docs/performance.md tells what the numbers mean.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

func main() {
	log.SetLogger(logr.Discard()) // envtest's own; its errors come back as errors
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	cancel()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures every number of watches in turn, and reports what was measured even when it
// ends early.
func run(ctx context.Context, args []string) error {
	o, err := parseOptions(args, os.Stderr)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o750); err != nil {
		return err
	}
	report := newReport(o)
	for _, watches := range o.watches {
		result := &result{Watches: watches}
		report.Results = append(report.Results, result)
		if err := measure(ctx, o, result); err != nil {
			return errors.Join(fmt.Errorf("%d watches: %w", watches, err), report.publish(os.Stdout))
		}
	}
	return report.publish(os.Stdout)
}

// measure measures one number of watches on a control plane of its own.
func measure(ctx context.Context, o options, r *result) (err error) {
	b, err := newBench(o)
	defer func() { err = errors.Join(err, b.close()) }()
	if err != nil {
		return err
	}
	if err := b.setUp(ctx, r.Watches); err != nil {
		return err
	}
	for _, scenario := range b.scenarios(r.Watches) {
		b.say("%s", scenario.title)
		if err := scenario.run(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", scenario.title, err)
		}
	}
	return nil
}
