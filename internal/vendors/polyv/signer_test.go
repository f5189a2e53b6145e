// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// The key and the parameters of the vendor's example, at
// https://polyv.gitbook.io/document/docs/live/api/buildsign.
const (
	publishedID     = "g4rqgmmjuo"
	publishedSecret = "fsq2k5weced1h8vui657xtdva66whf0g"
	publishedMillis = 1660270926732
)

var publishedParams = map[string]string{
	"channelIds": "2477096,2272655",
	"startDay":   "2022-05-20",
	"endDay":     "2022-06-18",
	"page":       "",
	"size":       "",
}

func TestSignedQuery(t *testing.T) {
	type vector struct {
		credential credential
		params     map[string]string
		at         int64
		// want is the whole query, which begins with the smallest name.
		want string
	}
	published := credential{AppID: publishedID, AppSecret: publishedSecret}
	publishedSHA256 := credential{AppID: publishedID, AppSecret: publishedSecret, SHA256: true}
	tests := map[string]vector{
		"the vendor's example": {
			credential: published, params: publishedParams, at: publishedMillis,
			want: "appId=g4rqgmmjuo&channelIds=2477096%2C2272655&endDay=2022-06-18" +
				"&sign=0D2BDA2FD04D93A2B8832B91FD973C4D&startDay=2022-05-20&timestamp=1660270926732",
		},
		// https://github.com/polyv/fed-common-utils, demo/encrypt.js
		"the vendor's example for SHA-256, whose name is signed too": {
			credential: publishedSHA256, params: publishedParams, at: publishedMillis,
			want: "appId=g4rqgmmjuo&channelIds=2477096%2C2272655&endDay=2022-06-18" +
				"&sign=C19D35BD44B2BD0A538D420D93F80C17EAD9604042098EA38621A2B5663ECEDF" +
				"&signatureMethod=SHA256&startDay=2022-05-20&timestamp=1660270926732",
		},
		// http://dev.polyv.net/category/liveproduct/
		"the vendor's earlier example": {
			credential: credential{AppID: "egyszbtsd58", AppSecret: "6ef8d34c08f44e91a18e28d42ff0da7e"},
			params:     map[string]string{"channelId": "415174"},
			at:         1594369061376,
			want:       "appId=egyszbtsd58&channelId=415174&sign=7DEDD50579ECB5E5062954DBA10ADCA1&timestamp=1594369061376",
		},
		// The signatures below were made with Python's hashlib.
		"two sub-accounts": {
			credential: published,
			params:     map[string]string{"emails": "a@example.com,b@example.com", "pageNumber": "1", "pageSize": "50"},
			at:         publishedMillis,
			want: "appId=g4rqgmmjuo&emails=a%40example.com%2Cb%40example.com&pageNumber=1&pageSize=50" +
				"&sign=7A7BF7D5B41952D1F5A15F254ADAD139&timestamp=1660270926732",
		},
		"usage of all channels": {
			credential: published,
			params: map[string]string{
				"itemCategory": "duration", "startDate": "2023-08-04", "endDate": "2023-08-04",
				"channelId": "", "pageNumber": "1", "pageSize": "10",
			},
			at: publishedMillis,
			want: "appId=g4rqgmmjuo&endDate=2023-08-04&itemCategory=duration&pageNumber=1&pageSize=10" +
				"&sign=3FE72E2A2CD6C8C3A9BAA4C39A7C1487&startDate=2023-08-04&timestamp=1660270926732",
		},
		"a bill": {
			credential: published,
			params: map[string]string{
				"billingDate": "202205", "isolationId": "iso-example", "pageNumber": "1", "pageSize": "1000",
			},
			at: publishedMillis,
			want: "appId=g4rqgmmjuo&billingDate=202205&isolationId=iso-example&pageNumber=1&pageSize=1000" +
				"&sign=B010C7FE33B1F265514081F52C22D2E5&timestamp=1660270926732",
		},
		"Chinese and reserved characters, signed before they are escaped": {
			credential: published,
			params:     map[string]string{"keyword": "直播 a+b"},
			at:         publishedMillis,
			want: "appId=g4rqgmmjuo&keyword=%E7%9B%B4%E6%92%AD+a%2Bb" +
				"&sign=225CCF1F06E424ECF275F009B5D69D2B&timestamp=1660270926732",
		},
		"blank parameters, which are as good as none": {
			credential: published,
			params: map[string]string{
				"keyword": "直播 a+b", "memo": " \t", "channelId": "",
			},
			at: publishedMillis,
			want: "appId=g4rqgmmjuo&keyword=%E7%9B%B4%E6%92%AD+a%2Bb" +
				"&sign=225CCF1F06E424ECF275F009B5D69D2B&timestamp=1660270926732",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := test.credential.signedQuery(test.params, time.UnixMilli(test.at))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("query (-want +got):\n%s", diff)
			}
		})
	}
}

