// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

func TestFactory(t *testing.T) {
	got := Factory()
	want := vendors.Factory{
		Host:                  "livesaas.volcengineapi.com",
		RequiredKeys:          []string{"accessKeyId", "secretAccessKey"},
		OptionalKeys:          []string{"sessionToken"},
		RequestsPerSecond:     10,
		HostRequestsPerSecond: 200,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(vendors.Factory{}, "New")); diff != "" {
		t.Errorf("Factory (-want +got):\n%s", diff)
	}
}

func TestAccountReportsUsageAlone(t *testing.T) {
	account := newAccount(vendors.Access{Credential: permanentKey()})
	got := []bool{account.Verifier != nil, account.Usage != nil, account.Packages != nil, account.Bills != nil}
	if diff := cmp.Diff([]bool{true, true, false, false}, got); diff != "" {
		t.Errorf("verifier, usage, packages and bills (-want +got):\n%s", diff)
	}
}

func TestRequest(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
	if err := vendor.defaultAccount(t).Verifier.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	calls := vendor.Requests()
	if len(calls) != 1 {
		t.Fatalf("%d calls, want 1", len(calls))
	}
	call := calls[0]
	got := map[string]string{
		"method": call.Method,
		"host":   call.Host,
		"target": call.URL.String(),
		"body":   string(call.Body),
		"date":   call.Header.Get("X-Date"),
		"hash":   call.Header.Get("X-Content-Sha256"),
		"type":   call.Header.Get("Content-Type"),
		"tokens": strconv.Itoa(len(call.Header.Values("X-Security-Token"))),
	}
	body := `{"StartDay":"20261121","EndDay":"20261121","ActivityCreator":{"IsMainAccount":true}}`
	want := map[string]string{
		"method": "POST",
		"host":   "livesaas.volcengineapi.com",
		"target": "/?Action=GetLiveTrafficPostPayData&Version=2023-08-01",
		"body":   body,
		"date":   "20261121T183000Z",
		"hash":   vendors.HexSHA256([]byte(body)),
		"type":   "application/json",
		"tokens": "0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	checkSigned(t, call, credential{ID: testID, Key: testKey})
}

// checkSigned makes the signature again, from what arrived.
func checkSigned(t *testing.T, call received, signer credential) {
	t.Helper()
	at, err := time.Parse("20060102T150405Z", call.Header.Get("X-Date"))
	if err != nil {
		t.Fatal(err)
	}
	_, query, _ := strings.Cut(call.URL.String(), "?")
	want := signer.sign(signedCall{
		Service:     "livesaas",
		Host:        call.Host,
		Method:      call.Method,
		Query:       query,
		ContentType: call.Header.Get("Content-Type"),
		Body:        call.Body,
		Time:        at,
	})
	if diff := cmp.Diff(want.Get("Authorization"), call.Header.Get("Authorization")); diff != "" {
		t.Errorf("Authorization (-want +got):\n%s", diff)
	}
}

func TestTemporaryCredentialSendsAndSignsItsToken(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
	if err := vendor.account(t, temporaryKey(), transport.PoolOptions{}).Verifier.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	call := vendor.Requests()[0]
	if diff := cmp.Diff([]string{testToken}, call.Header.Values("X-Security-Token")); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	if got := call.Header.Get("Authorization"); !strings.Contains(got, "x-date;x-security-token,") {
		t.Errorf("the token is not signed: %s", got)
	}
	checkSigned(t, call, credential{ID: testID, Key: testKey, Token: testToken})
}

// Every request waits for the limits: each hundred of rooms, and the second
// attempt too. It is signed after the wait, because its date would be old
// otherwise.
func TestEveryRequestWaitsForTheLimits(t *testing.T) {
	vendor := startVendor(t, vendortest.InTurn(t, reply{Body: nothing}, reply{Body: failing("InvalidTimestamp")}, reply{Body: nothing}))
	waits := 0
	vendor.Pace = func(context.Context) error {
		waits++
		vendor.Clock.SetTime(present.Add(time.Duration(waits) * time.Hour))
		return nil
	}
	query := lastWeek()
	query.ActivityIDs = activities(101)
	if _, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), query); err != nil {
		t.Fatal(err)
	}
	calls := vendor.Requests()
	if waits != 3 || len(calls) != 3 {
		t.Fatalf("%d waits for %d calls, want 3 for 3", waits, len(calls))
	}
	for i, want := range []string{"20261121T193000Z", "20261121T203000Z", "20261121T213000Z"} {
		if got := calls[i].Header.Get("X-Date"); got != want {
			t.Errorf("call %d has the date %s, want %s", i+1, got, want)
		}
		checkSigned(t, calls[i], credential{ID: testID, Key: testKey})
	}
}

func TestCallerThatGivesUpWhileWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
	vendor.Pace = func(ctx context.Context) error {
		cancel()
		return ctx.Err()
	}
	err := vendor.defaultAccount(t).Verifier.Verify(ctx)
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpVerify, Code: "Canceled"})
	vendor.CheckCalls(t, 0)
}

func TestCallerThatGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	vendor := startVendor(t, func(received) reply {
		cancel()
		return reply{Body: nothing}
	})
	query := lastWeek()
	query.ActivityIDs = activities(101)
	_, err := vendor.defaultAccount(t).Usage.ReadUsage(ctx, query)
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpUsage, Code: "Canceled"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not told from the vendor's failures", err)
	}
	if got := len(vendor.Requests()); got != 1 {
		t.Errorf("%d calls, want none after the first", got)
	}
}

// Yesterday is the day before today at the vendor, wherever the process runs.
func TestVerifyAsksForYesterday(t *testing.T) {
	tests := map[string]struct{ at, want string }{
		"just before midnight at the vendor": {"2026-11-21T15:59:59Z", "20261120"},
		"midnight at the vendor":             {"2026-11-21T16:00:00Z", "20261121"},
		"the first of a month":               {"2026-11-30T16:00:00Z", "20261130"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
			vendor.Clock.SetTime(clockTime(t, test.at))
			if err := vendor.defaultAccount(t).Verifier.Verify(t.Context()); err != nil {
				t.Fatal(err)
			}
			asked := question(vendor.Requests()[0])
			if diff := cmp.Diff([]string{test.want, test.want}, []string{asked.StartDay, asked.EndDay}); diff != "" {
				t.Errorf("days (-want +got):\n%s", diff)
			}
		})
	}
}

func clockTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestVerifyLooksAtNoMoreThanTheError(t *testing.T) {
	bodies := map[string]string{
		"no traffic":                      nothing,
		"traffic":                         vendortest.Testdata(t, "published.json"),
		"a list that is no list":          content(fields{"ActualResult": "x"}),
		"no Result":                       `{"ResponseMetadata":{}}`,
		"an error that is null":           failingWith(nil),
		"fields that nobody has heard of": `{"ResponseMetadata":{"New":[{}]},"Other":1}`,
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: body}))
			if err := vendor.defaultAccount(t).Verifier.Verify(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	defer elsewhere.Close()
	vendor := startVendor(t, vendortest.Always(reply{
		Status: http.StatusTemporaryRedirect, Header: map[string]string{"Location": elsewhere.URL}, Body: nothing,
	}))
	err := vendor.account(t, temporaryKey(), transport.PoolOptions{}).Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpVerify, Code: "Redirect"})
}

func TestBodyOverTheBound(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: nothing + strings.Repeat(" ", 4096)}))
	account := vendor.account(t, permanentKey(), transport.PoolOptions{MaxBodyBytes: 1024})
	_, err := account.Usage.ReadUsage(t.Context(), lastWeek())
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpUsage, Code: "BodyTooLarge"})
}

func TestVendorThatIsDown(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{}))
	stopped := httptest.NewServer(http.NotFoundHandler())
	stopped.Close()
	vendor.URL = stopped.URL
	_, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), lastWeek())
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpUsage, Code: "Connect"})
}

