// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// goodRequests makes a request to each service that it has no reason to refuse.
func goodRequests(t *testing.T, b *bench) map[string]*http.Request {
	t.Helper()
	return map[string]*http.Request{
		ServicePolyv:      b.polyvRequest(t, b.packagesDraft(nil)),
		ServiceTencent:    b.request(t, b.draft(`{"PackageType":0}`)),
		ServiceVolcengine: b.volcengineRequest(t, b.volcengineDraft(seedsTraffic)),
	}
}

// exchanged is an answer that was read to its end.
type exchanged struct {
	status int
	header http.Header
	body   string
}

func exchange(t *testing.T, b *bench, r *http.Request) exchanged {
	t.Helper()
	response, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return exchanged{response.StatusCode, response.Header, string(text)}
}

// A client measures by the Date header how far its clock is from the vendor's,
// whatever else the answer says.
func TestDateIsTheVendorsClock(t *testing.T) {
	skew := func(offset string) Fault { return Fault{Name: FaultClockSkew, Argument: offset} }
	tests := map[string]struct {
		faults []Fault
		want   time.Time
	}{
		"healthy":                       {want: testStart},
		"vendor far ahead":              {faults: []Fault{skew("20m")}, want: testStart.Add(20 * time.Minute)},
		"vendor behind":                 {faults: []Fault{skew("-1h")}, want: testStart.Add(-time.Hour)},
		"vendor ahead, still permitted": {faults: []Fault{skew("2m")}, want: testStart.Add(2 * time.Minute)},
		"error page":                    {faults: []Fault{{Name: FaultHTTPHTML}}, want: testStart},
		"429, vendor ahead":             {faults: []Fault{{Name: FaultHTTP429}, skew("20m")}, want: testStart.Add(20 * time.Minute)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			for service, request := range goodRequests(t, b) {
				for _, fault := range test.faults {
					b.injectInto(t, service, fault)
				}
				got := exchange(t, b, request).header.Values("Date")
				if diff := cmp.Diff([]string{test.want.Format(http.TimeFormat)}, got); diff != "" {
					t.Errorf("%s: Date (-want +got):\n%s", service, diff)
				}
			}
		})
	}
}

// A fault of one service leaves the others alone.
func TestFaultsBelongToAService(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	for struck := range goodRequests(t, b) {
		b.injectInto(t, struck, Fault{Name: FaultHTTPHTML, Argument: "503", Count: 1})
		for service, request := range goodRequests(t, b) {
			status := exchange(t, b, request).status
			if failed := status == http.StatusServiceUnavailable; failed != (service == struck) {
				t.Errorf("503 of %s: %s answers %d", struck, service, status)
			}
		}
	}
}

// Each fault of the delivery spoils the answers of every service in the same way.
func TestDeliveryFaultsOfEveryService(t *testing.T) {
	tests := map[FaultName]struct {
		wantStatus int
		wantBody   string
	}{
		FaultHTTPHTML:          {wantStatus: 502, wantBody: "<html><head><title>502 Bad Gateway</title></head><body></body></html>\n"},
		FaultHTTP429:           {wantStatus: 429},
		FaultHTTP429RetryAfter: {wantStatus: 429},
		FaultRedirect:          {wantStatus: 307},
		FaultBodyNull:          {wantStatus: 200, wantBody: "null"},
		FaultBodyEmptyObject:   {wantStatus: 200, wantBody: "{}"},
	}
	for name, test := range tests {
		t.Run(string(name), func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			for service, request := range goodRequests(t, b) {
				b.injectInto(t, service, Fault{Name: name, Count: 1})
				got := exchange(t, b, request)
				if got.status != test.wantStatus || got.body != test.wantBody {
					t.Errorf("%s: status %d: %s", service, got.status, got.body)
				}
				calls := b.sim.Calls()
				if got := calls[len(calls)-1]; got.Service != service || got.Outcome != string(name) {
					t.Errorf("recorded %+v", got)
				}
			}
		})
	}
}

// Even with the ID and the key swapped, nothing secret is recorded, shown as
// state or answered to who may not know it.
func TestSecretsOfEveryServiceAreNotShown(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	group, volcengine := ExamplePolyvGroupCredential(), ExampleVolcengineTemporaryCredential()
	swappedGroup := PolyvCredential{AppID: group.AppSecret.Reveal(), AppSecret: "groupexample"}
	swappedVolcengine := volcengine
	swappedVolcengine.AccessKeyID, swappedVolcengine.SecretAccessKey = volcengine.SecretAccessKey.Reveal(), "AKTPTEMPORARYEXAMPLE"

	var shown strings.Builder
	for _, request := range []*http.Request{
		b.polyvRequest(t, b.healthDraft()),
		b.polyvRequest(t, b.polyvDraft(polyvHealthPath, swappedGroup, nil)),
		b.volcengineRequest(t, b.volcengineDraft(seedsTraffic).as(volcengine)),
		b.volcengineRequest(t, b.volcengineDraft(seedsTraffic).as(swappedVolcengine)),
	} {
		shown.WriteString(exchange(t, b, request).body)
	}
	_, state := control(t, b, http.MethodGet, "/-/sim/state", "")
	fmt.Fprintf(&shown, "%+v %s %+v %+v", b.sim.Calls(), state, group, volcengine)
	for _, secret := range []string{
		group.AppSecret.Reveal(), volcengine.SecretAccessKey.Reveal(), volcengine.SessionToken.Reveal(),
	} {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("%s is shown in %s", secret, shown.String())
		}
	}
}

// Reset undoes what was changed in every service.
func TestResetOfEveryService(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	bodies := func() map[string]string {
		texts := map[string]string{}
		for service, request := range goodRequests(t, b) {
			texts[service] = exchange(t, b, request).body
		}
		return texts
	}
	want := bodies()
	b.sim.Polyv().SetAccount(ExamplePolyvGroupAccount, PolyvAccount{})
	b.sim.Polyv().RemoveCredential(ExamplePolyvGroupCredential().AppID)
	b.sim.Volcengine().SetAccount(ExampleVolcengineAccount, VolcengineAccount{})
	b.sim.Volcengine().RemoveCredential(ExampleVolcengineCredential().AccessKeyID)
	b.sim.Reset()
	if diff := cmp.Diff(want, bodies()); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}
