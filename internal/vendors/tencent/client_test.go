// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

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
		Host:                  "live.tencentcloudapi.com",
		RequiredKeys:          []string{"secretId", "secretKey"},
		OptionalKeys:          []string{"token"},
		RequestsPerSecond:     20,
		HostRequestsPerSecond: 400,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(vendors.Factory{}, "New")); diff != "" {
		t.Errorf("Factory (-want +got):\n%s", diff)
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
		"method":  call.Method,
		"host":    call.Host,
		"target":  call.URL.String(),
		"body":    string(call.Body),
		"action":  call.Header.Get("X-TC-Action"),
		"version": call.Header.Get("X-TC-Version"),
		"time":    call.Header.Get("X-TC-Timestamp"),
		"type":    call.Header.Get("Content-Type"),
		"region":  call.Header.Get("X-TC-Region"),
		"tokens":  strconv.Itoa(len(call.Header.Values("X-TC-Token"))),
	}
	want := map[string]string{
		"method":  "POST",
		"host":    "live.tencentcloudapi.com",
		"target":  "/",
		"body":    `{"PackageType":0,"PageNum":1,"PageSize":10}`,
		"action":  "DescribeLivePackageInfo",
		"version": "2018-08-01",
		"time":    strconv.FormatInt(present.Unix(), 10),
		"type":    "application/json",
		"region":  "",
		"tokens":  "0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	checkSigned(t, call)
}

