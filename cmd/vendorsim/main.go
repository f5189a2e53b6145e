// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Command vendorsim plays the vendors' HTTP APIs on this machine, to demonstrate
// the operator, to test it, and to rehearse an alert.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/utils/clock"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2

	readHeaderTimeout = 10 * time.Second
	// shutdownTimeout is how long answers under way may take to finish.
	shutdownTimeout = 5 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole command; it ends with ctx and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opts, err := parseOptions(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage // parseOptions said why
	}
	sim, err := newSimulator(opts)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "vendorsim:", err)
		return exitUsage
	}
	if err := listenAndServe(ctx, opts.listen, sim, stdout); err != nil {
		_, _ = fmt.Fprintln(stderr, "vendorsim:", err)
		return exitFailure
	}
	return exitOK
}

func newSimulator(opts options) (*vendorsim.Simulator, error) {
	sim, err := vendorsim.New(clock.RealClock{}, opts.scenario)
	if err != nil {
		return nil, err
	}
	sim.Polyv().SetBillPath(opts.polyvBillPath)
	for _, text := range opts.faults {
		if err := injectFault(sim, text); err != nil {
			return nil, err
		}
	}
	return sim, nil
}

// listenAndServe says the address once it listens, and serves until ctx ends.
func listenAndServe(ctx context.Context, address string, handler http.Handler, stdout io.Writer) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stdout, "vendorsim listening on http://%s\n", listener.Addr())
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		// Requests end with ctx too: one that hangs by fault would hold up the exit.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		return shutDown(server)
	}
}

// shutDown lets answers under way finish, but not for ever.
func shutDown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}
