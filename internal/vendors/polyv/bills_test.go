// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// The answer that the vendor publishes, at
// https://polyv.gitbook.io/document/docs/live/api/uncategorized/huawei/digital-man-1/billinglist.
func TestPublishedBill(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: vendortest.Testdata(t, "bill.json")}))
	got, err := vendor.readBills(t, "2022-05")
	if err != nil {
		t.Fatal(err)
	}
	billed := func(product, category string, settlement vendors.Settlement, unit vendors.Unit, unitLabel, quantity string) vendors.BillLine {
		return vendors.BillLine{
			Product: product, Category: category, Settlement: settlement,
			Unit: unit, UnitLabel: unitLabel, Quantity: amount.MustParse(quantity),
		}
	}
	want := vendors.BillReading{Bills: []vendors.Bill{{Month: "2022-05", Lines: []vendors.BillLine{
		billed("点播", "存储空间", vendors.SettlementBalance, vendors.UnitVendor, "GB·day", "1.5"),
		billed("直播", "国内观看时长", vendors.SettlementBalance, vendors.UnitMinutes, "", "159"),
		billed("直播", "导播时长", vendors.SettlementBalance, vendors.UnitMinutes, "", "80"),
		billed("直播", "导播时长", vendors.SettlementPackage, vendors.UnitMinutes, "", "120"),
	}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reading (-want +got):\n%s", diff)
	}
	vendor.CheckCalls(t, 1)
	wantAsked := map[string]string{
		"billingDate": "202205", "isolationId": "u-zone", "pageNumber": "1", "pageSize": "1000",
	}
	if diff := cmp.Diff(wantAsked, asked(vendor.Requests()[0])); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
}

// charge is a row of a bill.
func charge(category string, consumed any, unit string, tradeType any) fields {
	return fields{
		"accountPeriod": "2026-11", "production": "直播", "category": category,
		"itemConsumed": consumed, "itemConsumedUnit": unit, "tradeType": tradeType,
	}
}

// billed is what a test looks at in a line.
type billed struct {
	Category   string
	Settlement vendors.Settlement
	Unit       vendors.Unit
	UnitLabel  string
	Quantity   string
}

func billedLines(lines []vendors.BillLine) []billed {
	var all []billed
	for _, l := range lines {
		all = append(all, billed{l.Category, l.Settlement, l.Unit, l.UnitLabel, l.Quantity.String()})
	}
	return all
}

func TestBillLines(t *testing.T) {
	const minutes, vendor = vendors.UnitMinutes, vendors.UnitVendor
	tests := map[string]struct {
		rows []fields
		want []billed
	}{
		"none": {nil, nil},
		"every settlement, none netted against another": {
			[]fields{
				charge("a", 1, "分钟", 1), charge("a", 2, "分钟", 2), charge("a", 4, "分钟", 3),
				charge("a", -8, "分钟", 4), charge("a", 16, "分钟", 5), charge("a", 32, "分钟", 0),
			},
			[]billed{
				{"a", vendors.SettlementBalance, minutes, "", "2"},
				{"a", vendors.SettlementPackage, minutes, "", "1"},
				{"a", vendors.SettlementRefundAdjustment, minutes, "", "-8"},
				{"a", vendors.SettlementSurchargeAdjustment, minutes, "", "4"},
				{"a", vendors.SettlementUnknown, minutes, "", "48"},
			},
		},
		"a settlement of text": {
			[]fields{charge("a", 1, "分钟", "1"), charge("a", 2, "分钟", 1)},
			[]billed{{"a", vendors.SettlementPackage, minutes, "", "3"}},
		},
		"fractions that no float can hold": {
			[]fields{charge("a", 0.1, "分钟", 1), charge("a", "0.20", "分钟", 1)},
			[]billed{{"a", vendors.SettlementPackage, minutes, "", "0.3"}},
		},
		"units are kept apart": {
			[]fields{charge("a", 1, "GB", 1), charge("a", 2, "G", 1), charge("a", 4, "分钟", 1)},
			[]billed{
				{"a", vendors.SettlementPackage, minutes, "", "4"},
				{"a", vendors.SettlementPackage, vendor, "G", "2"},
				{"a", vendors.SettlementPackage, vendor, "GB", "1"},
			},
		},
		"storage counts the days as well": {
			[]fields{charge("存储空间", 0.5, "GB", 1), charge("存储空间", 0.5, "GB", 1), charge("视频播放", 2, "GB", 1)},
			[]billed{
				{"存储空间", vendors.SettlementPackage, vendor, "GB·day", "1"},
				{"视频播放", vendors.SettlementPackage, vendor, "GB", "2"},
			},
		},
		"storage by another name and unit": {
			[]fields{charge("点播存储空间", 1, strings.Repeat("G", 40), 1), charge("存储空间", 1, "", 1)},
			[]billed{
				{"存储空间", vendors.SettlementPackage, vendor, "unknown·day", "1"},
				{"点播存储空间", vendors.SettlementPackage, vendor, strings.Repeat("G", 27) + "·day", "1"},
			},
		},
		"words that fill the status": {
			[]fields{charge(strings.Repeat("时", 90), 1, "分钟", 1)},
			[]billed{{strings.Repeat("时", 64), vendors.SettlementPackage, minutes, "", "1"}},
		},
		"no words": {
			[]fields{charge("", 1, "", 1), charge("", 1, "", 1).with("category", nil).without("itemConsumedUnit")},
			[]billed{{"", vendors.SettlementPackage, vendor, "unknown", "2"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed(test.rows...)}))
			got, err := vendor.readBills(t, "2026-11")
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Bills) != 1 || got.Bills[0].Month != "2026-11" {
				t.Fatalf("bills %v, want one of 2026-11", got.Bills)
			}
			if diff := cmp.Diff(test.want, billedLines(got.Bills[0].Lines)); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBillRowsThatAreNone(t *testing.T) {
	tests := map[string]struct {
		row             fields
		code, wantCause string
	}{
		"no month":                      {charge("a", 1, "分钟", 1).without("accountPeriod"), "IncompleteAnswer", "row 1 has no accountPeriod"},
		"no quantity":                   {charge("a", nil, "分钟", 1), "IncompleteAnswer", "row 1 has no itemConsumed"},
		"no settlement":                 {charge("a", 1, "分钟", nil), "IncompleteAnswer", "row 1 has no tradeType"},
		"a quantity that is no number":  {charge("a", "many", "分钟", 1), "IncompleteAnswer", "a field is not of its type"},
		"another month":                 {charge("a", 1, "分钟", 1).with("accountPeriod", "2026-10"), "WrongMonth", "a row is of another month"},
		"the month as it was asked for": {charge("a", 1, "分钟", 1).with("accountPeriod", "202611"), "WrongMonth", "a row is of another month"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed(charge("a", 1, "分钟", 1), test.row)}))
			got, err := vendor.readBills(t, "2026-11")
			failure := vendors.AsError("", err)
			if failure == nil || failure.Kind != vendors.KindMalformed || failure.Op != vendors.OpBill || failure.Code != test.code {
				t.Fatalf("failure %v, want %s", failure, test.code)
			}
			if !strings.HasSuffix(err.Error(), test.wantCause) {
				t.Errorf("%q does not say %q", err, test.wantCause)
			}
			if len(got.Bills) != 0 {
				t.Errorf("a failure came with %v", got.Bills)
			}
		})
	}
}

