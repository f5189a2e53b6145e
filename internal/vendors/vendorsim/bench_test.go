// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// testStart is when the tests' clock starts: late on a UTC day, so that Beijing
// is a day ahead.
var testStart = time.Date(2026, 11, 21, 20, 6, 26, 0, time.UTC)

// bench is a simulator behind a real HTTP server, with a clock that stands still.
type bench struct {
	sim    *Simulator
	clock  *clocktesting.FakePassiveClock
	server *httptest.Server
	client *http.Client
}

func newBench(t *testing.T, scenario string) *bench {
	t.Helper()
	clock := clocktesting.NewFakePassiveClock(testStart)
	sim, err := New(clock, scenario)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &bench{sim: sim, clock: clock, server: server, client: client}
}

func (b *bench) inject(t *testing.T, fault Fault) {
	t.Helper()
	b.injectInto(t, ServiceTencent, fault)
}

func (b *bench) injectInto(t *testing.T, service string, fault Fault) {
	t.Helper()
	if err := b.sim.Inject(service, fault); err != nil {
		t.Fatal(err)
	}
}

// draft is a request to Tencent that is right until a test changes it.
type draft struct {
	method, target, host string
	header               http.Header
	body                 string
	credential           TencentCredential
	signedHeaders        string
	// date overrides the date of the credential scope; service its service.
	date, service string
	// spoil changes the request after it was signed.
	spoil func(*http.Request)
}

func (b *bench) draft(body string) *draft {
	return &draft{
		method: http.MethodPost, target: "/", host: tencentHost, body: body, service: "live",
		credential: ExampleTencentCredential(), signedHeaders: "content-type;host;x-tc-action",
		header: http.Header{
			"Content-Type":   {"application/json"},
			"X-Tc-Action":    {actionDescribeLivePackageInfo},
			"X-Tc-Version":   {tencentVersion},
			"X-Tc-Timestamp": {strconv.FormatInt(b.clock.Now().Unix(), 10)},
		},
	}
}

// request signs the draft.
func (b *bench) request(t *testing.T, d *draft) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), d.method, b.server.URL+d.target, strings.NewReader(d.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host, r.Header = d.host, d.header.Clone()
	if d.credential.Token != "" {
		r.Header.Set("X-TC-Token", d.credential.Token.Reveal())
	}
	r.Header.Set("Authorization", d.authorization(r))
	if d.spoil != nil {
		d.spoil(r)
	}
	return r
}

// authorization relies on the parts of the verifier that the published vectors
// pin down in TestTC3PublishedVectors.
func (d *draft) authorization(r *http.Request) string {
	timestamp := r.Header.Get("X-Tc-Timestamp")
	date := d.date
	if date == "" {
		seconds, _ := strconv.ParseInt(timestamp, 10, 64)
		date = time.Unix(seconds, 0).UTC().Format(time.DateOnly)
	}
	scope := date + "/" + d.service + "/tc3_request"
	canonical := canonicalRequest(r, strings.Split(d.signedHeaders, ";"), []byte(d.body))
	stringToSign := "TC3-HMAC-SHA256\n" + timestamp + "\n" + scope + "\n" + hexSHA256([]byte(canonical))
	signature := hmacSHA256(tc3SigningKey(d.credential.SecretKey, date, d.service), stringToSign)
	return "TC3-HMAC-SHA256 Credential=" + d.credential.SecretID + "/" + scope +
		", SignedHeaders=" + d.signedHeaders + ", Signature=" + hex.EncodeToString(signature)
}

// do sends the draft and decodes the answer, which must be Tencent's.
func (b *bench) do(t *testing.T, d *draft) decoded {
	t.Helper()
	response, err := b.client.Do(b.request(t, d))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("status %d, content type %q", response.StatusCode, response.Header.Get("Content-Type"))
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, text)
}

// ask is do for a right request with this body.
func (b *bench) ask(t *testing.T, body string) decoded {
	t.Helper()
	return b.do(t, b.draft(body))
}

// decoded is an answer as a client sees it.
type decoded struct {
	Error               *tencentError
	LivePackageInfoList []TencentPackage
	PackageBillMode     *int64
	FluxPackageBillMode *string
	TotalPage           *int64
	TotalNum            *int64
	PageNum             *int64
	PageSize            *int64
	RequestID           string `json:"RequestId"`
}

func decode(t *testing.T, text []byte) decoded {
	t.Helper()
	var envelope struct{ Response *decoded }
	if err := json.Unmarshal(text, &envelope); err != nil || envelope.Response == nil {
		t.Fatalf("not an answer of Tencent's: %v: %.200s", err, text)
	}
	return *envelope.Response
}

func (d decoded) code() string {
	if d.Error == nil {
		return ""
	}
	return d.Error.Code
}

func (d decoded) ids() []string {
	ids := []string{}
	for _, p := range d.LivePackageInfoList {
		ids = append(ids, p.ID)
	}
	return ids
}

// paging reads the four paging fields; -1 stands for null.
func (d decoded) paging() [4]int64 {
	var values [4]int64
	for i, field := range []*int64{d.TotalPage, d.TotalNum, d.PageNum, d.PageSize} {
		values[i] = -1
		if field != nil {
			values[i] = *field
		}
	}
	return values
}

// secretsOf lists what must never be shown of the credentials.
func secretsOf(credentials ...TencentCredential) []string {
	var secrets []string
	for _, credential := range credentials {
		for _, secret := range []vendors.Secret{credential.SecretKey, credential.Token} {
			if secret != "" {
				secrets = append(secrets, secret.Reveal())
			}
		}
	}
	return secrets
}
