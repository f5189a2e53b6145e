// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

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

func amountOf(text string) *amount.Amount {
	value := amount.MustParse(text)
	return &value
}

func beijingClock(text string) *time.Time {
	at, err := time.ParseInLocation(time.DateTime, text, vendors.Zone)
	if err != nil {
		panic(err)
	}
	return &at
}

// traffic is a package of the published sample.
func traffic(id string, state vendors.PackageState, left, total, bought, expires string) vendors.Package {
	return vendors.Package{
		ID: id, Resource: "traffic", Unit: vendors.UnitBytes,
		Remaining: *amountOf(left), Total: amountOf(total),
		Start: beijingClock(bought), End: beijingClock(expires),
		State: state, Renewal: vendors.RenewalNone,
	}
}

// The answers that the vendor publishes, and has published:
// https://cloud.tencent.com/document/api/267/40942 and, for the older two, the
// examples of the vendor's command line tool
// (https://github.com/TencentCloud/tencentcloud-cli, examples of the live API).
func TestPublishedAnswers(t *testing.T) {
	const exhausted = vendors.PackageExhausted
	tests := map[string]struct {
		file string
		want vendors.PackageReading
	}{
		"nine packages, one of them in use": {
			file: "nine_packages.json",
			want: vendors.PackageReading{
				Resources: []string{"traffic"}, DataAsOf: "2026-11-20",
				Billing: map[string]vendors.BillingMode{"traffic": vendors.BillingPostpaid},
				Packages: []vendors.Package{
					traffic("281975", vendors.PackageUsable, "497634728735", "500000000000", "2024-07-16 18:46:08", "2025-07-16 18:46:08"),
					traffic("272177", exhausted, "0", "500000000000", "2023-12-05 10:17:04", "2024-12-05 10:17:04"),
					traffic("265480", exhausted, "0", "100000000000", "2023-07-14 14:14:30", "2024-07-14 14:14:30"),
					traffic("242917", exhausted, "0", "1000000000000", "2022-09-30 10:01:19", "2023-09-30 10:01:19"),
					traffic("224805", exhausted, "0", "100000000000", "2022-04-01 10:13:27", "2023-04-01 10:13:27"),
					traffic("224804", exhausted, "0", "100000000000", "2022-04-01 10:13:27", "2023-04-01 10:13:27"),
					traffic("210034", exhausted, "0", "100000000000", "2021-11-16 16:48:39", "2022-11-16 16:48:39"),
					traffic("174007", exhausted, "0", "100000000000", "2021-03-19 16:21:52", "2022-03-19 16:21:52"),
					traffic("138556", exhausted, "0", "20000000000", "2020-09-09 12:45:48", "2021-09-09 12:45:48"),
				},
			},
		},
		"paging fields of zero beside a row, a billing mode of xx, no renewal": {
			file: "zero_paging.json",
			want: vendors.PackageReading{
				Resources: []string{"traffic"}, DataAsOf: "2026-11-20",
				Billing: map[string]vendors.BillingMode{"traffic": vendors.BillingPostpaid},
				Packages: []vendors.Package{{
					ID: "17", Resource: "traffic", Unit: vendors.UnitBytes,
					Remaining: amount.FromInt(7000), Total: amountOf("10000"),
					Start: beijingClock("2019-12-17 17:36:20"), End: beijingClock("2020-12-17 17:36:20"),
					State: vendors.PackageUsable, Renewal: vendors.RenewalUnknown,
				}},
			},
		},
		"placeholders for times": {
			file: "placeholder.json",
			want: vendors.PackageReading{
				Resources: []string{"traffic"}, DataAsOf: "2026-11-20",
				Billing: map[string]vendors.BillingMode{"traffic": vendors.BillingNone},
				Packages: []vendors.Package{{
					ID: "abc", Resource: "traffic", Unit: vendors.UnitBytes,
					Remaining: amount.FromInt(0), Total: amountOf("0"),
					State: vendors.PackageUsable, Renewal: vendors.RenewalNone,
				}},
			},
		},
		"null paging fields and renewal, amounts above 2^53": {
			file: "null_paging.json",
			want: vendors.PackageReading{
				Resources: []string{"traffic"}, DataAsOf: "2026-11-20",
				Billing: map[string]vendors.BillingMode{"traffic": vendors.BillingPostpaid},
				Packages: []vendors.Package{{
					ID: "300001", Resource: "mic-link", Unit: vendors.UnitHours,
					Remaining: *amountOf("9007199254740993"), Total: amountOf("9007199254740995"),
					Start: beijingClock("2026-07-16 18:46:08"), End: beijingClock("2027-07-16 18:46:08"),
					State: vendors.PackageUsable, Renewal: vendors.RenewalUnknown,
				}},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: vendortest.Testdata(t, test.file)}))
			got, err := readPackages(t, vendor.defaultAccount(t), "Traffic")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("reading (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecordedError(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: vendortest.Testdata(t, "error.json")}))
	_, err := readPackages(t, vendor.defaultAccount(t))
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindUnauthenticated, Op: vendors.OpPackages, Code: "AuthFailure.SignatureFailure",
		RequestID: "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6",
	})
}