// checkSigned makes the signature again, from what arrived.
func checkSigned(t *testing.T, call received) {
	t.Helper()
	seconds, err := strconv.ParseInt(call.Header.Get("X-TC-Timestamp"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	signer := &credential{ID: testID, Key: testKey}
	want := signer.authorization(signedCall{
		Service:     "live",
		Host:        call.Host,
		ContentType: call.Header.Get("Content-Type"),
		Action:      call.Header.Get("X-TC-Action"),
		Body:        call.Body,
		Timestamp:   time.Unix(seconds, 0),
	})
	if diff := cmp.Diff(want, call.Header.Get("Authorization")); diff != "" {
		t.Errorf("Authorization (-want +got):\n%s", diff)
	}
	if !strings.Contains(want, "SignedHeaders=content-type;host;x-tc-action,") {
		t.Errorf("the action is not signed: %s", want)
	}
}

func TestTemporaryCredentialSendsItsToken(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
	account := vendor.account(t, map[string]vendors.Secret{
		keySecretID: testID, keySecretKey: testKey, keyToken: "STSTOKENEXAMPLE",
	}, transport.PoolOptions{})
	if err := account.Verifier.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	call := vendor.Requests()[0]
	if diff := cmp.Diff([]string{"STSTOKENEXAMPLE"}, call.Header.Values("X-TC-Token")); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	checkSigned(t, call) // by the same two values as without a token
}

func TestEveryCallIsSignedForItsMoment(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
	account := vendor.defaultAccount(t)
	for minute := range 3 {
		vendor.Clock.SetTime(present.Add(time.Duration(minute) * time.Minute))
		if err := account.Verifier.Verify(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for minute, call := range vendor.Requests() {
		want := strconv.FormatInt(present.Unix()+int64(minute)*60, 10)
		if got := call.Header.Get("X-TC-Timestamp"); got != want {
			t.Errorf("call %d has timestamp %s, want %s", minute, got, want)
		}
		checkSigned(t, call)
	}
}

// Every request waits for the limits: each page, and the second attempt too. It
// is signed after the wait, because its timestamp would be old otherwise.
func TestEveryRequestWaitsForTheLimits(t *testing.T) {
	vendor := startVendor(t, vendortest.InTurn(t,
		reply{Body: content(page(rows(1, 100), 2, 101))},
		reply{Body: failing("AuthFailure.SignatureExpire")},
		reply{Body: content(page(rows(101, 101), 2, 101))}))
	waits := 0
	vendor.Pace = func(context.Context) error {
		waits++
		vendor.Clock.SetTime(present.Add(time.Duration(waits) * time.Hour))
		return nil
	}
	if _, err := readPackages(t, vendor.defaultAccount(t), "Traffic"); err != nil {
		t.Fatal(err)
	}
	calls := vendor.Requests()
	if waits != 3 || len(calls) != 3 {
		t.Fatalf("%d waits for %d calls, want 3 for 3", waits, len(calls))
	}
	for i, call := range calls {
		want := strconv.FormatInt(present.Add(time.Duration(i+1)*time.Hour).Unix(), 10)
		if got := call.Header.Get("X-TC-Timestamp"); got != want {
			t.Errorf("call %d has timestamp %s, want %s", i+1, got, want)
		}
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

func TestVerifyLooksAtNoMoreThanTheError(t *testing.T) {
	bodies := map[string]string{
		"no packages":                     nothing,
		"packages":                        vendortest.Testdata(t, "nine_packages.json"),
		"a list that is no list":          `{"Response":{"LivePackageInfoList":"x","RequestId":"y"}}`,
		"no list at all":                  `{"Response":{"RequestId":"x"}}`,
		"an error that is null":           `{"Response":{"Error":null,"RequestId":"x"}}`,
		"fields that nobody has heard of": `{"Response":{"New":[{}],"RequestId":"x"},"Other":1}`,
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

func TestAnswersThatAreNone(t *testing.T) {
	page := "<html><body>Bad Gateway</body></html>"
	html := map[string]string{"Content-Type": "text/html"}
	retry := map[string]string{"Content-Type": "text/html", "Retry-After": "30"}
	malformed := func(code string) vendors.Error {
		return vendors.Error{Kind: vendors.KindMalformed, Code: code}
	}
	tests := map[string]struct {
		answer reply
		want   vendors.Error
	}{
		"a page":               {reply{Header: html, Body: page}, malformed("NotJSON")},
		"JSON labelled a page": {reply{Header: html, Body: nothing}, malformed("NotJSON")},
		"a stream of events":   {reply{Header: map[string]string{"Content-Type": "text/event-stream"}, Body: nothing}, malformed("NotJSON")},
		"bytes":                {reply{Header: map[string]string{"Content-Type": "application/octet-stream"}, Body: nothing}, malformed("NotJSON")},
		"a page labelled JSON": {reply{Body: page}, malformed("BadEnvelope")},
		"nothing":              {reply{}, malformed("BadEnvelope")},
		"null":                 {reply{Body: `null`}, malformed("BadEnvelope")},
		"an empty object":      {reply{Body: `{}`}, malformed("BadEnvelope")},
		"a list":               {reply{Body: `[]`}, malformed("BadEnvelope")},
		"a null Response":      {reply{Body: `{"Response":null}`}, malformed("BadEnvelope")},
		"a Response of text":   {reply{Body: `{"Response":"fine"}`}, malformed("BadEnvelope")},
		"a Response list":      {reply{Body: `{"Response":[]}`}, malformed("BadEnvelope")},
		"a cut body":           {reply{Body: nothing[:len(nothing)-2]}, malformed("BadEnvelope")},
		"two bodies":           {reply{Body: nothing + nothing}, malformed("BadEnvelope")},
		"an error of text":     {reply{Body: `{"Response":{"Error":"no","RequestId":"x"}}`}, malformed("BadEnvelope")},
		"a numeric request ID": {reply{Body: `{"Response":{"RequestId":1}}`}, malformed("BadEnvelope")},
		"an error without code": {
			reply{Body: `{"Response":{"Error":{"Message":"no"},"RequestId":"x"}}`},
			vendors.Error{Kind: vendors.KindMalformed, Code: "BadEnvelope", RequestID: "x"},
		},
		"an error with a sentence for its code": {
			reply{Body: failing("Signature abc is wrong")},
			vendors.Error{Kind: vendors.KindMalformed, Code: "BadEnvelope", RequestID: requestID},
		},
		"an error with an endless code": {
			reply{Body: failing("A" + strings.Repeat("a", 64))},
			vendors.Error{Kind: vendors.KindMalformed, Code: "BadEnvelope", RequestID: requestID},
		},
		"a request ID that is none": {
			reply{Body: `{"Response":{"Error":{"Code":"InternalError"},"RequestId":"Credential=AKID/x"}}`},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "InternalError"},
		},
		"no list": {
			reply{Body: `{"Response":{"RequestId":"x"}}`},
			vendors.Error{Kind: vendors.KindMalformed, Code: "IncompleteAnswer", RequestID: "x"},
		},
		"a null list": {
			reply{Body: `{"Response":{"LivePackageInfoList":null,"TotalNum":0,"RequestId":"x"}}`},
			vendors.Error{Kind: vendors.KindMalformed, Code: "IncompleteAnswer", RequestID: "x"},
		},
		"a list that is an object": {
			reply{Body: `{"Response":{"LivePackageInfoList":{},"RequestId":"x"}}`},
			vendors.Error{Kind: vendors.KindMalformed, Code: "IncompleteAnswer", RequestID: "x"},
		},

		"a gateway's 502": {
			reply{Status: 502, Header: retry, Body: page},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP502", RetryAfter: 30 * time.Second},
		},
		"503 with the vendor's error": {
			reply{Status: 503, Body: failing("AuthFailure.SecretIdNotFound")},
			vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP503"},
		},
		"an empty 429": {
			reply{Status: 429, Header: retry},
			vendors.Error{Kind: vendors.KindThrottled, Code: "HTTP429", RetryAfter: 30 * time.Second},
		},
		"429 with the vendor's error": {
			reply{Status: 429, Header: map[string]string{"Retry-After": "5"}, Body: failing("RequestLimitExceeded.IPLimitExceeded")},
			vendors.Error{Kind: vendors.KindThrottled, Code: "RequestLimitExceeded.IPLimitExceeded", RequestID: requestID, RetryAfter: 5 * time.Second, AddressBlocked: true},
		},
		"429 with an error that says something else": {
			reply{Status: 429, Body: failing("FailedOperation")},
			vendors.Error{Kind: vendors.KindThrottled, Code: "FailedOperation", RequestID: requestID},
		},
		"400 with the vendor's error": {
			reply{Status: 400, Body: failing("AuthFailure.SecretIdNotFound")},
			vendors.Error{Kind: vendors.KindUnauthenticated, Code: "AuthFailure.SecretIdNotFound", RequestID: requestID},
		},
		"404 with the vendor's error": {
			reply{Status: 404, Body: failing("ResourceNotFound.FreezeService")},
			vendors.Error{Kind: vendors.KindAccountFrozen, Code: "ResourceNotFound.FreezeService", RequestID: requestID},
		},
		"400 with the vendor's error, labelled a page": {
			reply{Status: 400, Header: html, Body: failing("AuthFailure.SecretIdNotFound")},
			vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP400"},
		},
		"400 with packages":   {reply{Status: 400, Body: nothing}, vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP400"}},
		"400 with null":       {reply{Status: 400, Body: `null`}, vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP400"}},
		"400 with a bad code": {reply{Status: 400, Body: failing("no code")}, vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP400"}},
		"a gateway's 401":     {reply{Status: 401, Header: html, Body: page}, vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP401"}},
		"a gateway's 403":     {reply{Status: 403, Header: html, Body: page}, vendors.Error{Kind: vendors.KindForbidden, Code: "HTTP403"}},
		"a gateway's 404":     {reply{Status: 404, Header: html, Body: page}, vendors.Error{Kind: vendors.KindNotFound, Code: "HTTP404"}},
		"a gateway's 408":     {reply{Status: 408, Header: html, Body: page}, vendors.Error{Kind: vendors.KindUnavailable, Code: "HTTP408"}},
		"packages with 202":   {reply{Status: 202, Body: nothing}, malformed("HTTP202")},
		"a gateway's 204":     {reply{Status: 204}, malformed("HTTP204")},
		"a teapot":            {reply{Status: 418, Body: `{}`}, vendors.Error{Kind: vendors.KindInvalidRequest, Code: "HTTP418"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(test.answer))
			reading, err := readPackages(t, vendor.defaultAccount(t), "Traffic")
			test.want.Op = vendors.OpPackages
			vendortest.CheckFailure(t, err, test.want)
			if diff := cmp.Diff(vendors.PackageReading{}, reading); diff != "" {
				t.Errorf("a failure came with a reading (-want +got):\n%s", diff)
			}
			vendor.CheckCalls(t, 1)
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
	err := vendor.defaultAccount(t).Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpVerify, Code: "Redirect"})
}

func TestBodyOverTheBound(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: nothing + strings.Repeat(" ", 4096)}))
	account := vendor.account(t, map[string]vendors.Secret{keySecretID: testID, keySecretKey: testKey},
		transport.PoolOptions{MaxBodyBytes: 1024})
	err := account.Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpVerify, Code: "BodyTooLarge"})
}

func TestVendorThatIsDown(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{}))
	stopped := httptest.NewServer(http.NotFoundHandler())
	stopped.Close()
	vendor.URL = stopped.URL
	_, err := readPackages(t, vendor.defaultAccount(t))
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpPackages, Code: "Connect"})
}

func TestCallerThatGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	vendor := startVendor(t, func(received) reply {
		cancel()
		return reply{Body: nothing}
	})
	account := vendor.defaultAccount(t)
	_, err := account.Packages.ReadPackages(ctx, vendors.PackageQuery{})
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpPackages, Code: "Canceled"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not told from the vendor's failures", err)
	}
	if got := len(vendor.Requests()); got != 1 {
		t.Errorf("%d calls, want none after the first", got)
	}
}