// What the vendor's own tool makes of SHA-256 when the name of the method is not
// among the parameters. The vendor's service expects it there; this shows that
// nothing but the hash differs.
func TestSignWithoutTheMethodsName(t *testing.T) {
	signer := credential{AppSecret: publishedSecret, SHA256: true}
	got := signer.sign(map[string]string{
		"appId": publishedID, "channelIds": "2477096,2272655", "startDay": "2022-05-20",
		"endDay": "2022-06-18", "timestamp": "1660270926732",
	})
	if diff := cmp.Diff("42703C82180F933545C0E6E3372B5F6303C3A54F77629AA34C4CE3443F7B3B27", got); diff != "" {
		t.Errorf("sign (-want +got):\n%s", diff)
	}
}

func TestNamesAreSignedInTheOrderOfTheirBytes(t *testing.T) {
	signer := credential{AppSecret: "s"}
	upperFirst := signer.sign(map[string]string{"a": "1", "B": "2"})
	if want := strings.ToUpper(hex.EncodeToString(signer.digest("sB2a1s"))); upperFirst != want {
		t.Errorf("sign = %s, want %s", upperFirst, want)
	}
}

func FuzzSign(f *testing.F) {
	f.Add(publishedID, publishedSecret, "channelIds", "2477096,2272655", int64(publishedMillis), false)
	f.Add(publishedID, publishedSecret, "keyword", "直播 a+b", int64(publishedMillis), true)
	f.Add("", "", "", "", int64(-1), true)
	f.Fuzz(func(t *testing.T, id, secret, name, value string, at int64, strong bool) {
		if name == paramSign {
			t.Skip("no question has a parameter of this name")
		}
		signer := &credential{AppID: vendors.Secret(id), AppSecret: vendors.Secret(secret), SHA256: strong}
		text := signer.signedQuery(map[string]string{name: value}, time.UnixMilli(at))
		query, err := url.ParseQuery(text)
		if err != nil {
			t.Fatalf("%q is no query: %v", text, err)
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }) {
			t.Errorf("%q is not escaped", text)
		}
		checkSignature(t, signer, query)
	})
}

// checkSignature makes the signature again, from the parameters that arrived.
func checkSignature(t *testing.T, signer *credential, query url.Values) {
	t.Helper()
	params := map[string]string{}
	for name, values := range query {
		if len(values) != 1 {
			t.Errorf("%d values of %s", len(values), name)
		}
		if strings.TrimSpace(values[0]) == "" && name != "appId" {
			t.Errorf("%s is sent although it is empty", name)
		}
		params[name] = values[0]
	}
	got := params["sign"]
	delete(params, "sign")
	if want := signer.sign(params); got != want {
		t.Errorf("sign = %s, want %s", got, want)
	}
	if sum, err := hex.DecodeString(got); err != nil || len(sum) != len(signer.digest("")) || got != strings.ToUpper(got) {
		t.Errorf("%q is no signature", got)
	}
}
