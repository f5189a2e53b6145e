// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// Each failure that the vendor documents or that was seen, in the form it came
// in. transient tells whether the poller asks again before the next slot; calls is
// 2 where the question is repeated at once.
func TestVendorErrors(t *testing.T) {
	type decision struct {
		Kind      vendors.Kind
		Code      string
		Transient bool
		Calls     int
	}
	permanent := func(kind vendors.Kind, code string) decision { return decision{kind, code, false, 1} }
	passing := func(kind vendors.Kind, code string) decision { return decision{kind, code, true, 1} }
	skewed := func(code string) decision { return decision{vendors.KindClockSkew, code, true, 2} }
	const (
		unauthenticated = vendors.KindUnauthenticated
		forbidden       = vendors.KindForbidden
		invalid         = vendors.KindInvalidRequest
		notFound        = vendors.KindNotFound
		throttled       = vendors.KindThrottled
		unavailable     = vendors.KindUnavailable
	)
	tests := map[string]struct {
		status int
		body   string
		want   decision
	}{
		"code 20001":                              {400, vendortest.Testdata(t, "error_application.json"), permanent(unauthenticated, "20001")},
		"code 20001 with another text":            {400, failing(400, 20001, "undefined error"), permanent(unauthenticated, "20001")},
		"code 20001 as text":                      {400, failing(400, "20001", ""), permanent(unauthenticated, "20001")},
		"code 10003":                              {400, vendortest.Testdata(t, "error_timestamp.json"), skewed("10003")},
		"code 10003 with another text":            {400, failing(400, 10003, "param validate error"), skewed("10003")},
		"the timestamp's text alone":              {400, failing(400, nil, "时间戳过期"), skewed("TimestampExpired")},
		"invalid timestamp":                       {400, legacy(400, "invalid timestamp."), skewed("InvalidTimestamp")},
		"no appId":                                {400, legacy(400, "appId is required."), permanent(unauthenticated, "AppIDRequired")},
		"unknown appId":                           {400, legacy(400, "application not found."), permanent(unauthenticated, "ApplicationNotFound")},
		"invalid signature, 400":                  {400, vendortest.Testdata(t, "error_legacy.json"), permanent(unauthenticated, "InvalidSignature")},
		"invalid signature, 401":                  {401, legacy(401, "invalid signature."), permanent(unauthenticated, "InvalidSignature")},
		"invalid signature, 403":                  {403, legacy(403, "invalid signature."), permanent(unauthenticated, "InvalidSignature")},
		"invalid signature with a code":           {403, failing(403, 20002, "Invalid Signature."), permanent(unauthenticated, "20002")},
		"account not found":                       {400, legacy(400, "account not found."), permanent(notFound, "AccountNotFound")},
		"account is forbidden":                    {400, legacy(400, "account is forbidden."), permanent(vendors.KindAccountFrozen, "AccountForbidden")},
		"feature not opened, with permission":     {403, failing(403, 40301, "该账号没有开启分账号权限"), permanent(forbidden, "40301")},
		"feature not opened":                      {400, failing(400, nil, "账号未开启云导播功能"), permanent(forbidden, "FeatureNotEnabled")},
		"feature not opened, said without 未":      {400, failing(400, nil, "没有开启直播权限"), permanent(forbidden, "FeatureNotEnabled")},
		"access forbidden with 500":               {500, legacy(500, "access forbidden"), permanent(forbidden, "AccessForbidden")},
		"login needed":                            {403, legacy(403, "need to login"), permanent(forbidden, "LoginNeeded")},
		"illegal operation":                       {400, legacy(400, "illegal operation"), permanent(forbidden, "IllegalOperation")},
		"too many calls":                          {400, legacy(400, "qps exceeds number of calls"), passing(throttled, "QPSExceeded")},
		"too many calls, with a capital":          {200, failing(400, nil, "QPS exceeds number of calls."), passing(throttled, "QPSExceeded")},
		"too many calls, in Chinese":              {403, failing(403, nil, "qps超出调用数量"), passing(throttled, "QPSExceeded")},
		"status 429":                              {429, failing(429, nil, "slow down"), passing(throttled, "HTTP429")},
		"status 429 in the body alone":            {200, failing(429, nil, "slow down"), passing(throttled, "HTTP429")},
		"status 429 with a code":                  {429, failing(429, 42900, "slow down"), passing(throttled, "42900")},
		"a bad parameter":                         {400, legacy(400, "param validate error"), permanent(invalid, "InvalidParameter")},
		"a missing parameter":                     {400, legacy(400, "param should not be empty: itemCategory"), permanent(invalid, "MissingParameter")},
		"no digit":                                {400, legacy(400, "param is not digit: pageSize"), permanent(invalid, "InvalidParameter")},
		"no number":                               {400, legacy(400, "param is not number: pageSize"), permanent(invalid, "InvalidParameter")},
		"no date":                                 {400, legacy(400, "param is not date normal format"), permanent(invalid, "InvalidParameter")},
		"a bad length":                            {400, legacy(400, "param length is incorrect: emails"), permanent(invalid, "InvalidParameter")},
		"a number out of range":                   {400, legacy(400, "number range error"), permanent(invalid, "InvalidParameter")},
		"a number too large":                      {400, legacy(400, "param exceeds maximum value of integer: pageSize"), permanent(invalid, "InvalidParameter")},
		"a bad time":                              {400, legacy(400, "invalid date time format"), permanent(invalid, "InvalidDate")},
		"a bad range of days":                     {400, legacy(400, "date range error"), permanent(invalid, "InvalidDate")},
		"bad JSON":                                {400, legacy(400, "json format error"), permanent(invalid, "InvalidJSON")},
		"unknown channel":                         {403, legacy(403, "illegal channel id: 3346714"), permanent(notFound, "IllegalChannelID")},
		"undefined error":                         {500, legacy(500, "undefined error"), passing(unavailable, "UndefinedError")},
		"undefined error with 400":                {400, legacy(400, "undefined error"), passing(unavailable, "UndefinedError")},
		"another 500":                             {500, legacy(500, "NullPointerException"), passing(unavailable, "HTTP500")},
		"another 500 in the body alone":           {200, legacy(500, "NullPointerException"), passing(unavailable, "HTTP500")},
		"another 500 of the current API":          {500, failing(500, 50001, "busy"), passing(unavailable, "50001")},
		"503":                                     {503, failing(503, nil, "busy"), passing(unavailable, "HTTP503")},
		"408":                                     {408, failing(408, nil, "late"), passing(unavailable, "HTTP408")},
		"another 400":                             {400, legacy(400, "something new"), permanent(invalid, "HTTP400")},
		"another 400 in the body alone":           {200, legacy(400, "something new"), permanent(invalid, "HTTP400")},
		"another 401":                             {401, legacy(401, "something new"), permanent(invalid, "HTTP401")},
		"another 403":                             {403, legacy(403, "something new"), permanent(invalid, "HTTP403")},
		"another 403 with a code":                 {403, failing(403, 39999, "something new"), permanent(invalid, "39999")},
		"a failure without any text":              {400, `{"code":400,"status":"error","success":false}`, permanent(invalid, "HTTP400")},
		"a failure whose error is text":           {400, `{"code":400,"error":"Bad Request"}`, permanent(invalid, "HTTP400")},
		"a failure whose error is null":           {400, `{"code":400,"error":null,"message":null}`, permanent(invalid, "HTTP400")},
		"a code that repeats the status":          {400, failing(400, 400, "Invalid signature."), permanent(unauthenticated, "InvalidSignature")},
		"a code that could be a phone number":     {400, failing(400, 13800000000, "something new"), permanent(invalid, "HTTP400")},
		"a code that is a sentence":               {400, failing(400, "sign 17A7 is wrong", "something new"), permanent(invalid, "HTTP400")},
		"success in the body of a 500":            {500, listed(), passing(unavailable, "HTTP500")},
		"success in the body of a 400":            {400, listed(), permanent(invalid, "HTTP400")},
		"code 200 but not success":                {200, `{"code":200,"status":"success","success":false,"data":{}}`, passing(vendors.KindMalformed, "BadEnvelope")},
		"code 200 but success is text false":      {200, `{"code":200,"success":"false","data":{}}`, passing(vendors.KindMalformed, "BadEnvelope")},
		"code 200 but a status of error":          {200, `{"code":200,"status":"error","data":{}}`, passing(vendors.KindMalformed, "BadEnvelope")},
		"code 200 but not success, with an error": {200, failing(200, 30001, "busy"), passing(vendors.KindMalformed, "30001")},
		"a code that is no status":                {200, `{"code":0,"status":"success","data":{}}`, passing(vendors.KindMalformed, "BadEnvelope")},
		"no code":                                 {200, `{"status":"success","data":{}}`, passing(vendors.KindMalformed, "BadEnvelope")},
		"an empty object":                         {200, `{}`, passing(vendors.KindMalformed, "BadEnvelope")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Status: test.status, Body: test.body}))
			reading, err := vendor.readPackages(t)
			failure := vendors.AsError("", err)
			if failure == nil {
				t.Fatal("no failure")
			}
			got := decision{failure.Kind, failure.Code, failure.Kind.Transient(), len(vendor.Requests())}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("decision (-want +got):\n%s", diff)
			}
			if failure.Op != vendors.OpPackages {
				t.Errorf("the operation is %q", failure.Op)
			}
			if diff := cmp.Diff(vendors.PackageReading{}, reading); diff != "" {
				t.Errorf("a failure came with a reading (-want +got):\n%s", diff)
			}
		})
	}
}

