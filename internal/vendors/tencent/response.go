// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// Our words for answers that the contract does not allow.
const (
	codeNotJSON          = "NotJSON"
	codeBadEnvelope      = "BadEnvelope"
	codeIncompleteAnswer = "IncompleteAnswer"
	codeIncompleteList   = "IncompleteList"
	codeTooManyPages     = "TooManyPages"
)

// answer is the content of a successful response.
type answer interface {
	// missing says what the answer lacks, or is empty when it is whole.
	missing() string
}

// outcome is what every response holds, successful or not. The error's Message
// is left out: it is free text and may quote the request.
type outcome struct {
	Error *struct {
		Code string `json:"Code"`
	} `json:"Error"`
	RequestID string `json:"RequestId"`
}

var (
	// codePattern is the form of every published error code. Anything else could
	// be text that must not be shown.
	codePattern = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)*$`)
	// requestIDPattern is the form of request IDs, with some slack.
	requestIDPattern = regexp.MustCompile(`^[0-9A-Za-z-]{1,48}$`)
)

const maxCodeLength = 64

// decode checks a response from the outside in and decodes what it holds into
// into, unless that is nil. The text of a decoding error quotes the body, so it
// is never passed on.
func decode(op string, response *transport.Response, into answer) *vendors.Error {
	if response.Status != http.StatusOK {
		return statusError(op, response)
	}
	if !transport.IsJSON(response.Header) {
		return malformed(op, codeNotJSON, "the answer is not labelled as JSON")
	}
	content, result := openEnvelope(response.Body)
	if result == nil {
		return malformed(op, codeBadEnvelope, "the answer holds no Response")
	}
	failure := decodeContent(op, content, result, into)
	if failure != nil {
		failure.RequestID = result.requestID()
		failure.RetryAfter = response.RetryAfter
	}
	return failure
}

// openEnvelope returns the Response object of a body, and what is common to all
// of them; a nil outcome means that there is none.
func openEnvelope(body []byte) (json.RawMessage, *outcome) {
	var envelope struct {
		Response json.RawMessage `json:"Response"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return nil, nil
	}
	var result *outcome
	if json.Unmarshal(envelope.Response, &result) != nil {
		return nil, nil
	}
	return envelope.Response, result
}

func decodeContent(op string, content json.RawMessage, result *outcome, into answer) *vendors.Error {
	if result.Error != nil {
		return vendorError(op, result.Error.Code)
	}
	if into == nil {
		return nil
	}
	if json.Unmarshal(content, into) != nil {
		return malformed(op, codeIncompleteAnswer, "a field is not of its type")
	}
	if lack := into.missing(); lack != "" {
		return malformed(op, codeIncompleteAnswer, lack)
	}
	return nil
}

// vendorError is the failure that the vendor itself reports.
func vendorError(op, code string) *vendors.Error {
	if !isCode(code) {
		return malformed(op, codeBadEnvelope, "the error has no code of the published form")
	}
	return &vendors.Error{Kind: kindOf(code), Op: op, Code: code, AddressBlocked: code == codeAddressLimit}
}

// statusError is the failure that a status other than 200 means. The vendor
// reports its own errors with status 200, so another status mostly comes from
// something on the way; but where a 4xx brings the vendor's envelope, the code
// in it knows better.
func statusError(op string, response *transport.Response) *vendors.Error {
	failure := &vendors.Error{
		Kind:       kindOfStatus(response.Status),
		Op:         op,
		Code:       "HTTP" + strconv.Itoa(response.Status),
		RetryAfter: response.RetryAfter,
	}
	if response.Status < 400 || response.Status > 499 || !transport.IsJSON(response.Header) {
		return failure
	}
	_, result := openEnvelope(response.Body)
	if result == nil || result.Error == nil || !isCode(result.Error.Code) {
		return failure
	}
	failure.Code, failure.RequestID = result.Error.Code, result.requestID()
	failure.AddressBlocked = failure.Code == codeAddressLimit
	if response.Status != http.StatusTooManyRequests {
		failure.Kind = kindOf(failure.Code)
	}
	return failure
}

func (o *outcome) requestID() string {
	if !requestIDPattern.MatchString(o.RequestID) {
		return ""
	}
	return o.RequestID
}

func isCode(code string) bool {
	return len(code) <= maxCodeLength && codePattern.MatchString(code)
}

func malformed(op, code, detail string) *vendors.Error {
	return &vendors.Error{Kind: vendors.KindMalformed, Op: op, Code: code, Err: errors.New(detail)}
}
