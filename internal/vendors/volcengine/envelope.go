// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"encoding/json"
	"regexp"
	"strconv"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// envelope is what surrounds every answer, successful or not, per
// https://www.volcengine.com/docs/6369/80336. Beside it the vendor's SDKs know
// errors that have no ResponseMetadata, but HTTPCode, errorcode and message.
type envelope struct {
	Metadata *struct {
		RequestID scalar         `json:"RequestId"`
		Error     *reportedError `json:"Error"`
	} `json:"ResponseMetadata"`
	Result json.RawMessage `json:"Result"`

	HTTPCode  scalar `json:"HTTPCode"`
	ErrorCode scalar `json:"errorcode"`
	Message   scalar `json:"message"`
}

// reportedError is an error as the vendor reports it. Some have a number and no
// name, and in some the number stands in place of the name. Of Message only
// matters whether there is one: it is free text and may quote the request.
type reportedError struct {
	Code    scalar `json:"Code"`
	CodeN   scalar `json:"CodeN"`
	Message scalar `json:"Message"`
}

// reported returns the error in the envelope; nil when there is none. An error
// with nothing in it is none.
func (e *envelope) reported() *reportedError {
	reported := &reportedError{Code: e.ErrorCode, Message: e.Message}
	if e.Metadata != nil {
		reported = e.Metadata.Error
	}
	if reported == nil || *reported == (reportedError{}) {
		return nil
	}
	return reported
}

// status is the one that an error counts as: that of the answer, or, where the
// answer is said to be a success, what an error without ResponseMetadata claims.
func (e *envelope) status(answered int) int {
	claimed, err := strconv.Atoi(string(e.HTTPCode))
	if e.Metadata == nil && isSuccess(answered) && err == nil && claimed >= 400 && claimed <= 599 {
		return claimed
	}
	return answered
}

func (e *envelope) requestID() string {
	if e.Metadata == nil || !requestIDPattern.MatchString(string(e.Metadata.RequestID)) {
		return ""
	}
	return string(e.Metadata.RequestID)
}

// failure is what the error means, when it comes with this status.
func (r *reportedError) failure(op string, status int) *vendors.Error {
	codes := r.codes()
	failure := &vendors.Error{Kind: kindOf(status, codes...), Op: op}
	switch {
	case len(codes) > 0:
		failure.Code = codes[0]
	case isSuccess(status):
		failure.Code = codeErrorWithoutCode
	default:
		failure.Code = statusCode(status)
	}
	return failure
}

var (
	// namePattern is the form of every published error code, and numberPattern of
	// its number. Anything else, such as the digits of a phone number, could be
	// text that must not be shown.
	namePattern   = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)*$`)
	numberPattern = regexp.MustCompile(`^[1-9][0-9]{0,8}$`)
	// requestIDPattern is the form of request IDs: the time and more digits. It
	// must not fit a signature, a phone number or a name.
	requestIDPattern = regexp.MustCompile(`^20[0-9]{12}[0-9A-Za-z]{6,34}$`)
)

const maxCodeLength = 64

// codes returns the error's name and number, as far as they have the published
// form.
func (r *reportedError) codes() []string {
	var codes []string
	for _, code := range []string{string(r.Code), string(r.CodeN)} {
		if len(code) <= maxCodeLength && (namePattern.MatchString(code) || numberPattern.MatchString(code)) {
			codes = append(codes, code)
		}
	}
	return codes
}

// scalar is text, or a number as text. A null and the number zero are empty, as
// is what is absent.
type scalar string

// UnmarshalJSON implements json.Unmarshaler; it never fails. What is neither text
// nor number is kept as it is written, so that it is not empty.
func (s *scalar) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil && string(data) != "0" {
		text = string(data)
	}
	*s = scalar(text)
	return nil
}
