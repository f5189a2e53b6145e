// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
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

// The tables are easier to read with short names.
type (
	received = vendortest.Request
	reply    = vendortest.Reply
)

// fakeVendor stands in the vendor's place.
type fakeVendor struct{ *vendortest.Server }

func startVendor(t *testing.T, answer func(received) reply) *fakeVendor {
	t.Helper()
	return &fakeVendor{vendortest.Start(t, "application/json; charset=utf-8", present, answer)}
}

// question is what the body of a request says.
func question(call received) trafficRequest {
	var asked trafficRequest
	_ = json.Unmarshal(call.Body, &asked)
	return asked
}

// account returns the readers of an account at the fake vendor.
func (v *fakeVendor) account(t *testing.T, credential map[string]vendors.Secret, options transport.PoolOptions) *vendors.Account {
	t.Helper()
	return v.Connect(t, Factory(), vendors.Access{Credential: credential}, options)
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

// fields are a JSON object under construction.
type fields map[string]any

func metadata() fields {
	return fields{
		"RequestId": requestID, "Action": action, "Version": version, "Service": service, "Region": region,
	}
}

// content is the body of a successful answer.
func content(result any) string {
	return vendortest.JSON(fields{"ResponseMetadata": metadata(), "Result": result})
}

// failingWith is the body of an error with these fields.
func failingWith(reported any) string {
	envelope := metadata()
	envelope["Error"] = reported
	return vendortest.JSON(fields{"ResponseMetadata": envelope})
}

// failing is the body of an error with this code.
func failing(code string) string {
	return failingWith(fields{"Code": code, "CodeN": 999999, "Message": "The request was refused."})
}

const nothing = `{"ResponseMetadata":{"RequestId":"` + requestID + `"},` +
	`"Result":{"EstimatedResult":[],"ActualResult":[],"ActualPrePayResult":[]}}`
