// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	signatureAlgorithm = "HMAC-SHA256"
	// region is the only one that the service has.
	region          = "cn-north-1"
	scopeTerminator = "request"
)

// credential is one access key. Key is used as it is, although it looks like
// base64. Token is empty unless the key is temporary; it is part of the
// signature.
type credential struct {
	ID, Key, Token vendors.Secret
}

// signedCall is everything that a signature covers, as it is sent. The path is
// always "/".
type signedCall struct {
	Service string
	Host    string
	Method  string
	// Query is the query string as canonicalQuery writes it.
	Query       string
	ContentType string
	Body        []byte
	Time        time.Time
}

// canonicalQuery writes the query string in the one form that is signed: sorted,
// and escaped as RFC 3986 has it, where a space is no plus sign.
func canonicalQuery(values url.Values) string {
	return strings.ReplaceAll(values.Encode(), "+", "%20")
}

// sign returns the headers of call with its signature among them, per
// https://www.volcengine.com/docs/6369/67270.
func (c *credential) sign(call signedCall) http.Header {
	signed := c.signedHeaders(call)
	header := http.Header{}
	for _, field := range signed {
		if field.name != "host" { // sent by the transport
			header.Set(field.name, field.value)
		}
	}
	header.Set("Authorization", signatureAlgorithm+" Credential="+c.ID.Reveal()+"/"+call.scope()+
		", SignedHeaders="+names(signed)+", Signature="+c.signature(call))
	return header
}

func (c *credential) signature(call signedCall) string {
	return hex.EncodeToString(vendors.HMACSHA256Chain(c.Key.Reveal(),
		call.day(), region, call.Service, scopeTerminator, c.stringToSign(call)))
}

func (c *credential) stringToSign(call signedCall) string {
	return strings.Join([]string{
		signatureAlgorithm,
		call.date(),
		call.scope(),
		vendors.HexSHA256([]byte(c.canonicalRequest(call))),
	}, "\n")
}

func (c *credential) canonicalRequest(call signedCall) string {
	signed := c.signedHeaders(call)
	var headers strings.Builder
	for _, field := range signed {
		headers.WriteString(field.name + ":" + strings.TrimSpace(field.value) + "\n")
	}
	return strings.Join([]string{
		call.Method, "/", call.Query, headers.String(), names(signed), vendors.HexSHA256(call.Body),
	}, "\n")
}

// headerField is one header with its name in lower case.
type headerField struct{ name, value string }

// signedHeaders returns the headers that the signature covers, sorted by name.
func (c *credential) signedHeaders(call signedCall) []headerField {
	fields := []headerField{
		{"content-type", call.ContentType},
		{"host", call.Host},
		{"x-content-sha256", vendors.HexSHA256(call.Body)},
		{"x-date", call.date()},
	}
	if c.Token != "" {
		fields = append(fields, headerField{"x-security-token", c.Token.Reveal()})
	}
	return fields
}

func names(fields []headerField) string {
	list := make([]string, 0, len(fields))
	for _, field := range fields {
		list = append(list, field.name)
	}
	return strings.Join(list, ";")
}

func (s signedCall) scope() string {
	return s.day() + "/" + region + "/" + s.Service + "/" + scopeTerminator
}

// date is in UTC, whatever zone the time is in.
func (s signedCall) date() string { return s.Time.UTC().Format("20060102T150405Z") }

func (s signedCall) day() string { return s.Time.UTC().Format("20060102") }
