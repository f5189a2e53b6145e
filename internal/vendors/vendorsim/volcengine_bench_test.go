// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

const (
	volcengineTarget = "/?Action=GetLiveTrafficPostPayData&Version=2023-08-01"
	// seedsTraffic asks for what the seeds have: when the tests start, it is
	// November 22nd in Beijing.
	seedsTraffic = `{"ActivityIds":[1795096013214780],"StartDay":"20261118","EndDay":"20261120"}`
)

// volcengineDraft is a request to Volcengine that is right until a test changes
// it.
type volcengineDraft struct {
	method, target, host string
	header               http.Header
	body                 string
	credential           VolcengineCredential
	signedHeaders        string
	// date, region and service override those of the credential scope.
	date, region, service string
	// spoil changes the request after it was signed.
	spoil func(*http.Request)
}

func (b *bench) volcengineDraft(body string) *volcengineDraft {
	return &volcengineDraft{
		method: http.MethodPost, target: volcengineTarget, host: volcengineHost, body: body,
		header: http.Header{
			"Content-Type":     {"application/json"},
			"X-Date":           {b.clock.Now().UTC().Format(volcengineDate)},
			"X-Content-Sha256": {hexSHA256([]byte(body))},
		},
		credential: ExampleVolcengineCredential(), signedHeaders: "content-type;host;x-content-sha256;x-date",
		region: volcengineRegion, service: volcengineService,
	}
}

// as signs with a credential, and with its token if it has one.
func (d *volcengineDraft) as(credential VolcengineCredential) *volcengineDraft {
	d.credential = credential
	if credential.SessionToken != "" {
		d.header.Set("X-Security-Token", credential.SessionToken.Reveal())
		d.signedHeaders += ";x-security-token"
	}
	return d
}

func (b *bench) volcengineRequest(t *testing.T, d *volcengineDraft) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), d.method, b.server.URL+d.target, strings.NewReader(d.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host, r.Header = d.host, d.header.Clone()
	r.Header.Set("Authorization", d.authorization(r))
	if d.spoil != nil {
		d.spoil(r)
	}
	return r
}

// authorization relies on the parts of the verifier that the vectors pin down in
// TestVolcengineVectors.
func (d *volcengineDraft) authorization(r *http.Request) string {
	xDate, date := r.Header.Get("X-Date"), d.date
	if date == "" {
		date = xDate[:min(8, len(xDate))]
	}
	scope := date + "/" + d.region + "/" + d.service + "/request"
	canonical := volcengineCanonicalRequest(r, strings.Split(d.signedHeaders, ";"), []byte(d.body))
	stringToSign := "HMAC-SHA256\n" + xDate + "\n" + scope + "\n" + hexSHA256([]byte(canonical))
	signature := hmacSHA256(volcengineSigningKey(d.credential.SecretAccessKey, date, d.region, d.service), stringToSign)
	return "HMAC-SHA256 Credential=" + d.credential.AccessKeyID + "/" + scope +
		", SignedHeaders=" + d.signedHeaders + ", Signature=" + hex.EncodeToString(signature)
}

// volcengineDecoded is an answer as a client sees it.
type volcengineDecoded struct {
	httpStatus int

	ResponseMetadata volcengineMetadata
	Result           map[string][]volcengineTraffic
}

func (d volcengineDecoded) code() string {
	if d.ResponseMetadata.Error == nil {
		return ""
	}
	return d.ResponseMetadata.Error.Code
}

// doVolcengine sends the draft and decodes the answer, which must be JSON.
func (b *bench) doVolcengine(t *testing.T, d *volcengineDraft) volcengineDecoded {
	t.Helper()
	response, err := b.client.Do(b.volcengineRequest(t, d))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	decoded := volcengineDecoded{httpStatus: response.StatusCode}
	if err := json.Unmarshal(text, &decoded); err != nil || decoded.ResponseMetadata.RequestID == "" {
		t.Fatalf("not an answer of Volcengine's: %v: %.200s", err, text)
	}
	return decoded
}

// askVolcengine is doVolcengine for a right request with this body, whose answer
// must be good.
func (b *bench) askVolcengine(t *testing.T, body string) map[string][]volcengineTraffic {
	t.Helper()
	answer := b.doVolcengine(t, b.volcengineDraft(body))
	if answer.ResponseMetadata.Error != nil {
		t.Fatalf("error %+v", answer.ResponseMetadata.Error)
	}
	return answer.Result
}
