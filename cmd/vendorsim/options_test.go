// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
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
		"nothing": {want: options{listen: "127.0.0.1:18080", scenario: "seeds", polyvBillPath: vendorsim.DefaultPolyvBillPath}},
		"everything": {
			args: []string{
				"--listen", "[::1]:1", "--scenario", "large", "--polyv-bill-path", "/live/v4/bill",
				"--fault", "hang=1", "--fault", "tencent/throttle",
			},
			want: options{
				listen: "[::1]:1", scenario: "large", polyvBillPath: "/live/v4/bill", faults: []string{"hang=1", "tencent/throttle"},
			},
		},
		"port alone stays on this machine": {
			args: []string{"--listen", ":0"}, want: options{listen: "127.0.0.1:0", scenario: "seeds", polyvBillPath: vendorsim.DefaultPolyvBillPath},
		},
		"localhost": {
			args: []string{"--listen", "localhost:0"}, want: options{listen: "localhost:0", scenario: "seeds", polyvBillPath: vendorsim.DefaultPolyvBillPath},
		},
		"every address, allowed": {
			args: []string{"--allow-remote", "--listen", "0.0.0.0:0"}, want: options{listen: "0.0.0.0:0", allowRemote: true, scenario: "seeds", polyvBillPath: vendorsim.DefaultPolyvBillPath},
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
	const polyv, tencent, volcengine = vendorsim.ServicePolyv, vendorsim.ServiceTencent, vendorsim.ServiceVolcengine
	tests := map[string]struct {
		text    string
		want    map[string]vendorsim.Fault // by service
		wantErr bool
	}{
		"in every service": {
			text: "hang=2",
			want: map[string]vendorsim.Fault{
				polyv:      {Name: vendorsim.FaultHang, Count: 2},
				tencent:    {Name: vendorsim.FaultHang, Count: 2},
				volcengine: {Name: vendorsim.FaultHang, Count: 2},
			},
		},
		"in every service that has pages": {
			text: "null-paging",
			want: map[string]vendorsim.Fault{polyv: {Name: vendorsim.FaultNullPaging}, tencent: {Name: vendorsim.FaultNullPaging}},
		},
		"in one service": {
			text: "volcengine/throttle", want: map[string]vendorsim.Fault{volcengine: {Name: vendorsim.FaultThrottle}},
		},
		"argument with slashes": {
			text: "polyv/redirect:http://127.0.0.1/",
			want: map[string]vendorsim.Fault{polyv: {Name: vendorsim.FaultRedirect, Argument: "http://127.0.0.1/"}},
		},
		"unknown service":          {text: "nobody/hang", want: map[string]vendorsim.Fault{}, wantErr: true},
		"unknown fault":            {text: "sleep", want: map[string]vendorsim.Fault{}, wantErr: true},
		"in a service without it":  {text: "volcengine/null-paging", want: map[string]vendorsim.Fault{}, wantErr: true},
		"count that strikes never": {text: "hang=0", want: map[string]vendorsim.Fault{}, wantErr: true},
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
			if diff := cmp.Diff(test.want, activeFaults(t, sim)); diff != "" {
				t.Errorf("active faults (-want +got):\n%s", diff)
			}
		})
	}
}

// activeFaults are the faults by service, of which each has one at most.
func activeFaults(t *testing.T, sim *vendorsim.Simulator) map[string]vendorsim.Fault {
	t.Helper()
	active := map[string]vendorsim.Fault{}
	for _, service := range sim.Services() {
		faults, err := sim.ActiveFaults(service)
		if err != nil || len(faults) > 1 {
			t.Fatalf("%s: faults %v, error %v", service, faults, err)
		}
		for _, fault := range faults {
			active[service] = fault
		}
	}
	return active
}

func TestNewSimulatorMovesTheBill(t *testing.T) {
	for path, want := range map[string]int{vendorsim.DefaultPolyvBillPath: http.StatusNotFound, "/live/v4/bill": http.StatusBadRequest} {
		sim, err := newSimulator(options{scenario: vendorsim.ScenarioSeeds, polyvBillPath: "/live/v4/bill"})
		if err != nil {
			t.Fatal(err)
		}
		recorder := httptest.NewRecorder()
		sim.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.polyv.net"+path, http.NoBody))
		if recorder.Code != want {
			t.Errorf("%s: status %d, want %d for a request without a signature", path, recorder.Code, want)
		}
	}
}

// The help tells of every fault once, under the services that can have it.
func TestHelpGroupsFaultsByServices(t *testing.T) {
	var output strings.Builder
	if _, err := parseOptions([]string{"--help"}, &output); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	_, of, found := strings.Cut(output.String(), "\nFaults of polyv, tencent, volcengine,")
	all, some, also := strings.Cut(of, "\nFaults of polyv, tencent,")
	if !found || !also {
		t.Fatalf("no groups in %s", output.String())
	}
	for _, kind := range vendorsim.FaultKinds() {
		inAll, inSome := strings.Contains(all, "\n  "+kind.Syntax()+" "), strings.Contains(some, "\n  "+kind.Syntax()+" ")
		if inAll == inSome || inAll != (len(kind.Services) == 3) {
			t.Errorf("%s of %v: in the first group %t, in the second %t", kind.Name, kind.Services, inAll, inSome)
		}
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
