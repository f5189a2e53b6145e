// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"net"
	"net/http"
	"sync/atomic"
)

// connections counts those that the vendors have accepted and not closed.
type connections struct{ open, accepted atomic.Int64 }

// changed follows a connection. It is an http.Server's ConnState; one that was
// taken over is closed at once by who took it.
func (c *connections) changed(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.open.Add(1)
		c.accepted.Add(1)
	case http.StateClosed, http.StateHijacked:
		c.open.Add(-1)
	case http.StateActive, http.StateIdle:
	}
}
