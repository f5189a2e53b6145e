// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"io"
	"net/http"

	"golang.org/x/sync/semaphore"
)

const (
	// firstBodyBytes is the most that a buffer begins with.
	firstBodyBytes = 16 << 10
	// maxDiscardBytes is what we read for nothing to keep a connection; beyond
	// it a new connection is cheaper.
	maxDiscardBytes = 64 << 10
)

var (
	errBodyTooLarge = errors.New("body too large")
	errMemoryBound  = errors.New("memory bound")
)

// heldBody is a body in memory. Its buffer is paid for from the budget before
// it is allocated, in steps, so a Content-Length alone costs nothing.
type heldBody struct {
	budget *semaphore.Weighted
	// expected is the Content-Length; negative when there is none.
	expected int64
	bytes    []byte
}

// readAll reads src to its end, at most limit bytes.
func (b *heldBody) readAll(src io.Reader, limit int64) error {
	for {
		if len(b.bytes) == cap(b.bytes) && !b.grow(limit+1) {
			return errMemoryBound
		}
		n, err := src.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		switch {
		case int64(len(b.bytes)) > limit:
			return errBodyTooLarge
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// grow doubles the buffer. Old and new exist together while it copies, so both
// are paid for.
func (b *heldBody) grow(limit int64) bool {
	old := int64(cap(b.bytes))
	size := min(max(2*old, b.first()), limit)
	if !b.budget.TryAcquire(size) {
		return false
	}
	b.bytes = append(make([]byte, 0, size), b.bytes...)
	b.budget.Release(old)
	return true
}

// first is how large the buffer is at first: with room for one byte more than is
// expected, to find the end without growing.
func (b *heldBody) first() int64 {
	if b.expected < 0 {
		return firstBodyBytes
	}
	return min(b.expected+1, firstBodyBytes)
}

func (b *heldBody) release() {
	b.budget.Release(int64(cap(b.bytes)))
	b.bytes = nil
}

// discard closes the body of an answer, and reads a short rest of it first so
// that the connection can be used again.
func discard(answer *http.Response) {
	if answer.StatusCode >= 200 && answer.ContentLength <= maxDiscardBytes {
		_, _ = io.CopyN(io.Discard, answer.Body, maxDiscardBytes)
	}
	_ = answer.Body.Close()
}
