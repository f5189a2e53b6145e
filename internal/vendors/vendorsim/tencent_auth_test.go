// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// The request of the vendor's worked examples; the escapes belong to the body.
const (
	exampleBody = `{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`
	// liveBody and its signature come from the vendor's own Go client.
	liveBody = `{"OrderBy":"ExpireTimeAsc","PackageType":0,"PageNum":1,"PageSize":100}`
)

func TestTC3PublishedVectors(t *testing.T) {
	tests := map[string]struct {
		service, host, action, contentType string
		timestamp                          int64
		body                               string
		credential                         TencentCredential
		signedHeaders, signature           string
		wantCanonicalHash                  string // as published, where it is
	}{
		// https://cloud.tencent.com/document/api/213/30654; the masked key of that
		// page is the key.
		"worked example that signs the action": {
			service: "cvm", host: "cvm.tencentcloudapi.com", action: "DescribeInstances",
			contentType: "application/json; charset=utf-8", timestamp: 1551113065, body: exampleBody,
			credential: TencentCredential{
				SecretID:  "AKID" + strings.Repeat("*", 32),
				SecretKey: vendors.Secret(strings.Repeat("*", 32)),
			},
			signedHeaders:     "content-type;host;x-tc-action",
			signature:         "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
			wantCanonicalHash: "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
		},
		// https://www.tencentcloud.com/document/product/267/37447
		"worked example of the mandatory headers": {
			service: "cvm", host: "cvm.tencentcloudapi.com", action: "DescribeInstances",
			contentType: "application/json; charset=utf-8", timestamp: 1551113065, body: exampleBody,
			credential:        TencentCredential{SecretID: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", SecretKey: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"},
			signedHeaders:     "content-type;host",
			signature:         "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
			wantCanonicalHash: "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
		},
		"vendor's Go client": {
			service: "live", host: tencentHost, action: actionDescribeLivePackageInfo,
			contentType: "application/json", timestamp: 1795291586, body: liveBody,
			credential:    ExampleTencentCredential(),
			signedHeaders: "content-type;host",
			signature:     "e7d995efc8479bf85b8160975254dfa2578c6e51c6bec75469e6626281f8abb6",
		},
		"vendor's Go client with a token, which is not signed": {
			service: "live", host: tencentHost, action: actionDescribeLivePackageInfo,
			contentType: "application/json", timestamp: 1795291586, body: liveBody,
			credential: TencentCredential{
				SecretID:  ExampleTencentCredential().SecretID,
				SecretKey: ExampleTencentCredential().SecretKey,
				Token:     "STSTOKENEXAMPLE",
			},
			signedHeaders: "content-type;host",
			signature:     "e7d995efc8479bf85b8160975254dfa2578c6e51c6bec75469e6626281f8abb6",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			at := time.Unix(test.timestamp, 0).UTC()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+test.host+"/", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", test.contentType)
			r.Header.Set("X-TC-Action", test.action)
			r.Header.Set("X-TC-Timestamp", strconv.FormatInt(test.timestamp, 10))
			if test.credential.Token != "" {
				r.Header.Set("X-TC-Token", test.credential.Token.Reveal())
			}
			r.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential="+test.credential.SecretID+"/"+
				at.Format(time.DateOnly)+"/"+test.service+"/tc3_request, SignedHeaders="+test.signedHeaders+
				", Signature="+test.signature)

			canonical := canonicalRequest(r, strings.Split(test.signedHeaders, ";"), []byte(test.body))
			if got := hexSHA256([]byte(canonical)); test.wantCanonicalHash != "" && got != test.wantCanonicalHash {
				t.Errorf("canonical request hashes to %s:\n%s", got, canonical)
			}
			verifier := tc3Verifier{
				service:     test.service,
				credentials: map[string]TencentCredential{test.credential.SecretID: test.credential},
			}
			got, failure := verifier.verify(r, []byte(test.body), at)
			if failure != nil || got.SecretID != test.credential.SecretID {
				t.Errorf("verify: credential %q, failure %+v", got.SecretID, failure)
			}
			if _, failure := verifier.verify(r, []byte(test.body+" "), at); failure == nil || failure.Code != codeSignatureFailure {
				t.Errorf("a changed body: failure %+v, want %s", failure, codeSignatureFailure)
			}
		})
	}
}

