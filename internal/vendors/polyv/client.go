// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"context"
	"net/http"
	"time"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// client makes signed calls with one credential, which stays behind a pointer so
// that a client printed by mistake shows an address.
type client struct {
	caller     vendors.Caller
	credential *credential
}

// get asks path with params and decodes the data of the answer into into, unless
// that is nil.
func (c *client) get(ctx context.Context, op, path string, params map[string]string, into answer) error {
	sign := func(now time.Time) transport.Request {
		return transport.Request{
			Method:   http.MethodGet,
			Path:     path,
			RawQuery: c.credential.signedQuery(params, now),
			Header:   http.Header{"Accept": {"application/json"}},
		}
	}
	return c.caller.Call(ctx, op, sign, func(response *transport.Response) *vendors.Error {
		return decode(op, response, into)
	})
}

func (c *client) now() time.Time { return c.caller.Clock.Now() }