// A key that is not a group's is told by text alone, and needs another setting.
func TestKeyThatIsNotAGroups(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Status: 400, Body: failing(400, nil, "找不到集团账号")}))
	err := vendor.group(t).Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindForbidden, Op: vendors.OpVerify, Code: "NotAGroupAccount", RequestID: requestID,
		Hint: "the key is not that of a group's main account; use that one, or set spec.polyv.accountType of the VendorAccount to Standard",
	})
	vendor.CheckCalls(t, 1)
}

// Every text of the table is in lower case, because that is how it is compared,
// and is found by itself, not hidden by an earlier one.
func TestTextsAreFound(t *testing.T) {
	for _, known := range texts {
		if known.text != strings.ToLower(known.text) {
			t.Errorf("%q is not in lower case", known.text)
		}
		got, ok := meaningOfText("Error: " + strings.ToUpper(known.text) + ".")
		if !ok || got != known.meaning {
			t.Errorf("%q means %v, want %v", known.text, got, known.meaning)
		}
	}
	if got, ok := meaningOfText("something new"); ok {
		t.Errorf("a text nobody knows means %v", got)
	}
}

func TestHowLongToLeaveTheVendorAlone(t *testing.T) {
	page := "<html><body>Forbidden</body></html>"
	tests := map[string]struct {
		answer reply
		want   time.Duration
	}{
		"too many calls":                       {reply{Status: 400, Body: legacy(400, "qps exceeds number of calls")}, 5 * time.Minute},
		"too many calls, with the time":        {reply{Status: 400, Header: map[string]string{"Retry-After": "20"}, Body: legacy(400, "qps exceeds number of calls")}, 20 * time.Second},
		"429":                                  {reply{Status: 429}, 5 * time.Minute},
		"429 with the time":                    {reply{Status: 429, Header: map[string]string{"Retry-After": "600"}}, 10 * time.Minute},
		"a page with 403":                      {reply{Status: 403, Body: page}, 5 * time.Minute},
		"a server's failure":                   {reply{Status: 502, Body: page}, 0},
		"a server's failure, with the time":    {reply{Status: 502, Header: map[string]string{"Retry-After": "30"}, Body: page}, 30 * time.Second},
		"an invalid signature, with the time":  {reply{Status: 403, Header: map[string]string{"Retry-After": "30"}, Body: legacy(403, "invalid signature.")}, 30 * time.Second},
		"an invalid signature without a time":  {reply{Status: 403, Body: legacy(403, "invalid signature.")}, 0},
		"an answer that is not whole, with it": {reply{Header: map[string]string{"Retry-After": "30"}, Body: content(fields{})}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(test.answer))
			_, err := vendor.readPackages(t)
			if got := vendors.AsError("", err).RetryAfter; got != test.want {
				t.Errorf("RetryAfter = %s, want %s", got, test.want)
			}
		})
	}
}

