// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"k8s.io/utils/clock"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// simulator is the vendors at an address of their own, in real time. It knows
// what it was sent and who is connected, and can make calls wait.
type simulator struct {
	*vendorsim.Simulator
	name     string
	endpoint string
	server   *http.Server

	mu          sync.Mutex
	connections map[net.Conn]http.ConnState
	signatures  map[string]bool
	gates       map[string]chan struct{} // by the key whose calls wait, closed when they may go on
	waiting     int                      // calls
}

// newSimulator starts the vendors at a free address over plain HTTP, until the
// world ends.
func (w *world) newSimulator(name string) *simulator { return w.newSimulatorOver(name, nil) }

// newSimulatorOver is newSimulator over TLS, unless config is nil.
func (w *world) newSimulatorOver(name string, config *tls.Config) *simulator {
	GinkgoHelper()
	vendors, err := vendorsim.New(clock.RealClock{}, vendorsim.ScenarioSeeds)
	Expect(err).NotTo(HaveOccurred())
	s := &simulator{
		Simulator: vendors, name: name,
		connections: map[net.Conn]http.ConnState{}, signatures: map[string]bool{}, gates: map[string]chan struct{}{},
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	s.server = &http.Server{
		Handler: s, ConnState: s.noteConnection, ReadHeaderTimeout: time.Minute, TLSConfig: config,
		ErrorLog: log.New(io.Discard, "", 0), // handshakes that fail
	}
	DeferCleanup(s.server.Close)
	if s.endpoint = "http://" + listener.Addr().String(); config == nil {
		go func() { _ = s.server.Serve(listener) }() // ends with the server
	} else {
		s.endpoint = "https://" + listener.Addr().String()
		go func() { _ = s.server.ServeTLS(listener, "", "") }()
	}
	w.simulators = append(w.simulators, s)
	w.endpoints = append(w.endpoints, s.endpoint)
	return s
}

// ServeHTTP answers as the vendors do, when calls may pass.
func (s *simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // only then is it noticed that the client gives up
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.noteSignature(r)
	if gate := s.gate(r); gate != nil && !s.passed(r.Context(), gate) {
		panic(http.ErrAbortHandler)
	}
	s.Simulator.ServeHTTP(w, r)
}

// hold has the calls with the keys of accounts wait from now on; all calls when no
// account is named.
func (s *simulator) hold(accounts ...*account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(accounts) == 0 {
		s.gates[anyKey] = make(chan struct{})
	}
	for _, a := range accounts {
		s.gates[a.key.id] = make(chan struct{})
	}
}

// anyKey is a part of every key.
const anyKey = ""

// release has all calls go on.
func (s *simulator) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, gate := range s.gates {
		close(gate)
	}
	clear(s.gates)
}

// held is how many calls wait.
func (s *simulator) held() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting
}

// gate is what a call has to wait for, by the ID of its key; nil when it has not.
func (s *simulator) gate(r *http.Request) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, gate := range s.gates {
		if strings.Contains(r.Header.Get("Authorization"), key) || strings.Contains(r.URL.RawQuery, key) {
			s.waiting++
			return gate
		}
	}
	return nil
}

// passed waits until a call may go on, and returns false when its client gives up.
func (s *simulator) passed(ctx context.Context, gate chan struct{}) bool {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waiting--
	}()
	select {
	case <-gate:
		return true
	case <-ctx.Done():
		return false
	}
}

// signature is what a request is signed with, at Tencent Cloud and Volcengine in
// a header, at POLYV in the query.
var signature = regexp.MustCompile(`\b[Ss]ign(?:ature)?=([0-9A-Fa-f]{16,})`)

func (s *simulator) noteSignature(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range []string{r.Header.Get("Authorization"), r.URL.RawQuery} {
		if found := signature.FindStringSubmatch(text); found != nil {
			s.signatures[found[1]] = true
		}
	}
}

func (s *simulator) noteConnection(conn net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateClosed, http.StateHijacked:
		delete(s.connections, conn)
	default:
		s.connections[conn] = state
	}
}

// connected is how many connections there are.
func (s *simulator) connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.connections)
}

// busy tells whether a connection is in use.
func (s *simulator) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, state := range s.connections {
		if state == http.StateActive {
			return true
		}
	}
	return false
}

// disconnect closes the connections that are not in use, so that the next call
// needs a new one.
func (s *simulator) disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn, state := range s.connections {
		if state == http.StateIdle {
			_ = conn.Close()
		}
	}
}

// callsWith are the calls with a key since then, oldest first.
func (s *simulator) callsWith(key string, since time.Time) []vendorsim.Call {
	return slices.DeleteFunc(s.Calls(), func(c vendorsim.Call) bool {
		return c.Credential != key || c.Time.Before(since)
	})
}
