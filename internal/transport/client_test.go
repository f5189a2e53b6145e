// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	clocktesting "k8s.io/utils/clock/testing"
)

// seen is what a server saw of a request.
type seen struct{ Method, Host, URI, UserAgent, Signature, Encoding, Body string }

func see(r *http.Request) seen {
	body, _ := io.ReadAll(r.Body)
	return seen{r.Method, r.Host, r.RequestURI, r.UserAgent(), r.Header.Get("X-Signature"), r.Header.Get("Accept-Encoding"), string(body)}
}

func TestExchangeSendsWhatWasSigned(t *testing.T) {
	tests := map[string]struct {
		request Request
		want    seen
	}{
		"a GET with a query": {
			Request{Method: "GET", Path: "/live/v4/list", RawQuery: "sign=a%2Fb&x=1+2"},
			seen{Method: "GET", URI: "/live/v4/list?sign=a%2Fb&x=1+2", UserAgent: "quotawatch/test"},
		},
		"a POST with a body": {
			Request{Method: "POST", Path: "/", Body: []byte(`{"Limit":10}`), Header: http.Header{"X-Signature": {"s"}}},
			seen{Method: "POST", URI: "/", UserAgent: "quotawatch/test", Signature: "s", Body: `{"Limit":10}`},
		},
		"an escaped path": {
			Request{Method: "GET", Path: "/a%2Fb/%E4%BF%9D"},
			seen{Method: "GET", URI: "/a%2Fb/%E4%BF%9D", UserAgent: "quotawatch/test"},
		},
		"no method, no path, an own user agent": {
			Request{Header: http.Header{"User-Agent": {"own"}}},
			seen{Method: "GET", URI: "/", UserAgent: "own"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got seen
			server := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = see(r) })
			client := endpointClient(t, PoolOptions{UserAgent: "quotawatch/test"}, server.URL)
			if err := client.Exchange(t.Context(), test.request, ignore); err != nil {
				t.Fatal(err)
			}
			test.want.Host = client.Host()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExchangeRefusesWhatHTTPDoesNotAllow(t *testing.T) {
	tests := map[string]Request{
		"a line break in a header":    {Header: http.Header{"X-Key": {"secret\n"}}},
		"a header name with a space":  {Header: http.Header{"X Key": {"secret"}}},
		"a method with a space":       {Method: "GET /"},
		"a path without a slash":      {Path: "live"},
		"a path with a space":         {Path: "/a b"},
		"a path with a query":         {Path: "/a?b"},
		"a path with a broken escape": {Path: "/%zz"},
		"a query with a space":        {RawQuery: "a=b c"},
		"a query with a line break":   {RawQuery: "a=b\r\nX: y"},
		"a query with a fragment":     {RawQuery: "a=b#c"},
		"a query not in ASCII":        {RawQuery: "a=保"},
	}
	for name, request := range tests {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the request was sent") })
			client := endpointClient(t, PoolOptions{}, server.URL)
			wantReason(t, client.Exchange(t.Context(), request, ignore), ReasonInvalidRequest)
		})
	}
}

