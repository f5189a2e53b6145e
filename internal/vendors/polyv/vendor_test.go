// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"maps"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// present is an evening in UTC, and the next day at the vendor.
var present = time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC)

const (
	testAppID  = "exampleapp"
	testSecret = "examplesecretexamplesecretexample"
	requestID  = "83991d6d866e4dafa2ed81f9946df302.54.16534840806930299"
)

// The tables are easier to read with short names.
type (
	received = vendortest.Request
	reply    = vendortest.Reply
)

// pageNumber returns the page that is asked for.
func pageNumber(call received) int {
	number, _ := strconv.Atoi(call.URL.Query().Get("pageNumber"))
	return number
}

// asked returns the parameters of this request that are not in every one.
func asked(call received) map[string]string {
	asked := map[string]string{}
	for name, values := range call.URL.Query() {
		asked[name] = values[0]
	}
	for _, name := range []string{"appId", "timestamp", "sign", "signatureMethod"} {
		delete(asked, name)
	}
	return asked
}

// fakeVendor stands in the vendor's place.
type fakeVendor struct{ *vendortest.Server }

func startVendor(t *testing.T, answer func(received) reply) *fakeVendor {
	t.Helper()
	return &fakeVendor{vendortest.Start(t, "application/json;charset=UTF-8", present, answer)}
}

var testCredential = map[string]vendors.Secret{keyAppID: testAppID, keyAppSecret: testSecret}

// group returns the readers of a group's main account.
func (v *fakeVendor) group(t *testing.T) *vendors.Account {
	t.Helper()
	return v.Connect(t, Factory(), vendors.Access{
		Credential: testCredential, Polyv: vendors.PolyvOptions{Group: true},
	}, transport.PoolOptions{})
}

// standard returns the readers of an ordinary account.
func (v *fakeVendor) standard(t *testing.T) *vendors.Account {
	t.Helper()
	return v.Connect(t, Factory(), vendors.Access{Credential: testCredential}, transport.PoolOptions{})
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

// content is the body of a successful answer.
func content(data any) string {
	return vendortest.JSON(fields{"code": 200, "status": "success", "success": true, "requestId": requestID, "data": data})
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
	return vendortest.JSON(fields{"code": status, "status": "error", "success": false, "requestId": requestID, "error": detail})
}

// legacy is the body of a failure as the older APIs tell it.
func legacy(status int, message string) string {
	word := "error"
	if status == http.StatusInternalServerError {
		word = "fail"
	}
	return vendortest.JSON(fields{"code": status, "status": word, "message": message, "data": ""})
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
