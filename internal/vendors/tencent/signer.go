// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	signatureAlgorithm = "TC3-HMAC-SHA256"
	scopeTerminator    = "tc3_request"
)

// credential is one API key. Token is empty unless the key is temporary; it is
// sent, but no part of the signature.
type credential struct {
	ID, Key, Token vendors.Secret
}

// signedCall is everything the signature of a POST covers, as it is sent.
type signedCall struct {
	Service     string
	Host        string
	ContentType string
	// Action is the X-TC-Action header; empty leaves it out of the signature,
	// which the vendor accepts too.
	Action    string
	Body      []byte
	Timestamp time.Time
}

// authorization returns the Authorization header for call, per
// https://www.tencentcloud.com/document/product/267/37447.
func (c *credential) authorization(call signedCall) string {
	signature := hex.EncodeToString(vendors.HMACSHA256Chain("TC3"+c.Key.Reveal(),
		call.date(), call.Service, scopeTerminator, call.stringToSign()))
	return signatureAlgorithm + " Credential=" + c.ID.Reveal() + "/" + call.scope() +
		", SignedHeaders=" + call.signedHeaders() + ", Signature=" + signature
}

func (s signedCall) stringToSign() string {
	return strings.Join([]string{
		signatureAlgorithm,
		strconv.FormatInt(s.Timestamp.Unix(), 10),
		s.scope(),
		vendors.HexSHA256([]byte(s.canonicalRequest())),
	}, "\n")
}

func (s signedCall) canonicalRequest() string {
	headers := "content-type:" + s.ContentType + "\nhost:" + s.Host + "\n"
	if s.Action != "" {
		headers += "x-tc-action:" + strings.ToLower(s.Action) + "\n"
	}
	return strings.Join([]string{"POST", "/", "", headers, s.signedHeaders(), vendors.HexSHA256(s.Body)}, "\n")
}

func (s signedCall) signedHeaders() string {
	if s.Action == "" {
		return "content-type;host"
	}
	return "content-type;host;x-tc-action"
}

func (s signedCall) scope() string {
	return s.date() + "/" + s.Service + "/" + scopeTerminator
}

// date is the UTC date, whatever zone the timestamp is in: the Beijing date is
// refused for the eight hours in which the two differ.
func (s signedCall) date() string {
	return s.Timestamp.UTC().Format(time.DateOnly)
}