func TestAnswersWithoutAnEnvelope(t *testing.T) {
	const (
		page     = "\n <!DOCTYPE html><html><body>Oops</body></html>"
		endpoint = "what answers is not the vendor's API; check spec.endpoint and spec.proxyURL of the VendorAccount"
	)
	html := map[string]string{"Content-Type": "text/html"}
	notFound := func(code string) vendors.Error {
		return vendors.Error{Kind: vendors.KindNotFound, Code: code, Hint: endpoint}
	}
	failed := func(kind vendors.Kind, code string) vendors.Error { return vendors.Error{Kind: kind, Code: code} }
	blocked := func(code string) vendors.Error {
		return vendors.Error{Kind: vendors.KindThrottled, Code: code, RetryAfter: 5 * time.Minute, AddressBlocked: true}
	}
	tests := map[string]struct {
		answer reply
		want   vendors.Error
	}{
		"a page":                    {reply{Header: html, Body: page}, notFound("WebPage")},
		"a page labelled JSON":      {reply{Body: page}, notFound("WebPage")},
		"a page with 400":           {reply{Status: 400, Header: html, Body: page}, notFound("WebPage")},
		"a page with 401":           {reply{Status: 401, Header: html, Body: page}, notFound("WebPage")},
		"a page with 404":           {reply{Status: 404, Header: html, Body: page}, notFound("HTTP404")},
		"404 without a body":        {reply{Status: 404}, notFound("HTTP404")},
		"a framework's 404":         {reply{Status: 404, Body: `{"timestamp":1,"status":404,"error":"Not Found","path":"/live"}`}, notFound("HTTP404")},
		"a page with 403":           {reply{Status: 403, Header: html, Body: page}, blocked("HTTP403")},
		"text with 403":             {reply{Status: 403, Body: "blocked"}, blocked("HTTP403")},
		"403 without a body":        {reply{Status: 403}, blocked("HTTP403")},
		"a page with 429":           {reply{Status: 429, Header: html, Body: page}, blocked("HTTP429")},
		"429 without a body":        {reply{Status: 429}, blocked("HTTP429")},
		"a page with 500":           {reply{Status: 500, Header: html, Body: page}, failed(vendors.KindUnavailable, "HTTP500")},
		"a page with 502":           {reply{Status: 502, Header: html, Body: page}, failed(vendors.KindUnavailable, "HTTP502")},
		"text with 503":             {reply{Status: 503, Body: "busy"}, failed(vendors.KindUnavailable, "HTTP503")},
		"a page with 408":           {reply{Status: 408, Header: html, Body: page}, failed(vendors.KindUnavailable, "HTTP408")},
		"text with 400":             {reply{Status: 400, Body: "no"}, failed(vendors.KindInvalidRequest, "HTTP400")},
		"a teapot":                  {reply{Status: 418}, failed(vendors.KindInvalidRequest, "HTTP418")},
		"nothing":                   {reply{}, failed(vendors.KindMalformed, "NotJSON")},
		"nothing with 204":          {reply{Status: 204}, failed(vendors.KindMalformed, "NotJSON")},
		"null":                      {reply{Body: "null"}, failed(vendors.KindMalformed, "NotJSON")},
		"a list":                    {reply{Body: "[]"}, failed(vendors.KindMalformed, "NotJSON")},
		"text":                      {reply{Body: "fine"}, failed(vendors.KindMalformed, "NotJSON")},
		"a cut body":                {reply{Body: healthy[:len(healthy)-1]}, failed(vendors.KindMalformed, "NotJSON")},
		"two bodies":                {reply{Body: healthy + healthy}, failed(vendors.KindMalformed, "NotJSON")},
		"the vendor's own, a label": {reply{Header: html, Status: 403, Body: legacy(403, "invalid signature.")}, failed(vendors.KindUnauthenticated, "InvalidSignature")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(test.answer))
			_, err := vendor.readPackages(t)
			test.want.Op = vendors.OpPackages
			vendortest.CheckFailure(t, err, test.want)
			vendor.CheckCalls(t, 1)
		})
	}
}

