// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const secondPage = `{"PackageType":0,"PageNum":2,"PageSize":100}`

// The faults that Tencent brings about, as seen in a proper answer.
func TestTencentFaults(t *testing.T) {
	tests := map[FaultName]struct {
		argument    string
		wantCode    string
		wantPaging  [4]int64
		wantFirstID string
	}{
		FaultThrottle:      {wantCode: codeRequestLimitExceeded},
		FaultAccountFrozen: {wantCode: codeFreezeService},
		FaultVendorError:   {argument: "InternalError.DBError", wantCode: "InternalError.DBError"},
		FaultClockSkew:     {argument: "-6m", wantCode: codeSignatureExpire},
		FaultNullPaging:    {wantPaging: [4]int64{-1, -1, -1, -1}, wantFirstID: "300100"},
		FaultZeroPaging:    {wantPaging: [4]int64{0, 0, 0, 0}, wantFirstID: "300100"},
		FaultRepeatedPage:  {wantPaging: [4]int64{4, 400, 2, 100}, wantFirstID: "300000"},
	}
	for name, test := range tests {
		t.Run(string(name), func(t *testing.T) {
			b := newBench(t, ScenarioLarge)
			b.inject(t, Fault{Name: name, Argument: test.argument, Count: 1})
			answer := b.ask(t, secondPage)
			if answer.code() != test.wantCode {
				t.Errorf("error %+v, want code %q", answer.Error, test.wantCode)
			}
			if test.wantCode == "" {
				if diff := cmp.Diff(test.wantPaging, answer.paging()); diff != "" {
					t.Errorf("paging (-want +got):\n%s", diff)
				}
				if got := answer.ids()[0]; got != test.wantFirstID {
					t.Errorf("the page begins with %s, want %s", got, test.wantFirstID)
				}
			}
			healthy(t, b)
		})
	}
}

// healthy expects that no fault strikes any more.
func healthy(t *testing.T, b *bench) {
	t.Helper()
	answer := b.ask(t, secondPage)
	if answer.code() != "" || answer.ids()[0] != "300100" || answer.paging() != [4]int64{4, 400, 2, 100} {
		t.Errorf("after the fault: error %+v, paging %v", answer.Error, answer.paging())
	}
}

func TestFaultsWithReadableAnswers(t *testing.T) {
	type seen struct {
		status                            int
		contentType, retryAfter, location string
		body                              string
	}
	const html = "<html><head><title>502 Bad Gateway</title></head><body></body></html>\n"
	b := newBench(t, ScenarioLarge)
	whole := send(t, b)
	tests := map[string]struct {
		fault Fault
		want  seen
	}{
		"gateway's error page": {
			fault: Fault{Name: FaultHTTPHTML}, want: seen{status: 502, contentType: "text/html; charset=utf-8", body: html},
		},
		"error page of another status": {
			fault: Fault{Name: FaultHTTPHTML, Argument: "503"},
			want: seen{
				status: 503, contentType: "text/html; charset=utf-8",
				body: strings.Replace(html, "502 Bad Gateway", "503 Service Unavailable", 1),
			},
		},
		"429":                  {fault: Fault{Name: FaultHTTP429}, want: seen{status: 429}},
		"429 with Retry-After": {fault: Fault{Name: FaultHTTP429RetryAfter, Argument: "7"}, want: seen{status: 429, retryAfter: "7"}},
		"redirect": {
			fault: Fault{Name: FaultRedirect}, want: seen{status: 307, location: "https://redirected.invalid/"},
		},
		"redirect to a place of choice": {
			fault: Fault{Name: FaultRedirect, Argument: "http://127.0.0.1:1/x"}, want: seen{status: 307, location: "http://127.0.0.1:1/x"},
		},
		"null":         {fault: Fault{Name: FaultBodyNull}, want: seen{status: 200, contentType: "application/json", body: "null"}},
		"empty object": {fault: Fault{Name: FaultBodyEmptyObject}, want: seen{status: 200, contentType: "application/json", body: "{}"}},
		"null payload": {
			fault: Fault{Name: FaultPayloadNull}, want: seen{status: 200, contentType: "application/json", body: `{"Response":null}`},
		},
		"half an answer": {
			fault: Fault{Name: FaultTruncatedJSON},
			want:  seen{status: 200, contentType: "application/json", body: whole[:len(whole)/2]},
		},
		"wrong content type": {
			fault: Fault{Name: FaultWrongContentType}, want: seen{status: 200, contentType: "text/html", body: whole},
		},
		"content type of choice": {
			fault: Fault{Name: FaultWrongContentType, Argument: "text/event-stream"},
			want:  seen{status: 200, contentType: "text/event-stream", body: whole},
		},
		"slow body": {
			fault: Fault{Name: FaultSlowBody, Argument: "1ns"}, want: seen{status: 200, contentType: "application/json", body: whole},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioLarge)
			test.fault.Count = 1
			b.inject(t, test.fault)
			response, err := b.client.Do(b.request(t, b.draft(secondPage)))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			got := seen{
				response.StatusCode, response.Header.Get("Content-Type"),
				response.Header.Get("Retry-After"), response.Header.Get("Location"), string(body),
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(seen{})); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if got := b.sim.Calls()[0].Outcome; got != string(test.fault.Name) {
				t.Errorf("recorded outcome %q, want %q", got, test.fault.Name)
			}
			healthy(t, b)
		})
	}
}

