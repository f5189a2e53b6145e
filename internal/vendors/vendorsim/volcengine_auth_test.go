// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	// The key of the vendor's worked example; it has no permissions.
	volcengineExampleKey = "TnpCak5XWXpZV1U0WkRaaE5ERmxaR0ZpTmpjeVkyUXlZek0wTWpJMU1qWQ=="
	emptySHA256          = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func TestVolcengineVectors(t *testing.T) {
	const creatorBody = `{"StartDay":"20240330","EndDay":"20240401","ActivityCreator":{"IsMainAccount":true}}`
	own := ExampleVolcengineCredential().SecretAccessKey
	tests := map[string]struct {
		service, method, url, contentType, xDate, body string
		key, token                                     vendors.Secret
		signature                                      string
		wantCanonicalHash                              string // as published, where it is
	}{
		// https://www.volcengine.com/docs/6369/67270; the page's own access key ID is
		// not part of what is signed.
		"worked example": {
			service: "iam", method: http.MethodGet,
			url:         "https://iam.volcengineapi.com/?Limit=10&Action=ListUsers&Offset=0&Version=2018-01-01",
			contentType: "application/x-www-form-urlencoded; charset=utf-8", xDate: "20201230T081805Z", key: volcengineExampleKey,
			signature:         "28eeabbbd726b87002e0fe58ad8c1c768e619b06e2646f35b6ad7ed029a6d8a7",
			wantCanonicalHash: "3a4d4dee07c3308a52da01bc12d7a83c3705bfa543f51648f46de880bb2a7447",
		},
		// From here on, signatures of the vendor's Go signer, volc-sdk-golang v1.0.23.
		"body without a token": {
			service: volcengineService, method: http.MethodPost, url: "https://" + volcengineHost + volcengineTarget,
			contentType: "application/json", xDate: "20240402T040000Z", body: creatorBody, key: own,
			signature: "ca1ef7cb355660109737621bb84a8c61c05976afbe94139dec321d1828c7b92b",
		},
		"body with a token": {
			service: volcengineService, method: http.MethodPost, url: "https://" + volcengineHost + ":443" + volcengineTarget,
			contentType: "application/json", xDate: "20240402T040000Z", body: creatorBody, key: own, token: "STSTOKENEXAMPLE==",
			signature: "3ac3d85355fc3931d5640afb1195006e0fdf89a35c430bb48aa738fc25a11d1d",
		},
		"query with reserved characters": {
			service: volcengineService, method: http.MethodGet,
			url:         "https://" + volcengineHost + "/?Action=X&Version=2020-01-01&K=a+b%2Bc/~*%C3%A9",
			contentType: "application/json", xDate: "20240402T040000Z", key: own, token: "STSTOKENEXAMPLE==",
			signature: "d8945d67c4fcb24eb9a5051b74c29473ebba828c8d118301e93c19f309ad494f",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), test.method, test.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", test.contentType)
			r.Header.Set("X-Date", test.xDate)
			r.Header.Set("X-Content-Sha256", hexSHA256([]byte(test.body)))
			signedHeaders := "content-type;host;x-content-sha256;x-date"
			if test.token != "" {
				r.Header.Set("X-Security-Token", test.token.Reveal())
				signedHeaders += ";x-security-token"
			}
			r.Header.Set("Authorization", "HMAC-SHA256 Credential=AKLTEXAMPLE/"+test.xDate[:8]+"/cn-north-1/"+test.service+
				"/request, SignedHeaders="+signedHeaders+", Signature="+test.signature)

			canonical := volcengineCanonicalRequest(r, strings.Split(signedHeaders, ";"), []byte(test.body))
			if got := hexSHA256([]byte(canonical)); test.wantCanonicalHash != "" && got != test.wantCanonicalHash {
				t.Errorf("canonical request hashes to %s:\n%s", got, canonical)
			}
			verifier := volcengineVerifier{test.service, volcengineRegion, map[string]VolcengineCredential{
				"AKLTEXAMPLE": {AccessKeyID: "AKLTEXAMPLE", SecretAccessKey: test.key, SessionToken: test.token},
			}}
			at, err := time.Parse(volcengineDate, test.xDate)
			if err != nil {
				t.Fatal(err)
			}
			if _, failure := verifier.verify(r, []byte(test.body), at); failure != nil {
				t.Errorf("verify: %+v", failure)
			}
			if _, failure := verifier.verify(r, []byte(test.body+" "), at); failure == nil || failure.code != "SignatureDoesNotMatch" {
				t.Errorf("a changed body: failure %+v", failure)
			}
		})
	}
}

