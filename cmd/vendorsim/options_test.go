// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

func TestParseOptions(t *testing.T) {
	tests := map[string]struct {
		args       []string
		want       options
		wantErr    bool
		wantOutput string // a part of it
	}{
		"nothing": {want: options{listen: "127.0.0.1:18080", scenario: "seeds"}},
		"everything": {
			args: []string{"--listen", "[::1]:1", "--scenario", "large", "--fault", "hang=1", "--fault", "tencent/throttle"},
			want: options{listen: "[::1]:1", scenario: "large", faults: []string{"hang=1", "tencent/throttle"}},
		},
		"port alone stays on this machine": {
			args: []string{"--listen", ":0"}, want: options{listen: "127.0.0.1:0", scenario: "seeds"},
		},
		"localhost": {
			args: []string{"--listen", "localhost:0"}, want: options{listen: "localhost:0", scenario: "seeds"},
		},
		"every address, allowed": {
			args: []string{"--allow-remote", "--listen", "0.0.0.0:0"}, want: options{listen: "0.0.0.0:0", allowRemote: true, scenario: "seeds"},
		},
		"every address": {
			args: []string{"--listen", "0.0.0.0:0"}, wantErr: true, wantOutput: "steer it without a password; --allow-remote",
		},
		"every address of IPv6": {
			args: []string{"--listen", "[::]:0"}, wantErr: true, wantOutput: "--allow-remote",
		},
		"an address of the network": {
			args: []string{"--listen", "192.0.2.1:0"}, wantErr: true, wantOutput: "--allow-remote",
		},
		"a name, which may mean any address": {
			args: []string{"--listen", "sim.invalid:0"}, wantErr: true, wantOutput: "--allow-remote",
		},
		"no port":         {args: []string{"--listen", "127.0.0.1"}, wantErr: true, wantOutput: "missing port"},
		"unknown flag":    {args: []string{"--fast"}, wantErr: true, wantOutput: "not defined: -fast"},
		"stray arguments": {args: []string{"large"}, wantErr: true, wantOutput: `unexpected argument "large"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var output strings.Builder
			got, err := parseOptions(test.args, &output)
			if (err != nil) != test.wantErr {
				t.Fatalf("error %v, want one: %t", err, test.wantErr)
			}
			if !strings.Contains(output.String(), test.wantOutput) || (test.wantOutput == "") != (output.Len() == 0) {
				t.Errorf("output %q, want %q in it", output.String(), test.wantOutput)
			}
			if test.wantErr {
				return
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(options{})); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInjectFault(t *testing.T) {
	tests := map[string]struct {
		text    string
		want    []vendorsim.Fault
		wantErr bool
	}{
		"in every service": {text: "hang=2", want: []vendorsim.Fault{{Name: vendorsim.FaultHang, Count: 2}}},
		"in one service":   {text: "tencent/throttle", want: []vendorsim.Fault{{Name: vendorsim.FaultThrottle}}},
		"argument with slashes": {
			text: "redirect:http://127.0.0.1/", want: []vendorsim.Fault{{Name: vendorsim.FaultRedirect, Argument: "http://127.0.0.1/"}},
		},
		"unknown service": {text: "nobody/hang", want: []vendorsim.Fault{}, wantErr: true},
		"unknown fault":   {text: "sleep", want: []vendorsim.Fault{}, wantErr: true},
		"bad count":       {text: "hang=0", want: []vendorsim.Fault{}, wantErr: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			sim, err := vendorsim.New(&clocktesting.FakePassiveClock{}, vendorsim.ScenarioSeeds)
			if err != nil {
				t.Fatal(err)
			}
			if err := injectFault(sim, test.text); (err != nil) != test.wantErr {
				t.Errorf("error %v, want one: %t", err, test.wantErr)
			}
			active, err := sim.ActiveFaults(vendorsim.ServiceTencent)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, active); diff != "" {
				t.Errorf("active faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHelpListsScenariosAndFaults(t *testing.T) {
	var stdout, stderr strings.Builder
	if code := run(t.Context(), []string{"--help"}, &stdout, &stderr); code != exitOK {
		t.Errorf("exit status %d", code)
	}
	for _, name := range vendorsim.Scenarios() {
		if !strings.Contains(stderr.String(), "\n  "+name+" ") {
			t.Errorf("scenario %s is not in the help", name)
		}
	}
	for _, kind := range vendorsim.FaultKinds() {
		if !strings.Contains(stderr.String(), "\n  "+kind.Syntax()+" ") {
			t.Errorf("fault %s is not in the help", kind.Syntax())
		}
	}
}
