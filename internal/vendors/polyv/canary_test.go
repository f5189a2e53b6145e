// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// What must never show: our secret, those of the sub-accounts, and whatever tells
// of a person.
const (
	canarySecret = "canarysecret0123456789abcdef0123"
	canaryPhone  = "13800138000"
	canaryEmail  = "canary.person@example.com"
)

// canaryFields are the fields in which the vendor sends what must not show.
var canaryFields = fields{
	"appSecret": canarySecret, "vodSecretKey": canarySecret, "writeToken": canarySecret, "password": canarySecret,
	"phone": canaryPhone, "contacts": "canary contact", "memo": "canary memo", "remark": "canary remark",
	"email": canaryEmail, "recordId": "canary record", "sessionId": "canary session", "channelId": 13800138000,
}

func withCanaries(row fields) fields {
	for name, value := range canaryFields {
		row = row.with(name, value)
	}
	return row
}

func canaryAccount(t *testing.T, vendor *fakeVendor, group bool) *vendors.Account {
	t.Helper()
	return vendor.Connect(t, Factory(), vendors.Access{
		Credential: map[string]vendors.Secret{keyAppID: testAppID, keyAppSecret: canarySecret},
		Polyv:      vendors.PolyvOptions{Group: group},
	}, transport.PoolOptions{MaxBodyBytes: 64 << 10})
}

// readEverything makes every call that the vendor offers and returns what came of
// each.
func readEverything(t *testing.T, vendor *fakeVendor) (readings []any, failures []error) {
	t.Helper()
	group, standard := canaryAccount(t, vendor, true), canaryAccount(t, vendor, false)
	packages, errPackages := group.Packages.ReadPackages(t.Context(), vendors.PackageQuery{Emails: []string{canaryEmail}})
	bills, errBills := group.Bills.ReadBills(t.Context(), vendors.BillQuery{Months: []vendors.Month{"2026-11"}, IsolationID: "u-zone"})
	usage, errUsage := standard.Usage.ReadUsage(t.Context(), vendors.UsageQuery{
		Items: []string{"Duration"}, ChannelIDs: []string{"13800138000"}, Days: oneDay(t),
	})
	return []any{packages, bills, usage}, []error{
		errPackages, errBills, errUsage, group.Verifier.Verify(t.Context()), standard.Verifier.Verify(t.Context()),
	}
}

func TestReadingsShowNothingSecretOrPersonal(t *testing.T) {
	rows := map[string]fields{
		pathPackages:             withCanaries(account).with("maxChannels", 1).with("minutes", []fields{window("2026-11-01", "2026-11-30", 1)}),
		pathUsage:                withCanaries(detail("a", 1, "分钟")),
		defaultIsolationBillPath: withCanaries(charge("a", 1, "分钟", 1)),
	}
	vendor := startVendor(t, func(call received) reply {
		if row, ok := rows[call.URL.Path]; ok {
			return reply{Body: listed(row)}
		}
		return reply{Body: healthy}
	})
	readings, failures := readEverything(t, vendor)
	if err := errors.Join(failures...); err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for _, reading := range readings {
		fmt.Fprintf(&shown, "%v %+v %#v", reading, reading, reading)
	}
	if !strings.Contains(shown.String(), "live-minutes") || !strings.Contains(shown.String(), "分钟") && !strings.Contains(shown.String(), "Minutes") {
		t.Fatalf("the readings are empty: %s", shown.String())
	}
	checkNothingShows(t, vendor, shown.String())
}

// The types that decode rows have no place for what must not be kept.
func TestRowsHaveNoPlaceForSecrets(t *testing.T) {
	for _, each := range []any{subAccount{}, segment{}, usageRow{}, billRow{}} {
		kind := reflect.TypeOf(each)
		for field := range kind.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if _, secret := canaryFields[name]; secret && field.Type != reflect.TypeFor[emailDigest]() {
				t.Errorf("%s has a place for %s", kind, name)
			}
		}
	}
}

