// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const canary = "CANARY"

// secretRequest has a canary wherever a request can hold a secret.
func secretRequest() Request {
	return Request{
		Method:   http.MethodPost,
		Path:     "/" + canary,
		RawQuery: "sign=" + canary,
		Header:   http.Header{"Authorization": {canary}, "X-" + canary: {canary}},
		Body:     []byte(canary),
	}
}

// wantNoCanary formats the error and all that it wraps in every way.
func wantNoCanary(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, err); strings.Contains(strings.ToUpper(text), canary) {
				t.Errorf("%s shows a secret: %s", verb, text)
			}
		}
	}
}

// scenario is one way to fail: where to connect, and what to change.
type scenario struct {
	endpoint string
	proxy    string
	bundle   []byte
	edit     func(*Request)
	// timeout is long where something else has to fail first.
	timeout time.Duration
	want    Reason
}

func scenarios(t *testing.T) map[string]scenario {
	const brief = 50 * time.Millisecond
	secure := serveTLS(t, func(http.ResponseWriter, *http.Request) {})
	plain := func(handler http.HandlerFunc) string { return serve(t, handler).URL }
	raw := func(text string) string { return serveText(t, text) }
	hang := plain(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	localhost := strings.Replace(secure.URL, "127.0.0.1", "localhost", 1)
	withUser := func(origin string) string { return strings.Replace(origin, "://", "://"+canary+":"+canary+"@", 1) }
	return map[string]scenario{
		"timeout":            {endpoint: hang, timeout: brief, want: ReasonTimeout},
		"refused":            {endpoint: nobody(t, "http"), want: ReasonConnect},
		"untrusted":          {endpoint: secure.URL, want: ReasonTLS},
		"another name":       {endpoint: localhost, bundle: secure.caBundle(), want: ReasonTLS},
		"private":            {want: ReasonAddressNotAllowed},
		"not TLS":            {endpoint: strings.Replace(hang, "http:", "https:", 1), want: ReasonTLS},
		"hung up":            {endpoint: raw(""), want: ReasonReset},
		"truncated":          {endpoint: raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + canary), want: ReasonReset},
		"not HTTP":           {endpoint: raw(canary + "\r\n"), want: ReasonOther},
		"status that is no":  {endpoint: raw("HTTP/1.1 " + canary + "\r\n\r\n"), want: ReasonOther},
		"header that is no":  {endpoint: raw("HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n"), want: ReasonOther},
		"header too large":   {endpoint: raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat(canary, 20000)), want: ReasonOther},
		"length that is no":  {endpoint: raw("HTTP/1.1 200 OK\r\nContent-Length: " + canary + "\r\n\r\n"), want: ReasonOther},
		"encoding unknown":   {endpoint: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + canary + "\r\n\r\n"), want: ReasonOther},
		"redirect":           {endpoint: raw("HTTP/1.1 302 " + canary + "\r\nLocation: http://" + canary + "/\r\nContent-Length: 0\r\n\r\n"), want: ReasonRedirect},
		"too large":          {endpoint: raw("HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat(canary, 1000)), want: ReasonBodyTooLarge},
		"bad path":           {endpoint: hang, edit: func(r *Request) { r.Path += "%zz" }, want: ReasonInvalidRequest},
		"bad query":          {endpoint: hang, edit: func(r *Request) { r.RawQuery += "\n" }, want: ReasonInvalidRequest},
		"bad header":         {endpoint: hang, edit: func(r *Request) { r.Header.Set("X", canary+"\n") }, want: ReasonInvalidRequest},
		"bad header name":    {endpoint: hang, edit: func(r *Request) { r.Header[canary+" "] = nil }, want: ReasonInvalidRequest},
		"bad method":         {endpoint: hang, edit: func(r *Request) { r.Method = canary + " " }, want: ReasonInvalidRequest},
		"proxy refuses":      {proxy: withUser(raw("HTTP/1.1 407 " + canary + "\r\nX: " + canary + "\r\n\r\n")), want: ReasonProxy},
		"proxy unreachable":  {proxy: withUser(nobody(t, "http")), want: ReasonProxy},
		"proxy that hangs":   {proxy: withUser(hang), timeout: brief, want: ReasonTimeout},
		"proxy that is none": {proxy: withUser(raw(canary + "\r\n")), want: ReasonOther},
	}
}

func TestNoFailureShowsASecret(t *testing.T) {
	for name, test := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			options := PoolOptions{Timeout: cmp.Or(test.timeout, time.Minute), MaxBodyBytes: 1000, Proxy: func(*url.URL) (*url.URL, error) {
				if test.proxy == "" {
					return nil, nil
				}
				return url.Parse(test.proxy)
			}}
			target := Target{VendorHost: "localhost", Endpoint: test.endpoint, CABundle: test.bundle}
			var allowed []string
			if test.endpoint != "" {
				allowed = []string{test.endpoint}
			}
			client := mustClient(t, newPool(t, options, allowed...), target)
			request := secretRequest()
			if test.edit != nil {
				test.edit(&request)
			}
			err := client.Exchange(t.Context(), request, ignore)
			wantReason(t, err, test.want)
			wantNoCanary(t, err)
			wantNoCanary(t, fmt.Errorf("verify: %w", err))
			if text := fmt.Sprintf("%+v %#v", client, client.route); strings.Contains(text, canary) {
				t.Errorf("a Client shows a secret: %s", text)
			}
		})
	}
}

func TestNoCancellationShowsASecret(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	client := endpointClient(t, PoolOptions{}, server.URL)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New(canary))
	err := client.Exchange(ctx, secretRequest(), ignore)
	wantReason(t, err, ReasonCanceled)
	wantNoCanary(t, err)
}
