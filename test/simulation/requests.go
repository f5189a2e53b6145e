// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// apiRequests counts the requests to the API server, except for those that never
// end (watches) and those that real time decides (leader election).
type apiRequests struct {
	begun, ended atomic.Int64
	// down tells that nobody reaches the API server, and refused counts what nobody
	// got there. Watches hear nothing, since nobody writes; how they come back is a
	// matter of real time.
	down    atomic.Bool
	refused atomic.Int64

	mu     sync.Mutex
	byVerb map[string]int
}

// underWay tells whether the API server has not answered something in full.
func (r *apiRequests) underWay() bool {
	ended := r.ended.Load() // before begun, so that the numbers are never equal too early
	return ended != r.begun.Load()
}

// wrap counts what goes through a transport.
func (r *apiRequests) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		if strings.Contains(request.URL.RawQuery, "watch=true") || strings.Contains(request.URL.Path, "/leases") {
			return next.RoundTrip(request)
		}
		if r.down.Load() {
			r.refused.Add(1)
			return nil, syscall.ECONNREFUSED
		}
		r.begin(request.Method)
		response, err := next.RoundTrip(request)
		if err != nil {
			r.ended.Add(1)
			return nil, err
		}
		response.Body = &countedBody{ReadCloser: response.Body, closed: sync.OnceFunc(func() { r.ended.Add(1) })}
		return response, nil
	})
}

func (r *apiRequests) begin(verb string) {
	r.begun.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byVerb == nil {
		r.byVerb = map[string]int{}
	}
	r.byVerb[verb]++
}

// counts returns how many requests of each verb there were.
func (r *apiRequests) counts() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.byVerb)
}

// countedBody tells when it is closed.
type countedBody struct {
	io.ReadCloser
	closed func()
}

func (b *countedBody) Close() error {
	defer b.closed()
	return b.ReadCloser.Close()
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