func TestBillsOfSeveralMonths(t *testing.T) {
	vendor := startVendor(t, func(call received) reply {
		switch call.URL.Query().Get("billingDate") {
		case "202612":
			return reply{Body: listed(charge("a", 1, "分钟", 1).with("accountPeriod", "2026-12"))}
		case "202701":
			return reply{Body: listed()}
		default:
			return reply{Body: listed(charge("a", 2, "分钟", 1))}
		}
	})
	got, err := vendor.readBills(t, "2027-01", "2026-12", "2026-11")
	if err != nil {
		t.Fatal(err)
	}
	line := func(quantity int64) []vendors.BillLine {
		return []vendors.BillLine{{
			Product: "直播", Category: "a", Settlement: vendors.SettlementPackage,
			Unit: vendors.UnitMinutes, Quantity: amount.FromInt(quantity),
		}}
	}
	want := vendors.BillReading{Bills: []vendors.Bill{
		{Month: "2027-01"}, {Month: "2026-12", Lines: line(1)}, {Month: "2026-11", Lines: line(2)},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reading (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"202701", "202612", "202611"}, askedFor(vendor, "billingDate")); diff != "" {
		t.Errorf("months asked for (-want +got):\n%s", diff)
	}
}

// A bill of several pages.
func TestBillPages(t *testing.T) {
	rows := make([]fields, 0, 2500)
	for range 2500 {
		rows = append(rows, charge("a", 0.01, "分钟", 1).with("statAt", len(rows)))
	}
	vendor := startVendor(t, inPages(split(rows, 1000)))
	got, err := vendor.readBills(t, "2026-11")
	if err != nil {
		t.Fatal(err)
	}
	want := []billed{{"a", vendors.SettlementPackage, vendors.UnitMinutes, "", "25"}}
	if diff := cmp.Diff(want, billedLines(got.Bills[0].Lines)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	checkPagesAsked(t, vendor, 3, 1000)
}

func TestBillsNobodyMayAskFor(t *testing.T) {
	tests := map[string]struct {
		query    vendors.BillQuery
		wantCode string
	}{
		"no zone":                 {vendors.BillQuery{Months: []vendors.Month{"2026-11"}}, "NoIsolationID"},
		"a blank zone":            {vendors.BillQuery{Months: []vendors.Month{"2026-11"}, IsolationID: " "}, "NoIsolationID"},
		"before the first month":  {vendors.BillQuery{Months: []vendors.Month{"2022-05", "2022-03"}, IsolationID: "z"}, "MonthOutOfRange"},
		"no month":                {vendors.BillQuery{Months: []vendors.Month{""}, IsolationID: "z"}, "MonthOutOfRange"},
		"a month that is none":    {vendors.BillQuery{Months: []vendors.Month{"2026-13"}, IsolationID: "z"}, "MonthOutOfRange"},
		"a month without hyphen":  {vendors.BillQuery{Months: []vendors.Month{"202611"}, IsolationID: "z"}, "MonthOutOfRange"},
		"a month of one digit":    {vendors.BillQuery{Months: []vendors.Month{"2026-1"}, IsolationID: "z"}, "MonthOutOfRange"},
		"a day instead of months": {vendors.BillQuery{Months: []vendors.Month{"2026-11-01"}, IsolationID: "z"}, "MonthOutOfRange"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed()}))
			_, err := vendor.group(t).Bills.ReadBills(t.Context(), test.query)
			vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindInvalidRequest, Op: vendors.OpBill, Code: test.wantCode})
			vendor.CheckCalls(t, 0)
		})
	}
}

