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
)

var (
	html  = map[string]string{"Content-Type": "text/html"}
	retry = map[string]string{"Content-Type": "text/html", "Retry-After": "30"}
)

const page = "<html><body>Bad Gateway</body></html>"

func checkReadingFails(t *testing.T, answer reply, want vendors.Error) {
	t.Helper()
	vendor := startVendor(t, always(answer))
	reading, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), lastWeek())
	want.Op = vendors.OpUsage
	checkFailure(t, err, want)
	if !cmp.Equal(vendors.UsageReading{}, reading, cmp.AllowUnexported(vendors.Day{})) {
		t.Errorf("a failure came with the reading %v", reading)
	}
	if got := len(vendor.received()); got != 1 {
		t.Errorf("%d calls, want 1", got)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	malformed := func(code string) vendors.Error { return vendors.Error{Kind: vendors.KindMalformed, Code: code} }
	incomplete := vendors.Error{Kind: vendors.KindMalformed, Code: "IncompleteAnswer", RequestID: requestID}
	tests := map[string]struct {
		answer reply
		want   vendors.Error
	}{
		"a page":                   {reply{header: html, body: page}, malformed("NotJSON")},
		"JSON labelled a page":     {reply{header: html, body: nothing}, malformed("NotJSON")},
		"a page labelled JSON":     {reply{body: page}, malformed("BadEnvelope")},
		"nothing":                  {reply{}, malformed("BadEnvelope")},
		"null":                     {reply{body: `null`}, malformed("BadEnvelope")},
		"an empty object":          {reply{body: `{}`}, malformed("BadEnvelope")},
		"a list":                   {reply{body: `[]`}, malformed("BadEnvelope")},
		"no ResponseMetadata":      {reply{body: `{"Result":{"EstimatedResult":[]}}`}, malformed("BadEnvelope")},
		"a null ResponseMetadata":  {reply{body: `{"ResponseMetadata":null,"Result":{}}`}, malformed("BadEnvelope")},
		"a ResponseMetadata list":  {reply{body: `{"ResponseMetadata":[],"Result":{}}`}, malformed("BadEnvelope")},
		"an error of text":         {reply{body: failingWith("no")}, malformed("BadEnvelope")},
		"a cut body":               {reply{body: nothing[:len(nothing)-2]}, malformed("BadEnvelope")},
		"two bodies":               {reply{body: nothing + nothing}, malformed("BadEnvelope")},
		"no Result":                {reply{body: `{"ResponseMetadata":{"RequestId":"` + requestID + `"}}`}, incomplete},
		"a null Result":            {reply{body: content(nil)}, incomplete},
		"a Result of text":         {reply{body: content("fine")}, incomplete},
		"a Result list":            {reply{body: content([]any{})}, incomplete},
		"a list that is an object": {reply{body: content(fields{"ActualResult": fields{}})}, incomplete},
		"an empty 204":             {reply{status: 204}, malformed("BadEnvelope")},

		"a gateway's 502":       {reply{status: 502, header: retry, body: page}, vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP502", RetryAfter: 30 * time.Second}},
		"an empty 429":          {reply{status: 429, header: retry}, vendors.Error{Kind: vendors.KindThrottled, Code: "HTTP429", RetryAfter: 30 * time.Second}},
		"a gateway's 401":       {reply{status: 401, header: html, body: page}, vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP401"}},
		"a gateway's 403":       {reply{status: 403, header: html, body: page}, vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP403"}},
		"a gateway's 404":       {reply{status: 404, header: html, body: page}, vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP404"}},
		"400 with null":         {reply{status: 400, body: `null`}, vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP400"}},
		"500 without Error":     {reply{status: 500, body: content(nil)}, vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP500", RequestID: requestID}},
		"500 with a Result":     {reply{status: 500, body: nothing}, vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP500", RequestID: requestID}},
		"500 with a null Error": {reply{status: 500, body: failingWith(nil)}, vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP500", RequestID: requestID}},
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
			reply{body: strings.Replace(nothing, `"}`, `","Error":{"Code":"AccessDenied"}}`, 1)},
			vendors.Error{Kind: vendors.KindForbidden, Code: "AccessDenied", RequestID: requestID},
		},
		"a number and a message": {
			reply{body: failingWith(fields{"CodeN": 100024, "Message": "Authorization is invalid."})},
			vendors.Error{Kind: vendors.KindUnauthenticated, Code: "100024", RequestID: requestID},
		},
		"a message alone": {
			reply{body: failingWith(fields{"Message": "Something failed."})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode", RequestID: requestID},
		},
		"empty code and number beside a message": {
			reply{status: 401, body: failingWith(fields{"Code": "", "CodeN": 0, "Message": "Something failed."})},
			vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP401", RequestID: requestID},
		},
		"a numeric code": {
			reply{body: failingWith(fields{"Code": 100010})},
			vendors.Error{Kind: vendors.KindUnauthenticated, Code: "100010", RequestID: requestID},
		},
		"a sentence for a code": {
			reply{body: failingWith(fields{"Code": "the key abc is wrong", "CodeN": 100009})},
			vendors.Error{Kind: vendors.KindUnauthenticated, Code: "100009", RequestID: requestID},
		},
		"an endless code": {
			reply{body: failingWith(fields{"Code": "A" + strings.Repeat("a", 64)})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode", RequestID: requestID},
		},
		"an endless number": {
			reply{body: failingWith(fields{"CodeN": 13800000000})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode", RequestID: requestID},
		},
		"a negative number": {
			reply{body: failingWith(fields{"CodeN": -1})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode", RequestID: requestID},
		},
		"a code that is an object": {
			reply{status: 500, body: failingWith(fields{"Code": fields{}})},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP500", RequestID: requestID},
		},
		"a request ID that is none": {
			reply{body: `{"ResponseMetadata":{"RequestId":"Credential=AKLT/x","Error":{"Code":"InternalError"}}}`},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "InternalError"},
		},
		"a numeric request ID": {
			reply{body: `{"ResponseMetadata":{"RequestId":13800000000,"Error":{"Code":"InternalError"}}}`},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "InternalError"},
		},
		"labelled a page": {
			reply{status: 400, header: html, body: failing("InvalidAccessKey")},
			vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP400"},
		},

		"the gateway's own form": {
			reply{status: 401, body: `{"HTTPCode":401,"errorcode":"InvalidAccessKey","message":"no"}`},
			vendors.Error{Kind: vendors.KindUnauthenticated, Code: "InvalidAccessKey"},
		},
		"the gateway's own form, code unknown, status 200": {
			reply{body: `{"HTTPCode":503,"errorcode":"AddedLater","message":"no"}`},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "AddedLater"},
		},
		"the gateway's own form refuses, status 200": {
			reply{body: `{"HTTPCode":403,"message":"no"}`},
			vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP403"},
		},
		"the gateway's own form, a status that is none": {
			reply{body: `{"HTTPCode":7,"message":"no"}`},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "ErrorWithoutCode"},
		},
		"the gateway's own form differs from the status": {
			reply{status: 429, body: `{"HTTPCode":400,"errorcode":"AddedLater"}`},
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
			vendor := startVendor(t, always(reply{body: body}))
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