// Whatever a vendor, or something in its place, says back, nothing secret or
// personal gets into what is logged of a failure.
func TestFailuresShowNothingSecretOrPersonal(t *testing.T) {
	const jsonType, htmlType = "application/json", "text/html"
	same := func(text string) string { return text }
	within := func(format string) func(string) string {
		return func(text string) string { return fmt.Sprintf(format, vendortest.JSON(text)) }
	}
	// echo answers with all that must not show, in the place that makes fills.
	echo := func(status int, contentType string, makes func(string) string) func(received) reply {
		return func(call received) reply {
			text := strings.Join([]string{call.URL.RawQuery, canarySecret, canaryPhone, canaryEmail}, " ")
			return reply{Status: status, Header: map[string]string{"Content-Type": contentType}, Body: makes(text)}
		}
	}
	// only answers with one of them, because several together fit no pattern.
	only := func(format string, pick func(received) string) func(received) reply {
		return func(call received) reply {
			return reply{Status: 400, Body: fmt.Sprintf(format, pick(call))}
		}
	}
	quotedSign := func(call received) string { return vendortest.JSON(call.URL.Query().Get("sign")) }
	quotedSecret := func(received) string { return vendortest.JSON(canarySecret) }
	phone := func(received) string { return canaryPhone }
	const (
		inDesc      = `{"code":400,"error":{"code":30001,"desc":%s}}`
		inKnown     = `{"code":400,"error":{"code":10003,"desc":%s}}`
		inMessage   = `{"code":403,"message":%s,"data":""}`
		inErrorCode = `{"code":400,"error":{"code":%s,"desc":"m"}}`
		inError     = `{"code":400,"error":%s}`
		inCode      = `{"code":%s,"status":"error"}`
		inStatus    = `{"code":200,"status":%s,"data":{}}`
		inRequestID = `{"code":400,"requestId":%s,"message":"m"}`
		inData      = `{"code":200,"data":%s}`
		inContents  = `{"code":200,"data":{"contents":[%s]}}`
		inAmount    = `{"code":200,"data":{"contents":[{"userId":"u","minutes":[{"available":%[1]s}],"consumed":%[1]s,"itemConsumed":%[1]s}]}}`
		inRow       = `{"code":200,"data":{"contents":[{"email":%[1]s,"phone":%[1]s,"appSecret":%[1]s}]}}`
		inKey       = `{%s:1}`
	)
	tests := map[string]func(received) reply{
		"a page":                      echo(200, htmlType, func(text string) string { return "<p>" + text }),
		"text labelled JSON":          echo(200, jsonType, same),
		"a bad gateway":               echo(502, htmlType, same),
		"a refusal":                   echo(403, htmlType, same),
		"a missing path":              echo(404, htmlType, same),
		"an error's text":             echo(400, jsonType, within(inDesc)),
		"a refused timestamp's text":  echo(400, jsonType, within(inKnown)),
		"a message":                   echo(403, jsonType, within(inMessage)),
		"a message with 500":          echo(500, jsonType, within(inMessage)),
		"an error's code":             echo(400, jsonType, within(inErrorCode)),
		"an error of text":            echo(400, jsonType, within(inError)),
		"a code":                      echo(200, jsonType, within(inCode)),
		"a status":                    echo(200, jsonType, within(inStatus)),
		"a request ID":                echo(400, jsonType, within(inRequestID)),
		"the data":                    echo(200, jsonType, within(inData)),
		"the contents":                echo(200, jsonType, within(inContents)),
		"an amount":                   echo(200, jsonType, within(inAmount)),
		"a row that lacks its ID":     echo(200, jsonType, within(inRow)),
		"a field's name":              echo(200, jsonType, within(inKey)),
		"the signature as error code": only(inErrorCode, quotedSign),
		"the signature as request ID": only(inRequestID, quotedSign),
		"the signature as amount":     only(inAmount, quotedSign),
		"the secret as error code":    only(inErrorCode, quotedSecret),
		"the secret as request ID":    only(inRequestID, quotedSecret),
		"a phone number as code":      only(inErrorCode, phone),
		"a phone number as status":    only(inCode, phone),
		"a phone number as ID":        only(inRequestID, phone),
		"the location of a detour": func(call received) reply {
			return reply{Status: 307, Header: map[string]string{"Location": "http://127.0.0.1/?" + call.URL.RawQuery}}
		},
		"a body over the bound": func(call received) reply {
			return reply{Body: strings.Repeat(call.URL.RawQuery+canarySecret, 1000)}
		},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, answer)
			_, failures := readEverything(t, vendor)
			var shown strings.Builder
			for i, err := range failures {
				if err != nil {
					shown.WriteString(vendortest.EverySpelling(t, err))
				} else if i < 3 {
					t.Errorf("reading %d did not fail", i)
				}
			}
			checkNothingShows(t, vendor, shown.String())
		})
	}
}

func checkNothingShows(t *testing.T, vendor *fakeVendor, shown string) {
	t.Helper()
	secrets := []string{"canary", "Canary", canaryPhone, "example.com", url.QueryEscape(canaryEmail), "sign="}
	calls := vendor.Requests()
	for _, call := range calls {
		secrets = append(secrets, call.URL.Query().Get("sign"), call.URL.Query().Get("timestamp"))
	}
	if len(calls) == 0 || len(calls[0].URL.Query().Get("sign")) != 32 {
		t.Fatal("there is no signature to look for")
	}
	vendortest.CheckHidden(t, shown, secrets...)
}
