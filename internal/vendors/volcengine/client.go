// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	service     = "livesaas"
	action      = "GetLiveTrafficPostPayData"
	version     = "2023-08-01"
	contentType = "application/json"
)

// client makes signed calls with one credential, which stays behind a pointer so
// that a client printed by mistake shows an address.
type client struct {
	caller     vendors.Caller
	credential *credential
}

// call asks the question and decodes the answer into into, unless that is nil.
func (c *client) call(ctx context.Context, op string, question trafficRequest, into answer) error {
	body, err := json.Marshal(question)
	if err != nil {
		return vendors.AsError(op, err)
	}
	sign := func(now time.Time) transport.Request { return c.request(body, now) }
	return c.caller.Call(ctx, op, sign, func(response *transport.Response) *vendors.Error {
		return decode(op, response, into)
	})
}

// request returns one attempt, signed for now. Both action and version belong into
// the query: the vendor does not look for them in the body.
func (c *client) request(body []byte, now time.Time) transport.Request {
	call := signedCall{
		Service:     service,
		Host:        c.caller.Client.Host(),
		Method:      http.MethodPost,
		Query:       canonicalQuery(url.Values{"Action": {action}, "Version": {version}}),
		ContentType: contentType,
		Body:        body,
		Time:        now,
	}
	return transport.Request{
		Method:   call.Method,
		Path:     "/",
		RawQuery: call.Query,
		Header:   c.credential.sign(call),
		Body:     call.Body,
	}
}

func (c *client) now() time.Time { return c.caller.Clock.Now() }