// The signing key of the worked example, and the canonical request of its twin,
// https://docs.byteplus.com/api/docs/byteplus-platform/reference-example.
func TestVolcengineSteps(t *testing.T) {
	key := volcengineSigningKey(volcengineExampleKey, "20201230", "cn-north-1", "iam")
	if got := hex.EncodeToString(key); got != "e7d2eb478084eaaaf8f85c161de16f13d97e52e77bd0415f33e7feb561cccffd" {
		t.Errorf("signing key %s", got)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		"https://iam.byteplusapi.com/?Action=ListUsers&Limit=10&Offset=0&Version=2018-01-01", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Date", "20201230T081805Z")
	r.Header.Set("X-Content-Sha256", emptySHA256)
	canonical := volcengineCanonicalRequest(r, []string{"content-type", "host", "x-content-sha256", "x-date"}, nil)
	if got := hexSHA256([]byte(canonical)); got != "4809ff4a3260bb6714f750191275cfcf0c16466951fcfd99187e69644b6ae020" {
		t.Errorf("canonical request hashes to %s:\n%s", got, canonical)
	}
}

// The query is sorted by name, not by name and value joined.
func TestVolcengineCanonicalQuery(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://x.invalid/?A-b=1&A=2&a=&B=%20", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := volcengineCanonicalQuery(r.URL.Query()), "A=2&A-b=1&B=%20&a="; got != want {
		t.Errorf("query %s, want %s", got, want)
	}
}