func TestExchangeDoesNotChangeTheCallersHeader(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	client := endpointClient(t, PoolOptions{UserAgent: "quotawatch/test"}, server.URL)
	header := http.Header{"X-Signature": {"s"}}
	if err := client.Exchange(t.Context(), Request{Header: header}, ignore); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(http.Header{"X-Signature": {"s"}}, header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}

func TestEveryStatusButARedirectReachesRead(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		status int
		header map[string]string
		body   string
		want   Response
	}{
		"an answer": {200, nil, `{"a":1}`, Response{Status: 200, Body: []byte(`{"a":1}`)}},
		"no body":   {204, nil, "", Response{Status: 204}},
		"a gateway's page": {
			502, map[string]string{"Content-Type": "text/html"}, "<html>",
			Response{Status: 502, Body: []byte("<html>")},
		},
		"too many requests, seconds": {
			429, map[string]string{"Retry-After": "7"}, "",
			Response{Status: 429, RetryAfter: 7 * time.Second},
		},
		"unavailable, date": {
			503, map[string]string{"Retry-After": "Sat, 21 Nov 2026 10:01:00 GMT"}, "",
			Response{Status: 503, RetryAfter: time.Minute},
		},
		"compressed without being asked": {
			200, map[string]string{"Content-Encoding": "gzip"}, "\x1f\x8b not inflated",
			Response{Status: 200, Body: []byte("\x1f\x8b not inflated")},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				for key, value := range test.header {
					w.Header().Set(key, value)
				}
				w.Header().Set("Date", "Sat, 21 Nov 2026 09:59:58 GMT")
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			client := endpointClient(t, PoolOptions{Clock: clocktesting.NewFakePassiveClock(now)}, server.URL)
			got, err := get(t.Context(), client)
			if err != nil {
				t.Fatal(err)
			}
			if got.Header.Get("Content-Encoding") != test.header["Content-Encoding"] {
				t.Error("the header was changed")
			}
			got.Header = nil
			test.want.Date = now.Add(-2 * time.Second)
			if diff := cmp.Diff(test.want, *got, cmp.Transformer("text", func(b []byte) string { return string(b) })); diff != "" {
				t.Errorf("response (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorOfReadIsReturnedAsItIs(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	client := endpointClient(t, PoolOptions{}, server.URL)
	want := errors.New("not a vendor answer")
	if err := client.Exchange(t.Context(), Request{}, func(*Response) error { return want }); !errors.Is(err, want) || err.Error() != want.Error() {
		t.Errorf("err = %v, want %v as it is", err, want)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			other := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", other.URL)
				w.Header().Set("Set-Cookie", "a=b")
				w.Header().Set("Retry-After", "3")
				w.WriteHeader(status)
			})
			pool := newPool(t, PoolOptions{}, server.URL, other.URL)
			client := mustClient(t, pool, Target{VendorHost: vendorHost, Endpoint: server.URL})
			_, err := get(t.Context(), client)
			want := &Error{Reason: ReasonRedirect, Status: status, RetryAfter: 3 * time.Second}
			if diff := cmp.Diff(want, failureWith(t, err, ReasonRedirect)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if _, made := other.connections(); made != 0 {
				t.Error("the redirect's target was connected to")
			}
		})
	}
}

func TestCookiesAreNotKept(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie came back")
		}
		w.Header().Set("Set-Cookie", "a=b")
	})
	client := endpointClient(t, PoolOptions{}, server.URL)
	for range 2 {
		if _, err := get(t.Context(), client); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBrokenAnswers(t *testing.T) {
	tests := map[string]struct {
		answer string
		want   Reason
	}{
		"nothing":                    {"", ReasonReset},
		"half a header":              {"HTTP/1.1 200 OK\r\nContent-Type: te", ReasonReset},
		"less than Content-Length":   {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123", ReasonReset},
		"an unfinished chunk":        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123", ReasonReset},
		"a chunk that is none":       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ReasonReset},
		"not HTTP":                   {"220 mail.example ESMTP\r\n", ReasonOther},
		"a header without end":       {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", maxResponseHeaderBytes+8192), ReasonOther},
		"another protocol":           {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello", ReasonOther},
		"a Content-Length over all":  {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n123", ReasonBodyTooLarge},
		"a truncated page of errors": {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 10\r\n\r\n123", ReasonReset},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client := endpointClient(t, PoolOptions{}, serveText(t, test.answer))
			_, err := get(t.Context(), client)
			wantReason(t, err, test.want)
		})
	}
}

// TestAnotherProtocolDoesNotHang needs no answer of the server after 101, when
// net/http no longer watches the context.
func TestAnotherProtocolDoesNotHang(t *testing.T) {
	ended := make(chan struct{})
	endpoint := serveRaw(t, func(conn net.Conn) {
		defer close(ended)
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	client := endpointClient(t, PoolOptions{Timeout: time.Hour}, endpoint)
	_, err := get(t.Context(), client)
	wantReason(t, err, ReasonOther)
	<-ended
}

func TestTimeouts(t *testing.T) {
	hangs := map[string]func(http.ResponseWriter){
		"before the header": func(http.ResponseWriter) {},
		"within the body": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, "1")
			_ = http.NewResponseController(w).Flush()
		},
		"after a redirect's header": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusFound)
			_ = http.NewResponseController(w).Flush()
		},
	}
	for name, begin := range hangs {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				begin(w)
				<-r.Context().Done()
			})
			bounded := endpointClient(t, PoolOptions{Timeout: 50 * time.Millisecond}, server.URL)
			_, err := get(t.Context(), bounded)
			checkTimeout(t, name, err)

			patient := endpointClient(t, PoolOptions{Timeout: time.Hour}, server.URL)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			_, err = get(ctx, patient)
			checkTimeout(t, name, err)
			server.waitClosed(t)
		})
	}
}