// rows are traffic packages with the IDs from first to last.
func rows(first, last int) []fields {
	list := []fields{}
	for id := first; id <= last; id++ {
		list = append(list, fields{"Id": fmt.Sprint(id), "Type": 0, "Status": 1, "Left": id})
	}
	return list
}

// page is an answer with these rows and, where they are not nil, totals.
func page(list []fields, totalPage, totalNum any) fields {
	return fields{"LivePackageInfoList": list, "TotalPage": totalPage, "TotalNum": totalNum, "PackageBillMode": 0}
}

func TestPaging(t *testing.T) {
	full := rows(1, 100)
	tests := map[string]struct {
		// pages are the answers in turn; the last one answers all further pages.
		pages     []fields
		want      int
		wantCalls int
	}{
		"none":                                  {[]fields{page(rows(1, 0), 0, 0)}, 0, 1},
		"none, and no totals":                   {[]fields{page(rows(1, 0), nil, nil)}, 0, 1},
		"fewer than a page":                     {[]fields{page(rows(1, 99), 1, 99)}, 99, 1},
		"exactly a page, and the vendor knows":  {[]fields{page(full, 1, 100)}, 100, 1},
		"exactly a page, and no totals":         {[]fields{page(full, nil, nil), page(rows(1, 0), nil, nil)}, 100, 2},
		"exactly a page, and totals of zero":    {[]fields{page(full, 0, 0), page(rows(1, 0), 0, 0)}, 100, 2},
		"one more than a page":                  {[]fields{page(full, 2, 101), page(rows(101, 101), 2, 101)}, 101, 2},
		"one more than a page, totals of zero":  {[]fields{page(full, 0, 0), page(rows(101, 101), 0, 0)}, 101, 2},
		"one more than a page, totals absent":   {[]fields{{"LivePackageInfoList": full}, {"LivePackageInfoList": rows(101, 101)}}, 101, 2},
		"two pages exactly":                     {[]fields{page(full, 2, 200), page(rows(101, 200), 2, 200)}, 200, 2},
		"beyond the end, the same page again":   {[]fields{page(full, nil, nil), page(full, nil, nil)}, 100, 2},
		"negative totals":                       {[]fields{page(full, -1, -1), page(rows(101, 150), -1, -1)}, 150, 2},
		"a purchase pushes one to the next":     {[]fields{page(full, 2, 150), page(rows(100, 150), 2, 150)}, 150, 2},
		"more rows than the total":              {[]fields{page(full, 2, 120), page(rows(101, 150), 2, 120)}, 150, 2},
		"a total that grows":                    {[]fields{page(full, 2, 149), page(rows(101, 150), 2, 150)}, 150, 2},
		"one ID twice in a page":                {[]fields{page(append(rows(1, 3), rows(3, 3)...), 1, 3)}, 3, 1},
		"fifty pages, the most that are read":   {manyPages(50, 5000), 5000, 50},
		"a list that says page 1 and goes on":   {[]fields{page(full, nil, 101), page(rows(101, 101), nil, 101)}, 101, 2},
		"a page that is full of known packages": {[]fields{page(full, 9, 100), page(full, 9, 100)}, 100, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, pages(test.pages))
			got, err := readPackages(t, vendor.defaultAccount(t), "Traffic")
			if err != nil {
				t.Fatal(err)
			}
			checkIDs(t, got.Packages, test.want)
			checkPagesAsked(t, vendor, test.wantCalls)
		})
	}
}

