// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// requestMatch tells which requests to the API server are meant.
type requestMatch func(*http.Request) bool

func anyRequest(*http.Request) bool { return true }

func watching(r *http.Request) bool { return r.URL.Query().Get("watch") != "" }

func forLease(r *http.Request) bool { return strings.Contains(r.URL.Path, "/leases") }

// fetchingAll matches the lists of a resource, and the watches that begin with
// what there is.
func fetchingAll(resource string) requestMatch {
	return func(r *http.Request) bool {
		return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+resource)
	}
}

// fetching matches what reads one object.
func fetching(resource, name string) requestMatch {
	return func(r *http.Request) bool {
		return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+resource+"/"+name)
	}
}

// writingStatus matches the writes of the status of the QuotaWatch of that name.
func writingStatus(name string) requestMatch {
	return func(r *http.Request) bool {
		return r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, "/quotawatches/"+name+"/status")
	}
}

// posting matches the creation of objects of a resource.
func posting(resource string) requestMatch {
	return func(r *http.Request) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/"+resource)
	}
}

// holding matches requests that have a text in their body.
func holding(text string) requestMatch {
	return func(r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		return err == nil && bytes.Contains(body, []byte(text))
	}
}

// and matches what both do.
func and(a, b requestMatch) requestMatch {
	return func(r *http.Request) bool { return a(r) && b(r) }
}

// not matches everything else.
func not(match requestMatch) requestMatch {
	return func(r *http.Request) bool { return !match(r) }
}

// late passes requests on after a while.
func late(pause time.Duration) spoiltService {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
}

// beforehand has something done before it passes requests on.
func beforehand(do func(context.Context)) spoiltService {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		do(r.Context())
		next.ServeHTTP(w, r)
	}
}

// inTurns has one request served by each of these, over and over.
func inTurns(services ...spoiltService) spoiltService {
	var turn atomic.Int64
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		services[int(turn.Add(1))%len(services)](w, r, next)
	}
}

// refusal answers as the API server does when it cannot serve; without a time to
// retry after if that is 0.
func refusal(code int32, reason metav1.StatusReason, message string, retryAfter time.Duration) spoiltService {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		if retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		}
		w.WriteHeader(int(code))
		_ = json.NewEncoder(w).Encode(metav1.Status{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
			Status:   metav1.StatusFailure, Reason: reason, Message: message, Code: code,
		})
	}
}

// gate is where things are held until it is opened.
type gate struct {
	arrive, free sync.Once
	arrived      chan struct{} // closed when the first is held
	opened       chan struct{}
}

func newGate() *gate {
	return &gate{arrived: make(chan struct{}), opened: make(chan struct{})}
}

// reached tells whether something has been held.
func (g *gate) reached() bool {
	select {
	case <-g.arrived:
		return true
	default:
		return false
	}
}

func (g *gate) open() { g.free.Do(func() { close(g.opened) }) }

// passes waits until the gate is open, and tells whether that was before the one
// who waits had gone.
func (g *gate) passes(ctx context.Context) bool {
	g.arrive.Do(func() { close(g.arrived) })
	select {
	case <-g.opened:
		return true
	case <-ctx.Done():
		return false
	}
}

// holdRequests keeps requests from the API server.
func holdRequests(g *gate) spoiltService {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !g.passes(r.Context()) {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	}
}

// holdAnswers has the API server do what it is asked for, and keeps its answers.
func holdAnswers(g *gate) spoiltService {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		if !g.passes(r.Context()) {
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}
}

var errTorn = errors.New("the stream is torn")

// watchStream is the answer to a watch.
type watchStream struct {
	io.ReadCloser
	ended  func()
	isCut  atomic.Bool
	isTorn atomic.Bool
}

// cut ends the stream now.
func (s *watchStream) cut() {
	s.isCut.Store(true)
	_ = s.Close()
}

// tear has the stream end within what comes next.
func (s *watchStream) tear() { s.isTorn.Store(true) }

// Read implements io.Reader.
func (s *watchStream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	switch {
	case s.isCut.Load(): // whatever a body says that is closed
		return 0, errTorn
	case s.isTorn.Load() && n > 0:
		return n / 2, errTorn
	}
	return n, err
}

// Close implements io.Closer.
func (s *watchStream) Close() error {
	s.ended()
	return s.ReadCloser.Close()
}
