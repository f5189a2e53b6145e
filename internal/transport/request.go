// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpguts"
)

func (c *Client) newRequest(ctx context.Context, req Request) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, req.Method, "/", bytes.NewReader(req.Body))
	if err != nil {
		return nil, err
	}
	if request.URL, err = c.requestURL(req); err != nil {
		return nil, err
	}
	if err := validHeader(req.Header); err != nil {
		return nil, err
	}
	request.Header = c.header(req.Header)
	request.Host = c.host
	return request, nil
}

// requestURL keeps path and query as they were signed, or fails.
func (c *Client) requestURL(req Request) (*url.URL, error) {
	path := req.Path
	if path == "" {
		path = "/"
	}
	unescaped, err := url.PathUnescape(path)
	if err != nil {
		return nil, err
	}
	target := *c.route.origin
	target.Path, target.RawPath, target.RawQuery = unescaped, path, req.RawQuery
	if path[0] != '/' || target.EscapedPath() != path || !validQuery(req.RawQuery) {
		return nil, errors.New("path or query not escaped")
	}
	return &target, nil
}

func validQuery(query string) bool {
	return !strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' })
}

func validHeader(header http.Header) error {
	for name, values := range header {
		if !httpguts.ValidHeaderFieldName(name) {
			return errors.New("invalid header name")
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return errors.New("invalid header value")
			}
		}
	}
	return nil
}

func (c *Client) header(header http.Header) http.Header {
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if _, ok := header["User-Agent"]; !ok {
		header.Set("User-Agent", c.pool.options.UserAgent)
	}
	return header
}
