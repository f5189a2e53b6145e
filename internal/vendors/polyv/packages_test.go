// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// midnight is the first moment of a day at the vendor.
func midnight(text string) *time.Time {
	at, err := time.ParseInLocation(time.DateOnly, text, vendors.Zone)
	if err != nil {
		panic(err)
	}
	return &at
}

// The answer that the vendor publishes, at
// https://polyv.gitbook.io/document/docs/live/api/uncategorized/huawei/digital-man-1/packagelist.
func TestPublishedPackages(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: vendortest.Testdata(t, "packages.json")}))
	got, err := vendor.readPackages(t)
	if err != nil {
		t.Fatal(err)
	}
	held := func(id, resource string, unit vendors.Unit, remaining int64, start, end *time.Time) vendors.Package {
		return vendors.Package{
			ID: id, Subject: "u-1001", Resource: resource, Unit: unit, Remaining: amount.FromInt(remaining),
			Start: start, End: end, State: vendors.PackageUsable,
		}
	}
	want := vendors.PackageReading{Packages: []vendors.Package{
		held("7ef9e5ebf56b0045", "live-minutes", vendors.UnitMinutes, 1100, midnight("2022-11-22"), midnight("2022-12-06")),
		held("7248b5f9a2afd33c", "live-minutes", vendors.UnitMinutes, 100, midnight("2022-12-06"), midnight("2022-12-11")),
		held("ec1ef35629cb074a", "vod-traffic", vendors.UnitBytes, 2147483648, midnight("2022-12-15"), midnight("2022-12-26")),
		held("48f37ea079bd7221", "mic-minutes", vendors.UnitMinutes, 0, nil, nil),
		held("92562acf138af830", "director-minutes", vendors.UnitMinutes, 0, nil, nil),
		held("8b56f7d7a7084714", "channels", vendors.UnitCount, 0, nil, nil),
		held("176815ae12f3f058", "balance", vendors.UnitCNY, 0, nil, nil),
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reading (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"pageNumber": "1", "pageSize": "50"}, asked(vendor.Requests()[0])); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if got, want := vendor.Requests()[0].URL.Path, "/live/v4/group/user/package-validity/list"; got != want {
		t.Errorf("path = %s, want %s", got, want)
	}
}

// window is a segment as the vendor sends it.
func window(start, end string, available any) fields {
	return fields{"start": start, "end": end, "available": available}
}

// account is a sub-account with nothing but an ID.
var account = fields{
	"userId": "u-1", "status": "normal", "chargeType": "minutes", "expireDate": nil,
	"minutes": []fields{}, "concurrent": []fields{}, "flow": []fields{}, "space": []fields{},
}

// summary is what a test looks at in a package.
type summary struct {
	Subject, Resource string
	Unit              vendors.Unit
	Remaining         string
	Start, End        string
	State             vendors.PackageState
}

