// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	service     = "live"
	version     = "2018-08-01"
	contentType = "application/json"
)

// client makes signed calls with one credential, which stays behind a pointer so
// that a client printed by mistake shows an address.
type client struct {
	caller     vendors.Caller
	credential *credential
}

// call asks action with params and decodes the answer into into, unless that is
// nil.
func (c *client) call(ctx context.Context, op, action string, params any, into answer) error {
	body, err := json.Marshal(params)
	if err != nil {
		return vendors.AsError(op, err)
	}
	sign := func(now time.Time) transport.Request {
		return transport.Request{Method: http.MethodPost, Path: "/", Header: c.headers(action, body, now), Body: body}
	}
	return c.caller.Call(ctx, op, sign, func(response *transport.Response) *vendors.Error {
		return decode(op, response, into)
	})
}

// headers returns the headers of one attempt, signed for now.
func (c *client) headers(action string, body []byte, now time.Time) http.Header {
	header := http.Header{}
	header.Set("Content-Type", contentType)
	header.Set("X-TC-Action", action)
	header.Set("X-TC-Version", version)
	header.Set("X-TC-Timestamp", strconv.FormatInt(now.Unix(), 10))
	header.Set("Authorization", c.credential.authorization(signedCall{
		Service:     service,
		Host:        c.caller.Client.Host(),
		ContentType: contentType,
		Action:      action,
		Body:        body,
		Timestamp:   now,
	}))
	if c.credential.Token != "" {
		header.Set("X-TC-Token", c.credential.Token.Reveal())
	}
	return header
}

func (c *client) now() time.Time { return c.caller.Clock.Now() }
