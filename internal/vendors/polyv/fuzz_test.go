// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"net/http"
	"testing"
	"unicode/utf8"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// addBodies seeds a decoder with the published answers and with failures.
func addBodies(f *testing.F, more ...string) {
	f.Helper()
	bodies := append(more, "", "null", "{}", "<html>", healthy, listed(), legacy(500, "access forbidden"), content(fields{"contents": nil}))
	for _, name := range []string{
		"packages.json", "usage.json", "bill.json", "error_timestamp.json", "error_application.json", "error_legacy.json",
	} {
		bodies = append(bodies, vendortest.Testdata(f, name))
	}
	for _, body := range bodies {
		for _, status := range []int{http.StatusOK, http.StatusBadRequest, http.StatusForbidden, http.StatusBadGateway} {
			f.Add(status, []byte(body))
		}
	}
}

// decoded returns the page that an answer holds, or checks the failure.
func decoded[R row](t *testing.T, op string, status int, body []byte) *page[R] {
	t.Helper()
	content := new(page[R])
	failure := decode(op, &transport.Response{Status: status, Header: http.Header{}, Body: body}, content)
	if failure == nil {
		return content
	}
	if failure.Kind == "" || failure.Op != op || failure.Code == "" || len(failure.Code) > 32 {
		t.Errorf("a failure of kind %q, operation %q and code %q", failure.Kind, failure.Op, failure.Code)
	}
	if failure.Kind == vendors.KindThrottled && failure.RetryAfter < throttleWait {
		t.Errorf("throttled for %s", failure.RetryAfter)
	}
	return nil
}

func FuzzDecodePackages(f *testing.F) {
	addBodies(f, listed(account.with("minutes", []fields{window("2026-11-01", "x", "9007199254740993")}).with("balance", "-0.5")))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		content := decoded[subAccount](t, vendors.OpPackages, status, body)
		if content == nil {
			return
		}
		group := newRoster(nil, present)
		for _, each := range content.Contents.rows {
			group.add(each)
		}
		type identity struct{ subject, resource, id string }
		seen := map[identity]bool{}
		for _, each := range group.packages {
			key := identity{each.Subject, each.Resource, each.ID}
			if each.Subject == "" || utf8.RuneCountInString(each.Subject) > maxUserID || seen[key] {
				t.Errorf("package %v", key)
			}
			seen[key] = true
			checkRoundTrip(t, each.Remaining)
		}
	})
}

func FuzzDecodeUsage(f *testing.F) {
	addBodies(f, listed(detail("a", "0.1", "分钟"), detail("a\u202e", 1e3, "人")))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		content := decoded[usageRow](t, vendors.OpUsage, status, body)
		if content == nil {
			return
		}
		for _, name := range []string{"Duration", itemConcurrence} {
			sums := usageSums{}
			for _, each := range content.Contents.rows {
				sums.add(name, each)
			}
			for _, item := range sums.items(vendors.DayAt(present)) {
				checkWords(t, item.Unit, item.UnitLabel, item.Label, maxItemName)
				checkRoundTrip(t, item.Amount)
			}
		}
	})
}

func FuzzDecodeBill(f *testing.F) {
	addBodies(f, listed(charge("存储空间", 0.5, "GB", "9"), charge("a", "-1", "", nil)))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		content := decoded[billRow](t, vendors.OpBill, status, body)
		if content == nil {
			return
		}
		sums := monthSums{month: "2022-05", lines: map[lineKey]amount.Amount{}}
		for _, each := range content.Contents.rows {
			sums.add(each)
		}
		for _, line := range sums.bill().Lines {
			checkWords(t, line.Unit, line.UnitLabel, line.Product, maxBillName)
			checkWords(t, line.Unit, line.UnitLabel, line.Category, maxBillName)
			checkRoundTrip(t, line.Quantity)
		}
	})
}

// FuzzMeaningOfText looks for texts that make the table contradict itself.
func FuzzMeaningOfText(f *testing.F) {
	for _, known := range texts {
		f.Add("param " + known.text + ": x")
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, known := meaningOfText(text)
		if known == (m == meaning{}) {
			t.Errorf("%q is known: %t, and means %v", text, known, m)
		}
	})
}

// checkWords expects what a status can hold.
func checkWords(t *testing.T, unit vendors.Unit, unitLabel, word string, limit int) {
	t.Helper()
	if (unitLabel != "") != (unit == vendors.UnitVendor) || utf8.RuneCountInString(unitLabel) > maxUnitLabel {
		t.Errorf("unit %q with label %q", unit, unitLabel)
	}
	if utf8.RuneCountInString(word) > limit || !utf8.ValidString(word) {
		t.Errorf("%q is no name of %d characters", word, limit)
	}
}

// checkRoundTrip expects that what status shows of an amount reads as the same.
func checkRoundTrip(t *testing.T, value amount.Amount) {
	t.Helper()
	if value.IntegerDigits() > 24 {
		return // a sum of absurd amounts, which the status cuts off
	}
	again, err := amount.Parse(value.String())
	if err != nil {
		t.Fatalf("%s cannot be read again: %v", value, err)
	}
	if again.String() != value.String() {
		t.Errorf("%s reads as %s", value, again)
	}
}
