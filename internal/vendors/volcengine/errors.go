// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"net/http"
	"strings"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// kinds gives the meaning of the vendor's error codes, whole or up to the first
// dot. The API's own pages refer to the codes common to all APIs:
// https://volcengine.com/docs/6440/71573,
// https://docs.byteplus.com/byteplus-platform/reference/common-error-codes and
// https://volcengine.com/docs/4/65595, which adds those of the gateway.
var kinds = map[string]vendors.Kind{
	// The key or its token is wrong or disabled, or signed wrongly.
	"InvalidAccessKey":           vendors.KindUnauthenticated,
	"SignatureDoesNotMatch":      vendors.KindUnauthenticated,
	"MissingAuthenticationToken": vendors.KindUnauthenticated,
	"MissingSignature":           vendors.KindUnauthenticated,
	"InvalidAuthorization":       vendors.KindUnauthenticated,
	"InvalidSecretToken":         vendors.KindUnauthenticated,
	"InvalidClientTokenId":       vendors.KindUnauthenticated,

	"AccessDenied":      vendors.KindForbidden,
	"LackPolicy":        vendors.KindForbidden,
	"LackProjectPolicy": vendors.KindForbidden,

	// The date is too old, or in the future.
	"InvalidTimestamp": vendors.KindClockSkew,

	"FlowLimitExceeded":        vendors.KindThrottled,
	"AccountFlowLimitExceeded": vendors.KindThrottled,

	"MissingParameter":       vendors.KindInvalidRequest,
	"MissingRequestInfo":     vendors.KindInvalidRequest,
	"ServiceNotFound":        vendors.KindInvalidRequest,
	"InvalidActionOrVersion": vendors.KindInvalidRequest,
	"MethodNotAllowed":       vendors.KindInvalidRequest,
	"InvalidParameter":       vendors.KindInvalidRequest,

	"InternalError":          vendors.KindUnavailable,
	"InternalServiceTimeout": vendors.KindUnavailable,
	"InternalServiceError":   vendors.KindUnavailable,
	"FailToConnect":          vendors.KindUnavailable,
	"ServiceUnavailableTemp": vendors.KindUnavailable,
	"UndefinedError":         vendors.KindUnavailable,
}

// numbered gives the names of the errors whose number (CodeN) is known, for
// answers that bring the number alone.
var numbered = map[string]string{
	"100002": "MissingParameter",
	"100003": "MissingAuthenticationToken",
	"100004": "MissingRequestInfo",
	"100005": "MissingSignature",
	"100006": "InvalidTimestamp",
	"100007": "ServiceNotFound",
	"100008": "InvalidActionOrVersion",
	"100009": "InvalidAccessKey",
	"100010": "SignatureDoesNotMatch",
	"100012": "LackPolicy",
	"100013": "AccessDenied",
	"100014": "InternalError",
	"100016": "InternalServiceTimeout",
	"100018": "FlowLimitExceeded",
	"100024": "InvalidAuthorization",
	"100026": "InvalidSecretToken",
}

// kindOf returns the meaning of an error that comes with this status, by the
// first of its codes that is known. Status 429 is the gateway's word for too many
// calls, whatever the error beside it.
func kindOf(status int, codes ...string) vendors.Kind {
	if status == http.StatusTooManyRequests {
		return vendors.KindThrottled
	}
	for _, code := range codes {
		if kind, known := kindOfCode(code); known {
			return kind
		}
	}
	return kindOfStatus(status)
}

func kindOfCode(code string) (vendors.Kind, bool) {
	if name, ok := numbered[code]; ok {
		code = name
	}
	if isFrozen(code) {
		return vendors.KindAccountFrozen, true
	}
	family, _, _ := strings.Cut(code, ".")
	if strings.HasPrefix(family, "InvalidParameter") { // also InvalidParameterValue and the like
		family = "InvalidParameter"
	}
	kind, known := kinds[family]
	return kind, known
}

// isFrozen tells whether the code speaks of an account that is stopped, in
// arrears, not verified or never opened. The API's pages list none; these are the
// names of the vendor's other live service
// (https://www.volcengine.com/docs/6521/130737) and words that such names are
// made of.
func isFrozen(code string) bool {
	return strings.HasPrefix(code, "OperationDeny.Account") ||
		strings.Contains(code, "Overdue") ||
		strings.Contains(code, "Arrears") ||
		strings.Contains(code, "ServiceNotOpen")
}

// kindOfStatus returns the meaning of an HTTP status where no code tells more. A
// 401 is Forbidden like 403, not Unauthenticated: it proves nothing against the
// key. An error with a status of success says nothing certain, so it counts as
// Unavailable: reported, and asked again.
func kindOfStatus(status int) vendors.Kind {
	switch {
	case status >= 500, isSuccess(status), status == http.StatusRequestTimeout:
		return vendors.KindUnavailable
	case status == http.StatusTooManyRequests:
		return vendors.KindThrottled
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return vendors.KindForbidden
	default: // other 4xx; the transport follows no redirect
		return vendors.KindInvalidRequest
	}
}
