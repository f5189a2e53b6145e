// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"bytes"
	"encoding/json"
	"errors"
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
	codeListChanged      = "ListChanged"
	codeTooManyPages     = "TooManyPages"
	codeWrongMonth       = "WrongMonth"
)

// answer is the data of a successful response.
type answer interface {
	// missing says what the answer lacks, or is empty when it is whole.
	missing() string
}

// envelope is what the vendor wraps every answer in. The current API explains a
// failure in Error, the older ones in Message; gateways in front of either may
// answer in the other's form, so both are read everywhere.
type envelope struct {
	Code      scalarText      `json:"code"`
	Status    scalarText      `json:"status"`
	Success   scalarText      `json:"success"`
	RequestID scalarText      `json:"requestId"`
	Error     errorDetail     `json:"error"`
	Message   scalarText      `json:"message"`
	Data      json.RawMessage `json:"data"`
}

// errorDetail is the failure as the current API tells it.
type errorDetail struct {
	Code scalarText
	Desc scalarText
}

// UnmarshalJSON implements json.Unmarshaler; it never fails. Something else than
// an object is a gateway's, and tells nothing.
func (d *errorDetail) UnmarshalJSON(data []byte) error {
	var detail struct {
		Code scalarText `json:"code"`
		Desc scalarText `json:"desc"`
	}
	_ = json.Unmarshal(data, &detail) // what cannot be read stays empty
	*d = errorDetail(detail)
	return nil
}

// decode checks a response from the outside in and decodes the data that it holds
// into into, unless that is nil. The text of a decoding error quotes the body, so
// it is never passed on; nor are the vendor's own texts, which quote the request.
func decode(op string, response *transport.Response, into answer) *vendors.Error {
	opened := openEnvelope(response.Body)
	if opened == nil {
		failure := newFailure(op, meaningOfPage(op, response), response)
		failure.AddressBlocked = failure.Kind == vendors.KindThrottled
		return failure
	}
	var failure *vendors.Error
	if opened.succeeded(response.Status) {
		failure = decodeData(op, opened.Data, into)
	} else {
		failure = newFailure(op, meaningOf(op, opened, response.Status), response)
	}
	if failure != nil {
		failure.RequestID = opened.requestID()
	}
	return failure
}

// openEnvelope returns nil when the body is no JSON object. The Content-Type is
// not asked: a body that is an envelope is the vendor's, whatever its label.
func openEnvelope(body []byte) *envelope {
	var opened *envelope
	if json.Unmarshal(body, &opened) != nil {
		return nil
	}
	return opened
}

// succeeded tells whether everything that the answer says of itself is good.
func (e *envelope) succeeded(status int) bool {
	return status >= 200 && status < 300 && e.Code == "200" &&
		e.Success != "false" && (e.Status == "" || e.Status == "success")
}

func decodeData(op string, data json.RawMessage, into answer) *vendors.Error {
	if into == nil {
		return nil
	}
	if json.Unmarshal(data, into) != nil {
		return malformed(op, codeIncompleteAnswer, "a field is not of its type")
	}
	if lack := into.missing(); lack != "" {
		return malformed(op, codeIncompleteAnswer, lack)
	}
	return nil
}

var (
	// errorCodePattern is the form of the vendor's error codes, with some slack.
	// Three digits repeat the status, and many could be a phone number.
	errorCodePattern = regexp.MustCompile(`^[0-9]{4,6}$`)
	// requestIDPattern is the form of request IDs. It must not fit a signature or
	// a secret, which are 32 such characters alone.
	requestIDPattern = regexp.MustCompile(`^[0-9a-f]{32}(\.[0-9]{1,20}){1,3}$`)
)

func (e *envelope) requestID() string {
	if !requestIDPattern.MatchString(string(e.RequestID)) {
		return ""
	}
	return string(e.RequestID)
}

// failureStatus returns the HTTP status that a failure counts as: that of the
// response, or the one in the body, which repeats it, where the response's says
// success; zero when neither is a failure's.
func (e *envelope) failureStatus(status int) int {
	if status < 200 || status > 299 {
		return status
	}
	inBody, err := strconv.Atoi(string(e.Code))
	if err != nil || inBody < 400 || inBody > 599 {
		return 0
	}
	return inBody
}

// code returns the vendor's own number for the failure; empty when there is none
// of the published form.
func (d errorDetail) code() string {
	if !errorCodePattern.MatchString(string(d.Code)) {
		return ""
	}
	return string(d.Code)
}

// isPage tells whether the body is a web page.
func isPage(response *transport.Response) bool {
	return bytes.HasPrefix(bytes.TrimSpace(response.Body), []byte("<"))
}

func malformed(op, code, detail string) *vendors.Error {
	return &vendors.Error{Kind: vendors.KindMalformed, Op: op, Code: code, Err: errors.New(detail)}
}
