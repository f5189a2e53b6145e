// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package vendortest holds what the tests of all vendor packages work with: a
// server in the vendor's place, which records what it is asked and answers as the
// test says, and checks of what became of the answer. Only tests import it.
//
// It knows no vendor's protocol; package vendorsim does.
package vendortest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// Request is one request as the vendor sees it.
type Request struct {
	Method, Host string
	URL          *url.URL
	Header       http.Header
	Body         []byte
}

// Reply is one answer. The zero Status is 200; Header overrides the server's
// Content-Type.
type Reply struct {
	Status int
	Header map[string]string
	Body   string
}

// Server answers on localhost in a vendor's place, and keeps the requests.
type Server struct {
	// URL is where the server listens.
	URL string
	// Clock is that of every account which Connect makes.
	Clock *clocktesting.FakePassiveClock
	// Pace is that of every account which Connect makes; nil never waits.
	Pace func(context.Context) error

	contentType string
	answer      func(Request) Reply

	mu       sync.Mutex
	requests []Request
}

// Start returns a server that lives as long as the test. It labels answers with
// contentType; its clock shows now.
func Start(t *testing.T, contentType string, now time.Time, answer func(Request) Reply) *Server {
	t.Helper()
	s := &Server{Clock: clocktesting.NewFakePassiveClock(now), contentType: contentType, answer: answer}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	request := Request{Method: r.Method, Host: r.Host, URL: r.URL, Header: r.Header.Clone(), Body: body}
	s.mu.Lock()
	s.requests = append(s.requests, request)
	s.mu.Unlock()

	reply := s.answer(request)
	w.Header().Set("Content-Type", s.contentType)
	for name, value := range reply.Header {
		w.Header().Set(name, value)
	}
	if reply.Status != 0 {
		w.WriteHeader(reply.Status)
	}
	_, _ = io.WriteString(w, reply.Body)
}

// Requests returns the requests so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// CheckCalls reports a number of requests so far other than want.
func (s *Server) CheckCalls(t *testing.T, want int) {
	t.Helper()
	if got := len(s.Requests()); got != want {
		t.Errorf("%d calls, want %d", got, want)
	}
}

// Connect returns the readers of an account at the server, which they reach
// through a real pool. It fills in all of access but what tells of the account.
func (s *Server) Connect(t *testing.T, factory vendors.Factory, access vendors.Access, options transport.PoolOptions) *vendors.Account {
	t.Helper()
	allowlist, err := transport.ParseAllowlist([]string{s.URL})
	if err != nil {
		t.Fatal(err)
	}
	options.Allowlist = allowlist
	pool := transport.NewPool(options)
	t.Cleanup(pool.CloseIdleConnections)
	access.Client, err = pool.Client(transport.Target{VendorHost: factory.Host, Endpoint: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	access.Clock, access.Pace = s.Clock, s.Pace
	return factory.New(access)
}
