// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"net/http"
	"testing"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

func FuzzDecode(f *testing.F) {
	for _, name := range []string{
		"nine_packages.json", "zero_paging.json", "placeholder.json", "null_paging.json", "error.json",
	} {
		f.Add(http.StatusOK, []byte(vendortest.Testdata(f, name)))
	}
	for _, body := range []string{"", "null", "{}", `{"Response":null}`, nothing, failing("FailedOperation")} {
		f.Add(http.StatusOK, []byte(body))
		f.Add(http.StatusBadRequest, []byte(body))
		f.Add(http.StatusBadGateway, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		response := &transport.Response{
			Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: body,
		}
		var page packagesAnswer
		if failure := decode(vendors.OpPackages, response, &page); failure != nil {
			checkDecodeFailure(t, failure)
			return
		}
		list := newListing()
		list.add(1, &page)
		for _, each := range list.packages {
			checkRoundTrip(t, each.Remaining)
			if each.Total != nil {
				checkRoundTrip(t, *each.Total)
			}
		}
	})
}

func checkDecodeFailure(t *testing.T, failure *vendors.Error) {
	t.Helper()
	if failure.Kind == "" || failure.Code == "" || len(failure.Code) > maxCodeLength {
		t.Errorf("a failure of kind %q and code %q", failure.Kind, failure.Code)
	}
}

// checkRoundTrip expects that what status shows of an amount reads as the same.
func checkRoundTrip(t *testing.T, value amount.Amount) {
	t.Helper()
	again, err := amount.Parse(value.String())
	if err != nil {
		t.Fatalf("%s cannot be read again: %v", value, err)
	}
	if again.String() != value.String() {
		t.Errorf("%s reads as %s", value, again)
	}
}
