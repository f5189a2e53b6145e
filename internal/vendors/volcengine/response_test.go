// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

var (
	html  = map[string]string{"Content-Type": "text/html"}
	retry = map[string]string{"Content-Type": "text/html", "Retry-After": "30"}
)

const page = "<html><body>Bad Gateway</body></html>"

func checkReadingFails(t *testing.T, answer reply, want vendors.Error) {
	t.Helper()
	vendor := startVendor(t, vendortest.Always(answer))
	reading, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), lastWeek())
	want.Op = vendors.OpUsage
	vendortest.CheckFailure(t, err, want)
	if !cmp.Equal(vendors.UsageReading{}, reading, cmp.AllowUnexported(vendors.Day{})) {
		t.Errorf("a failure came with the reading %v", reading)
	}
	vendor.CheckCalls(t, 1)
}

func TestAnswersThatAreNone(t *testing.T) {
	malformed := func(code string) vendors.Error { return vendors.Error{Kind: vendors.KindMalformed, Code: code} }
	incomplete := vendors.Error{Kind: vendors.KindMalformed, Code: "IncompleteAnswer", RequestID: requestID}
	tests := map[string]struct {
		answer reply
		want   vendors.Error
	}{
		"a page":                   {reply{Header: html, Body: page}, malformed("NotJSON")},
		"JSON labelled a page":     {reply{Header: html, Body: nothing}, malformed("NotJSON")},
		"a page labelled JSON":     {reply{Body: page}, malformed("BadEnvelope")},
		"nothing":                  {reply{}, malformed("BadEnvelope")},
		"null":                     {reply{Body: `null`}, malformed("BadEnvelope")},
		"an empty object":          {reply{Body: `{}`}, malformed("BadEnvelope")},
		"a list":                   {reply{Body: `[]`}, malformed("BadEnvelope")},
		"no ResponseMetadata":      {reply{Body: `{"Result":{"EstimatedResult":[]}}`}, malformed("BadEnvelope")},
		"a null ResponseMetadata":  {reply{Body: `{"ResponseMetadata":null,"Result":{}}`}, malformed("BadEnvelope")},
		"a ResponseMetadata list":  {reply{Body: `{"ResponseMetadata":[],"Result":{}}`}, malformed("BadEnvelope")},
		"an error of text":         {reply{Body: failingWith("no")}, malformed("BadEnvelope")},
		"a cut body":               {reply{Body: nothing[:len(nothing)-2]}, malformed("BadEnvelope")},
		"two bodies":               {reply{Body: nothing + nothing}, malformed("BadEnvelope")},
		"no Result":                {reply{Body: `{"ResponseMetadata":{"RequestId":"` + requestID + `"}}`}, incomplete},
		"a null Result":            {reply{Body: content(nil)}, incomplete},
		"a Result of text":         {reply{Body: content("fine")}, incomplete},
		"a Result list":            {reply{Body: content([]any{})}, incomplete},
		"a list that is an object": {reply{Body: content(fields{"ActualResult": fields{}})}, incomplete},
		"an empty 204":             {reply{Status: 204}, malformed("BadEnvelope")},

		"a gateway's 502":       {reply{Status: 502, Header: retry, Body: page}, vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP502", RetryAfter: 30 * time.Second}},
		"an empty 429":          {reply{Status: 429, Header: retry}, vendors.Error{Kind: vendors.KindThrottled, Code: "HTTP429", RetryAfter: 30 * time.Second}},
		"a gateway's 401":       {reply{Status: 401, Header: html, Body: page}, vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP401"}},
		"a gateway's 403":       {reply{Status: 403, Header: html, Body: page}, vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP403"}},
		"a gateway's 404":       {reply{Status: 404, Header: html, Body: page}, vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP404"}},
		"400 with null":         {reply{Status: 400, Body: `null`}, vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP400"}},
		"500 without Error":     {reply{Status: 500, Body: content(nil)}, vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP500", RequestID: requestID}},
		"500 with a Result":     {reply{Status: 500, Body: nothing}, vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP500", RequestID: requestID}},
		"500 with a null Error": {reply{Status: 500, Body: failingWith(nil)}, vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP500", RequestID: requestID}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { checkReadingFails(t, test.answer, test.want) })
	}
}

// The decision whether an answer is an error, and what of it is shown.
func TestErrorsWithinAnswers(t *testing.T) {
	tests := map[string]struct {
		answer reply
		want   vendors.Error
	}{
		"beside a Result, with status 200": {
			reply{Body: strings.Replace(nothing, `"}`, `","Error":{"Code":"AccessDenied"}}`, 1)},
			vendors.Error{Kind: vendors.KindForbidden, Code: "AccessDenied", RequestID: requestID},
		},
		"a number and a message": {
			reply{Body: failingWith(fields{"CodeN": 100024, "Message": "Authorization is invalid."})},
			vendors.Error{Kind: vendors.KindUnauthenticated, Code: "100024", RequestID: requestID},
		},
		"a message alone": {
			reply{Body: failingWith(fields{"Message": "Something failed."})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode", RequestID: requestID},
		},
		"empty code and number beside a message": {
			reply{Status: 401, Body: failingWith(fields{"Code": "", "CodeN": 0, "Message": "Something failed."})},
			vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP401", RequestID: requestID},
		},
		"a numeric code": {
			reply{Body: failingWith(fields{"Code": 100010})},
			vendors.Error{Kind: vendors.KindUnauthenticated, Code: "100010", RequestID: requestID},
		},
		"a sentence for a code": {
			reply{Body: failingWith(fields{"Code": "the key abc is wrong", "CodeN": 100009})},
			vendors.Error{Kind: vendors.KindUnauthenticated, Code: "100009", RequestID: requestID},
		},
		"an endless code": {
			reply{Body: failingWith(fields{"Code": "A" + strings.Repeat("a", 64)})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode", RequestID: requestID},
		},
		"an endless number": {
			reply{Body: failingWith(fields{"CodeN": 13800000000})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode", RequestID: requestID},
		},
		"a negative number": {
			reply{Body: failingWith(fields{"CodeN": -1})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode", RequestID: requestID},
		},
		"a code that is an object": {
			reply{Status: 500, Body: failingWith(fields{"Code": fields{}})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP500", RequestID: requestID},
		},
		"a request ID that is none": {
			reply{Body: `{"ResponseMetadata":{"RequestId":"Credential=AKLT/x","Error":{"Code":"InternalError"}}}`},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "InternalError"},
		},
		"a numeric request ID": {
			reply{Body: `{"ResponseMetadata":{"RequestId":13800000000,"Error":{"Code":"InternalError"}}}`},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "InternalError"},
		},
		"labelled a page": {
			reply{Status: 400, Header: html, Body: failing("InvalidAccessKey")},
			vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP400"},
		},

		"the gateway's own form": {
			reply{Status: 401, Body: `{"HTTPCode":401,"errorcode":"InvalidAccessKey","message":"no"}`},
			vendors.Error{Kind: vendors.KindUnauthenticated, Code: "InvalidAccessKey"},
		},
		"the gateway's own form, code unknown, status 200": {
			reply{Body: `{"HTTPCode":503,"errorcode":"AddedLater","message":"no"}`},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "AddedLater"},
		},
		"the gateway's own form refuses, status 200": {
			reply{Body: `{"HTTPCode":403,"message":"no"}`},
			vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP403"},
		},
		"the gateway's own form, a status that is none": {
			reply{Body: `{"HTTPCode":7,"message":"no"}`},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode"},
		},
		"the gateway's own form differs from the status": {
			reply{Status: 429, Body: `{"HTTPCode":400,"errorcode":"AddedLater"}`},
			vendors.Error{Kind: vendors.KindThrottled, Code: "AddedLater"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { checkReadingFails(t, test.answer, test.want) })
	}
}

func TestErrorsThatSayNothingAreNone(t *testing.T) {
	tests := map[string]any{
		"null":                 nil,
		"empty":                fields{},
		"empty fields":         fields{"Code": "", "CodeN": 0, "Message": ""},
		"null fields":          fields{"Code": nil, "CodeN": nil, "Message": nil},
		"a numeric code of 0":  fields{"Code": 0},
		"fields of no concern": fields{"Data": fields{"x": 1}},
	}
	for name, reported := range tests {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(reported)
			if err != nil {
				t.Fatal(err)
			}
			body := strings.Replace(nothing, `"}`, `","Error":`+string(text)+`}`, 1)
			vendor := startVendor(t, vendortest.Always(reply{Body: body}))
			reading, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), lastWeek())
			if err != nil {
				t.Fatal(err)
			}
			if got := len(reading.Items); got != 3 {
				t.Errorf("%d items, want 3", got)
			}
		})
	}
}
