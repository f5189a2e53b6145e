// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// hugeBodyBytes is the length of the streamed part of a huge body.
const hugeBodyBytes = 64 << 20

// spoiltDelivery sends an answer wrongly, or something else in its place. The
// argument was checked when the fault was injected.
type spoiltDelivery func(w http.ResponseWriter, r *http.Request, a answer, argument string)

// hang ends with the request's context: the client gave up, or the server stops.
func hang(_ http.ResponseWriter, r *http.Request, _ answer, _ string) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// resetConnection makes the client see a reset instead of an orderly end, which
// takes a connection that lingers for nothing. Where the connection cannot be
// had, as with HTTP/2, the abort has the same effect on the one request.
func resetConnection(w http.ResponseWriter, _ *http.Request, _ answer, _ string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = wrapped.NetConn() // TLS says goodbye on Close; a reset does not
	}
	if lingering, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = lingering.SetLinger(0)
	}
	_ = conn.Close()
}

func sendHTML(w http.ResponseWriter, r *http.Request, _ answer, argument string) {
	status, _ := strconv.Atoi(argument)
	deliverIntact(w, r, htmlAnswer(status))
}

// htmlAnswer is an error page as gateways and web servers send it.
func htmlAnswer(status int) answer {
	page := fmt.Sprintf("<html><head><title>%d %s</title></head><body></body></html>\n", status, http.StatusText(status))
	return answer{status: status, contentType: "text/html; charset=utf-8", body: []byte(page)}
}

func sendTooManyRequests(w http.ResponseWriter, _ *http.Request, _ answer, _ string) {
	w.WriteHeader(http.StatusTooManyRequests)
}

func sendRetryAfter(w http.ResponseWriter, _ *http.Request, _ answer, seconds string) {
	w.Header().Set("Retry-After", seconds)
	w.WriteHeader(http.StatusTooManyRequests)
}

// sendRedirect uses 307, which asks for the same method, body and headers again.
func sendRedirect(w http.ResponseWriter, _ *http.Request, _ answer, url string) {
	w.Header().Set("Location", url)
	w.WriteHeader(http.StatusTemporaryRedirect)
}

func sendBody(body string) spoiltDelivery {
	return func(w http.ResponseWriter, r *http.Request, a answer, _ string) {
		a.body = []byte(body)
		deliverIntact(w, r, a)
	}
}

func sendHalf(w http.ResponseWriter, r *http.Request, a answer, _ string) {
	a.body = a.body[:len(a.body)/2]
	deliverIntact(w, r, a)
}

func sendContentType(w http.ResponseWriter, r *http.Request, a answer, contentType string) {
	a.contentType = contentType
	deliverIntact(w, r, a)
}

// streamHugeBody names no length, so that the client has to notice by itself.
func streamHugeBody(w http.ResponseWriter, _ *http.Request, a answer, _ string) {
	w.Header().Set("Content-Type", a.contentType)
	_, err := io.WriteString(w, `{"padding":"`)
	padding := bytes.Repeat([]byte("x"), 64<<10)
	for sent := 0; sent < hugeBodyBytes && err == nil; sent += len(padding) {
		_, err = w.Write(padding)
	}
	_, _ = io.WriteString(w, `"}`)
}

func trickle(w http.ResponseWriter, r *http.Request, a answer, argument string) {
	pause, _ := time.ParseDuration(argument)
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	flusher := http.NewResponseController(w)
	for _, b := range a.body {
		if flusher.Flush() != nil || !waited(r, pause) {
			return
		}
		_, _ = w.Write([]byte{b})
	}
}

// waited reports whether the pause went by before the client gave up.
func waited(r *http.Request, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