// manyPages are full pages that together announce total rows.
func manyPages(number, total int) []fields {
	list := make([]fields, 0, number)
	for i := range number {
		list = append(list, page(rows(i*100+1, i*100+100), (total+99)/100, total))
	}
	return list
}

func pages(list []fields) func(received) reply {
	bodies := make([]string, 0, len(list))
	for _, response := range list {
		bodies = append(bodies, content(response))
	}
	return func(call received) reply {
		return reply{Body: bodies[min(question(call).PageNum, len(bodies))-1]}
	}
}

// checkIDs expects the packages 1 to last, each once and in order.
func checkIDs(t *testing.T, got []vendors.Package, last int) {
	t.Helper()
	if len(got) != last {
		t.Fatalf("%d packages, want %d", len(got), last)
	}
	for i, each := range got {
		if each.ID != fmt.Sprint(i+1) || !each.Remaining.Equal(amount.FromInt(int64(i+1))) {
			t.Fatalf("package %d is %s with %s left", i+1, each.ID, each.Remaining)
		}
	}
}

func checkPagesAsked(t *testing.T, vendor *fakeVendor, want int) {
	t.Helper()
	calls := vendor.Requests()
	if len(calls) != want {
		t.Fatalf("%d calls, want %d", len(calls), want)
	}
	for i, call := range calls {
		want := fmt.Sprintf(`{"PackageType":0,"PageNum":%d,"PageSize":100}`, i+1)
		if diff := cmp.Diff(want, string(call.Body)); diff != "" {
			t.Errorf("call %d (-want +got):\n%s", i+1, diff)
		}
	}
}

func TestListsThatAreNotWhole(t *testing.T) {
	full := rows(1, 100)
	incomplete := vendors.Error{Kind: vendors.KindMalformed, Op: vendors.OpPackages, Code: "IncompleteList"}
	tests := map[string]struct {
		pages     []fields
		want      vendors.Error
		wantCause string
	}{
		"nothing of something": {
			[]fields{page(rows(1, 0), 1, 3)}, incomplete, "0 of 3 packages were listed",
		},
		"fewer rows than the total": {
			[]fields{page(rows(1, 5), 1, 6)}, incomplete, "5 of 6 packages were listed",
		},
		"a last page that is none": {
			[]fields{page(full, 1, 250)}, incomplete, "100 of 250 packages were listed",
		},
		"the same page again": {
			[]fields{page(full, 3, 250)}, incomplete, "100 of 250 packages were listed",
		},
		"one is hidden by a repeated one": {
			[]fields{page(full, 2, 101), page(rows(100, 100), 2, 101)}, incomplete, "100 of 101 packages were listed",
		},
		"one is skipped while the list shrinks": {
			[]fields{page(full, 2, 102), page(rows(102, 102), 2, 101)}, incomplete, "101 of 102 packages were listed",
		},
		"smaller pages than asked for": {
			[]fields{page(rows(1, 50), 2, 100)}, incomplete, "50 of 100 packages were listed",
		},
		"a list without end": {
			manyPages(51, 5100),
			vendors.Error{Kind: vendors.KindMalformed, Op: vendors.OpPackages, Code: "TooManyPages"},
			"the list of packages does not end",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, pages(test.pages))
			got, err := readPackages(t, vendor.defaultAccount(t), "Traffic")
			vendortest.CheckFailure(t, err, test.want)
			if !strings.HasSuffix(err.Error(), test.wantCause) {
				t.Errorf("%q does not say %q", err, test.wantCause)
			}
			if len(got.Packages) != 0 {
				t.Errorf("a failure came with %d packages", len(got.Packages))
			}
			if calls := len(vendor.Requests()); calls > maxPages {
				t.Errorf("%d calls, want at most %d", calls, maxPages)
			}
		})
	}
}

