// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// wholeRow has every field, and with is it with some of them changed.
func wholeRow() fields {
	return fields{
		"Id": "281975", "Type": 0, "Status": 1,
		"Total": 500000000000, "Used": 2365271265, "Left": 497634728735,
		"BuyTime": "2026-07-16 18:46:08", "ExpireTime": "2027-07-16 18:46:08",
		"WillRenew": 0, "RenewalResult": 0,
	}
}

func wholePackage() vendors.Package {
	return vendors.Package{
		ID: "281975", Resource: vendors.ResourceTraffic, Unit: vendors.UnitBytes,
		Remaining: *amountOf("497634728735"), Total: amountOf("500000000000"),
		Start: beijingClock("2026-07-16 18:46:08"), End: beijingClock("2027-07-16 18:46:08"),
		State: vendors.PackageUsable, Renewal: vendors.RenewalNone,
	}
}

func readRow(t *testing.T, row fields) (vendors.PackageReading, error) {
	t.Helper()
	vendor := startVendor(t, vendortest.Always(reply{Body: content(fields{"LivePackageInfoList": []fields{row}})}))
	return readPackages(t, vendor.defaultAccount(t), "Traffic")
}

func TestRows(t *testing.T) {
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	typed := func(resource string, unit vendors.Unit, label string) func(*vendors.Package) {
		return func(p *vendors.Package) { p.Resource, p.Unit, p.UnitLabel = resource, unit, label }
	}
	state := func(want vendors.PackageState) func(*vendors.Package) {
		return func(p *vendors.Package) { p.State = want }
	}
	renewal := func(want vendors.Renewal) func(*vendors.Package) {
		return func(p *vendors.Package) { p.Renewal = want }
	}
	noStart := func(p *vendors.Package) { p.Start = nil }
	noEnd := func(p *vendors.Package) { p.End = nil }
	noTotal := func(p *vendors.Package) { p.Total = nil }
	remaining := func(text string) func(*vendors.Package) {
		return func(p *vendors.Package) { p.Remaining = *amountOf(text) }
	}
	tests := map[string]struct {
		change fields
		want   func(*vendors.Package)
	}{
		"as it is": {nil, func(*vendors.Package) {}},

		"transcoding in minutes":           {fields{"Type": 1}, typed("transcoding", vendors.UnitMinutes, "")},
		"top-speed codec, not mic-link":    {fields{"Type": 2}, typed("top-speed-codec", vendors.UnitMinutes, "")},
		"mic-link in hours":                {fields{"Type": 3}, typed("mic-link", vendors.UnitHours, "")},
		"a type added later":               {fields{"Type": 4}, typed("unknown-4", vendors.UnitVendor, "unknown")},
		"a type added much later":          {fields{"Type": 4096}, typed("unknown-4096", vendors.UnitVendor, "unknown")},
		"not used yet":                     {fields{"Status": 0}, state(vendors.PackageUsable)},
		"in use":                           {fields{"Status": 1}, state(vendors.PackageUsable)},
		"expired":                          {fields{"Status": 2}, state(vendors.PackageExpired)},
		"frozen":                           {fields{"Status": 3}, state(vendors.PackageFrozen)},
		"exhausted":                        {fields{"Status": 4}, state(vendors.PackageExhausted)},
		"refunded":                         {fields{"Status": 5}, state(vendors.PackageRefunded)},
		"a status added later":             {fields{"Status": 6}, state(vendors.PackageStateUnknown)},
		"a negative status":                {fields{"Status": -1}, state(vendors.PackageStateUnknown)},
		"in use with nothing left":         {fields{"Left": 0}, remaining("0")},
		"overdrawn":                        {fields{"Left": -5}, remaining("-5")},
		"left, above 2^53":                 {fields{"Left": raw("9007199254740993")}, remaining("9007199254740993")},
		"left, above 2^63":                 {fields{"Left": raw("9223372036854775809")}, remaining("9223372036854775809")},
		"left, in scientific notation":     {fields{"Left": raw("4.97634728735e11")}, func(*vendors.Package) {}},
		"left, as text":                    {fields{"Left": "497634728735"}, func(*vendors.Package) {}},
		"total absent":                     {fields{"Total": nil}, noTotal},
		"total above 2^53":                 {fields{"Total": raw("9007199254740993")}, func(p *vendors.Package) { p.Total = amountOf("9007199254740993") }},
		"used is not looked at":            {fields{"Used": "plenty"}, func(*vendors.Package) {}},
		"bought at no time":                {fields{"BuyTime": "abc"}, noStart},
		"bought at zero":                   {fields{"BuyTime": "0000-00-00 00:00:00"}, noStart},
		"bought at an empty time":          {fields{"BuyTime": ""}, noStart},
		"bought at null":                   {fields{"BuyTime": nil}, noStart},
		"bought at a number":               {fields{"BuyTime": 1721126768}, noStart},
		"bought on a day that is none":     {fields{"BuyTime": "2026-02-30 00:00:00"}, noStart},
		"expires at no time":               {fields{"ExpireTime": "abc"}, noEnd},
		"expires on a day":                 {fields{"ExpireTime": "2027-07-16"}, noEnd},
		"expires in another notation":      {fields{"ExpireTime": "2027-07-16T18:46:08Z"}, noEnd},
		"renewed":                          {fields{"WillRenew": 1, "RenewalResult": 1}, renewal(vendors.RenewalSucceeded)},
		"renewed, and not again":           {fields{"WillRenew": 0, "RenewalResult": 1}, renewal(vendors.RenewalSucceeded)},
		"renewed, intention unknown":       {fields{"WillRenew": nil, "RenewalResult": 1}, renewal(vendors.RenewalSucceeded)},
		"renewal failed":                   {fields{"WillRenew": 1, "RenewalResult": -1}, renewal(vendors.RenewalFailed)},
		"renewal failed another way":       {fields{"WillRenew": 0, "RenewalResult": -1001}, renewal(vendors.RenewalFailed)},
		"renewal failed, of no intention":  {fields{"WillRenew": nil, "RenewalResult": -1}, renewal(vendors.RenewalFailed)},
		"to be renewed":                    {fields{"WillRenew": 1, "RenewalResult": 0}, renewal(vendors.RenewalPending)},
		"not to be renewed":                {fields{"WillRenew": 0, "RenewalResult": 0}, renewal(vendors.RenewalNone)},
		"renewal null":                     {fields{"WillRenew": nil, "RenewalResult": nil}, renewal(vendors.RenewalUnknown)},
		"result null":                      {fields{"WillRenew": 1, "RenewalResult": nil}, renewal(vendors.RenewalUnknown)},
		"intention null":                   {fields{"WillRenew": nil, "RenewalResult": 0}, renewal(vendors.RenewalUnknown)},
		"an intention added later":         {fields{"WillRenew": 2, "RenewalResult": 0}, renewal(vendors.RenewalUnknown)},
		"a result added later":             {fields{"WillRenew": 1, "RenewalResult": 2}, renewal(vendors.RenewalUnknown)},
		"expired by the clock but in use":  {fields{"ExpireTime": "2020-01-01 00:00:00"}, func(p *vendors.Package) { p.End = beijingClock("2020-01-01 00:00:00") }},
		"a field that nobody has heard of": {fields{"Owner": "someone"}, func(*vendors.Package) {}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			row := wholeRow()
			maps.Copy(row, test.change)
			got, err := readRow(t, row)
			if err != nil {
				t.Fatal(err)
			}
			want := wholePackage()
			test.want(&want)
			if diff := cmp.Diff([]vendors.Package{want}, got.Packages); diff != "" {
				t.Errorf("packages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAbsentFieldsAreUnknown(t *testing.T) {
	row := wholeRow()
	for _, field := range []string{"Total", "Used", "BuyTime", "ExpireTime", "WillRenew", "RenewalResult"} {
		delete(row, field)
	}
	got, err := readRow(t, row)
	if err != nil {
		t.Fatal(err)
	}
	want := wholePackage()
	want.Total, want.Start, want.End, want.Renewal = nil, nil, nil, vendors.RenewalUnknown
	if diff := cmp.Diff([]vendors.Package{want}, got.Packages); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
}

// Without these a sum would be wrong, so they fail the reading.
func TestRowsThatAreNotWhole(t *testing.T) {
	notTyped := "a field is not of its type"
	tests := map[string]struct {
		field     string
		value     any
		wantCause string
	}{
		"no Id":                {"Id", nil, "row 0 has no Id"},
		"an empty Id":          {"Id", "", "row 0 has no Id"},
		"a numeric Id":         {"Id", 281975, notTyped},
		"no Type":              {"Type", nil, "row 0 has no Type"},
		"a Type of text":       {"Type", "0", notTyped},
		"a fractional Type":    {"Type", 0.5, notTyped},
		"no Status":            {"Status", nil, "row 0 has no Status"},
		"a Status of text":     {"Status", "usable", notTyped},
		"no Left":              {"Left", nil, "row 0 has no Left"},
		"a Left of words":      {"Left", "plenty", notTyped},
		"an empty Left":        {"Left", "", notTyped},
		"a Left without bound": {"Left", json.RawMessage("1e999999999"), notTyped},
		"a Total of words":     {"Total", "plenty", notTyped},
		"a renewal of text":    {"RenewalResult", "ok", notTyped},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			null, absent := wholeRow(), wholeRow()
			null[test.field] = test.value
			delete(absent, test.field)
			variants := []fields{null}
			if test.value == nil {
				variants = append(variants, absent)
			}
			for _, row := range variants {
				_, err := readRow(t, row)
				vendortest.CheckFailure(t, err, vendors.Error{
					Kind: vendors.KindMalformed, Op: vendors.OpPackages, Code: "IncompleteAnswer", RequestID: requestID,
				})
				want := fmt.Sprintf("packages: Malformed (IncompleteAnswer): %s", test.wantCause)
				if err.Error() != want {
					t.Errorf("error = %q, want %q", err, want)
				}
			}
		})
	}
}

func TestOneBadRowFailsTheReading(t *testing.T) {
	bad := wholeRow()
	delete(bad, "Left")
	bodies := map[string]string{
		"a row that lacks a field": content(fields{"LivePackageInfoList": []fields{wholeRow(), bad}}),
		"a row that is null":       content(fields{"LivePackageInfoList": []any{wholeRow(), nil}}),
		"a row that is empty":      content(fields{"LivePackageInfoList": []fields{wholeRow(), {}}}),
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: body}))
			_, err := readPackages(t, vendor.defaultAccount(t), "Traffic")
			vendortest.CheckFailure(t, err, vendors.Error{
				Kind: vendors.KindMalformed, Op: vendors.OpPackages, Code: "IncompleteAnswer", RequestID: requestID,
			})
		})
	}
}

func TestTimesAreBeijingTimes(t *testing.T) {
	var at beijingTime
	if err := json.Unmarshal([]byte(`"2027-07-16 18:46:08"`), &at); err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2027, 7, 16, 10, 46, 8, 0, time.UTC); !at.at.Equal(want) {
		t.Errorf("time = %s, want %s", at.at, want)
	}
}