// The keys on the way to the signature, from the same page as the first vector.
func TestTC3SigningKeySteps(t *testing.T) {
	key := vendors.Secret(strings.Repeat("*", 32))
	dateKey := hmacSHA256([]byte("TC3"+key.Reveal()), "2019-02-25")
	got := []string{
		hex.EncodeToString(dateKey),
		hex.EncodeToString(hmacSHA256(dateKey, "cvm")),
		hex.EncodeToString(tc3SigningKey(key, "2019-02-25", "cvm")),
	}
	want := []string{
		"da98fb70dcf6b112dc21038d1eeeb3a95c74b4dcb12c1131f864f6066bd02be0",
		"8d70cbefb03939f929db64d32dc2ba89b1095620119fe3e050e2b18c5bd2752f",
		"b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestTencentAuthentication(t *testing.T) {
	stranger := TencentCredential{SecretID: "AKIDNOBODY", SecretKey: "NOKEY"}
	wrongKey := ExampleTencentCredential()
	wrongKey.SecretKey = "NOTTHEKEY"
	withToken := ExampleTencentCredential()
	withToken.Token = "STSTOKENEXAMPLE"
	setTimestamp := func(d *draft, at time.Time) {
		d.header.Set("X-Tc-Timestamp", strconv.FormatInt(at.Unix(), 10))
	}
	setAuthorization := func(change func(string) string) func(*draft) {
		return func(d *draft) {
			d.spoil = func(r *http.Request) { r.Header.Set("Authorization", change(r.Header.Get("Authorization"))) }
		}
	}
	replace := func(old, replacement string) func(*draft) {
		return setAuthorization(func(s string) string { return strings.Replace(s, old, replacement, 1) })
	}

	tests := map[string]struct {
		change         func(*draft)
		wantCode       string
		wantCredential string
	}{
		"right in every way": {
			change: func(*draft) {}, wantCredential: wrongKey.SecretID,
		},
		"mandatory headers alone": {
			change: func(d *draft) { d.signedHeaders = "content-type;host" }, wantCredential: wrongKey.SecretID,
		},
		"more headers than needed": {
			change:         func(d *draft) { d.signedHeaders = "content-type;host;x-tc-action;x-tc-timestamp;x-tc-version" },
			wantCredential: wrongKey.SecretID,
		},
		"charset in the content type": {
			change:         func(d *draft) { d.header.Set("Content-Type", "application/json; charset=utf-8") },
			wantCredential: wrongKey.SecretID,
		},
		"no space after the commas": {
			change:         setAuthorization(func(s string) string { return strings.ReplaceAll(s, ", ", ",") }),
			wantCredential: wrongKey.SecretID,
		},
		"temporary credential with its token": {
			change:         func(d *draft) { d.credential = ExampleTencentTemporaryCredential() },
			wantCredential: ExampleTencentTemporaryCredential().SecretID,
		},
		"clock exactly five minutes slow": {
			change:         func(d *draft) { setTimestamp(d, testStart.Add(-5*time.Minute)) },
			wantCredential: wrongKey.SecretID,
		},
		"clock exactly five minutes fast": {
			change:         func(d *draft) { setTimestamp(d, testStart.Add(5*time.Minute)) },
			wantCredential: wrongKey.SecretID,
		},

		"clock too slow": {
			change:   func(d *draft) { setTimestamp(d, testStart.Add(-5*time.Minute-time.Second)) },
			wantCode: codeSignatureExpire, wantCredential: wrongKey.SecretID,
		},
		"clock too fast": {
			change:   func(d *draft) { setTimestamp(d, testStart.Add(5*time.Minute+time.Second)) },
			wantCode: codeSignatureExpire, wantCredential: wrongKey.SecretID,
		},
		"timestamp in milliseconds": {
			change: func(d *draft) {
				d.header.Set("X-Tc-Timestamp", strconv.FormatInt(testStart.UnixMilli(), 10))
				d.date = testStart.Format(time.DateOnly)
			},
			wantCode: codeInvalidParameter, wantCredential: wrongKey.SecretID,
		},
		"no timestamp": {
			change:   func(d *draft) { d.spoil = func(r *http.Request) { r.Header.Del("X-TC-Timestamp") } },
			wantCode: codeMissingParameter, wantCredential: wrongKey.SecretID,
		},
		"timestamp changed after signing": {
			change: func(d *draft) {
				d.spoil = func(r *http.Request) {
					r.Header.Set("X-TC-Timestamp", strconv.FormatInt(testStart.Unix()+1, 10))
				}
			},
			wantCode: codeSignatureFailure, wantCredential: wrongKey.SecretID,
		},
		"date of Beijing in place of UTC": {
			change:   func(d *draft) { d.date = "2026-11-22" },
			wantCode: codeSignatureFailure, wantCredential: wrongKey.SecretID,
		},
		"scope of another service": {
			change:   func(d *draft) { d.service = "cvm" },
			wantCode: codeSignatureFailure, wantCredential: wrongKey.SecretID,
		},
		"scope with a date that was not signed": {
			change:   replace("2026-11-21", "2026-11-20"),
			wantCode: codeSignatureFailure, wantCredential: wrongKey.SecretID,
		},
		"scope with a service that was not signed": {
			change:   replace("/live/", "/cvm/"),
			wantCode: codeSignatureFailure, wantCredential: wrongKey.SecretID,
		},
		"unknown SecretId": {
			change: func(d *draft) { d.credential = stranger }, wantCode: codeSecretIDNotFound, wantCredential: unknown,
		},
		"wrong SecretKey": {
			change:   func(d *draft) { d.credential = wrongKey },
			wantCode: codeSignatureFailure, wantCredential: wrongKey.SecretID,
		},
		"signed header changed on the way": {
			change: func(d *draft) {
				d.spoil = func(r *http.Request) { r.Header.Set("X-TC-Action", "DescribeLiveDomains") }
			},
			wantCode: codeSignatureFailure, wantCredential: wrongKey.SecretID,
		},
		"content type changed on the way": {
			change: func(d *draft) {
				d.spoil = func(r *http.Request) { r.Header.Set("Content-Type", "application/json;charset=utf-8") }
			},
			wantCode: codeSignatureFailure, wantCredential: wrongKey.SecretID,
		},
		"signed for another host": {
			change: func(d *draft) {
				d.host = "127.0.0.1"
				d.spoil = func(r *http.Request) { r.Host = tencentHost }
			},
			wantCode: codeSignatureFailure, wantCredential: wrongKey.SecretID,
		},
		"temporary credential without a token": {
			change: func(d *draft) {
				d.credential = ExampleTencentTemporaryCredential()
				d.credential.Token = ""
			},
			wantCode: codeTokenFailure, wantCredential: ExampleTencentTemporaryCredential().SecretID,
		},
		"temporary credential with a wrong token": {
			change: func(d *draft) {
				d.credential = ExampleTencentTemporaryCredential()
				d.credential.Token = "ANOTHERTOKEN"
			},
			wantCode: codeTokenFailure, wantCredential: ExampleTencentTemporaryCredential().SecretID,
		},
		"long-term credential with a token": {
			change:   func(d *draft) { d.credential = withToken },
			wantCode: codeTokenFailure, wantCredential: wrongKey.SecretID,
		},

		"no Authorization": {
			change:   func(d *draft) { d.spoil = func(r *http.Request) { r.Header.Del("Authorization") } },
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
		"two Authorizations": {
			change: func(d *draft) {
				d.spoil = func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }
			},
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
		"another algorithm": {
			change:   replace("TC3-HMAC-SHA256", "TC3-HMAC-SM3"),
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
		"signature in capitals": {
			change: setAuthorization(func(s string) string {
				head, signature, _ := strings.Cut(s, "Signature=")
				return head + "Signature=" + strings.ToUpper(signature)
			}),
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
		"scope not ended by tc3_request": {
			change:   replace("tc3_request", "aws4_request"),
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
		"host not signed": {
			change:   func(d *draft) { d.signedHeaders = "content-type;x-tc-action" },
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
		"content type not signed": {
			change:   func(d *draft) { d.signedHeaders = "host;x-tc-action" },
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
		"signed headers out of order": {
			change:   func(d *draft) { d.signedHeaders = "host;content-type" },
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
		"signed header named twice": {
			change:   func(d *draft) { d.signedHeaders = "content-type;content-type;host" },
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
		"signed header that is absent": {
			change:   func(d *draft) { d.signedHeaders = "content-type;host;x-tc-region" },
			wantCode: codeInvalidAuthorization, wantCredential: unknown,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			d := b.draft(`{"PackageType":0}`)
			test.change(d)
			answer := b.do(t, d)
			if answer.code() != test.wantCode {
				t.Errorf("error %+v, want code %q", answer.Error, test.wantCode)
			}
			if test.wantCode != "" && answer.LivePackageInfoList != nil {
				t.Error("a refusal brings packages")
			}
			if got := b.sim.Calls()[0].Credential; got != test.wantCredential {
				t.Errorf("recorded credential %q, want %q", got, test.wantCredential)
			}
		})
	}
}