func TestTimestampTheVendorRefuses(t *testing.T) {
	const expired = "AuthFailure.SignatureExpire"
	date := func(ahead time.Duration) map[string]string {
		return map[string]string{"Date": present.Add(-ahead).Format(http.TimeFormat), "Retry-After": "9"}
	}
	ahead := "the operator's clock is about 6m ahead of the vendor's; check the time of the operator's node"
	tests := map[string]struct {
		header map[string]string
		status int
		want   string
	}{
		"the vendor tells its time": {header: date(6 * time.Minute), want: ahead},
		"the vendor tells no time": {
			header: map[string]string{"Date": "", "Retry-After": "9"},
			want:   "the vendor finds the operator's clock wrong and does not tell its own; check the time of the operator's node",
		},
		"the status is 401": {header: date(6 * time.Minute), status: 401, want: ahead},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Status: test.status, Header: test.header, Body: failing(expired)}))
			err := vendor.defaultAccount(t).Verifier.Verify(t.Context())
			vendortest.CheckFailure(t, err, vendors.Error{
				Kind: vendors.KindClockSkew, Op: vendors.OpVerify, Code: expired,
				RequestID: requestID, RetryAfter: 9 * time.Second, Hint: test.want,
			})
			if got := len(vendor.Requests()); got != 2 {
				t.Errorf("%d calls, want the first and one more", got)
			}
		})
	}
}

