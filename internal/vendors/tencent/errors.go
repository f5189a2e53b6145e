// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"net/http"
	"strings"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// kinds gives the meaning of the vendor's error codes, whole or up to the first
// dot. Sources: the endpoint's own page, the codes common to all APIs
// (https://cloud.tencent.com/document/api/1592/76198) and the list of codes in
// the Live SDK.
//
// Not listed are FailedOperation and ResourceNotFound as such: they do not say
// who has to act, so they are left to the default of kindOf. What they must not
// be is NotFound, which would read as "this account has no packages".
var kinds = map[string]vendors.Kind{
	// The key is wrong or disabled, or signed wrongly. The two members of the
	// family that mean something else are listed below.
	"AuthFailure":                      vendors.KindUnauthenticated,
	"AuthFailure.SecretIdNotFound":     vendors.KindUnauthenticated,
	"AuthFailure.InvalidSecretId":      vendors.KindUnauthenticated,
	"AuthFailure.SignatureFailure":     vendors.KindUnauthenticated,
	"AuthFailure.InvalidAuthorization": vendors.KindUnauthenticated,
	"AuthFailure.TokenFailure":         vendors.KindUnauthenticated,
	"AuthFailure.MFAFailure":           vendors.KindUnauthenticated,

	"AuthFailure.UnauthorizedOperation": vendors.KindForbidden,
	"UnauthorizedOperation":             vendors.KindForbidden,
	"IpInBlacklist":                     vendors.KindForbidden,
	"IpNotInWhitelist":                  vendors.KindForbidden,

	// The timestamp is more than five minutes from the vendor's time.
	"AuthFailure.SignatureExpire": vendors.KindClockSkew,

	"RequestLimitExceeded":            vendors.KindThrottled,
	"LimitExceeded.RateLimitExceeded": vendors.KindThrottled,

	// Stopped, in arrears, not verified or never opened.
	"ResourceNotFound.ForbidService":      vendors.KindAccountFrozen,
	"ResourceNotFound.FreezeService":      vendors.KindAccountFrozen,
	"ResourceNotFound.StopService":        vendors.KindAccountFrozen,
	"ResourceNotFound.UserDisableService": vendors.KindAccountFrozen,
	"ResourceNotFound.UserNotExist":       vendors.KindAccountFrozen,
	"ResourceNotFound.UserNotFount":       vendors.KindAccountFrozen, // the vendor's spelling
	"ResourceNotFound.InvalidUser":        vendors.KindAccountFrozen,
	"FailedOperation.OutOfService":        vendors.KindAccountFrozen,
	"FailedOperation.JiFeiNoEnoughFund":   vendors.KindAccountFrozen,
	"FailedOperation.NoRealNameAuth":      vendors.KindAccountFrozen,

	"InvalidParameter":          vendors.KindInvalidRequest,
	"InvalidParameterValue":     vendors.KindInvalidRequest,
	"MissingParameter":          vendors.KindInvalidRequest,
	"UnknownParameter":          vendors.KindInvalidRequest,
	"InvalidAction":             vendors.KindInvalidRequest,
	"InvalidRequest":            vendors.KindInvalidRequest,
	"NoSuchVersion":             vendors.KindInvalidRequest,
	"NoSuchProduct":             vendors.KindInvalidRequest,
	"ActionOffline":             vendors.KindInvalidRequest,
	"UnsupportedOperation":      vendors.KindInvalidRequest,
	"UnsupportedProtocol":       vendors.KindInvalidRequest,
	"UnsupportedRegion":         vendors.KindInvalidRequest,
	"RequestSizeLimitExceeded":  vendors.KindInvalidRequest,
	"ResponseSizeLimitExceeded": vendors.KindInvalidRequest,
	"LimitExceeded":             vendors.KindInvalidRequest, // a quota, not a rate
	"DryRunOperation":           vendors.KindInvalidRequest,

	"InternalError":        vendors.KindUnavailable,
	"ServiceUnavailable":   vendors.KindUnavailable,
	"ResourceUnavailable":  vendors.KindUnavailable,
	"ResourceInsufficient": vendors.KindUnavailable,
	"ResourceInUse":        vendors.KindUnavailable,
}

// codeAddressLimit tells that too many calls come from our address, whoever
// signed them.
const codeAddressLimit = "RequestLimitExceeded.IPLimitExceeded"

// kindOf returns the meaning of an error code. A code that says nothing certain
// counts as Unavailable: it is reported with the code, asked again no faster
// than the slots allow, and does not stall a watch over a hiccup.
func kindOf(code string) vendors.Kind {
	if kind, ok := kinds[code]; ok {
		return kind
	}
	family, _, _ := strings.Cut(code, ".")
	if kind, ok := kinds[family]; ok {
		return kind
	}
	return vendors.KindUnavailable
}

// kindOfStatus returns the meaning of an HTTP status other than 200 that comes
// without the vendor's own error.
//
// A bare 401 is Forbidden like 403, not Unauthenticated: the vendor rejects a
// key in its envelope only, so this one comes from a gateway or firewall that
// somebody has to open, and proves nothing against the key.
func kindOfStatus(status int) vendors.Kind {
	switch {
	case status >= 500, status == http.StatusRequestTimeout:
		return vendors.KindUnavailable
	case status == http.StatusTooManyRequests:
		return vendors.KindThrottled
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return vendors.KindForbidden
	case status == http.StatusNotFound:
		return vendors.KindNotFound
	case status >= 400:
		return vendors.KindInvalidRequest
	default: // the API knows no redirect and no success but 200
		return vendors.KindMalformed
	}
}