// A later page that fails must not leave the earlier ones as the whole list.
func TestFailureOnALaterPage(t *testing.T) {
	vendor := startVendor(t, func(call received) reply {
		if question(call).PageNum == 1 {
			return reply{Body: content(page(rows(1, 100), 2, 150))}
		}
		return reply{Body: failing("InternalError.DBError")}
	})
	got, err := readPackages(t, vendor.defaultAccount(t), "Traffic")
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindUnavailable, Op: vendors.OpPackages, Code: "InternalError.DBError", RequestID: requestID,
	})
	if len(got.Packages) != 0 {
		t.Errorf("a failure came with %d packages", len(got.Packages))
	}
}

// oneOfEach answers every type with packages of its own.
func oneOfEach() func(received) reply {
	row := func(kind int) fields { // the same Id everywhere: it is unique within a type only
		return fields{"Id": "7", "Type": kind, "Status": 1, "Left": 1}
	}
	bodies := map[int]string{
		0: content(fields{"LivePackageInfoList": []fields{row(0)}, "PackageBillMode": 202}),
		1: content(fields{"LivePackageInfoList": []fields{row(1), row(2)}, "PackageBillMode": 0}),
		2: content(fields{"LivePackageInfoList": []fields{row(3)}, "PackageBillMode": 206}),
	}
	return func(call received) reply { return reply{Body: bodies[question(call).PackageType]} }
}

