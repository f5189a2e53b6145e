// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"net/http"
	"time"
)

// Client reaches one vendor host by one way. It is safe for concurrent use and
// holds no connection of its own.
type Client struct {
	pool  *Pool
	host  string
	route route
}

// Request is what to send. Host and scheme are the Client's.
type Request struct {
	Method string
	// Path and RawQuery are sent byte by byte, as they were signed: already
	// escaped, Path with its leading slash. An empty Path is "/".
	Path, RawQuery string
	Header         http.Header
	Body           []byte
}

// Response is a whole answer.
type Response struct {
	Status int
	Header http.Header
	// Body is valid only until the function that reads it returns.
	Body []byte
	// RetryAfter is zero when the answer has no usable Retry-After.
	RetryAfter time.Duration
	// Date is the vendor's clock; zero when the answer does not tell.
	Date time.Time
}

// Host returns the vendor's host name, for signing.
func (c *Client) Host() string { return c.host }

// Exchange sends the request once and hands the whole answer to read, whatever
// its status; only a redirect is an error. It never retries, and what read
// returns is returned as it is. Any other error is an *Error.
//
// The body counts against the process-wide bound until read returns, so read
// must not keep it.
func (c *Client) Exchange(ctx context.Context, req Request, read func(*Response) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.pool.options.Timeout)
	defer cancel()
	ctx = sentOnce(ctx)
	request, err := c.newRequest(ctx, req)
	if err != nil {
		return &Error{Reason: ReasonInvalidRequest} // err quotes the request
	}
	answer, err := c.pool.transport(c.route).RoundTrip(request)
	if err != nil {
		return failure(ctx, err)
	}
	defer discard(answer)
	return c.deliver(ctx, answer, read)
}

func (c *Client) deliver(ctx context.Context, answer *http.Response, read func(*Response) error) error {
	hint := retryAfter(answer.Header, c.pool.options.Clock.Now())
	body := &heldBody{budget: c.pool.budget, expected: answer.ContentLength}
	defer body.release()
	if reason := c.receive(ctx, answer, body); reason != "" {
		return &Error{Reason: reason, Status: answer.StatusCode, RetryAfter: hint}
	}
	return read(&Response{
		Status:     answer.StatusCode,
		Header:     answer.Header,
		Body:       body.bytes,
		RetryAfter: hint,
		Date:       date(answer.Header),
	})
}

// receive reads the body of an answer that may be read, and returns why not
// otherwise.
func (c *Client) receive(ctx context.Context, answer *http.Response, body *heldBody) Reason {
	limit := c.pool.options.MaxBodyBytes
	switch {
	case answer.StatusCode < 200:
		return ReasonOther // 101 gives the connection away; nobody asked for it
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return ReasonRedirect
	case answer.ContentLength > limit:
		return ReasonBodyTooLarge
	default:
		return bodyReason(ctx, body.readAll(answer.Body, limit))
	}
}
