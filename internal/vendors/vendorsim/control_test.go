// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// control sends a control request, as curl would.
func control(t *testing.T, b *bench, method, target, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.server.URL+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestControlFaults(t *testing.T) {
	tests := map[string]struct {
		method, target string
		wantStatus     int
		want           []Fault
	}{
		"inject until cleared": {
			method: http.MethodPut, target: "faults/tencent/hang",
			wantStatus: 204, want: []Fault{{Name: FaultHang}, {Name: FaultHTTP429, Count: 9}},
		},
		"inject for some calls": {
			method: http.MethodPut, target: "faults/tencent/throttle?count=3",
			wantStatus: 204, want: []Fault{{Name: FaultThrottle, Count: 3}, {Name: FaultHTTP429, Count: 9}},
		},
		"replace": {
			method: http.MethodPut, target: "faults/tencent/http-429?count=1",
			wantStatus: 204, want: []Fault{{Name: FaultHTTP429, Count: 1}},
		},
		"argument": {
			method: http.MethodPut, target: "faults/tencent/wrong-content-type:text%2Fplain?count=1",
			wantStatus: 204, want: []Fault{{Name: FaultHTTP429, Count: 9}, {Name: FaultWrongContentType, Argument: "text/plain", Count: 1}},
		},
		"default argument": {
			method: http.MethodPut, target: "faults/tencent/clock-skew",
			wantStatus: 204, want: []Fault{{Name: FaultClockSkew, Argument: "20m"}, {Name: FaultHTTP429, Count: 9}},
		},
		"clear":                {method: http.MethodDelete, target: "faults/tencent/http-429", wantStatus: 204, want: []Fault{}},
		"clear what is not":    {method: http.MethodDelete, target: "faults/tencent/hang", wantStatus: 204, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
		"clear unknown":        {method: http.MethodDelete, target: "faults/tencent/no-such", wantStatus: 404, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
		"unknown fault":        {method: http.MethodPut, target: "faults/tencent/no-such", wantStatus: 404, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
		"unknown service":      {method: http.MethodPut, target: "faults/nobody/hang", wantStatus: 404, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
		"name that is none":    {method: http.MethodPut, target: "faults/tencent/HANG?count=1", wantStatus: 400, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
		"count no number":      {method: http.MethodPut, target: "faults/tencent/hang?count=x", wantStatus: 400, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
		"count of zero":        {method: http.MethodPut, target: "faults/tencent/hang?count=0", wantStatus: 400, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
		"argument that is bad": {method: http.MethodPut, target: "faults/tencent/clock-skew:soon", wantStatus: 400, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
		"wrong method":         {method: http.MethodPost, target: "faults/tencent/hang", wantStatus: 405, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
		"unknown path":         {method: http.MethodGet, target: "no-such", wantStatus: 404, want: []Fault{{Name: FaultHTTP429, Count: 9}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			b.inject(t, Fault{Name: FaultHTTP429, Count: 9})
			if status, body := control(t, b, test.method, ControlPrefix+test.target, ""); status != test.wantStatus {
				t.Errorf("status %d: %s", status, body)
			}
			active, err := b.sim.ActiveFaults(ServiceTencent)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, active); diff != "" {
				t.Errorf("active faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestControlPackages(t *testing.T) {
	const untouched = int64(497634728735)
	tests := map[string]struct {
		body       string
		wantStatus int
		wantLeft   int64
	}{
		"less left":         {body: `{"id":"281975","left":1000}`, wantStatus: 204, wantLeft: 1000},
		"nothing left":      {body: `{"id":"281975","left":0}`, wantStatus: 204, wantLeft: 0},
		"unknown package":   {body: `{"id":"1","left":0}`, wantStatus: 404, wantLeft: untouched},
		"above the total":   {body: `{"id":"281975","left":500000000001}`, wantStatus: 400, wantLeft: untouched},
		"no left":           {body: `{"id":"281975"}`, wantStatus: 400, wantLeft: untouched},
		"no id":             {body: `{"left":1}`, wantStatus: 400, wantLeft: untouched},
		"unknown field":     {body: `{"id":"281975","left":1,"used":2}`, wantStatus: 400, wantLeft: untouched},
		"left a fraction":   {body: `{"id":"281975","left":1.5}`, wantStatus: 400, wantLeft: untouched},
		"nothing like JSON": {body: `281975=0`, wantStatus: 400, wantLeft: untouched},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			if status, body := control(t, b, http.MethodPut, "/-/sim/tencent/packages", test.body); status != test.wantStatus {
				t.Errorf("status %d: %s", status, body)
			}
			if got := b.ask(t, `{"PackageType":0}`).LivePackageInfoList[0].Left; got != test.wantLeft {
				t.Errorf("%d left, want %d", got, test.wantLeft)
			}
		})
	}
}

func TestControlResources(t *testing.T) {
	const untouched = int64(1100)
	tests := map[string]struct {
		body          string
		wantStatus    int
		wantAvailable int64
	}{
		"less available":      {body: `{"userId":"subaccountexample","resource":"minutes","available":5}`, wantStatus: 204, wantAvailable: 5},
		"none available":      {body: `{"userId":"subaccountexample","resource":"minutes","available":0}`, wantStatus: 204, wantAvailable: 0},
		"unknown sub-account": {body: `{"userId":"nobody","resource":"minutes","available":5}`, wantStatus: 404, wantAvailable: untouched},
		"not to be used yet":  {body: `{"userId":"subaccountexample","resource":"flow","available":5}`, wantStatus: 404, wantAvailable: untouched},
		"negative":            {body: `{"userId":"subaccountexample","resource":"minutes","available":-1}`, wantStatus: 400, wantAvailable: untouched},
		"no amount":           {body: `{"userId":"subaccountexample","resource":"minutes"}`, wantStatus: 400, wantAvailable: untouched},
		"no resource":         {body: `{"userId":"subaccountexample","available":5}`, wantStatus: 400, wantAvailable: untouched},
		"no sub-account":      {body: `{"resource":"minutes","available":5}`, wantStatus: 400, wantAvailable: untouched},
		"unknown field":       {body: `{"userId":"subaccountexample","resource":"minutes","available":5,"used":1}`, wantStatus: 400, wantAvailable: untouched},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			if status, body := control(t, b, http.MethodPut, "/-/sim/polyv/resources", test.body); status != test.wantStatus {
				t.Errorf("status %d: %s", status, body)
			}
			page := polyvPageOf[PolyvSubAccount](t, b.doPolyv(t, b.packagesDraft(nil)))
			if got := page.Contents[0].Minutes[0].Available; got != test.wantAvailable {
				t.Errorf("%d available, want %d", got, test.wantAvailable)
			}
		})
	}
}

func TestControlRooms(t *testing.T) {
	const untouched = "1795096013214780:10/1.1 "
	tests := map[string]struct {
		body       string
		wantStatus int
		want       string // post-paid
	}{
		"a day replaced":    {body: `{"id":1795096013214780,"day":"20261120","viewers":12,"postPaid":2.5}`, wantStatus: 204, want: "1795096013214780:12/3.27 "},
		"a day of the past": {body: `{"id":1795096013214780,"day":"20240401","postPaid":2.5}`, wantStatus: 204, want: untouched},
		"thousandths":       {body: `{"id":1795096013214780,"day":"20261120","postPaid":0.0014}`, wantStatus: 204, want: "1795096013214780:10/0.771 "},
		"unknown room":      {body: `{"id":1,"day":"20261120","postPaid":2.5}`, wantStatus: 404, want: untouched},
		"no room":           {body: `{"day":"20261120","postPaid":2.5}`, wantStatus: 400, want: untouched},
		"no day":            {body: `{"id":1795096013214780,"postPaid":2.5}`, wantStatus: 400, want: untouched},
		"day with hyphens":  {body: `{"id":1795096013214780,"day":"2026-11-20"}`, wantStatus: 400, want: untouched},
		"negative":          {body: `{"id":1795096013214780,"day":"20261120","prepaid":-1}`, wantStatus: 400, want: untouched},
		"too much":          {body: `{"id":1795096013214780,"day":"20261120","prepaid":1e300}`, wantStatus: 400, want: untouched},
		"traffic as text":   {body: `{"id":1795096013214780,"day":"20261120","prepaid":"1"}`, wantStatus: 400, want: untouched},
		"unknown field":     {body: `{"id":1795096013214780,"day":"20261120","actual":1}`, wantStatus: 400, want: untouched},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			if status, body := control(t, b, http.MethodPut, "/-/sim/volcengine/rooms", test.body); status != test.wantStatus {
				t.Errorf("status %d: %s", status, body)
			}
			if got := summary(b.askVolcengine(t, seedsTraffic))["ActualResult"]; got != test.want {
				t.Errorf("post-paid %q, want %q", got, test.want)
			}
		})
	}
}

func TestControlState(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	b.ask(t, `{"PackageType":0}`)
	b.ask(t, `{"PackageType":1}`)
	b.ask(t, `{}`)
	b.inject(t, Fault{Name: FaultVendorError, Argument: "FailedOperation", Count: 2})
	status, got := control(t, b, http.MethodGet, "/-/sim/state", "")
	const want = `{
  "scenario": "seeds",
  "services": [
    {
      "name": "polyv",
      "hosts": [
        "api.polyv.net"
      ],
      "calls": [],
      "faults": []
    },
    {
      "name": "tencent",
      "hosts": [
        "live.tencentcloudapi.com"
      ],
      "calls": [
        {
          "action": "DescribeLivePackageInfo",
          "outcome": "MissingParameter",
          "count": 1
        },
        {
          "action": "DescribeLivePackageInfo",
          "outcome": "OK",
          "count": 2
        }
      ],
      "faults": [
        {
          "name": "vendor-error",
          "argument": "FailedOperation",
          "count": 2
        }
      ]
    },
    {
      "name": "volcengine",
      "hosts": [
        "livesaas.volcengineapi.com"
      ],
      "calls": [],
      "faults": []
    }
  ]
}
`
	if diff := cmp.Diff(want, got); diff != "" || status != http.StatusOK {
		t.Errorf("status %d, state (-want +got):\n%s", status, diff)
	}
}

// The control paths answer whatever the Host, so that curl needs no header.
func TestControlIsIndependentOfTheHost(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	for _, host := range []string{"", "localhost", tencentHost} {
		for _, path := range []string{HealthPath, ControlPrefix + "state"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.URL+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			response, err := b.client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != http.StatusOK {
				t.Errorf("%s under host %q: status %d", path, host, response.StatusCode)
			}
		}
	}
	if got := b.sim.CallCount(); got != 0 {
		t.Errorf("%d calls recorded", got)
	}
}
