// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// exampleKey is the key of the vendor's worked example. It may do nothing.
const exampleKey = "TnpCak5XWXpZV1U0WkRaaE5ERmxaR0ZpTmpjeVkyUXlZek0wTWpJMU1qWQ=="

// listUsers is the request of the vendor's worked example, at this host:
// https://www.volcengine.com/docs/6369/67270.
func listUsers(host string) signedCall {
	return signedCall{
		Service: "iam",
		Host:    host,
		Method:  http.MethodGet,
		Query: canonicalQuery(url.Values{
			"Version": {"2018-01-01"}, "Action": {"ListUsers"}, "Offset": {"0"}, "Limit": {"10"},
		}),
		ContentType: "application/x-www-form-urlencoded; charset=utf-8",
		Time:        time.Date(2020, 12, 30, 8, 18, 5, 0, time.UTC),
	}
}

// traffic is a request to this API.
var traffic = signedCall{
	Service:     "livesaas",
	Host:        "livesaas.volcengineapi.com",
	Method:      http.MethodPost,
	Query:       "Action=GetLiveTrafficPostPayData&Version=2023-08-01",
	ContentType: "application/json",
	Body:        []byte(`{"StartDay":"20240330","EndDay":"20240401","ActivityCreator":{"IsMainAccount":true}}`),
	Time:        time.Date(2024, 4, 2, 4, 0, 0, 0, time.UTC),
}

func withQuery(call signedCall, method string, query url.Values, body []byte) signedCall {
	call.Method, call.Query, call.Body = method, canonicalQuery(query), body
	return call
}

