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
	listen        string
	allowRemote   bool
	scenario      string
	polyvBillPath string
	faults        []string
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
	flags.StringVar(&opts.polyvBillPath, "polyv-bill-path", vendorsim.DefaultPolyvBillPath,
		"`path` at which POLYV has the bill of an isolation zone, which the vendor does not publish")
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

// injectFault injects a fault of the command line; without a service, into all
// that can have it.
func injectFault(sim *vendorsim.Simulator, text string) error {
	var services []string
	if service, rest, found := strings.Cut(text, "/"); found && slices.Contains(sim.Services(), service) {
		services, text = []string{service}, rest
	}
	fault, err := vendorsim.ParseFault(text)
	if err != nil {
		return fmt.Errorf("--fault: %w", err)
	}
	if services == nil {
		services = servicesWith(sim, fault.Name)
	}
	for _, service := range services {
		if err := sim.Inject(service, fault); err != nil {
			return fmt.Errorf("--fault: %w", err)
		}
	}
	return nil
}

// servicesWith are the services that can have a fault. If there are none it is
// all of them, each of which says so.
func servicesWith(sim *vendorsim.Simulator, name vendorsim.FaultName) []string {
	for _, kind := range vendorsim.FaultKinds() {
		if kind.Name == name {
			return kind.Services
		}
	}
	return sim.Services()
}

const introduction = `vendorsim plays the vendors' HTTP APIs, strictly, on this machine.

Connect to it, but keep the vendor's own Host header: services are told apart by it.
While it runs, without authentication and under any Host:

  GET    /healthz
  GET    /-/sim/state
  PUT    /-/sim/faults/{service}/{name[:argument]}?count=N
  DELETE /-/sim/faults/{service}/{name}
  PUT    /-/sim/polyv/resources                   {"userId":"subaccountexample","resource":"minutes","available":5}
  PUT    /-/sim/tencent/packages                  {"id":"281975","left":1000}
  PUT    /-/sim/volcengine/rooms                  {"id":1795096013214780,"day":"20240401","viewers":10,
                                                   "estimated":1.1,"postPaid":1.1,"prepaid":0}

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
	for _, group := range faultsByServices() {
		printFaults(out, group)
	}
}

// faultsByServices groups the faults by the services that can have them.
func faultsByServices() [][]vendorsim.FaultKind {
	var groups [][]vendorsim.FaultKind
	for _, kind := range vendorsim.FaultKinds() {
		i := slices.IndexFunc(groups, func(group []vendorsim.FaultKind) bool {
			return slices.Equal(group[0].Services, kind.Services)
		})
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], kind)
	}
	return groups
}

func printFaults(out io.Writer, kinds []vendorsim.FaultKind) {
	_, _ = fmt.Fprintf(out, "\nFaults of %s, for count calls or until cleared:\n", strings.Join(kinds[0].Services, ", "))
	for _, kind := range kinds {
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