func TestRequestIDs(t *testing.T) {
	tests := map[string]struct{ sent, want string }{
		"as published":             {requestID, requestID},
		"as published, shorter":    {"d310b70bc329403f87f77f9203d50f89.128", "d310b70bc329403f87f77f9203d50f89.128"},
		"could be a secret":        {"6ef8d34c08f44e91a18e28d42ff0da7e", ""},
		"could be a signature":     {"0D2BDA2FD04D93A2B8832B91FD973C4D.1", ""},
		"a URL":                    {"https://vendor.example/?sign=1", ""},
		"an e-mail":                {"sales@example.com", ""},
		"empty":                    {"", ""},
		"published, and then some": {requestID + "\nmore", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Status: 400, Body: vendortest.JSON(fields{
				"code": 400, "requestId": test.sent, "message": "invalid signature.",
			})}))
			err := vendor.group(t).Verifier.Verify(t.Context())
			if got := vendors.AsError("", err).RequestID; got != test.want {
				t.Errorf("RequestID = %q, want %q", got, test.want)
			}
		})
	}
}

func TestKindOfStatus(t *testing.T) {
	tests := map[int]vendors.Kind{
		0:                              vendors.KindMalformed,
		http.StatusOK:                  vendors.KindMalformed,
		http.StatusNoContent:           vendors.KindMalformed,
		http.StatusBadRequest:          vendors.KindInvalidRequest,
		http.StatusUnauthorized:        vendors.KindInvalidRequest,
		http.StatusForbidden:           vendors.KindInvalidRequest,
		http.StatusNotFound:            vendors.KindNotFound,
		http.StatusRequestTimeout:      vendors.KindUnavailable,
		http.StatusTooManyRequests:     vendors.KindThrottled,
		http.StatusInternalServerError: vendors.KindUnavailable,
		http.StatusServiceUnavailable:  vendors.KindUnavailable,
		599:                            vendors.KindUnavailable,
	}
	for status, want := range tests {
		if got := kindOfStatus(status); got != want {
			t.Errorf("status %d means %s, want %s", status, got, want)
		}
	}
}
