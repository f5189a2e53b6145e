// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// apiFault is a way in which a request to the API server goes wrong.
type apiFault string

// What happens to requests. A request may be lost before it gets there or, worse,
// its answer on the way back.
const (
	apiConflict    apiFault = "409 Conflict"
	apiInternal    apiFault = "500 Internal Server Error"
	apiUnavailable apiFault = "503 Service Unavailable"
	apiRequestLost apiFault = "request lost"
	apiAnswerLost  apiFault = "answer lost"
	apiWatchClosed apiFault = "watch closed"
	apiWatchTooOld apiFault = "watch too old"
)

// apiFaults has the API server fail replicas at random: reads of Secrets and
// writes of status, and Events as far as the server answers at all. The client
// of Events sleeps in real time when it does not.
type apiFaults struct {
	mu      sync.Mutex
	random  *rand.Rand // nil: nothing fails
	rate    float64    // the part of requests that fail
	tooOld  int        // watches that are to begin anew
	watches map[*cuttableBody]struct{}
	struck  map[apiFault]int
}

// begin has that part of the requests fail from now on.
func (f *apiFaults) begin(random *rand.Rand, rate float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.random, f.rate = random, rate
}

// end has no request fail any more.
func (f *apiFaults) end() { f.begin(nil, 0) }

// counts returns what happened how often.
func (f *apiFaults) counts() map[apiFault]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.struck)
}

// closeWatches closes all watches, and has some of them hear that what they ask
// for is too old, so that they list everything again.
func (f *apiFaults) closeWatches(tooOld int) {
	f.mu.Lock()
	open := f.watches
	f.watches = nil
	f.tooOld = tooOld
	f.note(apiWatchClosed, len(open))
	f.mu.Unlock()
	for body := range open {
		body.cut()
	}
}

func (f *apiFaults) note(fault apiFault, count int) {
	if f.struck == nil {
		f.struck = map[apiFault]int{}
	}
	f.struck[fault] += count
}

// draw returns what happens to a request; empty when nothing does.
func (f *apiFaults) draw(request *http.Request) apiFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.random == nil || f.random.Float64() >= f.rate {
		return ""
	}
	kinds := []apiFault{apiInternal, apiUnavailable}
	switch {
	case strings.HasSuffix(request.URL.Path, "/status"):
		kinds = append(kinds, apiConflict, apiRequestLost, apiAnswerLost)
	case strings.Contains(request.URL.Path, "/secrets/"):
		kinds = append(kinds, apiRequestLost, apiAnswerLost)
	}
	fault := kinds[f.random.IntN(len(kinds))]
	f.note(fault, 1)
	return fault
}

// wrap has requests through a transport fail.
func (f *apiFaults) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		path := request.URL.Path
		switch {
		case strings.Contains(request.URL.RawQuery, "watch=true"):
			return f.watch(next, request)
		case strings.HasSuffix(path, "/status"), strings.Contains(path, "/secrets/"), strings.Contains(path, "/events"):
			return f.send(next, request)
		default:
			return next.RoundTrip(request)
		}
	})
}

// errLost stands for a connection that broke.
var errLost = errors.Join(io.ErrUnexpectedEOF, context.DeadlineExceeded)

func (f *apiFaults) send(next http.RoundTripper, request *http.Request) (*http.Response, error) {
	switch f.draw(request) {
	case apiConflict:
		return refusal(request, http.StatusConflict, metav1.StatusReasonConflict), nil
	case apiInternal:
		return refusal(request, http.StatusInternalServerError, metav1.StatusReasonInternalError), nil
	case apiUnavailable:
		return refusal(request, http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable), nil
	case apiRequestLost:
		return nil, errLost
	case apiAnswerLost:
		response, err := next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		return nil, errors.Join(errLost, response.Body.Close())
	default:
		return next.RoundTrip(request)
	}
}

// watch makes a watch one that can be closed.
func (f *apiFaults) watch(next http.RoundTripper, request *http.Request) (*http.Response, error) {
	f.mu.Lock()
	isTooOld := f.tooOld > 0
	if isTooOld {
		f.tooOld--
		f.note(apiWatchTooOld, 1)
	}
	f.mu.Unlock()
	if isTooOld {
		return refusal(request, http.StatusGone, metav1.StatusReasonExpired), nil
	}
	response, err := next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body := &cuttableBody{ReadCloser: response.Body, ended: f.forget}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.watches == nil {
		f.watches = map[*cuttableBody]struct{}{}
	}
	f.watches[body] = struct{}{}
	response.Body = body
	return response, nil
}

func (f *apiFaults) forget(body *cuttableBody) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.watches, body)
}

// refusal is an answer of the API server's.
func refusal(request *http.Request, code int32, reason metav1.StatusReason) *http.Response {
	body, err := json.Marshal(metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status:   metav1.StatusFailure, Code: code, Reason: reason, Message: "a fault of the simulation",
	})
	if err != nil {
		panic(err)
	}
	return &http.Response{
		StatusCode: int(code), Status: http.StatusText(int(code)), Request: request,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// cuttableBody is the body of a watch that may end at any time.
type cuttableBody struct {
	io.ReadCloser
	ended func(*cuttableBody)
}

// cut ends the body as if the server had closed it.
func (b *cuttableBody) cut() { _ = b.ReadCloser.Close() }

// Read implements io.Reader.
func (b *cuttableBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// Close implements io.Closer.
func (b *cuttableBody) Close() error {
	b.ended(b)
	return b.ReadCloser.Close()
}