func TestDateTheVendorRefuses(t *testing.T) {
	date := func(ahead time.Duration) map[string]string {
		return map[string]string{"Date": present.Add(-ahead).Format(http.TimeFormat), "Retry-After": "9"}
	}
	const cure = "; check the time of the operator's node"
	tests := map[string]struct {
		header   map[string]string
		status   int
		reported fields
		wantCode string
		wantHint string
	}{
		"our clock is ahead": {
			date(16 * time.Minute), 400, fields{"Code": "InvalidTimestamp", "CodeN": 100006}, "InvalidTimestamp",
			"the operator's clock is about 16m ahead of the vendor's" + cure,
		},
		"our clock is behind, and the status is 403": {
			date(-20 * time.Minute), 403, fields{"Code": "InvalidTimestamp"}, "InvalidTimestamp",
			"the operator's clock is about 20m behind the vendor's" + cure,
		},
		"the vendor tells a number alone, with status 200": {
			date(16 * time.Minute), 200, fields{"CodeN": 100006}, "100006",
			"the operator's clock is about 16m ahead of the vendor's" + cure,
		},
		"the vendor tells no time": {
			map[string]string{"Date": "", "Retry-After": "9"}, 400, fields{"Code": "InvalidTimestamp"}, "InvalidTimestamp",
			"the vendor finds the operator's clock wrong and does not tell its own" + cure,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Status: test.status, Header: test.header, Body: failingWith(test.reported)}))
			err := vendor.defaultAccount(t).Verifier.Verify(t.Context())
			vendortest.CheckFailure(t, err, vendors.Error{
				Kind: vendors.KindClockSkew, Op: vendors.OpVerify, Code: test.wantCode,
				RequestID: requestID, RetryAfter: 9 * time.Second, Hint: test.wantHint,
			})
			if got := len(vendor.Requests()); got != 2 {
				t.Errorf("%d calls, want the first and one more", got)
			}
		})
	}
}

func TestDateIsFreshOnTheSecondAttempt(t *testing.T) {
	var vendor *fakeVendor
	vendor = startVendor(t, func(call received) reply {
		if call.Header.Get("X-Date") == "20261121T184500Z" {
			return reply{Body: nothing}
		}
		vendor.Clock.SetTime(present.Add(15 * time.Minute)) // as when the machine's clock is set right
		return reply{Status: 400, Body: failing("InvalidTimestamp")}
	})
	if err := vendor.defaultAccount(t).Verifier.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	calls := vendor.Requests()
	if len(calls) != 2 {
		t.Fatalf("%d calls, want 2", len(calls))
	}
	for _, call := range calls {
		checkSigned(t, call, credential{ID: testID, Key: testKey})
	}
}

// Nothing but the clock is worth a second attempt: the poller waits and retries.
func TestOtherFailuresAreNotRepeated(t *testing.T) {
	answers := map[string]reply{
		"throttled":    {Status: 429, Header: map[string]string{"Retry-After": "1"}, Body: failing("FlowLimitExceeded")},
		"a bad key":    {Status: 401, Body: failing("InvalidAccessKey")},
		"a server's":   {Status: 500, Body: failing("InternalError")},
		"a gateway's":  {Status: 502, Header: html, Body: page},
		"not readable": {Body: `null`},
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(answer))
			if _, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), lastWeek()); err == nil {
				t.Error("no failure")
			}
			vendor.CheckCalls(t, 1)
		})
	}
}

// The failure of the second attempt is the one that counts.
func TestSecondAttemptFailsOtherwise(t *testing.T) {
	vendor := startVendor(t, vendortest.InTurn(t, reply{Status: 400, Body: failing("InvalidTimestamp")}, reply{Status: 429, Body: failing("FlowLimitExceeded")}))
	err := vendor.defaultAccount(t).Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindThrottled, Op: vendors.OpVerify, Code: "FlowLimitExceeded", RequestID: requestID,
	})
}

// A printed client must not give its key away, although nobody means to print one.
func TestClientPrintsNoSecret(t *testing.T) {
	account := newAccount(vendors.Access{Credential: temporaryKey()})
	reader, ok := account.Usage.(*usageReader)
	if !ok {
		t.Fatalf("the reader is a %T", account.Usage)
	}
	for _, format := range []string{"%v", "%+v", "%#v"} {
		for _, value := range []any{account, reader, *reader, reader.client, *reader.client, reader.client.credential, *reader.client.credential} {
			text := fmt.Sprintf(format, value)
			if strings.Contains(text, "EXAMPLE") || strings.Contains(text, testKey) {
				t.Errorf("%s of %T shows the credential: %s", format, value, text)
			}
		}
	}
}
