// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync/atomic"
)

var errSentBefore = errors.New("request was sent before")

// sentOnce keeps net/http from sending a request again when a kept-alive
// connection breaks after it was sent: every attempt is signed anew, and the
// vendor counts this one. A request of which nothing was written may still move
// to another connection. The context ends with ctx.
func sentOnce(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	var sent atomic.Bool
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { sent.Store(true) },
		GetConn: func(string) {
			if sent.Load() {
				cancel(errSentBefore)
			}
		},
		// An idle connection can win against the canceled context.
		GotConn: func(info httptrace.GotConnInfo) {
			if sent.Load() {
				_ = info.Conn.Close()
			}
		},
	})
}
