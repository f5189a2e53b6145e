// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/quotawatch/quotawatch/internal/transport"
)

// startCaller returns a caller of a server that answers every request alike, and
// the queries of the requests that reach it.
func startCaller(t *testing.T, clock *clocktesting.FakePassiveClock, header http.Header) (*Caller, *[]string) {
	t.Helper()
	queries := &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*queries = append(*queries, r.URL.RawQuery)
		maps.Copy(w.Header(), header)
	}))
	t.Cleanup(server.Close)
	allowlist, err := transport.ParseAllowlist([]string{server.URL})
	if err != nil {
		t.Fatal(err)
	}
	pool := transport.NewPool(transport.PoolOptions{Allowlist: allowlist})
	t.Cleanup(pool.CloseIdleConnections)
	client, err := pool.Client(transport.Target{VendorHost: "vendor.example", Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return &Caller{Client: client, Clock: clock}, queries
}

// signTime stands for a signer: the query is the time of the signature.
func signTime(now time.Time) transport.Request {
	return transport.Request{Method: http.MethodGet, RawQuery: now.UTC().Format("150405")}
}

func TestCall(t *testing.T) {
	start := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	header := http.Header{"Date": {start.Add(-4 * time.Minute).Format(http.TimeFormat)}}
	failed := func(kind Kind) *Error { return &Error{Kind: kind, Op: OpUsage, Code: "c"} }
	tests := map[string]struct {
		// failures are what reading the answers comes to, in turn.
		failures    []*Error
		want        *Error
		wantQueries []string
	}{
		"a good answer": {[]*Error{nil}, nil, []string{"100001"}},
		"a failure": {
			[]*Error{failed(KindThrottled)}, failed(KindThrottled), []string{"100001"},
		},
		"a refused timestamp, then a good answer": {
			[]*Error{failed(KindClockSkew), nil}, nil, []string{"100001", "100002"},
		},
		"a refused timestamp, twice": {
			[]*Error{failed(KindClockSkew), failed(KindClockSkew)},
			&Error{Kind: KindClockSkew, Op: OpUsage, Code: "c", Hint: "the operator's clock is about 4m ahead of the vendor's; check the time of the operator's node"},
			[]string{"100001", "100002"},
		},
		"a refused timestamp, then another failure": {
			[]*Error{failed(KindClockSkew), failed(KindForbidden)}, failed(KindForbidden), []string{"100001", "100002"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			clock := clocktesting.NewFakePassiveClock(start)
			caller, queries := startCaller(t, clock, header)
			caller.Pace = func(context.Context) error { // the wait takes a second
				clock.SetTime(clock.Now().Add(time.Second))
				return nil
			}
			read := 0
			err := caller.Call(t.Context(), OpUsage, signTime, func(*transport.Response) *Error {
				read++
				return test.failures[read-1]
			})
			if diff := cmp.Diff(test.want, AsError("", err), cmpopts.IgnoreFields(Error{}, "Err")); diff != "" {
				t.Errorf("failure (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.wantQueries, *queries); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCallWithoutAnswer(t *testing.T) {
	tests := map[string]struct {
		pace     error
		request  transport.Request
		wantCode string
	}{
		"the caller gave up waiting":    {context.Canceled, transport.Request{Method: http.MethodGet}, "Canceled"},
		"a request that cannot be sent": {nil, transport.Request{Method: http.MethodGet, RawQuery: "a b"}, "InvalidRequest"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			caller, queries := startCaller(t, clocktesting.NewFakePassiveClock(time.Now()), nil)
			caller.Pace = func(context.Context) error { return test.pace }
			err := caller.Call(t.Context(), OpBill, func(time.Time) transport.Request { return test.request },
				func(*transport.Response) *Error {
					t.Error("there is an answer")
					return nil
				})
			got := AsError("", err)
			want := &Error{Kind: KindUnavailable, Op: OpBill, Code: test.wantCode}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Error{}, "Err")); diff != "" {
				t.Errorf("failure (-want +got):\n%s", diff)
			}
			if !errors.Is(err, test.pace) && test.pace != nil {
				t.Errorf("%v is not told from the vendor's failures", err)
			}
			if len(*queries) != 0 {
				t.Errorf("requests %q, want none", *queries)
			}
		})
	}
}

func TestCallWithoutLimits(t *testing.T) {
	caller, queries := startCaller(t, clocktesting.NewFakePassiveClock(time.Now()), nil)
	if err := caller.Call(t.Context(), OpVerify, signTime, func(*transport.Response) *Error { return nil }); err != nil {
		t.Fatal(err)
	}
	if len(*queries) != 1 {
		t.Errorf("%d requests, want 1", len(*queries))
	}
}
