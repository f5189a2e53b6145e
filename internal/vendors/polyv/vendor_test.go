// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// present is an evening in UTC, and the next day at the vendor.
var present = time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC)

const (
	testAppID  = "exampleapp"
	testSecret = "examplesecretexamplesecretexample"
	requestID  = "83991d6d866e4dafa2ed81f9946df302.54.16534840806930299"
)

// received is one request as the vendor sees it.
type received struct {
	Method, Host, Path, RawQuery string
	Header                       http.Header
	Body                         []byte
	// Query is what RawQuery says.
	Query url.Values
}

// page returns the page that is asked for.
func (r received) page() int {
	number, _ := strconv.Atoi(r.Query.Get("pageNumber"))
	return number
}

// asked returns the parameters of this request that are not in every one.
func (r received) asked() map[string]string {
	asked := map[string]string{}
	for name, values := range r.Query {
		asked[name] = values[0]
	}
	for _, name := range []string{"appId", "timestamp", "sign", "signatureMethod"} {
		delete(asked, name)
	}
	return asked
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

// inTurn answers one request after the other; the last answer stays.
func inTurn(vendor *fakeVendor, answers ...reply) {
	vendor.answer = func(received) reply {
		return answers[min(len(vendor.received()), len(answers))-1]
	}
}

func (v *fakeVendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	call := received{
		Method: r.Method, Host: r.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery,
		Header: r.Header.Clone(), Body: body, Query: r.URL.Query(),
	}
	v.mu.Lock()
	v.calls = append(v.calls, call)
	v.mu.Unlock()

	answer := v.answer(call)
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
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

func (v *fakeVendor) checkCalls(t *testing.T, want int) {
	t.Helper()
	if got := len(v.received()); got != want {
		t.Errorf("%d calls, want %d", got, want)
	}
}

var testCredential = map[string]vendors.Secret{keyAppID: testAppID, keyAppSecret: testSecret}

// connect returns the readers of an account at the fake vendor.
func (v *fakeVendor) connect(t *testing.T, access vendors.Access, options transport.PoolOptions) *vendors.Account {
	t.Helper()
	allowlist, err := transport.ParseAllowlist([]string{v.URL})
	if err != nil {
		t.Fatal(err)
	}
	options.Allowlist = allowlist
	pool := transport.NewPool(options)
	t.Cleanup(pool.CloseIdleConnections)
	factory := Factory()
	access.Client, err = pool.Client(transport.Target{VendorHost: factory.Host, Endpoint: v.URL})
	if err != nil {
		t.Fatal(err)
	}
	access.Clock, access.Pace = v.Clock, v.Pace
	return factory.New(access)
}

// group returns the readers of a group's main account.
func (v *fakeVendor) group(t *testing.T) *vendors.Account {
	t.Helper()
	return v.connect(t, vendors.Access{
		Credential: testCredential, Polyv: vendors.PolyvOptions{Group: true},
	}, transport.PoolOptions{})
}

// standard returns the readers of an ordinary account.
func (v *fakeVendor) standard(t *testing.T) *vendors.Account {
	t.Helper()
	return v.connect(t, vendors.Access{Credential: testCredential}, transport.PoolOptions{})
}

func (v *fakeVendor) readPackages(t *testing.T, emails ...string) (vendors.PackageReading, error) {
	t.Helper()
	return v.group(t).Packages.ReadPackages(t.Context(), vendors.PackageQuery{Emails: emails})
}

func (v *fakeVendor) readUsage(t *testing.T, query vendors.UsageQuery) (vendors.UsageReading, error) {
	t.Helper()
	return v.standard(t).Usage.ReadUsage(t.Context(), query)
}

func (v *fakeVendor) readBills(t *testing.T, months ...vendors.Month) (vendors.BillReading, error) {
	t.Helper()
	return v.group(t).Bills.ReadBills(t.Context(), vendors.BillQuery{Months: months, IsolationID: "u-zone"})
}

// checkFailure compares all of a failure but its Err, which is for logs.
func checkFailure(t *testing.T, err error, want vendors.Error) {
	t.Helper()
	var got *vendors.Error
	if !errors.As(err, &got) {
		t.Fatalf("got %v, want a *vendors.Error", err)
	}
	if diff := cmp.Diff(want, *got, cmpopts.IgnoreFields(vendors.Error{}, "Err")); diff != "" {
		t.Errorf("failure (-want +got):\n%s", diff)
	}
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

// with returns a copy of f with this field.
func (f fields) with(name string, value any) fields {
	changed := maps.Clone(f)
	changed[name] = value
	return changed
}

// without returns a copy of f that lacks this field.
func (f fields) without(name string) fields {
	changed := f.with(name, nil)
	delete(changed, name)
	return changed
}

func encode(value any) string {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// content is the body of a successful answer.
func content(data any) string {
	return encode(fields{"code": 200, "status": "success", "success": true, "requestId": requestID, "data": data})
}

// listed is the body of a page that is the only one.
func listed(rows ...fields) string {
	if rows == nil {
		rows = []fields{}
	}
	return content(fields{
		"pageNumber": 1, "pageSize": 10, "totalPages": 1, "totalItems": len(rows), "contents": rows,
	})
}

// failing is the body of a failure as the current API tells it; without a code
// when that is nil.
func failing(status int, code any, desc string) string {
	detail := fields{"desc": desc}
	if code != nil {
		detail["code"] = code
	}
	return encode(fields{"code": status, "status": "error", "success": false, "requestId": requestID, "error": detail})
}

// legacy is the body of a failure as the older APIs tell it.
func legacy(status int, message string) string {
	word := "error"
	if status == http.StatusInternalServerError {
		word = "fail"
	}
	return encode(fields{"code": status, "status": word, "message": message, "data": ""})
}

const healthy = `{"code":200,"status":"success","success":true,"data":{"health":12.5}}`

func day(t testing.TB, text string) vendors.Day {
	t.Helper()
	d, err := vendors.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
