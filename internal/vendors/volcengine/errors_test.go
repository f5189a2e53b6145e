// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

const (
	retried  = true
	terminal = false // until somebody acts
)

// publishedError is a row of the vendor's lists of errors, or one that is made of
// the words in them.
type publishedError struct {
	code string
	// number is zero where the lists have none.
	number int
	status int
	kind   vendors.Kind
	retry  bool
}

var publishedErrors = []publishedError{
	{"InvalidAccessKey", 100009, 401, vendors.KindUnauthenticated, terminal},
	{"SignatureDoesNotMatch", 100010, 401, vendors.KindUnauthenticated, terminal},
	{"MissingAuthenticationToken", 100003, 401, vendors.KindUnauthenticated, terminal},
	{"MissingSignature", 100005, 401, vendors.KindUnauthenticated, terminal},
	{"InvalidAuthorization", 100024, 400, vendors.KindUnauthenticated, terminal},
	{"InvalidSecretToken", 100026, 400, vendors.KindUnauthenticated, terminal},
	{"InvalidClientTokenId", 0, 401, vendors.KindUnauthenticated, terminal},

	{"AccessDenied", 100013, 403, vendors.KindForbidden, terminal},
	{"LackPolicy", 100012, 403, vendors.KindForbidden, terminal},
	{"LackProjectPolicy", 0, 401, vendors.KindForbidden, terminal},

	{"InvalidTimestamp", 100006, 400, vendors.KindClockSkew, retried},
	{"InvalidTimestamp", 100006, 403, vendors.KindClockSkew, retried},

	{"FlowLimitExceeded", 100018, 429, vendors.KindThrottled, retried},
	{"AccountFlowLimitExceeded", 0, 429, vendors.KindThrottled, retried},

	{"OperationDeny.AccountOverdue", 0, 403, vendors.KindAccountFrozen, terminal},
	{"OperationDeny.AccountStatusAbnormal", 0, 403, vendors.KindAccountFrozen, terminal},
	{"OperationDeny.AccountNotIdentification", 0, 400, vendors.KindAccountFrozen, terminal},
	{"OperationDeny.AccountAddedLater", 0, 400, vendors.KindAccountFrozen, terminal},
	{"AccountOverdue", 0, 403, vendors.KindAccountFrozen, terminal},
	{"OperationDenied.ServiceOverdue", 0, 400, vendors.KindAccountFrozen, terminal},
	{"AccountInArrears", 0, 403, vendors.KindAccountFrozen, terminal},
	{"ServiceNotOpened", 0, 403, vendors.KindAccountFrozen, terminal},

	{"MissingParameter", 100002, 400, vendors.KindInvalidRequest, terminal},
	{"MissingRequestInfo", 100004, 400, vendors.KindInvalidRequest, terminal},
	{"ServiceNotFound", 100007, 404, vendors.KindInvalidRequest, terminal},
	{"InvalidActionOrVersion", 100008, 404, vendors.KindInvalidRequest, terminal},
	{"MethodNotAllowed", 0, 405, vendors.KindInvalidRequest, terminal},
	{"InvalidParameter", 0, 400, vendors.KindInvalidRequest, terminal},
	{"InvalidParameter.StartDay", 0, 400, vendors.KindInvalidRequest, terminal},
	{"InvalidParameterValue", 0, 400, vendors.KindInvalidRequest, terminal},

	{"InternalError", 100014, 500, vendors.KindUnavailable, retried},
	{"InternalServiceTimeout", 100016, 504, vendors.KindUnavailable, retried},
	{"InternalServiceError", 0, 502, vendors.KindUnavailable, retried},
	{"FailToConnect", 0, 502, vendors.KindUnavailable, retried},
	{"ServiceUnavailableTemp", 0, 503, vendors.KindUnavailable, retried},
	{"UndefinedError", 0, 500, vendors.KindUnavailable, retried},
}

// A published error means the same however it is written down.
func TestPublishedErrors(t *testing.T) {
	for _, published := range publishedErrors {
		t.Run(published.code, func(t *testing.T) {
			checkVerifyFails(t, published, published.status, published.code,
				fields{"Code": published.code, "CodeN": published.number, "Message": "Refused."})
			checkVerifyFails(t, published, http.StatusOK, published.code, fields{"Code": published.code})
			if published.number == 0 {
				return
			}
			number := strconv.Itoa(published.number)
			checkVerifyFails(t, published, published.status, number, fields{"CodeN": published.number, "Message": "Refused."})
			checkVerifyFails(t, published, http.StatusOK, number, fields{"CodeN": published.number})
			checkVerifyFails(t, published, http.StatusOK, number, fields{"Code": published.number})
			checkVerifyFails(t, published, http.StatusOK, number, fields{"Code": number, "CodeN": 0})
			checkVerifyFails(t, published, http.StatusOK, "AddedLater", fields{"Code": "AddedLater", "CodeN": published.number})
		})
	}
}

