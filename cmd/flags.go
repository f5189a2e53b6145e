// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client/config"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/quotawatch/quotawatch/internal/controller"
	"github.com/quotawatch/quotawatch/internal/transport"
)

// options are what the flags say.
type options struct {
	metricsAddress          string
	metricsSecure           bool
	probeAddress            string
	pprofAddress            string
	leaderElect             bool
	leaderElectionNamespace string
	workers                 int
	minInterval             time.Duration
	scope                   controller.Scope
	allowlist               *transport.Allowlist
	zap                     zap.Options
}

// parseFlags reads the command line.
func parseFlags(args []string) (*options, error) {
	o, scope := &options{}, &scopeFlags{}
	flags := flag.NewFlagSet("manager", flag.ContinueOnError)
	scope.register(flags)
	allowed := o.register(flags)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: flags only", flags.Arg(0))
	}
	var err error
	if o.scope, err = scope.parse(); err != nil {
		return nil, err
	}
	return o, o.check(*allowed)
}

// register declares the flags and returns the value that still needs parsing.
func (o *options) register(flags *flag.FlagSet) *string {
	flags.StringVar(&o.metricsAddress, "metrics-bind-address", "0",
		"The address the metrics endpoint binds to, for example :8443; 0 turns it off.")
	flags.BoolVar(&o.metricsSecure, "metrics-secure", true,
		"Serve metrics over https, to those only whom the API server allows to read them.")
	flags.StringVar(&o.probeAddress, "health-probe-bind-address", ":8081",
		"The address the health probes bind to; 0 turns them off.")
	flags.StringVar(&o.pprofAddress, "pprof-bind-address", "0",
		"The address the profiling endpoint binds to, for example 127.0.0.1:8082; 0 turns it off. It asks nobody who they are.")
	flags.BoolVar(&o.leaderElect, "leader-elect", true,
		"Make sure that only one of several replicas polls.")
	flags.StringVar(&o.leaderElectionNamespace, "leader-election-namespace", "",
		"The namespace of the leader election's Lease; needed only outside a cluster.")
	flags.IntVar(&o.workers, "max-concurrent-reconciles", 4,
		"How many objects of each kind are reconciled at the same time.")
	flags.DurationVar(&o.minInterval, "min-interval", time.Minute,
		"The least time between two polls of one question; shorter intervals are raised to it.")
	allowed := flags.String("allowed-endpoints", "",
		"Comma-separated list of scheme://host[:port] that spec.endpoint and spec.proxyURL of a VendorAccount may name. "+
			"Without it only the vendors' own hosts are reached, over https and at public addresses.")
	config.RegisterFlags(flags)
	o.zap.BindFlags(flags)
	return allowed
}

// check refuses values that cannot work.
func (o *options) check(allowed string) error {
	var err error
	if o.allowlist, err = transport.ParseAllowlist(splitList(allowed)); err != nil {
		return fmt.Errorf("--allowed-endpoints: %w", err)
	}
	if o.workers < 1 {
		return fmt.Errorf("--max-concurrent-reconciles must be at least 1")
	}
	if o.minInterval < 0 {
		return fmt.Errorf("--min-interval must not be negative")
	}
	return nil
}

// splitList splits a comma-separated list; an empty one has no elements.
func splitList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}