func TestTimestampIsFreshOnTheSecondAttempt(t *testing.T) {
	var vendor *fakeVendor
	later := present.Add(10 * time.Minute)
	vendor = startVendor(t, func(call received) reply {
		if call.Header.Get("X-TC-Timestamp") == strconv.FormatInt(later.Unix(), 10) {
			return reply{Body: nothing}
		}
		vendor.Clock.SetTime(later) // as when the machine's clock is set right
		return reply{Body: failing("AuthFailure.SignatureExpire")}
	})
	if err := vendor.defaultAccount(t).Verifier.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	calls := vendor.Requests()
	if len(calls) != 2 {
		t.Fatalf("%d calls, want 2", len(calls))
	}
	for _, call := range calls {
		checkSigned(t, call)
	}
}

// The failure of the second attempt is the one that counts.
func TestSecondAttemptFailsOtherwise(t *testing.T) {
	vendor := startVendor(t, vendortest.InTurn(t,
		reply{Body: failing("AuthFailure.SignatureExpire")}, reply{Body: failing("RequestLimitExceeded")}))
	err := vendor.defaultAccount(t).Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindThrottled, Op: vendors.OpVerify, Code: "RequestLimitExceeded", RequestID: requestID,
	})
}

// A printed client must not give its key away, although nobody means to print one.
func TestClientPrintsNoSecret(t *testing.T) {
	account := newAccount(vendors.Access{Credential: map[string]vendors.Secret{
		keySecretID: testID, keySecretKey: testKey, keyToken: "STSTOKENEXAMPLE",
	}})
	reader, ok := account.Packages.(*packageReader)
	if !ok {
		t.Fatalf("the reader is a %T", account.Packages)
	}
	for _, format := range []string{"%v", "%+v", "%#v"} {
		for _, value := range []any{account, reader, *reader, reader.client, *reader.client, reader.client.credential, *reader.client.credential} {
			text := fmt.Sprintf(format, value)
			if strings.Contains(text, "EXAMPLE") {
				t.Errorf("%s of %T shows the credential: %s", format, value, text)
			}
		}
	}
}