// send returns the body of a right answer to secondPage.
func send(t *testing.T, b *bench) string {
	t.Helper()
	response, err := b.client.Do(b.request(t, b.draft(secondPage)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// The body is read as a stream: decoding it takes the race detector half a minute.
func TestHugeBodyIs64MiBWithoutALength(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	b.inject(t, Fault{Name: FaultHugeBody, Count: 1})
	response, err := b.client.Do(b.request(t, b.draft(secondPage)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	const head, tail = `{"padding":"`, `"}`
	ends := make([]byte, len(head)+len(tail))
	if _, err := io.ReadFull(response.Body, ends[:len(head)]); err != nil {
		t.Fatal(err)
	}
	padding, err := io.Copy(io.Discard, io.LimitReader(response.Body, 64<<20))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(response.Body, ends[len(head):]); err != nil {
		t.Fatal(err)
	}
	if string(ends) != head+tail || padding != 64<<20 || response.ContentLength != -1 {
		t.Errorf("%d bytes within %q, content length %d", padding, ends, response.ContentLength)
	}
	healthy(t, b)
}

func TestConnectionReset(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	b.inject(t, Fault{Name: FaultConnectionReset, Count: 1})
	response, err := b.client.Do(b.request(t, b.draft(secondPage)))
	if err == nil {
		_ = response.Body.Close()
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error %v, want a reset", err)
	}
	if got := b.sim.Calls()[0].Outcome; got != string(FaultConnectionReset) {
		t.Errorf("recorded outcome %q", got)
	}
	healthy(t, b)
}

// A hanging call is on record while it hangs, and ends with its client.
func TestHangEndsWithTheClient(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	b.inject(t, Fault{Name: FaultHang, Count: 1})
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	request := b.request(t, b.draft(secondPage)).WithContext(ctx)
	go func() {
		response, err := b.client.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		failed <- err
	}()
	waitForCall(t, b.sim)
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	healthy(t, b)
	b.server.Close() // returns only when the hanging handler has ended
}

// waitForCall polls the record, because nothing tells of a call that hangs.
func waitForCall(t *testing.T, sim *Simulator) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	timeout := time.After(10 * time.Second)
	for sim.CallCount() == 0 {
		select {
		case <-ticker.C:
		case <-timeout:
			t.Fatal("no call arrived")
		}
	}
}

// A slow body starts at once and gives up with its client.
func TestSlowBodyEndsWithTheClient(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	b.inject(t, Fault{Name: FaultSlowBody, Argument: "1h", Count: 1})
	ctx, cancel := context.WithCancel(t.Context())
	response, err := b.client.Do(b.request(t, b.draft(secondPage)).WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK || response.ContentLength < 1 {
		t.Errorf("status %d, content length %d", response.StatusCode, response.ContentLength)
	}
	cancel()
	if body, err := io.ReadAll(response.Body); !errors.Is(err, context.Canceled) || len(body) != 0 {
		t.Errorf("read %d bytes and %v", len(body), err)
	}
	healthy(t, b)
	b.server.Close() // returns only when the slow handler has ended
}

func TestFaultCounts(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	codes := func(bodies ...string) []string {
		var codes []string
		for _, body := range bodies {
			codes = append(codes, b.ask(t, body).code())
		}
		return codes
	}
	const good, bad = `{"PackageType":0}`, `{"PackageType":9}`

	b.inject(t, Fault{Name: FaultThrottle, Count: 2})
	want := []string{codeInvalidParameterValue, codeRequestLimitExceeded, codeInvalidParameterValue, codeRequestLimitExceeded, ""}
	if diff := cmp.Diff(want, codes(bad, good, bad, good, good)); diff != "" {
		t.Errorf("twice, bad requests aside (-want +got):\n%s", diff)
	}

	b.inject(t, Fault{Name: FaultThrottle})
	if diff := cmp.Diff([]string{codeRequestLimitExceeded, codeRequestLimitExceeded}, codes(good, good)); diff != "" {
		t.Errorf("until cleared (-want +got):\n%s", diff)
	}
	if err := b.sim.Clear(ServiceTencent, FaultThrottle); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{""}, codes(good)); diff != "" {
		t.Errorf("cleared (-want +got):\n%s", diff)
	}
}

func TestRepeatedPageWaitsForASecondPage(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	b.inject(t, Fault{Name: FaultRepeatedPage, Count: 1})
	first := b.ask(t, `{"PackageType":0,"PageNum":1,"PageSize":100}`)
	if diff := cmp.Diff(first.ids(), b.ask(t, secondPage).ids()); diff != "" {
		t.Errorf("second page against first (-want +got):\n%s", diff)
	}
	healthy(t, b)
}

func TestFaultsOfDifferentNamesActTogether(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	b.inject(t, Fault{Name: FaultHTTPHTML, Count: 1})
	b.inject(t, Fault{Name: FaultNullPaging, Count: 3})
	b.inject(t, Fault{Name: FaultHTTP429})
	if body := send(t, b); !strings.HasPrefix(body, "<html>") {
		t.Errorf("body %.40q", body)
	}
	active, err := b.sim.ActiveFaults(ServiceTencent)
	if err != nil {
		t.Fatal(err)
	}
	want := []Fault{{Name: FaultNullPaging, Count: 2}, {Name: FaultHTTP429}}
	if diff := cmp.Diff(want, active); diff != "" {
		t.Errorf("active faults (-want +got):\n%s", diff)
	}
}

func TestInjectRefuses(t *testing.T) {
	tests := map[string]struct {
		service string
		fault   Fault
		wantErr error
	}{
		"unknown service":            {"nobody", Fault{Name: FaultHang}, errUnknownService},
		"unknown fault":              {ServiceTencent, Fault{Name: "no-such"}, errUnknownFault},
		"pages where there are none": {ServiceVolcengine, Fault{Name: FaultNullPaging}, errUnknownFault},
		"negative count":             {ServiceTencent, Fault{Name: FaultHang, Count: -1}, errBadFault},
		"argument that is useless":   {ServiceTencent, Fault{Name: FaultHang, Argument: "1h"}, errBadFault},
		"code with a line break":     {ServiceTencent, Fault{Name: FaultVendorError, Argument: "A\nB"}, errBadFault},
		"skew without a unit":        {ServiceTencent, Fault{Name: FaultClockSkew, Argument: "6"}, errBadFault},
		"status of success":          {ServiceTencent, Fault{Name: FaultHTTPHTML, Argument: "200"}, errBadFault},
		"negative Retry-After":       {ServiceTencent, Fault{Name: FaultHTTP429RetryAfter, Argument: "-1"}, errBadFault},
		"redirect to a path":         {ServiceTencent, Fault{Name: FaultRedirect, Argument: "/elsewhere"}, errBadFault},
		"type without a slash":       {ServiceTencent, Fault{Name: FaultWrongContentType, Argument: "html"}, errBadFault},
		"pause without a unit":       {ServiceTencent, Fault{Name: FaultSlowBody, Argument: "1"}, errBadFault},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			sim := newBench(t, ScenarioSeeds).sim
			if err := sim.Inject(test.service, test.fault); !errors.Is(err, test.wantErr) {
				t.Errorf("error %v, want %v", err, test.wantErr)
			}
			if active, err := sim.ActiveFaults(ServiceTencent); err != nil || len(active) != 0 {
				t.Errorf("active faults %v, error %v", active, err)
			}
		})
	}
}

// Every fault can be injected into its services, and no others, with its default,
// and says what it is.
func TestEveryFaultKind(t *testing.T) {
	sim := newBench(t, ScenarioSeeds).sim
	for _, kind := range FaultKinds() {
		for _, service := range sim.Services() {
			err := sim.Inject(service, Fault{Name: kind.Name})
			if (err == nil) != slices.Contains(kind.Services, service) {
				t.Errorf("%s of %v into %s: %v", kind.Name, kind.Services, service, err)
			}
		}
		if kind.Help == "" || (kind.Argument == "") != (kind.Default == "") {
			t.Errorf("%s: help %q, argument %q, default %q", kind.Name, kind.Help, kind.Argument, kind.Default)
		}
		if kind.Default != "" && !kind.valid(kind.Default) {
			t.Errorf("%s: the default %q is not valid", kind.Name, kind.Default)
		}
	}
}

func TestParseFault(t *testing.T) {
	tests := map[string]struct {
		text    string
		want    Fault
		wantErr bool
	}{
		"name":                      {text: "hang", want: Fault{Name: FaultHang}},
		"name and count":            {text: "http-429=3", want: Fault{Name: FaultHTTP429, Count: 3}},
		"argument":                  {text: "vendor-error:InternalError.DBError", want: Fault{Name: FaultVendorError, Argument: "InternalError.DBError"}},
		"argument with spaces":      {text: "vendor-error:access forbidden=2", want: Fault{Name: FaultVendorError, Argument: "access forbidden", Count: 2}},
		"argument and count":        {text: "clock-skew:-6m=2", want: Fault{Name: FaultClockSkew, Argument: "-6m", Count: 2}},
		"argument with colons":      {text: "redirect:http://127.0.0.1:1/x=1", want: Fault{Name: FaultRedirect, Argument: "http://127.0.0.1:1/x", Count: 1}},
		"count that is none":        {text: "hang=often", wantErr: true},
		"count of zero":             {text: "hang=0", want: Fault{Name: FaultHang}, wantErr: true},
		"count beyond all integers": {text: "hang=99999999999999999999", want: Fault{Name: FaultHang}, wantErr: true},
		"empty argument":            {text: "hang:", wantErr: true},
		"nothing":                   {text: "", wantErr: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseFault(test.text)
			if (err != nil) != test.wantErr {
				t.Errorf("error %v, want one: %t", err, test.wantErr)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("fault (-want +got):\n%s", diff)
			}
		})
	}
}
