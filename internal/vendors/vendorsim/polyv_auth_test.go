// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// The first secret of the vendor's worked examples.
const polyvExampleSecret = "fsq2k5weced1h8vui657xtdva66whf0g"

func TestPolyvPublishedVectors(t *testing.T) {
	example := func(extra polyvParameters) polyvParameters {
		parameters := polyvParameters{
			"appId": "g4rqgmmjuo", "channelIds": "2477096,2272655",
			"startDay": "2022-05-20", "endDay": "2022-06-18", "timestamp": "1660270926732",
		}
		maps.Copy(parameters, extra)
		return parameters
	}
	own := func(extra polyvParameters) polyvParameters {
		extra["appId"], extra["timestamp"] = "g4rqgmmjuo", "1660270926732"
		return extra
	}
	tests := map[string]struct {
		parameters polyvParameters
		secret     vendors.Secret
		want       string
	}{
		// https://polyv.gitbook.io/document/docs/live/api/buildsign
		"worked example with MD5": {
			parameters: example(nil), secret: polyvExampleSecret, want: "0D2BDA2FD04D93A2B8832B91FD973C4D",
		},
		"worked example with parameters that are null": {
			parameters: example(polyvParameters{"page": "", "size": " "}), secret: polyvExampleSecret,
			want: "0D2BDA2FD04D93A2B8832B91FD973C4D",
		},
		// https://github.com/polyv/fed-common-utils, demo/encrypt.js
		"worked example with SHA256": {
			parameters: example(polyvParameters{"signatureMethod": "SHA256"}), secret: polyvExampleSecret,
			want: "C19D35BD44B2BD0A538D420D93F80C17EAD9604042098EA38621A2B5663ECEDF",
		},
		// http://dev.polyv.net/2018/liveproduct/l-api/rule/sign/
		"older worked example": {
			parameters: polyvParameters{"appId": "egyszbtsd58", "channelId": "415174", "timestamp": "1594369061376"},
			secret:     "6ef8d34c08f44e91a18e28d42ff0da7e", want: "7DEDD50579ECB5E5062954DBA10ADCA1",
		},
		// Computed once, with another program.
		"sub-accounts by email": {
			parameters: own(polyvParameters{"emails": "a@example.com,b@example.com", "pageNumber": "1", "pageSize": "50"}),
			secret:     polyvExampleSecret, want: "7A7BF7D5B41952D1F5A15F254ADAD139",
		},
		"usage without a channel": {
			parameters: own(polyvParameters{
				"itemCategory": "duration", "startDate": "2023-08-04", "endDate": "2023-08-04",
				"pageNumber": "1", "pageSize": "10", "channelId": "",
			}),
			secret: polyvExampleSecret, want: "3FE72E2A2CD6C8C3A9BAA4C39A7C1487",
		},
		"bill": {
			parameters: own(polyvParameters{
				"billingDate": "202205", "isolationId": "iso-example", "pageNumber": "1", "pageSize": "1000",
			}),
			secret: polyvExampleSecret, want: "B010C7FE33B1F265514081F52C22D2E5",
		},
		"Chinese and reserved characters": {
			parameters: own(polyvParameters{"keyword": "直播 a+b"}), secret: polyvExampleSecret,
			want: "225CCF1F06E424ECF275F009B5D69D2B",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := polyvSignature(test.parameters, test.secret); got != test.want {
				t.Errorf("signature %s, want %s", got, test.want)
			}
			verifier := polyvVerifier{map[string]PolyvCredential{
				test.parameters["appId"]: {AppID: test.parameters["appId"], AppSecret: test.secret},
			}}
			milliseconds, err := strconv.ParseInt(test.parameters["timestamp"], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			test.parameters["sign"] = test.want
			if _, failure := verifier.verify(test.parameters, time.UnixMilli(milliseconds)); failure != nil {
				t.Errorf("verify: %+v", failure)
			}
		})
	}
}

// The encoded form of one of the vectors, signed elsewhere, is let in.
func TestPolyvVectorOnTheWire(t *testing.T) {
	sim, err := New(clocktesting.NewFakePassiveClock(time.UnixMilli(1660270926732)), ScenarioSeeds)
	if err != nil {
		t.Fatal(err)
	}
	credential := PolyvCredential{AppID: "g4rqgmmjuo", AppSecret: polyvExampleSecret, Account: ExamplePolyvGroupAccount}
	sim.Polyv().SetCredential(credential)
	const query = "appId=g4rqgmmjuo&emails=a%40example.com%2Cb%40example.com&pageNumber=1&pageSize=50" +
		"&sign=7A7BF7D5B41952D1F5A15F254ADAD139&timestamp=1660270926732"
	recorder := httptest.NewRecorder()
	sim.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+polyvHost+polyvPackagesPath+"?"+query, http.NoBody))
	if recorder.Code != http.StatusOK || !strings.Contains(recorder.Body.String(), `"totalItems":0`) {
		t.Errorf("status %d: %s", recorder.Code, recorder.Body)
	}
}