func TestPackageTypes(t *testing.T) {
	const none, postpaid = vendors.BillingNone, vendors.BillingPostpaid
	everything := map[string]vendors.BillingMode{
		"traffic": postpaid, "transcoding": none, "top-speed-codec": none, "mic-link": postpaid,
	}
	tests := map[string]struct {
		types         []string
		wantPackages  []string
		wantResources []string
		wantBilling   map[string]vendors.BillingMode
		wantAsked     []int
	}{
		"none named, so all": {
			types:        nil,
			wantPackages: []string{"traffic", "transcoding", "top-speed-codec", "mic-link"},
			wantBilling:  everything,
			wantAsked:    []int{0, 1, 2},
		},
		"all named, in another order": {
			types:        []string{"MicLink", "Transcoding", "Traffic"},
			wantPackages: []string{"traffic", "transcoding", "top-speed-codec", "mic-link"},
			wantBilling:  everything,
			wantAsked:    []int{0, 1, 2},
		},
		"traffic": {
			types:         []string{"Traffic"},
			wantPackages:  []string{"traffic"},
			wantResources: []string{"traffic"},
			wantBilling:   map[string]vendors.BillingMode{"traffic": postpaid},
			wantAsked:     []int{0},
		},
		"transcoding": {
			types:         []string{"Transcoding"},
			wantPackages:  []string{"transcoding", "top-speed-codec"},
			wantResources: []string{"transcoding", "top-speed-codec"},
			wantBilling:   map[string]vendors.BillingMode{"transcoding": none, "top-speed-codec": none},
			wantAsked:     []int{1},
		},
		"two, in another order": {
			types:         []string{"MicLink", "Traffic"},
			wantPackages:  []string{"traffic", "mic-link"},
			wantResources: []string{"traffic", "mic-link"},
			wantBilling:   map[string]vendors.BillingMode{"traffic": postpaid, "mic-link": postpaid},
			wantAsked:     []int{0, 2},
		},
		"one named three times": {
			types:         []string{"MicLink", "MicLink", "MicLink"},
			wantPackages:  []string{"mic-link"},
			wantResources: []string{"mic-link"},
			wantBilling:   map[string]vendors.BillingMode{"mic-link": postpaid},
			wantAsked:     []int{2},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, oneOfEach())
			got, err := readPackages(t, vendor.defaultAccount(t), test.types...)
			if err != nil {
				t.Fatal(err)
			}
			var packages []string
			for _, each := range got.Packages {
				packages = append(packages, each.Resource)
			}
			calls := vendor.Requests()
			asked := make([]int, 0, len(calls))
			for _, call := range calls {
				asked = append(asked, question(call).PackageType)
			}
			if diff := cmp.Diff(test.wantPackages, packages); diff != "" {
				t.Errorf("packages (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.wantResources, got.Resources); diff != "" {
				t.Errorf("resources asked about (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.wantBilling, got.Billing); diff != "" {
				t.Errorf("billing (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.wantAsked, asked); diff != "" {
				t.Errorf("types asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownPackageType(t *testing.T) {
	vendor := startVendor(t, oneOfEach())
	_, err := readPackages(t, vendor.defaultAccount(t), "Traffic", "Storage")
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindInvalidRequest, Op: vendors.OpPackages, Code: "UnknownPackageType",
	})
	vendor.CheckCalls(t, 0)
}

// A reading is whole or an error: one type that fails fails all.
func TestFailureOfOneType(t *testing.T) {
	answer := oneOfEach()
	vendor := startVendor(t, func(call received) reply {
		if question(call).PackageType == 2 {
			return reply{Body: failing("FailedOperation")}
		}
		return answer(call)
	})
	got, err := readPackages(t, vendor.defaultAccount(t))
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindUnavailable, Op: vendors.OpPackages, Code: "FailedOperation", RequestID: requestID,
	})
	if diff := cmp.Diff(vendors.PackageReading{}, got); diff != "" {
		t.Errorf("a failure came with a reading (-want +got):\n%s", diff)
	}
}

func TestBilling(t *testing.T) {
	mode := func(number int64) *int64 { return &number }
	tests := map[string]struct {
		mode *int64
		want vendors.BillingMode
	}{
		"absent":            {nil, vendors.BillingUnknown},
		"not retrievable":   {mode(-1), vendors.BillingUnknown},
		"none":              {mode(0), vendors.BillingNone},
		"monthly bandwidth": {mode(201), vendors.BillingPostpaid},
		"monthly traffic":   {mode(202), vendors.BillingPostpaid},
		"daily bandwidth":   {mode(203), vendors.BillingPostpaid},
		"daily traffic":     {mode(204), vendors.BillingPostpaid},
		"daily duration":    {mode(205), vendors.BillingPostpaid},
		"monthly duration":  {mode(206), vendors.BillingPostpaid},
		"daily traffic too": {mode(304), vendors.BillingPostpaid},
		"below the list":    {mode(200), vendors.BillingUnknown},
		"above the list":    {mode(207), vendors.BillingUnknown},
		"added later":       {mode(305), vendors.BillingUnknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := billing(test.mode); got != test.want {
				t.Errorf("billing = %q, want %q", got, test.want)
			}
		})
	}
}

func TestBillingIsThatOfTheFirstPage(t *testing.T) {
	first, second := page(rows(1, 100), nil, nil), page(rows(101, 101), nil, nil)
	first["PackageBillMode"], second["PackageBillMode"] = 204, nil
	vendor := startVendor(t, pages([]fields{first, second}))
	got, err := readPackages(t, vendor.defaultAccount(t), "Traffic")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]vendors.BillingMode{"traffic": vendors.BillingPostpaid}, got.Billing); diff != "" {
		t.Errorf("billing (-want +got):\n%s", diff)
	}
}

func TestDataAsOf(t *testing.T) {
	tests := map[string]struct {
		now  time.Time
		want string
	}{
		"an evening in UTC, the next day in Beijing": {time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC), "2026-11-20"},
		"just before midnight in Beijing":            {time.Date(2026, 11, 21, 15, 59, 59, 0, time.UTC), "2026-11-19"},
		"midnight in Beijing":                        {time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC), "2026-11-20"},
		"the first of March in a leap year":          {time.Date(2028, 3, 1, 4, 0, 0, 0, time.UTC), "2028-02-28"},
		"New Year":                                   {time.Date(2027, 1, 1, 4, 0, 0, 0, time.UTC), "2026-12-30"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := dataAsOf(test.now); got != test.want {
				t.Errorf("dataAsOf = %s, want %s", got, test.want)
			}
		})
	}
}
