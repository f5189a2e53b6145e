// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

func TestFactory(t *testing.T) {
	got := Factory()
	want := vendors.Factory{
		Host:                  "api.polyv.net",
		RequiredKeys:          []string{"appId", "appSecret"},
		RequestsPerSecond:     150,
		HostRequestsPerSecond: 150,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(vendors.Factory{}, "New")); diff != "" {
		t.Errorf("Factory (-want +got):\n%s", diff)
	}
}

func TestReadersOfAnAccount(t *testing.T) {
	tests := map[string]struct {
		group bool
		want  map[string]bool
	}{
		"an ordinary account":    {false, map[string]bool{"verifier": true, "usage": true, "packages": false, "bills": false}},
		"a group's main account": {true, map[string]bool{"verifier": true, "usage": false, "packages": true, "bills": true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			account := newAccount(vendors.Access{Polyv: vendors.PolyvOptions{Group: test.group}})
			got := map[string]bool{
				"verifier": account.Verifier != nil, "usage": account.Usage != nil,
				"packages": account.Packages != nil, "bills": account.Bills != nil,
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("readers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	tests := map[string]struct {
		options vendors.PolyvOptions
		want    string
		asked   map[string]string
	}{
		"a group": {
			options: vendors.PolyvOptions{Group: true},
			want:    "/live/v4/group/health-check",
			asked:   map[string]string{},
		},
		"a group, signing with SHA-256": {
			options: vendors.PolyvOptions{Group: true, SHA256: true},
			want:    "/live/v4/group/health-check",
			asked:   map[string]string{},
		},
		"an ordinary account, on the vendor's day": {
			want: "/live/v4/channel/use-detail/list",
			asked: map[string]string{
				"itemCategory": "duration", "startDate": "2026-11-22", "endDate": "2026-11-22",
				"pageNumber": "1", "pageSize": "1",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: healthy}))
			account := vendor.Connect(t, Factory(), vendors.Access{Credential: testCredential, Polyv: test.options}, transport.PoolOptions{})
			if err := account.Verifier.Verify(t.Context()); err != nil {
				t.Fatal(err)
			}
			vendor.CheckCalls(t, 1)
			call := vendor.Requests()[0]
			if diff := cmp.Diff(test.want, call.URL.Path); diff != "" {
				t.Errorf("path (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.asked, asked(call)); diff != "" {
				t.Errorf("parameters (-want +got):\n%s", diff)
			}
			checkRequest(t, call, test.options.SHA256)
		})
	}
}

// checkRequest checks what every request has in common.
func checkRequest(t *testing.T, call received, strong bool) {
	t.Helper()
	got := map[string]string{
		"method":    call.Method,
		"host":      call.Host,
		"body":      string(call.Body),
		"accept":    call.Header.Get("Accept"),
		"appId":     call.URL.Query().Get("appId"),
		"timestamp": call.URL.Query().Get("timestamp"),
		"method of": call.URL.Query().Get("signatureMethod"),
	}
	want := map[string]string{
		"method":    "GET",
		"host":      "api.polyv.net",
		"body":      "",
		"accept":    "application/json",
		"appId":     testAppID,
		"timestamp": "1795285800000",
		"method of": "",
	}
	if strong {
		want["method of"] = "SHA256"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	checkSignature(t, &credential{AppID: testAppID, AppSecret: testSecret, SHA256: strong}, call.URL.Query())
}

// Every request waits for the limits: each page, and the second attempt too. It
// is signed after the wait, because its timestamp would be old otherwise.
func TestEveryRequestWaitsForTheLimits(t *testing.T) {
	vendor := startVendor(t, vendortest.InTurn(t,
		reply{Body: pageOf(accounts(1, 50), 2, 51)},
		reply{Body: vendortest.Testdata(t, "error_timestamp.json")},
		reply{Body: pageOf(accounts(51, 51), 2, 51)}))
	waits := 0
	vendor.Pace = func(context.Context) error {
		waits++
		vendor.Clock.SetTime(present.Add(time.Duration(waits) * time.Hour))
		return nil
	}
	if _, err := vendor.readPackages(t); err != nil {
		t.Fatal(err)
	}
	calls := vendor.Requests()
	if waits != 3 || len(calls) != 3 {
		t.Fatalf("%d waits for %d calls, want 3 for 3", waits, len(calls))
	}
	for i, call := range calls {
		want := strconv.FormatInt(present.Add(time.Duration(i+1)*time.Hour).UnixMilli(), 10)
		if got := call.URL.Query().Get("timestamp"); got != want {
			t.Errorf("call %d has timestamp %s, want %s", i+1, got, want)
		}
		checkSignature(t, &credential{AppID: testAppID, AppSecret: testSecret}, call.URL.Query())
	}
}

func TestCallerThatGivesUpWhileWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	vendor := startVendor(t, vendortest.Always(reply{Body: healthy}))
	vendor.Pace = func(ctx context.Context) error {
		cancel()
		return ctx.Err()
	}
	err := vendor.group(t).Verifier.Verify(ctx)
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpVerify, Code: "Canceled"})
	vendor.CheckCalls(t, 0)
}

func TestCallerThatGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	vendor := startVendor(t, func(received) reply {
		cancel()
		return reply{Body: listed()}
	})
	account := vendor.group(t)
	_, err := account.Packages.ReadPackages(ctx, vendors.PackageQuery{})
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpPackages, Code: "Canceled"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not told from the vendor's failures", err)
	}
	vendor.CheckCalls(t, 1)
}

