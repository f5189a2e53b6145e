// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// accounts are sub-accounts with the numbers from first to last, each with its
// number of channels and nothing else.
func accounts(first, last int) []fields {
	list := []fields{}
	for number := first; number <= last; number++ {
		list = append(list, fields{
			"userId": fmt.Sprintf("u-%d", number), "status": "normal", "chargeType": "minutes",
			"minutes": []fields{}, "flow": []fields{}, "space": []fields{}, "maxChannels": number,
		})
	}
	return list
}

// details are rows of usage with the numbers from first to last as amounts.
func details(first, last int) []fields {
	list := []fields{}
	for number := first; number <= last; number++ {
		list = append(list, fields{"itemName": "n", "consumed": number, "consumeUnit": "分钟"})
	}
	return list
}

// pageData is a page with these rows and totals, and without those that are nil.
func pageData(rows []fields, totalPages, totalItems any) fields {
	data := fields{"contents": rows}
	if totalPages != nil {
		data["totalPages"] = totalPages
	}
	if totalItems != nil {
		data["totalItems"] = totalItems
	}
	return data
}

func pageOf(rows []fields, totalPages, totalItems any) string {
	return content(pageData(rows, totalPages, totalItems))
}

// inPages answers with the page that is asked for; the last one stands for all
// beyond it.
func inPages(pages []fields) func(received) reply {
	bodies := make([]string, 0, len(pages))
	for _, data := range pages {
		bodies = append(bodies, content(data))
	}
	return func(call received) reply {
		return reply{Body: bodies[min(pageNumber(call), len(bodies))-1]}
	}
}

// split makes pages of so many rows each, with true totals.
func split(rows []fields, size int) []fields {
	var pages []fields
	for first := 0; first < len(rows); first += size {
		pages = append(pages, pageData(rows[first:min(first+size, len(rows))], (len(rows)+size-1)/size, len(rows)))
	}
	return pages
}

func checkPagesAsked(t *testing.T, vendor *fakeVendor, want, size int) {
	t.Helper()
	vendor.CheckCalls(t, want)
	for i, call := range vendor.Requests() {
		got := []string{call.URL.Query().Get("pageNumber"), call.URL.Query().Get("pageSize")}
		if diff := cmp.Diff([]string{strconv.Itoa(i + 1), strconv.Itoa(size)}, got); diff != "" {
			t.Errorf("page asked for by call %d (-want +got):\n%s", i+1, diff)
		}
	}
}

func TestPaging(t *testing.T) {
	full, none := accounts(1, 50), accounts(1, 0)
	tests := map[string]struct {
		// pages are the answers in turn; the last one answers all further pages.
		pages     []fields
		want      int
		wantCalls int
	}{
		"none":                                    {[]fields{pageData(none, 0, 0)}, 0, 1},
		"none, and no totals":                     {[]fields{pageData(none, nil, nil)}, 0, 1},
		"none, but one page":                      {[]fields{pageData(none, 1, 0)}, 0, 1},
		"fewer than a page":                       {[]fields{pageData(accounts(1, 49), 1, 49)}, 49, 1},
		"fewer than a page, and no totals":        {[]fields{pageData(accounts(1, 49), nil, nil), pageData(none, nil, nil)}, 49, 2},
		"exactly a page, and the vendor knows":    {[]fields{pageData(full, 1, 50)}, 50, 1},
		"exactly a page, and no totals":           {[]fields{pageData(full, nil, nil), pageData(none, nil, nil)}, 50, 2},
		"exactly a page, and totals of zero":      {[]fields{pageData(full, 0, 0), pageData(none, 0, 0)}, 50, 2},
		"one more than a page":                    {[]fields{pageData(full, 2, 51), pageData(accounts(51, 51), 2, 51)}, 51, 2},
		"one more than a page, totals of zero":    {[]fields{pageData(full, 0, 0), pageData(accounts(51, 51), 0, 0), pageData(none, 0, 0)}, 51, 3},
		"one more than a page, totals of null":    {[]fields{{"contents": full, "totalPages": nil, "totalItems": nil, "pageSize": nil}, pageData(accounts(51, 51), nil, nil), pageData(none, nil, nil)}, 51, 3},
		"one more than a page, totals of text":    {[]fields{pageData(full, "2", "51"), pageData(accounts(51, 51), "2", "51")}, 51, 2},
		"totals that are no numbers":              {[]fields{pageData(full, "x", []int{1}), pageData(accounts(51, 51), true, fields{}), pageData(none, nil, nil)}, 51, 3},
		"two pages exactly":                       {split(accounts(1, 100), 50), 100, 2},
		"smaller pages than asked for":            {split(accounts(1, 25), 10), 25, 3},
		"smaller pages than asked for, no totals": {[]fields{pageData(accounts(1, 10), nil, nil), pageData(accounts(11, 20), nil, nil), pageData(accounts(21, 22), nil, nil), pageData(none, nil, nil)}, 22, 4},
		"smaller pages than it says":              {[]fields{pageData(accounts(1, 10), 1, 20).with("pageSize", 50), pageData(accounts(11, 20), 1, 20).with("pageSize", 50)}, 20, 2},
		"a number of pages alone":                 {[]fields{pageData(full, 2, nil), pageData(accounts(51, 51), 2, nil), pageData(none, 2, nil)}, 51, 3},
		"a number of rows alone":                  {[]fields{pageData(full, nil, 51), pageData(accounts(51, 51), nil, 51)}, 51, 2},
		"beyond the end, the same page again":     {[]fields{pageData(full, nil, nil), pageData(full, nil, nil)}, 50, 2},
		"more pages than there are":               {[]fields{pageData(accounts(1, 10), 9, 10), pageData(none, 9, 10)}, 10, 2},
		"negative totals":                         {[]fields{pageData(full, -1, -1), pageData(accounts(51, 60), -1, -1), pageData(none, -1, -1)}, 60, 3},
		"an account pushed from one to the next":  {[]fields{pageData(full, 2, 60), pageData(accounts(50, 60), 2, 60)}, 60, 2},
		"one more while it is read":               {[]fields{pageData(full, 2, 59), pageData(accounts(51, 60), 2, 60)}, 60, 2},
		"more rows than the total":                {[]fields{pageData(full, 2, 55), pageData(accounts(51, 60), 2, 55)}, 60, 2},
		"one account twice in a page":             {[]fields{pageData(append(accounts(1, 3), accounts(3, 3)...), 1, 3)}, 3, 1},
		"five thousand":                           {split(accounts(1, 5000), 50), 5000, 100},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, inPages(test.pages))
			got, err := vendor.readPackages(t)
			if err != nil {
				t.Fatal(err)
			}
			checkAccounts(t, got.Packages, test.want)
			checkPagesAsked(t, vendor, test.wantCalls, 50)
		})
	}
}

