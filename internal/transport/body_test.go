// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/sync/semaphore"
)

func TestBodyBound(t *testing.T) {
	const limit = 100 << 10
	tests := map[string]struct {
		size     int
		announce bool
		want     Reason
	}{
		"at the bound, announced":     {limit, true, ""},
		"at the bound, in chunks":     {limit, false, ""},
		"one byte over, announced":    {limit + 1, true, ReasonBodyTooLarge},
		"one byte over, in chunks":    {limit + 1, false, ReasonBodyTooLarge},
		"far over, in chunks":         {100 * limit, false, ReasonBodyTooLarge},
		"smaller than the first step": {10, false, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			body := bytes.Repeat([]byte("x"), test.size)
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if test.announce {
					w.Header().Set("Content-Length", strconv.Itoa(test.size))
				} else {
					_ = http.NewResponseController(w).Flush()
				}
				_, _ = w.Write(body)
			})
			client := endpointClient(t, PoolOptions{MaxBodyBytes: limit}, server.URL)
			got, err := get(t.Context(), client)
			if test.want != "" {
				wantReason(t, err, test.want)
				return
			}
			if err != nil || !bytes.Equal(got.Body, body) {
				t.Errorf("%d bytes and %v, want the whole body", len(got.Body), err)
			}
		})
	}
}

func TestLargeBodyTakesBoundedMemory(t *testing.T) {
	const size, limit = 64 << 20, 1 << 20
	chunk := make([]byte, 64<<10)
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range size / len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	client := endpointClient(t, PoolOptions{MaxBodyBytes: limit}, server.URL)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := get(t.Context(), client)
	runtime.ReadMemStats(&after)
	failed := failureWith(t, err, ReasonBodyTooLarge)
	if failed.Status != http.StatusOK {
		t.Errorf("status = %d, want 200", failed.Status)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 8*limit {
		t.Errorf("%d bytes were allocated for a body bounded to %d", allocated, limit)
	}
}

func TestProcessWideBound(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "9")
		_, _ = w.Write(make([]byte, 40<<10))
	})
	options := PoolOptions{MaxInFlightBytes: 100 << 10}
	pool := newPool(t, options, server.URL)
	first := mustClient(t, pool, Target{VendorHost: vendorHost, Endpoint: server.URL})
	second := mustClient(t, pool, Target{VendorHost: "other.example.com", Endpoint: server.URL})
	err := first.Exchange(t.Context(), Request{}, func(*Response) error {
		_, err := get(t.Context(), second)
		return err
	})
	if failed := failureWith(t, err, ReasonMemoryBound); failed.RetryAfter == 0 {
		t.Error("the answer's Retry-After got lost")
	}
	if _, err := get(t.Context(), second); err != nil {
		t.Errorf("after the first answer was read: %v", err)
	}
}

func TestMemoryIsReleasedWhenReadPanics(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") })
	client := endpointClient(t, PoolOptions{}, server.URL) // its cleanup checks the bound
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
	}()
	_ = client.Exchange(t.Context(), Request{}, func(*Response) error { panic("read") })
}

func TestHeldBodyPaysForWhatItHolds(t *testing.T) {
	const budget = 1 << 20
	tests := map[string]struct {
		source io.Reader
		limit  int64
		want   error
	}{
		"a body":               {strings.NewReader(strings.Repeat("x", 100<<10)), 200 << 10, nil},
		"a body byte by byte":  {iotest.OneByteReader(strings.NewReader(strings.Repeat("x", 40<<10))), 200 << 10, nil},
		"nothing":              {strings.NewReader(""), 10, nil},
		"data with the end":    {iotest.DataErrReader(strings.NewReader("x")), 10, nil},
		"a body over its own":  {strings.NewReader(strings.Repeat("x", 11)), 10, errBodyTooLarge},
		"a body over all":      {strings.NewReader(strings.Repeat("x", 2*budget)), 4 * budget, errMemoryBound},
		"a body that breaks":   {iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("xyz"))), 10, iotest.ErrTimeout},
		"a body broken before": {iotest.ErrReader(io.ErrUnexpectedEOF), 10, io.ErrUnexpectedEOF},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			sem := semaphore.NewWeighted(budget)
			body := &heldBody{budget: sem, expected: -1}
			if err := body.readAll(test.source, test.limit); !errors.Is(err, test.want) {
				t.Fatalf("err = %v, want %v", err, test.want)
			}
			held := int64(cap(body.bytes))
			if sem.TryAcquire(budget - held + 1) {
				t.Errorf("holds %d bytes and paid for less", held)
			}
			body.release()
			if !sem.TryAcquire(budget) {
				t.Error("did not give everything back")
			}
		})
	}
}

func TestHeldBodyIsAsLargeAsExpected(t *testing.T) {
	tests := map[string]struct {
		length, expected, want int64
	}{
		"of the length that was said":     {600, 600, 601},
		"longer than was said":            {700, 600, 1202},
		"shorter than was said":           {10, 600, 601},
		"of no known length":              {600, -1, firstBodyBytes},
		"said to be large, and is not":    {600, 100 << 20, firstBodyBytes},
		"said to be nothing, and is none": {0, 0, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			body := &heldBody{budget: semaphore.NewWeighted(1 << 20), expected: test.expected}
			if err := body.readAll(strings.NewReader(strings.Repeat("x", int(test.length))), 1<<20); err != nil {
				t.Fatal(err)
			}
			if int64(len(body.bytes)) != test.length || int64(cap(body.bytes)) != test.want {
				t.Errorf("%d bytes in a buffer of %d, want %d in %d", len(body.bytes), cap(body.bytes), test.length, test.want)
			}
		})
	}
}