func TestVerifyLooksAtNoMoreThanTheEnvelope(t *testing.T) {
	bodies := map[string]string{
		"what is documented":      healthy,
		"no data":                 `{"code":200}`,
		"data that is null":       content(nil),
		"data of the older APIs":  `{"code":200,"status":"success","message":"","data":""}`,
		"a code of text":          `{"code":"200","status":"success"}`,
		"an error that is null":   `{"code":200,"status":"success","success":true,"error":null,"data":[]}`,
		"fields nobody knows":     `{"code":200,"new":[{}],"data":{"health":"?"}}`,
		"success that is null":    `{"code":200,"success":null,"status":null}`,
		"success that is text":    `{"code":200,"success":"true"}`,
		"a request ID of numbers": `{"code":200,"requestId":17}`,
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			for _, header := range []string{"application/json", "text/html;charset=UTF-8", "text/plain"} {
				vendor := startVendor(t, vendortest.Always(reply{Header: map[string]string{"Content-Type": header}, Body: body}))
				if err := vendor.group(t).Verifier.Verify(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	defer elsewhere.Close()
	vendor := startVendor(t, vendortest.Always(reply{
		Status: http.StatusFound, Header: map[string]string{"Location": elsewhere.URL}, Body: healthy,
	}))
	err := vendor.group(t).Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpVerify, Code: "Redirect"})
}

func TestBodyOverTheBound(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: healthy + strings.Repeat(" ", 4096)}))
	account := vendor.Connect(t, Factory(), vendors.Access{Credential: testCredential}, transport.PoolOptions{MaxBodyBytes: 1024})
	err := account.Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpVerify, Code: "BodyTooLarge"})
}

func TestVendorThatIsDown(t *testing.T) {
	vendor := startVendor(t, nil)
	stopped := httptest.NewServer(http.NotFoundHandler())
	stopped.Close()
	vendor.URL = stopped.URL
	_, err := vendor.readPackages(t)
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpPackages, Code: "Connect"})
}

func TestTimestampTheVendorRefuses(t *testing.T) {
	date := func(ahead time.Duration) map[string]string {
		return map[string]string{"Date": present.Add(-ahead).Format(http.TimeFormat), "Retry-After": "9"}
	}
	const behind = "the operator's clock is about 4m behind the vendor's; check the time of the operator's node"
	tests := map[string]struct {
		answer         reply
		code, wantHint string
	}{
		"the vendor tells its time": {
			reply{Status: 400, Header: date(-4 * time.Minute), Body: vendortest.Testdata(t, "error_timestamp.json")}, "10003", behind,
		},
		"an older API": {
			reply{Status: 400, Header: date(-4 * time.Minute), Body: legacy(400, "invalid timestamp.")}, "InvalidTimestamp", behind,
		},
		"the status says success": {
			reply{Header: date(-4 * time.Minute), Body: vendortest.Testdata(t, "error_timestamp.json")}, "10003", behind,
		},
		"the vendor tells no time": {
			reply{Status: 400, Header: map[string]string{"Date": "", "Retry-After": "9"}, Body: vendortest.Testdata(t, "error_timestamp.json")}, "10003",
			"the vendor finds the operator's clock wrong and does not tell its own; check the time of the operator's node",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(test.answer))
			err := vendor.group(t).Verifier.Verify(t.Context())
			vendortest.CheckFailure(t, err, vendors.Error{
				Kind: vendors.KindClockSkew, Op: vendors.OpVerify, Code: test.code,
				RetryAfter: 9 * time.Second, Hint: test.wantHint,
			})
			vendor.CheckCalls(t, 2)
		})
	}
}

func TestTimestampIsFreshOnTheSecondAttempt(t *testing.T) {
	var vendor *fakeVendor
	later := present.Add(10 * time.Minute)
	vendor = startVendor(t, func(call received) reply {
		if call.URL.Query().Get("timestamp") == strconv.FormatInt(later.UnixMilli(), 10) {
			return reply{Body: healthy}
		}
		vendor.Clock.SetTime(later) // as when the machine's clock is set right
		return reply{Status: 400, Body: vendortest.Testdata(t, "error_timestamp.json")}
	})
	if err := vendor.group(t).Verifier.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	calls := vendor.Requests()
	if len(calls) != 2 {
		t.Fatalf("%d calls, want 2", len(calls))
	}
	for _, call := range calls {
		checkSignature(t, &credential{AppID: testAppID, AppSecret: testSecret}, call.URL.Query())
	}
	if calls[0].URL.Query().Get("sign") == calls[1].URL.Query().Get("sign") {
		t.Error("the second attempt has the signature of the first")
	}
}

// A printed client must not give its key away, although nobody means to print one.
func TestClientPrintsNoSecret(t *testing.T) {
	account := newAccount(vendors.Access{Credential: testCredential, Polyv: vendors.PolyvOptions{Group: true}})
	reader, ok := account.Packages.(*packageReader)
	if !ok {
		t.Fatalf("the reader is a %T", account.Packages)
	}
	for _, format := range []string{"%v", "%+v", "%#v"} {
		for _, value := range []any{account, reader, *reader, reader.client, *reader.client, reader.client.credential, *reader.client.credential} {
			text := fmt.Sprintf(format, value)
			if strings.Contains(text, "example") {
				t.Errorf("%s of %T shows the credential: %s", format, value, text)
			}
		}
	}
}
