// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"bytes"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// syncBuffer is a log that other goroutines write to.
type syncBuffer struct {
	mu      sync.Mutex
	buffer  bytes.Buffer
	written chan struct{}
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer func() {
		select {
		case b.written <- struct{}{}:
		default:
		}
	}()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// TestSurplusOfAnAnswerIsNotLogged provokes the message of net/http itself, so
// it fails when a new Go words it in another way.
func TestSurplusOfAnAnswerIsNotLogged(t *testing.T) {
	output := &syncBuffer{written: make(chan struct{}, 1)}
	previous := log.Writer()
	log.SetOutput(RedactLog(output))
	t.Cleanup(func() { log.SetOutput(previous) })
	endpoint := serveRaw(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n123"+canary)
		_, _ = io.Copy(io.Discard, conn)
	})
	got, err := get(t.Context(), endpointClient(t, PoolOptions{}, endpoint))
	if err != nil || string(got.Body) != "123" {
		t.Fatalf("body %q, err %v, want the announced 3 bytes", got.Body, err)
	}
	select {
	case <-output.written:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was logged; is RedactLog still needed?")
	}
	if text := output.String(); strings.Contains(text, canary) || !strings.Contains(text, string(unsolicited)) {
		t.Errorf("log = %q, want the message without the answer", text)
	}
}

func TestOtherMessagesPass(t *testing.T) {
	var output bytes.Buffer
	log.New(RedactLog(&output), "", 0).Print("something else")
	if output.String() != "something else\n" {
		t.Errorf("log = %q", output.String())
	}
}
