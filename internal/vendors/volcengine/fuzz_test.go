// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"net/http"
	"testing"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		vendortest.Testdata(f, "published.json"), "", "null", "{}", `{"ResponseMetadata":null}`, nothing, content(nil),
		content(fields{"ActualResult": nil}),
		content(fields{"EstimatedResult": []fields{room(1, 0.5), room(1, 0.5), room(2, "1e3")}}),
		failing("InvalidTimestamp"), failingWith(fields{"CodeN": 100024, "Message": "m"}), failingWith(fields{"Code": 100009}),
		`{"HTTPCode":403,"errorcode":"AccessDenied","message":"m"}`,
	} {
		for _, status := range []int{http.StatusOK, http.StatusBadRequest, http.StatusTooManyRequests, http.StatusBadGateway} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		response := &transport.Response{
			Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: body,
		}
		content := &trafficAnswer{asked: mainAccount}
		if failure := decode(vendors.OpUsage, response, content); failure != nil {
			checkDecodeFailure(t, failure)
			return
		}
		if !isSuccess(status) {
			t.Errorf("status %d was taken for a success", status)
		}
		for _, view := range views {
			checkTotal(t, view.list(content))
		}
	})
}

func checkDecodeFailure(t *testing.T, failure *vendors.Error) {
	t.Helper()
	if failure.Kind == "" || failure.Code == "" || len(failure.Code) > maxCodeLength || len(failure.RequestID) > 50 {
		t.Errorf("a failure of kind %q, code %q and request ID %q", failure.Kind, failure.Code, failure.RequestID)
	}
}

// checkTotal expects no less than the largest row and no more than all rows.
func checkTotal(t *testing.T, list roomList) {
	t.Helper()
	var sum, largest amount.Amount
	for _, row := range list {
		sum = sum.Add(*row.Traffic)
		if row.Traffic.Cmp(largest) > 0 {
			largest = *row.Traffic
		}
	}
	if total := list.total(); total.Cmp(largest) < 0 || total.Cmp(sum) > 0 {
		t.Errorf("the total is %s, the largest row %s, their sum %s", total, largest, sum)
	}
}