func TestFirstMonthOfBills(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: listed()}))
	if _, err := vendor.readBills(t, "2022-04"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"202204"}, askedFor(vendor, "billingDate")); diff != "" {
		t.Errorf("months asked for (-want +got):\n%s", diff)
	}
}

func TestPathOfTheBill(t *testing.T) {
	tests := map[string]struct{ path, want string }{
		"none set": {"", "/live/v4/group/isolation/billing/list"},
		"set":      {"/live/v4/group/user/isolation/billing-daily/list", "/live/v4/group/user/isolation/billing-daily/list"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed()}))
			account := vendor.Connect(t, Factory(), vendors.Access{
				Credential: testCredential,
				Polyv:      vendors.PolyvOptions{Group: true, IsolationBillPath: test.path},
			}, transport.PoolOptions{})
			_, err := account.Bills.ReadBills(t.Context(), vendors.BillQuery{Months: []vendors.Month{"2026-11"}, IsolationID: "z"})
			if err != nil {
				t.Fatal(err)
			}
			if got := vendor.Requests()[0].URL.Path; got != test.want {
				t.Errorf("path = %s, want %s", got, test.want)
			}
		})
	}
}

// The vendor does not publish the path, so that one which does not exist is to be
// expected.
func TestPathThatDoesNotExist(t *testing.T) {
	const hint = "the vendor does not publish the path of this bill; ask its support and set " +
		"spec.polyv.isolationBillPath of the VendorAccount"
	tests := map[string]struct {
		answer reply
		want   vendors.Error
	}{
		"404 without a body":   {reply{Status: 404}, vendors.Error{Code: "HTTP404", Hint: hint}},
		"a page with 404":      {reply{Status: 404, Body: "<html></html>"}, vendors.Error{Code: "HTTP404", Hint: hint}},
		"a page":               {reply{Body: "<!doctype html><title>POLYV</title>"}, vendors.Error{Code: "WebPage", Hint: hint}},
		"a framework's 404":    {reply{Status: 404, Body: `{"status":404,"error":"Not Found","path":"/live/v4/x"}`}, vendors.Error{Code: "HTTP404", Hint: hint}},
		"the vendor's own 404": {reply{Status: 404, Body: failing(404, nil, "no handler")}, vendors.Error{Code: "HTTP404", RequestID: requestID, Hint: hint}},
		"a 404 within success": {reply{Body: failing(404, nil, "no handler")}, vendors.Error{Code: "HTTP404", RequestID: requestID, Hint: hint}},
		"a 404 with a code":    {reply{Status: 404, Body: failing(404, 40400, "no handler")}, vendors.Error{Code: "40400", RequestID: requestID, Hint: hint}},
		// The path is right then, and the zone is wrong.
		"a zone nobody knows": {reply{Status: 400, Body: legacy(400, "account not found.")}, vendors.Error{Code: "AccountNotFound"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(test.answer))
			_, err := vendor.readBills(t, "2026-11", "2026-10")
			test.want.Kind, test.want.Op = vendors.KindNotFound, vendors.OpBill
			vendortest.CheckFailure(t, err, test.want)
			vendor.CheckCalls(t, 1)
		})
	}
}
