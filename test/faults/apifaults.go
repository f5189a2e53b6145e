// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
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

func posting(r *http.Request) bool { return r.Method == http.MethodPost }

// listing matches the lists of a resource.
func listing(resource string) requestMatch {
	return func(r *http.Request) bool {
		return r.Method == http.MethodGet && !watching(r) && strings.HasSuffix(r.URL.Path, "/"+resource)
	}
}

// reading matches what reads one object.
func reading(resource, name string) requestMatch {
	return func(r *http.Request) bool {
		return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+resource+"/"+name)
	}
}

// writingStatus matches the writes of one object's status; of all without a name.
func writingStatus(resource, name string) requestMatch {
	return func(r *http.Request) bool {
		return r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, name+"/status") &&
			strings.Contains(r.URL.Path, "/"+resource+"/")
	}
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

// after passes requests on when something was done.
func after(do func(r *http.Request)) spoiltService {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		do(r)
		next.ServeHTTP(w, r)
	}
}

// refusal answers as the API server does when it cannot serve; without a time to
// retry after if that is 0.
func refusal(code int, reason metav1.StatusReason, message string, retryAfter time.Duration) spoiltService {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		if retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		}
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(metav1.Status{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
			Status:   metav1.StatusFailure, Reason: reason, Message: message, Code: int32(code),
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
	ended func()
	torn  atomic.Bool
}

// cut ends the stream now.
func (s *watchStream) cut() { _ = s.Close() }

// tear has the stream end within what comes next.
func (s *watchStream) tear() { s.torn.Store(true) }

// Read implements io.Reader.
func (s *watchStream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if s.torn.Load() && n > 0 {
		return n / 2, errTorn
	}
	return n, err
}

// Close implements io.Closer.
func (s *watchStream) Close() error {
	s.ended()
	return s.ReadCloser.Close()
}
