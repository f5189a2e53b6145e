// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

const defaultListen = "127.0.0.1:18080"

// options are the command line.
type options struct {
	listen      string
	allowRemote bool
	scenario    string
	faults      []string
}

// parseOptions reads the command line. Whatever is wrong with it is told on
// output.
func parseOptions(args []string, output io.Writer) (options, error) {
	var opts options
	flags := newFlagSet(&opts, output)
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	err := checkArguments(flags)
	if err == nil {
		opts.listen, err = listenAddress(opts.listen, opts.allowRemote)
	}
	if err != nil {
		_, _ = fmt.Fprintln(output, "vendorsim:", err)
	}
	return opts, err
}

func newFlagSet(opts *options, output io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("vendorsim", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.Usage = func() { printUsage(flags) }
	flags.StringVar(&opts.listen, "listen", defaultListen,
		"`address` to listen on; port 0 takes a free one, and no host means 127.0.0.1 unless --allow-remote")
	flags.BoolVar(&opts.allowRemote, "allow-remote", false, "let --listen name an address that other machines can reach")
	flags.StringVar(&opts.scenario, "scenario", vendorsim.ScenarioSeeds, "what the accounts hold at the start, see below")
	flags.Func("fault", "`fault` to begin with, [service/]name[:argument][=count], see below; repeatable", func(text string) error {
		opts.faults = append(opts.faults, text)
		return nil
	})
	return flags
}

func checkArguments(flags *flag.FlagSet) error {
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return nil
}

// errRemote says why only this machine may connect unless told otherwise.
var errRemote = errors.New("other machines could reach this address: the simulator knows published example credentials, " +
	"and whoever reaches it can steer it without a password; --allow-remote permits it all the same")

// listenAddress is the address to listen on, refused when it is not loopback and
// that was not allowed.
func listenAddress(address string, allowRemote bool) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || allowRemote {
		return address, err
	}
	switch ip := net.ParseIP(host); {
	case host == "":
		return net.JoinHostPort("127.0.0.1", port), nil
	case host == "localhost", ip != nil && ip.IsLoopback():
		return address, nil
	}
	return "", fmt.Errorf("--listen %s: %w", address, errRemote)
}

// injectFault injects a fault of the command line; without a service, into all.
func injectFault(sim *vendorsim.Simulator, text string) error {
	services := sim.Services()
	if service, rest, found := strings.Cut(text, "/"); found && slices.Contains(services, service) {
		services, text = []string{service}, rest
	}
	fault, err := vendorsim.ParseFault(text)
	if err != nil {
		return fmt.Errorf("--fault: %w", err)
	}
	for _, service := range services {
		if err := sim.Inject(service, fault); err != nil {
			return fmt.Errorf("--fault: %w", err)
		}
	}
	return nil
}

const introduction = `vendorsim plays the vendors' HTTP APIs, strictly, on this machine.

Connect to it, but keep the vendor's own Host header: services are told apart by it.
While it runs, without authentication and under any Host:

  GET    /healthz
  GET    /-/sim/state
  PUT    /-/sim/faults/{service}/{name[:argument]}?count=N
  DELETE /-/sim/faults/{service}/{name}
  PUT    /-/sim/tencent/packages                  {"id":"281975","left":1000}

Flags:
`

func printUsage(flags *flag.FlagSet) {
	out := flags.Output()
	_, _ = io.WriteString(out, introduction)
	flags.PrintDefaults()
	_, _ = io.WriteString(out, "\nScenarios:\n")
	for _, name := range vendorsim.Scenarios() {
		printEntry(out, name, vendorsim.ScenarioSummary(name))
	}
	_, _ = io.WriteString(out, "\nFaults, for count calls or until cleared:\n")
	for _, kind := range vendorsim.FaultKinds() {
		help := kind.Help
		if kind.Default != "" {
			help += " (default " + kind.Default + ")"
		}
		printEntry(out, kind.Syntax(), help)
	}
}

func printEntry(out io.Writer, name, help string) {
	_, _ = fmt.Fprintf(out, "  %-31s %s\n", name, help)
}
