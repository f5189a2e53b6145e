// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// vendorHost is a name that the certificate of httptest covers.
const vendorHost = "vendor.example.com"

// noProxy keeps the environment of the test run out.
func noProxy(*url.URL) (*url.URL, error) { return nil, nil }

// newPool allows the origins, and checks in the end that no exchange left
// anything in the memory bound.
func newPool(t *testing.T, options PoolOptions, origins ...string) *Pool {
	t.Helper()
	list, err := ParseAllowlist(origins)
	if err != nil {
		t.Fatal(err)
	}
	options.Allowlist = list
	if options.Proxy == nil {
		options.Proxy = noProxy
	}
	pool := NewPool(options)
	t.Cleanup(func() {
		pool.CloseIdleConnections()
		if !pool.budget.TryAcquire(pool.options.MaxInFlightBytes) {
			t.Error("an exchange still holds memory")
		}
	})
	return pool
}

func mustClient(t *testing.T, pool *Pool, target Target) *Client {
	t.Helper()
	client, err := pool.Client(target)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// endpointClient reaches endpoint in place of the vendor.
func endpointClient(t *testing.T, options PoolOptions, endpoint string) *Client {
	t.Helper()
	pool := newPool(t, options, endpoint)
	return mustClient(t, pool, Target{VendorHost: vendorHost, Endpoint: endpoint})
}

// countingServer counts its connections.
type countingServer struct {
	*httptest.Server
	mu         sync.Mutex
	open, made int
	closed     chan struct{}
}

func (s *countingServer) track(_ net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.open++
		s.made++
	case http.StateClosed, http.StateHijacked:
		s.open--
		select {
		case s.closed <- struct{}{}:
		default:
		}
	}
}

func (s *countingServer) connections() (open, made int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.made
}

// waitClosed waits until the server has no connection.
func (s *countingServer) waitClosed(t *testing.T) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		open, _ := s.connections()
		if open == 0 {
			return
		}
		select {
		case <-s.closed:
		case <-deadline:
			t.Fatalf("%d connections stay open", open)
		}
	}
}

func unstarted(t *testing.T, handler http.HandlerFunc) *countingServer {
	t.Helper()
	server := &countingServer{Server: httptest.NewUnstartedServer(handler), closed: make(chan struct{}, 1)}
	server.Config.ConnState = server.track
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(server.Close)
	return server
}

func serve(t *testing.T, handler http.HandlerFunc) *countingServer {
	t.Helper()
	server := unstarted(t, handler)
	server.Start()
	return server
}

func serveTLS(t *testing.T, handler http.HandlerFunc) *countingServer {
	t.Helper()
	server := unstarted(t, handler)
	server.StartTLS()
	return server
}

func (s *countingServer) caBundle() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// serveRaw answers every connection with handle, which must return when the
// connection breaks.
func serveRaw(t *testing.T, handle func(net.Conn)) (origin string) {
	t.Helper()
	listener := listen(t)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer func() { _ = conn.Close() }()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	return "http://" + listener.Addr().String()
}

// serveText answers every request with text as it is and hangs up.
func serveText(t *testing.T, text string) (origin string) {
	t.Helper()
	return serveRaw(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, text)
	})
}

// nobody is an origin where nothing listens.
func nobody(t *testing.T, scheme string) (origin string) {
	t.Helper()
	listener := listen(t)
	defer func() { _ = listener.Close() }()
	return scheme + "://" + listener.Addr().String()
}

func ignore(*Response) error { return nil }

// get exchanges a plain request and returns a copy of the answer.
func get(ctx context.Context, client *Client) (*Response, error) {
	var got Response
	err := client.Exchange(ctx, Request{Method: http.MethodGet, Path: "/"}, func(response *Response) error {
		got = *response
		got.Body = append([]byte(nil), response.Body...)
		return nil
	})
	return &got, err
}

func wantReason(t *testing.T, err error, want Reason) {
	t.Helper()
	_ = failureWith(t, err, want)
}

// failureWith returns err when it has the reason.
func failureWith(t *testing.T, err error, want Reason) *Error {
	t.Helper()
	var failed *Error
	if !errors.As(err, &failed) {
		t.Fatalf("err = %v (%T), want an *Error with %s", err, err, want)
	}
	if failed.Reason != want {
		t.Fatalf("reason = %s, want %s", failed.Reason, want)
	}
	return failed
}