func TestSign(t *testing.T) {
	const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	const bodyHash = "23a21b6ed027fbdc6f8554f942902f3302cec400fdd957284872f9e3a1610294"
	const liveScope = "AKLTEXAMPLEEXAMPLEEXAMPLE/20240402/cn-north-1/livesaas/request"
	permanent := credential{ID: testID, Key: testKey}
	temporary := credential{ID: testID, Key: testKey, Token: testToken}
	tests := map[string]struct {
		credential credential
		call       signedCall
		want       map[string]string
	}{
		"the vendor's example": {
			credential: credential{ID: "AKLTEXAMPLE", Key: exampleKey},
			call:       listUsers("iam.volcengineapi.com"),
			want: map[string]string{
				"Content-Type":     "application/x-www-form-urlencoded; charset=utf-8",
				"X-Content-Sha256": emptyHash,
				"X-Date":           "20201230T081805Z",
				"Authorization": "HMAC-SHA256 Credential=AKLTEXAMPLE/20201230/cn-north-1/iam/request, " +
					"SignedHeaders=content-type;host;x-content-sha256;x-date, " +
					"Signature=28eeabbbd726b87002e0fe58ad8c1c768e619b06e2646f35b6ad7ed029a6d8a7",
			},
		},
		// The following were made by volc-sdk-golang/base v1.0.23.
		"what the vendor's SDK sends to this API": {
			credential: permanent,
			call:       traffic,
			want: map[string]string{
				"Content-Type":     "application/json",
				"X-Content-Sha256": bodyHash,
				"X-Date":           "20240402T040000Z",
				"Authorization": "HMAC-SHA256 Credential=" + liveScope + ", " +
					"SignedHeaders=content-type;host;x-content-sha256;x-date, " +
					"Signature=ca1ef7cb355660109737621bb84a8c61c05976afbe94139dec321d1828c7b92b",
			},
		},
		"the same with a token, which is signed": {
			credential: temporary,
			call:       traffic,
			want: map[string]string{
				"Content-Type":     "application/json",
				"X-Content-Sha256": bodyHash,
				"X-Date":           "20240402T040000Z",
				"X-Security-Token": "STSTOKENEXAMPLE==",
				"Authorization": "HMAC-SHA256 Credential=" + liveScope + ", " +
					"SignedHeaders=content-type;host;x-content-sha256;x-date;x-security-token, " +
					"Signature=3ac3d85355fc3931d5640afb1195006e0fdf89a35c430bb48aa738fc25a11d1d",
			},
		},
		"a query of characters that have to be escaped": {
			credential: temporary,
			call: withQuery(traffic, http.MethodGet, url.Values{
				"Action": {"X"}, "Version": {"2020-01-01"}, "K": {"a b+c/~*é"},
			}, nil),
			want: map[string]string{
				"Content-Type":     "application/json",
				"X-Content-Sha256": emptyHash,
				"X-Date":           "20240402T040000Z",
				"X-Security-Token": "STSTOKENEXAMPLE==",
				"Authorization": "HMAC-SHA256 Credential=" + liveScope + ", " +
					"SignedHeaders=content-type;host;x-content-sha256;x-date;x-security-token, " +
					"Signature=d8945d67c4fcb24eb9a5051b74c29473ebba828c8d118301e93c19f309ad494f",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			for field, values := range test.credential.sign(test.call) {
				got[field] = strings.Join(values, "|")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

// What comes out of the steps of the vendor's examples. The second page is that
// of its international twin:
// https://docs.byteplus.com/api/docs/byteplus-platform/reference-example.
func TestSignStepByStep(t *testing.T) {
	example := credential{Key: exampleKey}
	steps := map[string]struct{ want, got string }{
		"the canonical request's hash": {
			want: "3a4d4dee07c3308a52da01bc12d7a83c3705bfa543f51648f46de880bb2a7447",
			got:  vendors.HexSHA256([]byte(example.canonicalRequest(listUsers("iam.volcengineapi.com")))),
		},
		"the same on the second page": {
			want: "4809ff4a3260bb6714f750191275cfcf0c16466951fcfd99187e69644b6ae020",
			got:  vendors.HexSHA256([]byte(example.canonicalRequest(listUsers("iam.byteplusapi.com")))),
		},
		"the scope": {
			want: "20201230/cn-north-1/iam/request",
			got:  listUsers("iam.volcengineapi.com").scope(),
		},
		"the signing key": {
			want: "e7d2eb478084eaaaf8f85c161de16f13d97e52e77bd0415f33e7feb561cccffd",
			got:  hex.EncodeToString(vendors.HMACSHA256Chain(exampleKey, "20201230", "cn-north-1", "iam", "request")),
		},
	}
	for name, step := range steps {
		if diff := cmp.Diff(step.want, step.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestCanonicalQuery(t *testing.T) {
	got := canonicalQuery(url.Values{"Z": {"1"}, "K": {"a b+c/~*é"}, "Empty": {""}})
	if diff := cmp.Diff("Empty=&K=a%20b%2Bc%2F~%2A%C3%A9&Z=1", got); diff != "" {
		t.Error(diff)
	}
}

func TestDatesAreInUTC(t *testing.T) {
	tests := map[string]struct {
		at        time.Time
		wantDate  string
		wantScope string
	}{
		"midnight at the vendor": {
			time.Date(2026, 11, 22, 0, 0, 0, 0, vendors.Zone),
			"20261121T160000Z", "20261121/cn-north-1/livesaas/request",
		},
		"eight at the vendor": {
			time.Date(2026, 11, 22, 8, 0, 0, 0, vendors.Zone),
			"20261122T000000Z", "20261122/cn-north-1/livesaas/request",
		},
		"an evening west of UTC": {
			time.Date(2026, 12, 31, 20, 0, 0, 0, time.FixedZone("", -5*3600)),
			"20270101T010000Z", "20270101/cn-north-1/livesaas/request",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			call := traffic
			call.Time = test.at
			got := []string{call.date(), call.scope()}
			if diff := cmp.Diff([]string{test.wantDate, test.wantScope}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzSign(f *testing.F) {
	f.Add(testID, testKey, testToken, "Action", action, traffic.Body, int64(1712030400))
	f.Add("AKLTEXAMPLE", exampleKey, "", "K", "a b+c/~*é", []byte(nil), int64(1609316285))
	f.Add("", "", "", "", "", []byte("\x00\xff"), int64(-1))
	f.Fuzz(func(t *testing.T, id, key, token, name, value string, body []byte, at int64) {
		c := &credential{ID: vendors.Secret(id), Key: vendors.Secret(key), Token: vendors.Secret(token)}
		call := signedCall{
			Service: service, Host: host, Method: http.MethodPost, Query: canonicalQuery(url.Values{name: {value}}),
			ContentType: contentType, Body: body, Time: time.Unix(at, 0),
		}
		checkQuery(t, call.Query, name, value)
		first := c.signature(call)
		if sum, err := hex.DecodeString(first); err != nil || len(sum) != 32 {
			t.Fatalf("%q is no signature", first)
		}
		elsewhere, changed := call, call
		elsewhere.Time = call.Time.In(vendors.Zone)
		changed.Body = append([]byte("x"), body...)
		if got := c.signature(elsewhere); got != first {
			t.Errorf("the zone of the time changes the signature from %q to %q", first, got)
		}
		if c.signature(changed) == first {
			t.Error("another body has the same signature")
		}
		if got := c.sign(call).Get("X-Security-Token"); got != token {
			t.Errorf("the token %q is sent as %q", token, got)
		}
	})
}

// checkQuery expects a query string that reads as what it was made of, and holds
// nothing that a URL could not.
func checkQuery(t *testing.T, query, name, value string) {
	t.Helper()
	got, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(url.Values{name: {value}}, got); diff != "" {
		t.Errorf("query (-want +got):\n%s", diff)
	}
	if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("+*#?/", r) }) {
		t.Errorf("the query %q is not escaped", query)
	}
}
