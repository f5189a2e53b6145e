// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

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

// present is an evening in UTC, and half past two of the next day, 2026-11-22, at
// the vendor.
var present = time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC)

const (
	testID    = "AKLTEXAMPLEEXAMPLEEXAMPLE"
	testKey   = "U2VjcmV0RXhhbXBsZVNlY3JldEV4YW1wbGU="
	testToken = "STSTOKENEXAMPLE=="
	requestID = "202306041104200100100232280022D31"
)

// received is one request as the vendor sees it.
type received struct {
	Method, Host, Target string
	Header               http.Header
	Body                 []byte
	// Question is what Body says.
	Question trafficRequest
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

// inTurn answers the first request with the first answer, and so on.
func inTurn(t *testing.T, answers ...reply) *fakeVendor {
	t.Helper()
	vendor := startVendor(t, nil)
	vendor.answer = func(received) reply { return answers[len(vendor.received())-1] }
	return vendor
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
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
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
	return v.account(t, permanentKey(), transport.PoolOptions{})
}

func permanentKey() map[string]vendors.Secret {
	return map[string]vendors.Secret{keyAccessKeyID: testID, keySecretAccessKey: testKey}
}

func temporaryKey() map[string]vendors.Secret {
	return map[string]vendors.Secret{keyAccessKeyID: testID, keySecretAccessKey: testKey, keySessionToken: testToken}
}

// lastWeek are days whose data is complete at present.
func lastWeek() vendors.UsageQuery {
	return vendors.UsageQuery{Days: days("2026-11-14", "2026-11-20")}
}

func days(first, last string) vendors.DayRange {
	return vendors.DayRange{First: day(first), Last: day(last)}
}

func day(text string) vendors.Day {
	d, err := vendors.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
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

func metadata() fields {
	return fields{
		"RequestId": requestID, "Action": action, "Version": version, "Service": service, "Region": region,
	}
}

// content is the body of a successful answer.
func content(result any) string {
	body, _ := json.Marshal(fields{"ResponseMetadata": metadata(), "Result": result})
	return string(body)
}

// failingWith is the body of an error with these fields.
func failingWith(reported any) string {
	envelope := metadata()
	envelope["Error"] = reported
	body, _ := json.Marshal(fields{"ResponseMetadata": envelope})
	return string(body)
}

// failing is the body of an error with this code.
func failing(code string) string {
	return failingWith(fields{"Code": code, "CodeN": 999999, "Message": "The request was refused."})
}

const nothing = `{"ResponseMetadata":{"RequestId":"` + requestID + `"},` +
	`"Result":{"EstimatedResult":[],"ActualResult":[],"ActualPrePayResult":[]}}`
