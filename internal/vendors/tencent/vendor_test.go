// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// present is an evening in UTC, and the next day in Beijing.
var present = time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC)

const (
	testID    = "AKIDEXAMPLEEXAMPLEEXAMPLE"
	testKey   = "SECRETKEYEXAMPLEEXAMPLE"
	requestID = "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6"
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
	return &fakeVendor{vendortest.Start(t, "application/json", present, answer)}
}

// question is what the body of a request says.
func question(call received) packagesRequest {
	var asked packagesRequest
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
	return v.account(t, map[string]vendors.Secret{keySecretID: testID, keySecretKey: testKey}, transport.PoolOptions{})
}

func readPackages(t *testing.T, account *vendors.Account, types ...string) (vendors.PackageReading, error) {
	t.Helper()
	return account.Packages.ReadPackages(t.Context(), vendors.PackageQuery{Types: types})
}

// fields are a JSON object under construction.
type fields map[string]any

// content is the body of a successful answer.
func content(response fields) string {
	if _, ok := response["RequestId"]; !ok {
		response["RequestId"] = requestID
	}
	return vendortest.JSON(fields{"Response": response})
}

// failing is the body of an error with this code.
func failing(code string) string {
	return vendortest.JSON(fields{"Response": fields{
		"Error":     fields{"Code": code, "Message": "The request was refused."},
		"RequestId": requestID,
	}})
}

const nothing = `{"Response":{"RequestId":"` + requestID + `","LivePackageInfoList":[],"PackageBillMode":0}}`
