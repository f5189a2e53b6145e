// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// present is an evening in UTC, and the next day in Beijing.
var present = time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC)

const (
	testID    = "AKIDEXAMPLEEXAMPLEEXAMPLE"
	testKey   = "SECRETKEYEXAMPLEEXAMPLE"
	requestID = "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6"
)

// received is one request as the vendor sees it.
type received struct {
	Method, Host, Target string
	Header               http.Header
	Body                 []byte
	// Question is what Body says.
	Question packagesRequest
}

// reply is one answer; the zero status is 200.
type reply struct {
	status int
	header map[string]string
	body   string
}

// fakeVendor answers on localhost in the vendor's place, and keeps the requests.
type fakeVendor struct {
	URL    string
	Clock  *clocktesting.FakePassiveClock
	Pace   func(context.Context) error
	answer func(received) reply

	mu    sync.Mutex
	calls []received
}

func startVendor(t *testing.T, answer func(received) reply) *fakeVendor {
	t.Helper()
	vendor := &fakeVendor{answer: answer, Clock: clocktesting.NewFakePassiveClock(present)}
	server := httptest.NewServer(vendor)
	t.Cleanup(server.Close)
	vendor.URL = server.URL
	return vendor
}

// always answers every request alike.
func always(answer reply) func(received) reply {
	return func(received) reply { return answer }
}

func (v *fakeVendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	call := received{
		Method: r.Method, Host: r.Host, Target: r.URL.String(), Header: r.Header.Clone(), Body: body,
	}
	_ = json.Unmarshal(body, &call.Question)
	v.mu.Lock()
	v.calls = append(v.calls, call)
	v.mu.Unlock()

	answer := v.answer(call)
	w.Header().Set("Content-Type", "application/json")
	for name, value := range answer.header {
		w.Header().Set(name, value)
	}
	if answer.status != 0 {
		w.WriteHeader(answer.status)
	}
	_, _ = io.WriteString(w, answer.body)
}

// received returns the requests so far.
func (v *fakeVendor) received() []received {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.calls
}

// account returns the readers of an account at the fake vendor.
func (v *fakeVendor) account(t *testing.T, credential map[string]vendors.Secret, options transport.PoolOptions) *vendors.Account {
	t.Helper()
	allowlist, err := transport.ParseAllowlist([]string{v.URL})
	if err != nil {
		t.Fatal(err)
	}
	options.Allowlist = allowlist
	pool := transport.NewPool(options)
	t.Cleanup(pool.CloseIdleConnections)
	factory := Factory()
	client, err := pool.Client(transport.Target{VendorHost: factory.Host, Endpoint: v.URL})
	if err != nil {
		t.Fatal(err)
	}
	return factory.New(vendors.Access{Credential: credential, Client: client, Clock: v.Clock, Pace: v.Pace})
}

func (v *fakeVendor) defaultAccount(t *testing.T) *vendors.Account {
	t.Helper()
	return v.account(t, map[string]vendors.Secret{keySecretID: testID, keySecretKey: testKey}, transport.PoolOptions{})
}

func readPackages(t *testing.T, account *vendors.Account, types ...string) (vendors.PackageReading, error) {
	t.Helper()
	return account.Packages.ReadPackages(t.Context(), vendors.PackageQuery{Types: types})
}

func testdata(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// fields are a JSON object under construction.
type fields map[string]any

// content is the body of a successful answer.
func content(t testing.TB, response fields) string {
	t.Helper()
	if _, ok := response["RequestId"]; !ok {
		response["RequestId"] = requestID
	}
	body, err := json.Marshal(fields{"Response": response})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// failing is the body of an error with this code.
func failing(code string) string {
	body, _ := json.Marshal(fields{"Response": fields{
		"Error":     fields{"Code": code, "Message": "The request was refused."},
		"RequestId": requestID,
	}})
	return string(body)
}

const nothing = `{"Response":{"RequestId":"` + requestID + `","LivePackageInfoList":[],"PackageBillMode":0}}`
