// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

func TestKindOf(t *testing.T) {
	tests := map[string]vendors.Kind{
		"AuthFailure.SecretIdNotFound":     vendors.KindUnauthenticated,
		"AuthFailure.InvalidSecretId":      vendors.KindUnauthenticated,
		"AuthFailure.SignatureFailure":     vendors.KindUnauthenticated,
		"AuthFailure.InvalidAuthorization": vendors.KindUnauthenticated,
		"AuthFailure.TokenFailure":         vendors.KindUnauthenticated,
		"AuthFailure.MFAFailure":           vendors.KindUnauthenticated,
		"AuthFailure":                      vendors.KindUnauthenticated,
		"AuthFailure.AddedLater":           vendors.KindUnauthenticated,

		"AuthFailure.UnauthorizedOperation":  vendors.KindForbidden,
		"UnauthorizedOperation":              vendors.KindForbidden,
		"UnauthorizedOperation.CamNoAuth":    vendors.KindForbidden,
		"IpInBlacklist":                      vendors.KindForbidden,
		"IpNotInWhitelist":                   vendors.KindForbidden,
		"UnauthorizedOperation.Deeper.Still": vendors.KindForbidden,

		"AuthFailure.SignatureExpire": vendors.KindClockSkew,

		"RequestLimitExceeded":                               vendors.KindThrottled,
		"RequestLimitExceeded.UinLimitExceeded":              vendors.KindThrottled,
		"RequestLimitExceeded.IPLimitExceeded":               vendors.KindThrottled,
		"RequestLimitExceeded.GlobalRegionUinLimitExceeded":  vendors.KindThrottled,
		"LimitExceeded.RateLimitExceeded":                    vendors.KindThrottled,
		"RequestLimitExceeded.AddedLater.WithAnotherSegment": vendors.KindThrottled,

		"ResourceNotFound.ForbidService":      vendors.KindAccountFrozen,
		"ResourceNotFound.FreezeService":      vendors.KindAccountFrozen,
		"ResourceNotFound.StopService":        vendors.KindAccountFrozen,
		"ResourceNotFound.UserDisableService": vendors.KindAccountFrozen,
		"ResourceNotFound.UserNotExist":       vendors.KindAccountFrozen,
		"ResourceNotFound.UserNotFount":       vendors.KindAccountFrozen,
		"ResourceNotFound.InvalidUser":        vendors.KindAccountFrozen,
		"FailedOperation.OutOfService":        vendors.KindAccountFrozen,
		"FailedOperation.JiFeiNoEnoughFund":   vendors.KindAccountFrozen,
		"FailedOperation.NoRealNameAuth":      vendors.KindAccountFrozen,

		"InvalidParameter":                vendors.KindInvalidRequest,
		"InvalidParameter.AddedLater":     vendors.KindInvalidRequest,
		"InvalidParameterValue":           vendors.KindInvalidRequest,
		"InvalidParameterValue.PageSize":  vendors.KindInvalidRequest,
		"MissingParameter":                vendors.KindInvalidRequest,
		"UnknownParameter":                vendors.KindInvalidRequest,
		"InvalidAction":                   vendors.KindInvalidRequest,
		"InvalidRequest":                  vendors.KindInvalidRequest,
		"NoSuchVersion":                   vendors.KindInvalidRequest,
		"NoSuchProduct":                   vendors.KindInvalidRequest,
		"ActionOffline":                   vendors.KindInvalidRequest,
		"UnsupportedOperation":            vendors.KindInvalidRequest,
		"UnsupportedProtocol":             vendors.KindInvalidRequest,
		"UnsupportedRegion":               vendors.KindInvalidRequest,
		"RequestSizeLimitExceeded":        vendors.KindInvalidRequest,
		"ResponseSizeLimitExceeded":       vendors.KindInvalidRequest,
		"LimitExceeded":                   vendors.KindInvalidRequest,
		"LimitExceeded.AnotherQuota":      vendors.KindInvalidRequest,
		"DryRunOperation":                 vendors.KindInvalidRequest,
		"UnsupportedOperation.AddedLater": vendors.KindInvalidRequest,

		"InternalError":            vendors.KindUnavailable,
		"InternalError.DBError":    vendors.KindUnavailable,
		"InternalError.AddedLater": vendors.KindUnavailable,
		"ServiceUnavailable":       vendors.KindUnavailable,
		"ResourceUnavailable":      vendors.KindUnavailable,
		"ResourceInsufficient":     vendors.KindUnavailable,
		"ResourceInUse":            vendors.KindUnavailable,

		"FailedOperation":             vendors.KindUnavailable,
		"FailedOperation.AddedLater":  vendors.KindUnavailable,
		"ResourceNotFound":            vendors.KindUnavailable,
		"ResourceNotFound.AddedLater": vendors.KindUnavailable,
		"AddedLater":                  vendors.KindUnavailable,

		// Codes match as they are written.
		"authfailure.secretidnotfound": vendors.KindUnavailable,
		"InternalErrorLike":            vendors.KindUnavailable,
	}
	for code, want := range tests {
		if got := kindOf(code); got != want {
			t.Errorf("%s means %s, want %s", code, got, want)
		}
	}
	for code := range kinds {
		if _, tested := tests[code]; !tested {
			t.Errorf("%s is not in this table", code)
		}
	}
}