func TestPolyvAuthentication(t *testing.T) {
	set := func(name, value string) func(*polyvDraft) {
		return func(d *polyvDraft) { d.parameters[name] = value }
	}
	at := func(offset time.Duration) func(*polyvDraft) {
		return set("timestamp", strconv.FormatInt(testStart.Add(offset).UnixMilli(), 10))
	}
	spoil := func(name, value string) func(*polyvDraft) {
		return func(d *polyvDraft) { d.spoil = func(v url.Values) { v.Set(name, value) } }
	}
	const window = 3 * time.Minute
	known := ExamplePolyvGroupCredential().AppID
	tests := map[string]struct {
		change         func(*polyvDraft)
		wantStatus     int
		wantCode       int // of the v4 envelope; 0 for the legacy one
		wantDesc       string
		wantCredential string
	}{
		"right in every way":      {change: func(*polyvDraft) {}, wantStatus: 200, wantCredential: known},
		"SHA256":                  {change: set("signatureMethod", "SHA256"), wantStatus: 200, wantCredential: known},
		"three minutes slow":      {change: at(-window), wantStatus: 200, wantCredential: known},
		"three minutes fast":      {change: at(window), wantStatus: 200, wantCredential: known},
		"clock too slow":          {change: at(-window - time.Millisecond), wantStatus: 400, wantCode: 10003, wantDesc: "时间戳过期", wantCredential: known},
		"clock too fast":          {change: at(window + time.Millisecond), wantStatus: 400, wantCode: 10003, wantDesc: "时间戳过期", wantCredential: known},
		"timestamp in seconds":    {change: set("timestamp", strconv.FormatInt(testStart.Unix(), 10)), wantStatus: 400, wantDesc: "invalid timestamp.", wantCredential: known},
		"timestamp no number":     {change: set("timestamp", "179529158600x"), wantStatus: 400, wantDesc: "invalid timestamp.", wantCredential: known},
		"no timestamp":            {change: func(d *polyvDraft) { delete(d.parameters, "timestamp") }, wantStatus: 400, wantCode: 400, wantDesc: "param should not be empty: timestamp", wantCredential: known},
		"no appId":                {change: func(d *polyvDraft) { delete(d.parameters, "appId") }, wantStatus: 400, wantDesc: "appId is required.", wantCredential: unknown},
		"unknown appId":           {change: set("appId", "nobody"), wantStatus: 400, wantCode: 20001, wantDesc: "application not found.", wantCredential: unknown},
		"wrong secret":            {change: func(d *polyvDraft) { d.credential.AppSecret = "NOTTHESECRET" }, wantStatus: 400, wantDesc: "invalid signature.", wantCredential: known},
		"no sign":                 {change: func(d *polyvDraft) { d.spoil = func(v url.Values) { v.Del("sign") } }, wantStatus: 400, wantDesc: "invalid signature.", wantCredential: known},
		"sign in lower case":      {change: func(d *polyvDraft) { d.spoil = func(v url.Values) { v.Set("sign", strings.ToLower(v.Get("sign"))) } }, wantStatus: 400, wantDesc: "invalid signature.", wantCredential: known},
		"changed after signing":   {change: spoil("pageNumber", "2"), wantStatus: 400, wantDesc: "invalid signature.", wantCredential: known},
		"method not signed":       {change: spoil("signatureMethod", "SHA256"), wantStatus: 400, wantDesc: "invalid signature.", wantCredential: known},
		"method that is not said": {change: set("signatureMethod", "MD5"), wantStatus: 400, wantCode: 400, wantDesc: "param validate error: signatureMethod", wantCredential: known},
		"values signed as encoded": {
			change: func(d *polyvDraft) {
				d.parameters["emails"] = "a%40example.com"
				d.spoil = func(v url.Values) { v.Set("emails", "a@example.com") }
			},
			wantStatus: 400, wantDesc: "invalid signature.", wantCredential: known,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			d := b.packagesDraft(nil)
			test.change(d)
			answer := b.doPolyv(t, d)
			if answer.httpStatus != test.wantStatus || answer.Code != test.wantStatus || answer.desc() != test.wantDesc {
				t.Errorf("status %d, code %d, %q", answer.httpStatus, answer.Code, answer.desc())
			}
			if code := errorCode(answer); code != test.wantCode {
				t.Errorf("error.code %d, want %d", code, test.wantCode)
			}
			if got := b.sim.Calls()[0].Credential; got != test.wantCredential {
				t.Errorf("recorded credential %q, want %q", got, test.wantCredential)
			}
		})
	}
}

// errorCode is 0 in an answer without an error of the v4 envelope.
func errorCode(d polyvDecoded) int {
	if d.Error == nil {
		return 0
	}
	return d.Error.Code
}