func summaries(packages []vendors.Package) []summary {
	var all []summary
	for _, p := range packages {
		all = append(all, summary{
			p.Subject, p.Resource, p.Unit, p.Remaining.String(), stamp(p.Start), stamp(p.End), p.State,
		})
	}
	return all
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func TestSubAccount(t *testing.T) {
	const (
		usable = vendors.PackageUsable
		first  = "2026-10-31T16:00:00Z"
		last   = "2026-11-30T16:00:00Z"
	)
	november := func(available any) []fields { return []fields{window("2026-11-01", "2026-11-30", available)} }
	minutes := func(remaining string, state vendors.PackageState) summary {
		return summary{"u-1", "live-minutes", vendors.UnitMinutes, remaining, first, last, state}
	}
	concurrent := summary{"u-1", "concurrency", vendors.UnitCount, "7", first, last, usable}
	both := account.with("minutes", november(5)).with("concurrent", november(7))
	millis := func(t time.Time) int64 { return t.UnixMilli() }
	tests := map[string]struct {
		row  fields
		want []summary
	}{
		"nothing": {account, nil},
		"every kind": {
			account.with("minutes", november(5)).with("flow", november(6)).with("space", november(7)).
				with("linkMicMinutes", 1).with("guideMinutes", 2).with("maxChannels", 3).with("balance", "12.34"),
			[]summary{
				minutes("5", usable),
				{"u-1", "vod-traffic", vendors.UnitBytes, "6", first, last, usable},
				{"u-1", "vod-storage", vendors.UnitBytes, "7", first, last, usable},
				{"u-1", "mic-minutes", vendors.UnitMinutes, "1", "", "", usable},
				{"u-1", "director-minutes", vendors.UnitMinutes, "2", "", "", usable},
				{"u-1", "channels", vendors.UnitCount, "3", "", "", usable},
				{"u-1", "balance", vendors.UnitCNY, "12.34", "", "", usable},
			},
		},
		"charged by minutes":                    {both, []summary{minutes("5", usable)}},
		"charged by parallel concurrency":       {both.with("chargeType", "parallelConcurrent"), []summary{concurrent}},
		"charged by total concurrency":          {both.with("chargeType", "totalConcurrent"), []summary{concurrent}},
		"charged in a way nobody knows":         {both.with("chargeType", "new"), []summary{minutes("5", usable), concurrent}},
		"charged in a way nobody tells":         {both.with("chargeType", nil), []summary{minutes("5", usable), concurrent}},
		"charged by minutes, no concurrency":    {both.without("concurrent"), []summary{minutes("5", usable)}},
		"charged by concurrency, null minutes":  {both.with("minutes", nil).with("chargeType", "totalConcurrent"), []summary{concurrent}},
		"an amount beyond 2^53":                 {account.with("minutes", november(int64(9007199254740993))), []summary{minutes("9007199254740993", usable)}},
		"an amount of text":                     {account.with("minutes", november("9007199254740993")), []summary{minutes("9007199254740993", usable)}},
		"a negative amount":                     {account.with("minutes", november(-3)), []summary{minutes("-3", usable)}},
		"an amount with a fraction":             {account.with("minutes", november(0.1)), []summary{minutes("0.1", usable)}},
		"an amount of zero":                     {account.with("minutes", november(0)), []summary{minutes("0", usable)}},
		"a negative balance":                    {account.with("balance", "-0.01"), []summary{{"u-1", "balance", vendors.UnitCNY, "-0.01", "", "", usable}}},
		"a balance that is a number":            {account.with("balance", 5), []summary{{"u-1", "balance", vendors.UnitCNY, "5", "", "", usable}}},
		"scalars that are null":                 {account.with("balance", nil).with("maxChannels", nil).with("linkMicMinutes", nil).with("guideMinutes", nil), nil},
		"an ID that is a number":                {account.with("userId", 42).with("maxChannels", 1), []summary{{"42", "channels", vendors.UnitCount, "1", "", "", usable}}},
		"a limit is no balance":                 {account.with("linkMicLimit", 16).with("pureRtcEnabled", "Y"), nil},
		"frozen":                                {account.with("minutes", november(5)).with("status", "frozen"), []summary{minutes("5", vendors.PackageFrozen)}},
		"expired":                               {account.with("minutes", november(5)).with("status", "expired"), []summary{minutes("5", vendors.PackageExpired)}},
		"a state nobody knows":                  {account.with("minutes", november(5)).with("status", "new"), []summary{minutes("5", vendors.PackageStateUnknown)}},
		"a state nobody tells":                  {account.without("status").with("minutes", november(5)), []summary{minutes("5", vendors.PackageStateUnknown)}},
		"normal, but past its date":             {account.with("minutes", november(5)).with("expireDate", millis(present)), []summary{minutes("5", vendors.PackageExpired)}},
		"normal, past its date of text":         {account.with("minutes", november(5)).with("expireDate", fmt.Sprint(millis(present))), []summary{minutes("5", vendors.PackageExpired)}},
		"a millisecond before its date":         {account.with("minutes", november(5)).with("expireDate", millis(present)+1), []summary{minutes("5", usable)}},
		"a date that is none":                   {account.with("minutes", november(5)).with("expireDate", "never"), []summary{minutes("5", usable)}},
		"frozen and past its date":              {account.with("minutes", november(5)).with("status", "frozen").with("expireDate", 1), []summary{minutes("5", vendors.PackageFrozen)}},
		"a frozen account's balance":            {account.with("balance", "1").with("status", "frozen"), []summary{{"u-1", "balance", vendors.UnitCNY, "1", "", "", vendors.PackageFrozen}}},
		"an expired account's balance":          {account.with("balance", "1").with("expireDate", 1), []summary{{"u-1", "balance", vendors.UnitCNY, "1", "", "", vendors.PackageExpired}}},
		"the same window twice":                 {account.with("minutes", append(november(5), november("0.5")...)), []summary{minutes("5.5", usable)}},
		"the same window of two kinds":          {both.with("chargeType", ""), []summary{minutes("5", usable), concurrent}},
		"a window of a day":                     {account.with("minutes", []fields{window("2026-11-21", "2026-11-21", 5)}), []summary{{"u-1", "live-minutes", vendors.UnitMinutes, "5", "2026-11-20T16:00:00Z", "2026-11-21T16:00:00Z", usable}}},
		"a window over a leap day":              {account.with("minutes", []fields{window("2028-02-28", "2028-02-29", 5)}), []summary{{"u-1", "live-minutes", vendors.UnitMinutes, "5", "2028-02-27T16:00:00Z", "2028-02-29T16:00:00Z", usable}}},
		"a window to the end of time":           {account.with("minutes", []fields{window("2026-11-01", "9999-12-31", 5)}), []summary{{"u-1", "live-minutes", vendors.UnitMinutes, "5", first, "9999-12-31T16:00:00Z", usable}}},
		"a window whose end nobody can read":    {account.with("minutes", []fields{window("2026-11-01", "2026/11/30", 5)}), []summary{{"u-1", "live-minutes", vendors.UnitMinutes, "5", first, "", vendors.PackageStateUnknown}}},
		"a window whose start nobody can read":  {account.with("minutes", []fields{window("2026-02-30", "2026-11-30", 5)}), []summary{{"u-1", "live-minutes", vendors.UnitMinutes, "5", "", last, vendors.PackageStateUnknown}}},
		"a window of placeholders":              {account.with("minutes", []fields{window("0000-01-01", "0001-01-01", 5)}), []summary{{"u-1", "live-minutes", vendors.UnitMinutes, "5", "", "", vendors.PackageStateUnknown}}},
		"a window that nobody tells":            {account.with("minutes", []fields{{"available": 5, "end": nil}}), []summary{{"u-1", "live-minutes", vendors.UnitMinutes, "5", "", "", vendors.PackageStateUnknown}}},
		"a frozen account's window nobody told": {account.with("status", "frozen").with("minutes", []fields{{"available": 5}}), []summary{{"u-1", "live-minutes", vendors.UnitMinutes, "5", "", "", vendors.PackageFrozen}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed(test.row)}))
			got, err := vendor.readPackages(t)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, summaries(got.Packages)); diff != "" {
				t.Errorf("packages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSubAccountsThatLackSomething(t *testing.T) {
	some := func(available any) []fields { return []fields{window("2026-11-01", "2026-11-30", available)} }
	tests := map[string]struct {
		row       fields
		wantCause string
	}{
		"no ID":                          {account.without("userId"), "row 0 has no usable userId"},
		"an ID that is null":             {account.with("userId", nil), "row 0 has no usable userId"},
		"an ID that is empty":            {account.with("userId", ""), "row 0 has no usable userId"},
		"an ID that is endless":          {account.with("userId", strings.Repeat("u", 129)), "row 0 has no usable userId"},
		"an ID with a line break":        {account.with("userId", "u\n1"), "row 0 has no usable userId"},
		"no minutes":                     {account.without("minutes"), "row 0 has no minutes"},
		"minutes that are null":          {account.with("minutes", nil), "row 0 has no minutes"},
		"no concurrency, when it counts": {account.without("concurrent").with("chargeType", "totalConcurrent"), "row 0 has no concurrent"},
		"no traffic":                     {account.without("flow"), "row 0 has no flow"},
		"no storage":                     {account.with("space", nil), "row 0 has no space"},
		"a window without an amount":     {account.with("flow", some(nil)), "row 0 has no available in flow"},
		"an amount that is no number":    {account.with("minutes", some("many")), "a field is not of its type"},
		"an amount that is empty":        {account.with("minutes", some("")), "a field is not of its type"},
		"an amount that is true":         {account.with("minutes", some(true)), "a field is not of its type"},
		"an amount beyond reason":        {account.with("minutes", some("1e30")), "a field is not of its type"},
		"a balance that is no number":    {account.with("balance", "¥5"), "a field is not of its type"},
		"minutes that are an amount":     {account.with("minutes", 5), "a field is not of its type"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed(test.row)}))
			got, err := vendor.readPackages(t)
			vendortest.CheckFailure(t, err, vendors.Error{
				Kind: vendors.KindMalformed, Op: vendors.OpPackages, Code: "IncompleteAnswer", RequestID: requestID,
			})
			if !strings.HasSuffix(err.Error(), test.wantCause) {
				t.Errorf("%q does not say %q", err, test.wantCause)
			}
			if len(got.Packages) != 0 {
				t.Errorf("a failure came with %v", got.Packages)
			}
		})
	}
}