// Every code also has to get through the decoding of an answer.
func TestVendorErrors(t *testing.T) {
	for code, want := range kinds {
		t.Run(code, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{
				Header: map[string]string{"Retry-After": "7"}, Body: failing(code),
			}))
			err := vendor.defaultAccount(t).Verifier.Verify(t.Context())
			failure := vendors.Error{Kind: want, Op: vendors.OpVerify, Code: code, RequestID: requestID, RetryAfter: 7e9}
			if want == vendors.KindClockSkew {
				failure.Hint = vendors.SkewHint(present, time.Now()) // the test server's Date is the real one
			}
			vendortest.CheckFailure(t, err, failure)
		})
	}
}

func TestLimitOfTheAddress(t *testing.T) {
	tests := map[string]struct {
		code string
		want bool
	}{
		"of the address":    {"RequestLimitExceeded.IPLimitExceeded", true},
		"of the account":    {"RequestLimitExceeded.UinLimitExceeded", false},
		"of nothing named":  {"RequestLimitExceeded", false},
		"of another matter": {"InternalError", false},
	}
	for name, test := range tests {
		for _, status := range []int{http.StatusOK, http.StatusTooManyRequests} {
			t.Run(fmt.Sprint(name, ", status ", status), func(t *testing.T) {
				vendor := startVendor(t, vendortest.Always(reply{Status: status, Body: failing(test.code)}))
				err := vendor.defaultAccount(t).Verifier.Verify(t.Context())
				if got := vendors.AsError("", err).AddressBlocked; got != test.want {
					t.Errorf("AddressBlocked = %t, want %t", got, test.want)
				}
			})
		}
	}
}

func TestKindOfStatus(t *testing.T) {
	tests := map[int]vendors.Kind{
		http.StatusNoContent:           vendors.KindMalformed,
		http.StatusPartialContent:      vendors.KindMalformed,
		http.StatusNotModified:         vendors.KindMalformed,
		http.StatusBadRequest:          vendors.KindInvalidRequest,
		http.StatusUnauthorized:        vendors.KindForbidden,
		http.StatusForbidden:           vendors.KindForbidden,
		http.StatusNotFound:            vendors.KindNotFound,
		http.StatusMethodNotAllowed:    vendors.KindInvalidRequest,
		http.StatusRequestTimeout:      vendors.KindUnavailable,
		http.StatusTooManyRequests:     vendors.KindThrottled,
		http.StatusInternalServerError: vendors.KindUnavailable,
		http.StatusBadGateway:          vendors.KindUnavailable,
		http.StatusServiceUnavailable:  vendors.KindUnavailable,
		599:                            vendors.KindUnavailable,
	}
	for status, want := range tests {
		if got := kindOfStatus(status); got != want {
			t.Errorf("status %d means %s, want %s", status, got, want)
		}
	}
}
