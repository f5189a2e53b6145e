// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// maskedKey is the key of the vendor's worked example: masked on the page, and
// the asterisks are what the published signature was made with.
var maskedKey = strings.Repeat("*", 32)

// vendorExample is the request of both worked examples of the vendor.
var vendorExample = signedCall{
	Service:     "cvm",
	Host:        "cvm.tencentcloudapi.com",
	ContentType: "application/json; charset=utf-8",
	Action:      "DescribeInstances",
	Body: []byte(`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], ` +
		`"Name": "instance-name"}]}`),
	Timestamp: time.Unix(1551113065, 0),
}

func withoutAction(call signedCall) signedCall {
	call.Action = ""
	return call
}

func TestAuthorization(t *testing.T) {
	tests := map[string]struct {
		credential credential
		call       signedCall
		want       string
	}{
		// https://cloud.tencent.com/document/api/213/30654
		"the vendor's example, signing the action": {
			credential: credential{ID: vendors.Secret("AKID" + maskedKey), Key: vendors.Secret(maskedKey)},
			call:       vendorExample,
			want: "TC3-HMAC-SHA256 Credential=AKID" + maskedKey + "/2019-02-25/cvm/tc3_request, " +
				"SignedHeaders=content-type;host;x-tc-action, " +
				"Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
		},
		// https://www.tencentcloud.com/document/product/267/37447
		"the vendor's earlier example, not signing the action": {
			credential: credential{ID: "AKIDEXAMPLE", Key: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"},
			call:       withoutAction(vendorExample),
			want: "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, " +
				"SignedHeaders=content-type;host, " +
				"Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
		},
		// Made by tencentcloud-sdk-go/tencentcloud/common v1.3.209.
		"what the vendor's SDK sends to this API": {
			credential: credential{ID: "AKIDEXAMPLEEXAMPLEEXAMPLE", Key: "SECRETKEYEXAMPLEEXAMPLE"},
			call:       sdkCall,
			want:       sdkAuthorization,
		},
		"the same with a token, which is not signed": {
			credential: credential{
				ID: "AKIDEXAMPLEEXAMPLEEXAMPLE", Key: "SECRETKEYEXAMPLEEXAMPLE", Token: "STSTOKENEXAMPLE",
			},
			call: sdkCall,
			want: sdkAuthorization,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.credential.authorization(test.call)); diff != "" {
				t.Errorf("Authorization (-want +got):\n%s", diff)
			}
		})
	}
}

var sdkCall = signedCall{
	Service:     "live",
	Host:        "live.tencentcloudapi.com",
	ContentType: "application/json",
	Body:        []byte(`{"OrderBy":"ExpireTimeAsc","PackageType":0,"PageNum":1,"PageSize":100}`),
	Timestamp:   time.Unix(1795291586, 0),
}

const sdkAuthorization = "TC3-HMAC-SHA256 Credential=AKIDEXAMPLEEXAMPLEEXAMPLE/2026-11-21/live/tc3_request, " +
	"SignedHeaders=content-type;host, " +
	"Signature=e7d995efc8479bf85b8160975254dfa2578c6e51c6bec75469e6626281f8abb6"

// The vendor publishes what comes out of every step of its examples.
func TestAuthorizationStepByStep(t *testing.T) {
	steps := map[string]struct{ want, got string }{
		"the body's hash": {
			want: "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064",
			got:  vendors.HexSHA256(vendorExample.Body),
		},
		"the canonical request's hash": {
			want: "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
			got:  vendors.HexSHA256([]byte(vendorExample.canonicalRequest())),
		},
		"the same without the action": {
			want: "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
			got:  vendors.HexSHA256([]byte(withoutAction(vendorExample).canonicalRequest())),
		},
		"SecretDate": {
			want: "da98fb70dcf6b112dc21038d1eeeb3a95c74b4dcb12c1131f864f6066bd02be0",
			got:  hex.EncodeToString(vendors.HMACSHA256Chain("TC3"+maskedKey, "2019-02-25")),
		},
		"SecretService": {
			want: "8d70cbefb03939f929db64d32dc2ba89b1095620119fe3e050e2b18c5bd2752f",
			got:  hex.EncodeToString(vendors.HMACSHA256Chain("TC3"+maskedKey, "2019-02-25", "cvm")),
		},
		"SecretSigning": {
			want: "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af",
			got:  hex.EncodeToString(vendors.HMACSHA256Chain("TC3"+maskedKey, "2019-02-25", "cvm", "tc3_request")),
		},
	}
	for name, step := range steps {
		if diff := cmp.Diff(step.want, step.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestScopeHasTheUTCDate(t *testing.T) {
	tests := map[string]struct {
		at   time.Time
		want string
	}{
		"midnight in Beijing":         {time.Date(2026, 11, 22, 0, 0, 0, 0, vendors.Zone), "2026-11-21/live/tc3_request"},
		"just before eight, Beijing":  {time.Date(2026, 11, 22, 7, 59, 59, 0, vendors.Zone), "2026-11-21/live/tc3_request"},
		"eight in Beijing":            {time.Date(2026, 11, 22, 8, 0, 0, 0, vendors.Zone), "2026-11-22/live/tc3_request"},
		"just before midnight in UTC": {time.Date(2026, 11, 21, 23, 59, 59, 0, time.UTC), "2026-11-21/live/tc3_request"},
		"an evening west of UTC":      {time.Date(2026, 11, 21, 20, 0, 0, 0, time.FixedZone("", -5*3600)), "2026-11-22/live/tc3_request"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			call := sdkCall
			call.Timestamp = test.at
			if got := call.scope(); got != test.want {
				t.Errorf("scope = %s, want %s", got, test.want)
			}
		})
	}
}

func FuzzSign(f *testing.F) {
	f.Add("AKID", "key", "DescribeLivePackageInfo", "application/json", []byte(`{"PackageType":0}`), int64(1795291586))
	f.Add("AKID"+maskedKey, maskedKey, "", "application/json; charset=utf-8", vendorExample.Body, int64(1551113065))
	f.Add("", "", "", "", []byte(nil), int64(-1))
	f.Fuzz(func(t *testing.T, id, key, action, kind string, body []byte, at int64) {
		c := &credential{ID: vendors.Secret(id), Key: vendors.Secret(key)}
		call := signedCall{
			Service: service, Host: host, ContentType: kind, Action: action, Body: body, Timestamp: time.Unix(at, 0),
		}
		first := c.authorization(call)
		elsewhere := call
		elsewhere.Timestamp = call.Timestamp.In(vendors.Zone)
		if got := c.authorization(elsewhere); got != first {
			t.Errorf("the zone of the timestamp changes the header from %q to %q", first, got)
		}
		changed := call
		changed.Body = append([]byte("x"), body...)
		if c.authorization(changed) == first {
			t.Error("another body has the same signature")
		}
		_, signature, ok := strings.Cut(first, ", Signature=")
		if sum, err := hex.DecodeString(signature[max(0, len(signature)-64):]); !ok || err != nil || len(sum) != 32 {
			t.Errorf("no signature at the end of %q", first)
		}
	})
}