func TestVolcengineAuthentication(t *testing.T) {
	type change = func(*volcengineDraft)
	at := func(offset time.Duration) change {
		return func(d *volcengineDraft) { d.header.Set("X-Date", testStart.Add(offset).Format(volcengineDate)) }
	}
	header := func(name, value string) change {
		return func(d *volcengineDraft) { d.header.Set(name, value) }
	}
	spoil := func(name, value string) change {
		return func(d *volcengineDraft) { d.spoil = func(r *http.Request) { r.Header.Set(name, value) } }
	}
	remove := func(name string) change {
		return func(d *volcengineDraft) { d.spoil = func(r *http.Request) { r.Header.Del(name) } }
	}
	edit := func(change func(string) string) change {
		return func(d *volcengineDraft) {
			d.spoil = func(r *http.Request) { r.Header.Set("Authorization", change(r.Header.Get("Authorization"))) }
		}
	}
	replace := func(old, replacement string) change {
		return edit(func(s string) string { return strings.Replace(s, old, replacement, 1) })
	}
	sign := func(headers string) change {
		return func(d *volcengineDraft) { d.signedHeaders = headers }
	}
	const window = 15 * time.Minute
	known, temporary := ExampleVolcengineCredential(), ExampleVolcengineTemporaryCredential()
	tests := map[string]struct {
		change         change
		wantStatus     int
		wantCode       string
		wantCodeN      int
		wantCredential string
	}{
		"right in every way":        {change: func(*volcengineDraft) {}, wantStatus: 200, wantCredential: known.AccessKeyID},
		"no space after the commas": {change: edit(func(s string) string { return strings.ReplaceAll(s, ", ", ",") }), wantStatus: 200, wantCredential: known.AccessKeyID},
		"more headers than needed":  {change: func(d *volcengineDraft) { d.header.Set("X-Extra", " a "); d.signedHeaders += ";x-extra" }, wantStatus: 200, wantCredential: known.AccessKeyID},
		"temporary with its token":  {change: func(d *volcengineDraft) { d.as(temporary) }, wantStatus: 200, wantCredential: temporary.AccessKeyID},
		"fifteen minutes slow":      {change: at(-window), wantStatus: 200, wantCredential: known.AccessKeyID},
		"fifteen minutes fast":      {change: at(window), wantStatus: 200, wantCredential: known.AccessKeyID},
		"host with a default port":  {change: func(d *volcengineDraft) { d.host += ":443" }, wantStatus: 200, wantCredential: known.AccessKeyID},

		"clock too slow":          {change: at(-window - time.Second), wantStatus: 400, wantCode: "InvalidTimestamp", wantCodeN: 100006, wantCredential: known.AccessKeyID},
		"clock too fast":          {change: at(window + time.Second), wantStatus: 400, wantCode: "InvalidTimestamp", wantCodeN: 100006, wantCredential: known.AccessKeyID},
		"date with hyphens":       {change: func(d *volcengineDraft) { d.date = "20261121"; d.header.Set("X-Date", "2026-11-21T20:06:26Z") }, wantStatus: 400, wantCode: "InvalidTimestamp", wantCodeN: 100006, wantCredential: known.AccessKeyID},
		"date with a fraction":    {change: header("X-Date", "20261121T200626.5Z"), wantStatus: 400, wantCode: "InvalidTimestamp", wantCodeN: 100006, wantCredential: known.AccessKeyID},
		"date of Beijing":         {change: header("X-Date", "20261122T040626Z"), wantStatus: 400, wantCode: "InvalidTimestamp", wantCodeN: 100006, wantCredential: known.AccessKeyID},
		"date changed afterwards": {change: spoil("X-Date", "20261121T200627Z"), wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID},
		"no date":                 {change: remove("X-Date"), wantStatus: 400, wantCode: "MissingRequestInfo", wantCodeN: 100004, wantCredential: unknown},
		"no hash":                 {change: remove("X-Content-Sha256"), wantStatus: 400, wantCode: "MissingRequestInfo", wantCodeN: 100004, wantCredential: unknown},
		"hash of another body":    {change: header("X-Content-Sha256", emptySHA256), wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID},
		"scope of another date":   {change: func(d *volcengineDraft) { d.date = "20261122" }, wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID},
		"scope of another region": {change: func(d *volcengineDraft) { d.region = "cn-beijing" }, wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID},
		"scope of another service": {
			change: func(d *volcengineDraft) { d.service = "billing" }, wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID,
		},
		"scope changed afterwards": {change: replace("/livesaas/", "/billing/"), wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID},
		"unknown key":              {change: func(d *volcengineDraft) { d.credential.AccessKeyID = "AKLTNOBODY" }, wantStatus: 401, wantCode: "InvalidAccessKey", wantCodeN: 100009, wantCredential: unknown},
		"wrong key":                {change: func(d *volcengineDraft) { d.credential.SecretAccessKey = "NOTTHEKEY" }, wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID},
		"query changed afterwards": {
			change: func(d *volcengineDraft) {
				d.spoil = func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "Pay", "Pre", 1) }
			},
			wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID,
		},
		"method changed afterwards": {
			change:     func(d *volcengineDraft) { d.spoil = func(r *http.Request) { r.Method = http.MethodPut } },
			wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID,
		},
		"signed for another host": {
			change: func(d *volcengineDraft) {
				d.host = "127.0.0.1"
				d.spoil = func(r *http.Request) { r.Host = volcengineHost }
			},
			wantStatus: 401, wantCode: "SignatureDoesNotMatch", wantCodeN: 100010, wantCredential: known.AccessKeyID,
		},
		"temporary without a token": {
			change: func(d *volcengineDraft) { d.credential = temporary }, wantStatus: 401, wantCode: "InvalidSecretToken", wantCodeN: 100026, wantCredential: temporary.AccessKeyID,
		},
		"temporary with a wrong token": {
			change: func(d *volcengineDraft) {
				wrong := temporary
				wrong.SessionToken = "ANOTHERTOKEN"
				d.as(wrong)
			},
			wantStatus: 401, wantCode: "InvalidSecretToken", wantCodeN: 100026, wantCredential: temporary.AccessKeyID,
		},
		"token that is not signed": {
			change: func(d *volcengineDraft) {
				d.as(temporary)
				d.signedHeaders = "content-type;host;x-content-sha256;x-date"
			},
			wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown,
		},
		"long-term with a token": {
			change: func(d *volcengineDraft) {
				withToken := known
				withToken.SessionToken = "STSTOKENEXAMPLE=="
				d.as(withToken)
			},
			wantStatus: 401, wantCode: "InvalidSecretToken", wantCodeN: 100026, wantCredential: known.AccessKeyID,
		},

		"no Authorization":      {change: remove("Authorization"), wantStatus: 401, wantCode: "MissingAuthenticationToken", wantCodeN: 100003, wantCredential: unknown},
		"no signature in it":    {change: edit(func(s string) string { head, _, _ := strings.Cut(s, ", Signature"); return head }), wantStatus: 401, wantCode: "MissingSignature", wantCodeN: 100005, wantCredential: unknown},
		"another algorithm":     {change: replace("HMAC-SHA256", "AWS4-HMAC-SHA256"), wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown},
		"scope not ended so":    {change: replace("/request", "/aws4_request"), wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown},
		"content type unsigned": {change: sign("host;x-content-sha256;x-date"), wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown},
		"host unsigned":         {change: sign("content-type;x-content-sha256;x-date"), wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown},
		"hash unsigned":         {change: sign("content-type;host;x-date"), wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown},
		"date unsigned":         {change: sign("content-type;host;x-content-sha256"), wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown},
		"headers out of order":  {change: sign("host;x-date;x-content-sha256;content-type"), wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown},
		"header that is absent": {change: sign("content-type;host;x-content-sha256;x-date;x-extra"), wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown},
		"two Authorizations": {change: func(d *volcengineDraft) {
			d.spoil = func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }
		}, wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown},
		"signature in upper case": {
			change: edit(func(s string) string {
				head, signature, _ := strings.Cut(s, "Signature=")
				return head + "Signature=" + strings.ToUpper(signature)
			}),
			wantStatus: 401, wantCode: "InvalidAuthorization", wantCodeN: 100024, wantCredential: unknown,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			d := b.volcengineDraft(seedsTraffic)
			test.change(d)
			answer := b.doVolcengine(t, d)
			if answer.httpStatus != test.wantStatus || answer.code() != test.wantCode {
				t.Errorf("status %d, error %+v", answer.httpStatus, answer.ResponseMetadata.Error)
			}
			if failure := answer.ResponseMetadata.Error; failure != nil && failure.CodeN != test.wantCodeN {
				t.Errorf("CodeN %d, want %d", failure.CodeN, test.wantCodeN)
			}
			if test.wantCode != "" && answer.Result != nil {
				t.Error("a refusal brings a result")
			}
			if got := b.sim.Calls()[0].Credential; got != test.wantCredential {
				t.Errorf("recorded credential %q, want %q", got, test.wantCredential)
			}
		})
	}
}