// checkAccounts expects the channels of the accounts 1 to last, each once and in
// order.
func checkAccounts(t *testing.T, got []vendors.Package, last int) {
	t.Helper()
	if len(got) != last {
		t.Fatalf("%d packages, want %d", len(got), last)
	}
	for i, each := range got {
		if each.Subject != fmt.Sprintf("u-%d", i+1) || !each.Remaining.Equal(amount.FromInt(int64(i+1))) {
			t.Fatalf("package %d is of %s with %s left", i+1, each.Subject, each.Remaining)
		}
	}
}

func TestListsThatAreNotWhole(t *testing.T) {
	full := accounts(1, 50)
	tests := map[string]struct {
		pages     []fields
		wantCause string
	}{
		"nothing of something":                  {[]fields{pageData(accounts(1, 0), 1, 3)}, "0 of 3 rows were listed"},
		"fewer rows than the total":             {[]fields{pageData(accounts(1, 5), 1, 6)}, "5 of 6 rows were listed"},
		"a last page that is none":              {[]fields{pageData(full, 1, 120), pageData(accounts(1, 0), 1, 120)}, "50 of 120 rows were listed"},
		"the same page again":                   {[]fields{pageData(full, 3, 120)}, "50 of 120 rows were listed"},
		"one is hidden by a repeated one":       {[]fields{pageData(full, 2, 51), pageData(accounts(50, 50), 2, 51)}, "50 of 51 rows were listed"},
		"one is skipped while the list shrinks": {[]fields{pageData(full, 2, 52), pageData(accounts(52, 52), 2, 51)}, "51 of 52 rows were listed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, inPages(test.pages))
			got, err := vendor.readPackages(t)
			vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindMalformed, Op: vendors.OpPackages, Code: "IncompleteList"})
			if !strings.HasSuffix(err.Error(), test.wantCause) {
				t.Errorf("%q does not say %q", err, test.wantCause)
			}
			if len(got.Packages) != 0 {
				t.Errorf("a failure came with %d packages", len(got.Packages))
			}
		})
	}
}

func TestListWithoutEnd(t *testing.T) {
	vendor := startVendor(t, func(call received) reply {
		return reply{Body: pageOf(accounts(pageNumber(call), pageNumber(call)), 1e9, nil)}
	})
	got, err := vendor.readPackages(t)
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindMalformed, Op: vendors.OpPackages, Code: "TooManyPages"})
	if len(got.Packages) != 0 {
		t.Errorf("a failure came with %d packages", len(got.Packages))
	}
	vendor.CheckCalls(t, maxPages)
}

