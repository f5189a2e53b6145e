// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Command demo shows the operator at work on one machine: a real control plane, the vendor
// simulator, the manager as its own ServiceAccount with nothing but the roles of config/rbac,
// and the samples. It waits until all of them are Ready, shows what a user would look at, and
// stops everything. `make demo` builds what it needs and runs it from the repository's root.
//
// With KEEP=1 in the environment everything stays up until Ctrl-C.
package main

import (
	"context"
	"errors"
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
	err := run(ctx)
	interrupted := ctx.Err() != nil
	cancel()
	switch {
	case err == nil:
	case interrupted:
		fmt.Fprintln(os.Stderr, "\ndemo: interrupted; everything is stopped")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	d, err := newDemo()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()

	if err := d.setUp(ctx); err != nil {
		return err
	}
	if err := d.show(ctx); err != nil {
		return err
	}
	if os.Getenv("KEEP") == "" {
		d.sayHowToLookFurther()
		return nil
	}
	return d.keep(ctx)
}