func checkTimeout(t *testing.T, name string, err error) {
	t.Helper()
	if strings.Contains(name, "redirect") {
		wantReason(t, err, ReasonRedirect)
		return
	}
	wantReason(t, err, ReasonTimeout)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error("not a context.DeadlineExceeded")
	}
}

func TestCancel(t *testing.T) {
	arrived := make(chan struct{})
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	client := endpointClient(t, PoolOptions{}, server.URL)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-arrived
		cancel(errors.New("canary"))
	}()
	_, err := get(ctx, client)
	wantReason(t, err, ReasonCanceled)
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "canary") {
		t.Errorf("err = %v, want a context.Canceled without its cause", err)
	}
	server.waitClosed(t)
}

func TestConnectionIsReused(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := strings.Repeat("x", 900)
		switch r.URL.Path {
		case "/redirect":
			w.Header().Set("Location", "/")
			w.WriteHeader(http.StatusFound)
		case "/error":
			w.WriteHeader(http.StatusBadGateway)
		case "/large":
			body += body
		}
		_, _ = io.WriteString(w, body)
	})
	pool := newPool(t, PoolOptions{MaxBodyBytes: 1024}, server.URL)
	want := map[string]Reason{"/large": ReasonBodyTooLarge, "/redirect": ReasonRedirect}
	for _, path := range []string{"/", "/error", "/large", "/", "/redirect", "/"} {
		// A Client of its own each time: the connections belong to the Pool.
		client := mustClient(t, pool, Target{VendorHost: vendorHost, Endpoint: server.URL})
		err := client.Exchange(t.Context(), Request{Path: path}, ignore)
		if want[path] != "" {
			wantReason(t, err, want[path])
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if _, made := server.connections(); made != 1 {
		t.Errorf("%d connections, want 1", made)
	}
	pool.CloseIdleConnections()
	server.waitClosed(t)
}

func TestConcurrentCallersKeepTheirConnections(t *testing.T) {
	const callers = 16
	var round sync.WaitGroup
	server := serve(t, func(http.ResponseWriter, *http.Request) {
		round.Done()
		round.Wait() // all at once, so each needs a connection
	})
	client := endpointClient(t, PoolOptions{}, server.URL)
	for range 3 {
		round.Add(callers)
		var done sync.WaitGroup
		for range callers {
			done.Go(func() {
				if _, err := get(t.Context(), client); err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
	}
	if _, made := server.connections(); made != callers {
		t.Errorf("%d connections, want %d", made, callers)
	}
}

// TestRequestIsSentOnce has a server that breaks a kept-alive connection after
// it has read a request, which is when net/http sends a GET again by itself.
func TestRequestIsSentOnce(t *testing.T) {
	tests := map[string]struct{ connections, times int }{
		"the next try would dial": {1, 1},
		// Which of two things that are ready net/http takes is a matter of luck.
		"the next try would take an idle connection": {2, 100},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for range test.times {
				if got := requestsUntilBroken(t, test.connections); got != test.connections+1 {
					t.Fatalf("the server saw %d requests, want %d", got, test.connections+1)
				}
			}
		})
	}
}

// requestsUntilBroken warms connections up with a request each, makes one more
// request, which breaks its connection, and returns how many arrived.
func requestsUntilBroken(t *testing.T, connections int) int {
	t.Helper()
	var requests atomic.Int32
	var warming, handling sync.WaitGroup
	warming.Add(connections)
	endpoint := serveRaw(t, func(conn net.Conn) {
		handling.Add(1)
		defer handling.Done()
		reader := bufio.NewReader(conn)
		for first := true; ; first = false {
			if _, err := http.ReadRequest(reader); err != nil {
				return
			}
			requests.Add(1)
			if !first {
				return
			}
			warming.Done()
			warming.Wait()
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	client := endpointClient(t, PoolOptions{}, endpoint)
	var done sync.WaitGroup
	for range connections {
		done.Go(func() {
			if _, err := get(t.Context(), client); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	_, err := get(t.Context(), client)
	wantReason(t, err, ReasonReset)
	client.pool.CloseIdleConnections()
	handling.Wait() // what was sent has now arrived
	return int(requests.Load())
}