// Rows of usage and of bills have no identity, so one that comes twice would be
// added twice.
func TestPagingOfSums(t *testing.T) {
	full := details(1, 100) // 5050 together
	tests := map[string]struct {
		pages     []fields
		want      string
		wantCalls int
	}{
		"one page":                            {[]fields{pageData(details(1, 99), 1, 99)}, "4950", 1},
		"two pages":                           {split(details(1, 101), 100), "5151", 2},
		"equal rows":                          {[]fields{pageData(append(details(7, 7), details(7, 7)...), 1, 2)}, "14", 1},
		"smaller pages than asked for":        {split(details(1, 25), 10), "325", 3},
		"smaller pages, and no totals":        {[]fields{pageData(details(1, 10), nil, nil), pageData(details(11, 20), nil, nil), pageData(details(21, 25), nil, nil), pageData(details(1, 0), nil, nil)}, "325", 4},
		"a full page and no totals":           {[]fields{pageData(full, nil, nil), pageData(details(1, 0), nil, nil)}, "5050", 2},
		"beyond the end, the same page again": {[]fields{pageData(full, nil, nil)}, "5050", 2},
		"the same again, although it counts":  {[]fields{pageData(full, 7, 100)}, "5050", 2},
		"totals on the first page only":       {[]fields{pageData(full, 2, 101), pageData(details(101, 101), 2, nil)}, "5151", 2},
		"totals on the last page only":        {[]fields{pageData(full, nil, nil), pageData(details(101, 101), 2, 101)}, "5151", 2},
		"more rows than the total":            {[]fields{pageData(full, 1, 3)}, "5050", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, inPages(test.pages))
			got, err := vendor.readUsage(t, vendors.UsageQuery{Items: []string{"Duration"}, Days: oneDay(t)})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Items) != 1 || got.Items[0].Amount.String() != test.want {
				t.Errorf("items %v, want one of %s", got.Items, test.want)
			}
			checkPagesAsked(t, vendor, test.wantCalls, 100)
		})
	}
}

func TestSumsThatAreNotWhole(t *testing.T) {
	full := details(1, 100)
	failed := func(code string) vendors.Error {
		return vendors.Error{Kind: vendors.KindMalformed, Op: vendors.OpUsage, Code: code}
	}
	tests := map[string]struct {
		pages []fields
		want  vendors.Error
	}{
		"fewer rows than the total":  {[]fields{pageData(details(1, 5), 1, 6)}, failed("IncompleteList")},
		"the same page again":        {[]fields{pageData(full, 3, 250)}, failed("IncompleteList")},
		"a row came while reading":   {[]fields{pageData(full, 2, 101), pageData(details(100, 101), 2, 102)}, failed("ListChanged")},
		"a row went while reading":   {[]fields{pageData(full, 2, 102), pageData(details(102, 102), 2, 101)}, failed("ListChanged")},
		"an empty list of something": {[]fields{pageData(details(1, 0), 0, 6)}, failed("IncompleteList")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, inPages(test.pages))
			got, err := vendor.readUsage(t, vendors.UsageQuery{Items: []string{"Duration"}, Days: oneDay(t)})
			vendortest.CheckFailure(t, err, test.want)
			if len(got.Items) != 0 {
				t.Errorf("a failure came with %v", got.Items)
			}
		})
	}
}

// A later page that fails must not leave the earlier ones as the whole list.
func TestFailureOnALaterPage(t *testing.T) {
	vendor := startVendor(t, vendortest.InTurn(t, reply{Body: pageOf(accounts(1, 50), 2, 60)}, reply{Status: 503, Body: failing(503, nil, "busy")}))
	got, err := vendor.readPackages(t)
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindUnavailable, Op: vendors.OpPackages, Code: "HTTP503", RequestID: requestID,
	})
	if len(got.Packages) != 0 {
		t.Errorf("a failure came with %d packages", len(got.Packages))
	}
}

func TestPagesThatAreNone(t *testing.T) {
	tests := map[string]struct {
		data      any
		wantCause string
	}{
		"no data":                   {nil, "contents is missing"},
		"data of text":              {"", "a field is not of its type"},
		"data that is a list":       {[]int{}, "a field is not of its type"},
		"no contents":               {fields{"totalItems": 0}, "contents is missing"},
		"contents that is null":     {fields{"contents": nil, "totalItems": 0}, "contents is missing"},
		"contents that is text":     {fields{"contents": ""}, "a field is not of its type"},
		"contents that is a map":    {fields{"contents": fields{}}, "a field is not of its type"},
		"a row that is null":        {fields{"contents": []any{nil}}, "row 0 has no usable userId"},
		"a row that is text":        {fields{"contents": []any{"u-1"}}, "a field is not of its type"},
		"a second row without a ID": {fields{"contents": append(accounts(1, 1), fields{})}, "row 1 has no usable userId"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: content(test.data)}))
			_, err := vendor.readPackages(t)
			vendortest.CheckFailure(t, err, vendors.Error{
				Kind: vendors.KindMalformed, Op: vendors.OpPackages, Code: "IncompleteAnswer", RequestID: requestID,
			})
			if !strings.HasSuffix(err.Error(), test.wantCause) {
				t.Errorf("%q does not say %q", err, test.wantCause)
			}
		})
	}
}

func oneDay(t *testing.T) vendors.DayRange {
	t.Helper()
	return vendors.DayRange{First: day(t, "2026-11-20"), Last: day(t, "2026-11-20")}
}
