// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// throttleWait is how long to leave the vendor alone when it does not say: it
// blocks an address that called too often for five minutes.
const throttleWait = 5 * time.Minute

// codeWebPage is our word for a web page in place of an answer.
const codeWebPage = "WebPage"

const (
	hintNotGroup = "the key is not that of a group's main account; use that one, or set " +
		"spec.polyv.accountType of the VendorAccount to Standard"
	hintBillPath = "the vendor does not publish the path of this bill; ask its support and set " +
		"spec.polyv.isolationBillPath of the VendorAccount"
	hintNotTheAPI = "what answers is not the vendor's API; check spec.endpoint and spec.proxyURL " +
		"of the VendorAccount"
)

// meaning is what a failure means.
type meaning struct {
	kind vendors.Kind
	// code is the vendor's number or our word, never the vendor's text.
	code, hint string
}

func newFailure(op string, m meaning, response *transport.Response) *vendors.Error {
	failure := &vendors.Error{
		Kind: m.kind, Op: op, Code: m.code, Hint: m.hint, RetryAfter: response.RetryAfter,
	}
	if failure.Kind == vendors.KindThrottled && failure.RetryAfter == 0 {
		failure.RetryAfter = throttleWait
	}
	return failure
}

// meaningOf reads the failure in an envelope: first the vendor's number, then
// its text, then the status.
func meaningOf(op string, failed *envelope, status int) meaning {
	number := failed.Error.code()
	m, known := numbers[number]
	if !known {
		m, known = meaningOfText(string(failed.Error.Desc + "\n" + failed.Message))
	}
	if !known {
		m = meaningOfStatus(op, failed.failureStatus(status))
	}
	if number != "" {
		m.code = number
	}
	return m
}

// numbers gives the meaning of the error codes that the vendor documents, on the
// pages of the group's packages and of the usage details. It publishes no list.
var numbers = map[string]meaning{
	"10003": {kind: vendors.KindClockSkew},       // 时间戳过期
	"20001": {kind: vendors.KindUnauthenticated}, // application not found.
}

// texts gives the meaning of the vendor's error texts, in lower case and without
// what varies. Sources: the list of global errors
// (https://polyv.gitbook.io/document/docs/live/api/errorinfo), the error examples
// of the single pages, and what the vendor's command line tool recorded.
var texts = []struct {
	text string
	meaning
}{
	{"时间戳过期", meaning{vendors.KindClockSkew, "TimestampExpired", ""}},
	{"invalid timestamp", meaning{vendors.KindClockSkew, "InvalidTimestamp", ""}},

	{"invalid signature", meaning{vendors.KindUnauthenticated, "InvalidSignature", ""}},
	{"application not found", meaning{vendors.KindUnauthenticated, "ApplicationNotFound", ""}},
	{"appid is required", meaning{vendors.KindUnauthenticated, "AppIDRequired", ""}},

	{"找不到集团账号", meaning{vendors.KindForbidden, "NotAGroupAccount", hintNotGroup}},
	{"没有开启", meaning{vendors.KindForbidden, "FeatureNotEnabled", ""}},
	{"未开启", meaning{vendors.KindForbidden, "FeatureNotEnabled", ""}},
	{"access forbidden", meaning{vendors.KindForbidden, "AccessForbidden", ""}}, // with status 500
	{"need to login", meaning{vendors.KindForbidden, "LoginNeeded", ""}},
	{"illegal operation", meaning{vendors.KindForbidden, "IllegalOperation", ""}},

	{"account is forbidden", meaning{vendors.KindAccountFrozen, "AccountForbidden", ""}},

	{"account not found", meaning{vendors.KindNotFound, "AccountNotFound", ""}},
	{"illegal channel id", meaning{vendors.KindNotFound, "IllegalChannelID", ""}},

	{"qps exceeds number of calls", meaning{vendors.KindThrottled, "QPSExceeded", ""}},
	{"qps超出调用数量", meaning{vendors.KindThrottled, "QPSExceeded", ""}},

	{"param validate error", meaning{vendors.KindInvalidRequest, "InvalidParameter", ""}},
	{"param should not be empty", meaning{vendors.KindInvalidRequest, "MissingParameter", ""}},
	{"param is not", meaning{vendors.KindInvalidRequest, "InvalidParameter", ""}}, // digit, number, date
	{"param length is incorrect", meaning{vendors.KindInvalidRequest, "InvalidParameter", ""}},
	{"param exceeds maximum value", meaning{vendors.KindInvalidRequest, "InvalidParameter", ""}},
	{"number range error", meaning{vendors.KindInvalidRequest, "InvalidParameter", ""}},
	{"invalid date time format", meaning{vendors.KindInvalidRequest, "InvalidDate", ""}},
	{"date range error", meaning{vendors.KindInvalidRequest, "InvalidDate", ""}},
	{"json format error", meaning{vendors.KindInvalidRequest, "InvalidJSON", ""}},

	{"undefined error", meaning{vendors.KindUnavailable, "UndefinedError", ""}},
}

// meaningOfText reads the vendor's error text, because mostly there is nothing
// else to go by: the numbers are documented for two failures only, the older
// APIs have none, and the status does not tell, being 400, 401 or 403 for one and
// the same wrong signature and 500 for a missing permission.
func meaningOfText(text string) (meaning, bool) {
	text = strings.ToLower(text)
	for _, known := range texts {
		if strings.Contains(text, known.text) {
			return known.meaning, true
		}
	}
	return meaning{}, false
}

// meaningOfStatus reads an HTTP status; zero is none.
func meaningOfStatus(op string, status int) meaning {
	m := meaning{kind: kindOfStatus(status), code: "HTTP" + strconv.Itoa(status)}
	switch {
	case status == 0:
		m.code = codeBadEnvelope
	case m.kind == vendors.KindNotFound:
		m.hint = hintOfPath(op)
	}
	return m
}

// kindOfStatus counts a 4xx that says nothing as InvalidRequest: the same
// question will fare no better.
func kindOfStatus(status int) vendors.Kind {
	switch {
	case status >= 500, status == http.StatusRequestTimeout:
		return vendors.KindUnavailable
	case status == http.StatusTooManyRequests:
		return vendors.KindThrottled
	case status == http.StatusNotFound:
		return vendors.KindNotFound
	case status >= 400:
		return vendors.KindInvalidRequest
	default:
		return vendors.KindMalformed
	}
}

// meaningOfPage reads an answer without the vendor's envelope, which comes from
// something before the API. A 403 is then no refusal of the vendor's but the mark
// of a blocked address; a web page, where the status tells nothing of its own,
// that of a path which does not exist.
func meaningOfPage(op string, response *transport.Response) meaning {
	m := meaningOfStatus(op, response.Status)
	switch {
	case response.Status == http.StatusForbidden:
		m.kind = vendors.KindThrottled
	case m.kind != vendors.KindMalformed && m.kind != vendors.KindInvalidRequest:
	case isPage(response):
		m = meaning{vendors.KindNotFound, codeWebPage, hintOfPath(op)}
	case m.kind == vendors.KindMalformed:
		m.code = codeNotJSON
	}
	return m
}

func hintOfPath(op string) string {
	if op == vendors.OpBill {
		return hintBillPath
	}
	return hintNotTheAPI
}