func checkVerifyFails(t *testing.T, published publishedError, status int, code string, reported fields) {
	t.Helper()
	vendor := startVendor(t, vendortest.Always(reply{
		Status: status, Header: map[string]string{"Retry-After": "7"}, Body: failingWith(reported),
	}))
	want := vendors.Error{
		Kind: published.kind, Op: vendors.OpVerify, Code: code, RequestID: requestID, RetryAfter: 7 * time.Second,
	}
	if want.Kind == vendors.KindClockSkew {
		want.Hint = vendors.SkewHint(present, time.Now()) // the test server's Date is the real one
	}
	vendortest.CheckFailure(t, vendor.defaultAccount(t).Verifier.Verify(t.Context()), want)
	if got := published.kind.Transient(); got != published.retry {
		t.Errorf("%s is retried: %t, want %t", code, got, published.retry)
	}
}

func TestEveryKnownCodeIsPublished(t *testing.T) {
	names, numbers := map[string]bool{}, map[string]string{}
	for _, published := range publishedErrors {
		names[published.code] = true
		numbers[strconv.Itoa(published.number)] = published.code
	}
	for code := range kinds {
		if !names[code] {
			t.Errorf("%s is not in the table of published errors", code)
		}
	}
	for number, name := range numbered {
		if numbers[number] != name {
			t.Errorf("%s is %s, but %q in the table of published errors", number, name, numbers[number])
		}
	}
}

// An error that nobody has heard of counts by its status.
func TestUnknownErrors(t *testing.T) {
	tests := map[int]struct {
		kind  vendors.Kind
		retry bool
	}{
		200: {vendors.KindUnavailable, retried},
		202: {vendors.KindUnavailable, retried},
		400: {vendors.KindInvalidRequest, terminal},
		401: {vendors.KindForbidden, terminal},
		403: {vendors.KindForbidden, terminal},
		404: {vendors.KindInvalidRequest, terminal},
		405: {vendors.KindInvalidRequest, terminal},
		408: {vendors.KindUnavailable, retried},
		418: {vendors.KindInvalidRequest, terminal},
		429: {vendors.KindThrottled, retried},
		500: {vendors.KindUnavailable, retried},
		502: {vendors.KindUnavailable, retried},
		503: {vendors.KindUnavailable, retried},
		504: {vendors.KindUnavailable, retried},
	}
	for status, test := range tests {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			published := publishedError{kind: test.kind, retry: test.retry}
			checkVerifyFails(t, published, status, "AddedLater", fields{"Code": "AddedLater", "CodeN": 999999})
			checkVerifyFails(t, published, status, "999999", fields{"CodeN": 999999})
			nameless := fmt.Sprintf("HTTP%d", status)
			if status < 300 {
				nameless = "ErrorWithoutCode"
			}
			checkVerifyFails(t, published, status, nameless, fields{"Message": "Refused."})
		})
	}
}

func TestKindOf(t *testing.T) {
	tests := map[string]struct {
		status int
		codes  []string
		want   vendors.Kind
	}{
		"429 is throttling, whatever the code": {429, []string{"AccessDenied"}, vendors.KindThrottled},
		"a code knows better than 500":         {500, []string{"InvalidAccessKey"}, vendors.KindUnauthenticated},
		"a code knows better than 403":         {403, []string{"InvalidTimestamp"}, vendors.KindClockSkew},
		"a member of a known family":           {200, []string{"AccessDenied.AddedLater"}, vendors.KindForbidden},
		"the name comes before the number":     {200, []string{"LackPolicy", "100009"}, vendors.KindForbidden},
		"the number where the name is new":     {200, []string{"AddedLater", "100009"}, vendors.KindUnauthenticated},
		"codes match as they are written":      {200, []string{"invalidaccesskey"}, vendors.KindUnavailable},
		"and as a whole":                       {200, []string{"InternalErrorLike"}, vendors.KindUnavailable},
		"another operation that is denied":     {400, []string{"OperationDeny.RoomClosed"}, vendors.KindInvalidRequest},
		"no code":                              {503, nil, vendors.KindUnavailable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := kindOf(test.status, test.codes...); got != test.want {
				t.Errorf("%d with %q means %s, want %s", test.status, test.codes, got, test.want)
			}
		})
	}
}