// The IDs are in users' ignore lists and in the status of earlier versions.
func TestPackageIDsNeverChange(t *testing.T) {
	base := []string{"u-1", "live-minutes", "2026-11-01", "2026-11-30"}
	if got, want := packageID(base...), "52b0644c6fe5324f"; got != want {
		t.Errorf("packageID = %s, want %s", got, want)
	}
	seen := map[string][]string{packageID(base...): base}
	for _, other := range [][]string{
		{"u-2", "live-minutes", "2026-11-01", "2026-11-30"},
		{"u-1", "concurrency", "2026-11-01", "2026-11-30"},
		{"u-1", "live-minutes", "2026-11-02", "2026-11-30"},
		{"u-1", "live-minutes", "2026-11-01", "2026-12-01"},
		{"u-1", "live-minutes", "2026-11-012026-11-30", ""},
		{"u-1", "live-minutes", "", ""},
	} {
		id := packageID(other...)
		if same, known := seen[id]; known {
			t.Errorf("%q and %q have the ID %s", same, other, id)
		}
		seen[id] = other
	}
}

// at returns the sub-account of this address.
func at(email string, number int) fields {
	return account.with("userId", fmt.Sprintf("u-%d", number)).with("email", email).with("maxChannels", number)
}

func TestEmails(t *testing.T) {
	tests := map[string]struct {
		asked        []string
		rows         []fields
		wantSubjects []string
		wantNotFound int
	}{
		"all are found": {
			[]string{"a@example.com", "b@example.com"},
			[]fields{at("a@example.com", 1), at("b@example.com", 2)}, []string{"u-1", "u-2"}, 0,
		},
		"one is not found": {
			[]string{"a@example.com", "gone@example.com"}, []fields{at("a@example.com", 1)}, []string{"u-1"}, 1,
		},
		"none is found": {[]string{"gone@example.com", "gone2@example.com"}, nil, nil, 2},
		"written in another case": {
			[]string{"A@Example.com"}, []fields{at("a@eXample.COM ", 1)}, []string{"u-1"}, 0,
		},
		"asked for twice": {
			[]string{"a@example.com", "A@example.com", "gone@example.com"}, []fields{at("a@example.com", 1)}, []string{"u-1"}, 1,
		},
		"others come as well": {
			[]string{"a@example.com"}, []fields{at("other@example.com", 9), at("a@example.com", 1)}, []string{"u-1"}, 0,
		},
		"the vendor does not tell": {
			[]string{"a@example.com"}, []fields{at("", 1)}, []string{"u-1"}, 1,
		},
		"nothing asked for": {nil, []fields{at("a@example.com", 1), at("", 2)}, []string{"u-1", "u-2"}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed(test.rows...)}))
			got, err := vendor.readPackages(t, test.asked...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.wantSubjects, subjects(got.Packages)); diff != "" {
				t.Errorf("subjects (-want +got):\n%s", diff)
			}
			if got.NotFound != test.wantNotFound {
				t.Errorf("NotFound = %d, want %d", got.NotFound, test.wantNotFound)
			}
			vendor.CheckCalls(t, 1)
		})
	}
}

