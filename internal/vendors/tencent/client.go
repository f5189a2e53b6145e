// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"k8s.io/utils/clock"

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
	credential *credential
	http       *transport.Client
	clock      clock.PassiveClock
	// pace is nil when there are no limits to wait for.
	pace func(context.Context) error
}

// call asks action with params and decodes the answer into into, unless that is
// nil. A timestamp that the vendor finds too old is worth one more attempt, with
// a fresh one: the request may have waited on its way, or our clock was just set
// right.
func (c *client) call(ctx context.Context, op, action string, params any, into answer) error {
	body, err := json.Marshal(params)
	if err != nil {
		return vendors.AsError(op, err)
	}
	err = c.attempt(ctx, op, action, body, into)
	if failure, ok := errors.AsType[*vendors.Error](err); ok && failure.Kind == vendors.KindClockSkew {
		err = c.attempt(ctx, op, action, body, into)
	}
	return err
}

func (c *client) attempt(ctx context.Context, op, action string, body []byte, into answer) error {
	if err := c.wait(ctx); err != nil {
		return vendors.FromTransport(op, err)
	}
	request := transport.Request{
		Method: http.MethodPost,
		Path:   "/",
		Header: c.headers(action, body),
		Body:   body,
	}
	err := c.http.Exchange(ctx, request, func(response *transport.Response) error {
		return c.receive(op, response, into)
	})
	if err != nil {
		return vendors.FromTransport(op, err)
	}
	return nil
}

func (c *client) wait(ctx context.Context) error {
	if c.pace == nil {
		return nil
	}
	return c.pace(ctx)
}

// headers returns the headers of one attempt, signed for this moment.
func (c *client) headers(action string, body []byte) http.Header {
	now := c.clock.Now()
	header := http.Header{}
	header.Set("Content-Type", contentType)
	header.Set("X-TC-Action", action)
	header.Set("X-TC-Version", version)
	header.Set("X-TC-Timestamp", strconv.FormatInt(now.Unix(), 10))
	header.Set("Authorization", c.credential.authorization(signedCall{
		Service:     service,
		Host:        c.http.Host(),
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

// receive decodes a response, and measures our clock where the vendor doubts it.
func (c *client) receive(op string, response *transport.Response, into answer) error {
	failure := decode(op, response, into)
	if failure == nil {
		return nil
	}
	if failure.Kind == vendors.KindClockSkew {
		failure.Hint = vendors.SkewHint(c.clock.Now(), response.Date)
	}
	return failure
}
