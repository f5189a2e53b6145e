// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// Our words for answers that the contract does not allow.
const (
	codeNotJSON          = "NotJSON"
	codeBadEnvelope      = "BadEnvelope"
	codeErrorWithoutCode = "ErrorWithoutCode"
	codeIncompleteAnswer = "IncompleteAnswer"
)

// answer is the content of a successful response.
type answer interface {
	// fault says why the answer cannot be used, or is empty when it can.
	fault() string
}

// decode checks a response from the outside in and decodes what it holds into
// into, unless that is nil. The text of a decoding error quotes the body, so it
// is never passed on.
func decode(op string, response *transport.Response, into answer) *vendors.Error {
	content := openEnvelope(response)
	failure := content.check(op, response)
	if failure == nil && into != nil {
		failure = decodeResult(op, content.Result, into)
	}
	if failure != nil {
		failure.RequestID = content.requestID()
		failure.RetryAfter = response.RetryAfter
	}
	return failure
}

// openEnvelope returns what is common to all answers; an empty envelope where
// there is none.
func openEnvelope(response *transport.Response) *envelope {
	var content *envelope
	if !transport.IsJSON(response.Header) || json.Unmarshal(response.Body, &content) != nil || content == nil {
		return &envelope{}
	}
	return content
}

// check returns the failure that the vendor reports, or that the answer is by
// itself. The vendor's errors count whatever the status, which may be 200.
func (e *envelope) check(op string, response *transport.Response) *vendors.Error {
	switch reported := e.reported(); {
	case reported != nil:
		return reported.failure(op, e.status(response.Status))
	case !isSuccess(response.Status):
		return &vendors.Error{Kind: kindOfStatus(response.Status), Op: op, Code: statusCode(response.Status)}
	case !transport.IsJSON(response.Header):
		return malformed(op, codeNotJSON, "the answer is not labelled as JSON")
	case e.Metadata == nil:
		return malformed(op, codeBadEnvelope, "the answer holds no ResponseMetadata")
	}
	return nil
}

func decodeResult(op string, result json.RawMessage, into answer) *vendors.Error {
	if len(result) == 0 || string(result) == "null" {
		return malformed(op, codeIncompleteAnswer, "Result is missing")
	}
	if json.Unmarshal(result, into) != nil {
		return malformed(op, codeIncompleteAnswer, "a field is not of its type")
	}
	if fault := into.fault(); fault != "" {
		return malformed(op, codeIncompleteAnswer, fault)
	}
	return nil
}

func isSuccess(status int) bool { return status >= 200 && status <= 299 }

func statusCode(status int) string { return "HTTP" + strconv.Itoa(status) }

func malformed(op, code, detail string) *vendors.Error {
	return &vendors.Error{Kind: vendors.KindMalformed, Op: op, Code: code, Err: errors.New(detail)}
}