func subjects(packages []vendors.Package) []string {
	var all []string
	for _, p := range packages {
		all = append(all, p.Subject)
	}
	return all
}

// The vendor takes a hundred addresses at a time, and answers them on two pages.
func TestManyEmails(t *testing.T) {
	var emails []string
	known := map[string]int{}
	for i := range 250 {
		emails = append(emails, fmt.Sprintf("user%d@example.com", i))
		known[emails[i]] = i
	}
	vendor := startVendor(t, func(call received) reply {
		var rows []fields
		for email := range strings.SplitSeq(call.URL.Query().Get("emails"), ",") {
			rows = append(rows, at(email, known[email]))
		}
		return inPages(split(rows, 50))(call)
	})
	got, err := vendor.readPackages(t, emails...)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Packages) != 250 || got.NotFound != 0 {
		t.Errorf("%d packages, %d not found, want 250 and 0", len(got.Packages), got.NotFound)
	}
	var asked []string
	for _, call := range vendor.Requests() {
		asked = append(asked, fmt.Sprint(len(strings.Split(call.URL.Query().Get("emails"), ",")), pageNumber(call)))
	}
	if diff := cmp.Diff([]string{"100 1", "100 2", "100 1", "100 2", "50 1"}, asked); diff != "" {
		t.Errorf("addresses and pages asked for (-want +got):\n%s", diff)
	}
}

// A vendor that leaves out the filter answers each chunk with everybody.
func TestSubAccountsOfSeveralChunksCountOnce(t *testing.T) {
	var emails []string
	var rows []fields
	for i := range 101 {
		emails = append(emails, fmt.Sprintf("user%d@example.com", i))
	}
	rows = append(rows, at(emails[0], 0), at(emails[100], 100), at("other@example.com", 7))
	vendor := startVendor(t, vendortest.Always(reply{Body: listed(rows...)}))
	got, err := vendor.readPackages(t, emails...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"u-0", "u-100"}, subjects(got.Packages)); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
	if got.NotFound != 99 {
		t.Errorf("NotFound = %d, want 99", got.NotFound)
	}
	vendor.CheckCalls(t, 2)
}

// What would select other sub-accounts than it says is refused, without a call.
func TestEmailsThatAreNone(t *testing.T) {
	for _, email := range []string{"", "  ", "a@example.com,b@example.com", ","} {
		vendor := startVendor(t, vendortest.Always(reply{Body: listed()}))
		_, err := vendor.readPackages(t, "a@example.com", email)
		vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindInvalidRequest, Op: vendors.OpPackages, Code: "InvalidEmail"})
		vendor.CheckCalls(t, 0)
	}
}
