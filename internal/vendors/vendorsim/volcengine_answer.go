// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// volcengineError is the Error of an answer. Codes, numbers and statuses are
// those of https://volcengine.com/docs/6440/71573 and
// https://volcengine.com/docs/4/65595; CodeN is 0 where none is published.
// Messages are for people and repeat nothing of the request but names of
// parameters.
type volcengineError struct {
	status  int
	codeN   int
	code    string
	message string
}

func volcengineMissingAuthenticationToken() *volcengineError {
	return &volcengineError{http.StatusUnauthorized, 100003, "MissingAuthenticationToken", "The Authorization header is missing."}
}

func volcengineMissingSignature() *volcengineError {
	return &volcengineError{http.StatusUnauthorized, 100005, "MissingSignature", "The Authorization header has no Signature."}
}

func volcengineInvalidAuthorization() *volcengineError {
	return &volcengineError{
		http.StatusUnauthorized, 100024, "InvalidAuthorization",
		"The Authorization header is not as HMAC-SHA256 has it, or leaves a header unsigned.",
	}
}

func volcengineMissingRequestInfo(name string) *volcengineError {
	return &volcengineError{http.StatusBadRequest, 100004, "MissingRequestInfo", "The header " + name + " is missing."}
}

func volcengineInvalidTimestamp() *volcengineError {
	return &volcengineError{
		http.StatusBadRequest, 100006, "InvalidTimestamp",
		"The X-Date is no time in UTC, or more than fifteen minutes from the server's clock.",
	}
}

func volcengineInvalidAccessKey() *volcengineError {
	return &volcengineError{http.StatusUnauthorized, 100009, "InvalidAccessKey", "The access key is not known."}
}

func volcengineSignatureDoesNotMatch() *volcengineError {
	return &volcengineError{http.StatusUnauthorized, 100010, "SignatureDoesNotMatch", "The signature does not match the request."}
}

func volcengineInvalidSecretToken() *volcengineError {
	return &volcengineError{http.StatusUnauthorized, 100026, "InvalidSecretToken", "The token does not belong to the access key."}
}

func volcengineAccessDenied() *volcengineError {
	return &volcengineError{http.StatusForbidden, 100013, "AccessDenied", "The sub-account cannot see one of the rooms."}
}

func volcengineServiceNotFound() *volcengineError {
	return &volcengineError{http.StatusNotFound, 100007, "ServiceNotFound", "The path is /."}
}

func volcengineInvalidActionOrVersion() *volcengineError {
	return &volcengineError{http.StatusNotFound, 100008, "InvalidActionOrVersion", "The Action is not one that is simulated."}
}

func volcengineMethodNotAllowed() *volcengineError {
	return &volcengineError{http.StatusMethodNotAllowed, 0, "MethodNotAllowed", "The operation is called with POST."}
}

func volcengineMissingParameter(name string) *volcengineError {
	return &volcengineError{http.StatusBadRequest, 100002, "MissingParameter", "The parameter " + name + " is missing."}
}

func volcengineInvalidParameter(message string) *volcengineError {
	return &volcengineError{http.StatusBadRequest, 0, "InvalidParameter", message}
}

func volcengineFlowLimitExceeded() *volcengineError {
	return &volcengineError{
		http.StatusTooManyRequests, 100018, "FlowLimitExceeded",
		"At most " + strconv.Itoa(volcengineRequestsPerSecond) + " requests per second.",
	}
}

// volcengineAccountOverdue is the name of a sister product,
// https://www.volcengine.com/docs/6521/130737: none is published for this one.
func volcengineAccountOverdue() *volcengineError {
	return &volcengineError{http.StatusForbidden, 0, "OperationDeny.AccountOverdue", "The account is overdue."}
}

// volcengineInjected takes a number for a CodeN without a Code, which another of
// the vendor's services sends, and anything else for a Code without a CodeN.
func volcengineInjected(argument string) *volcengineError {
	const message = "This error was injected."
	if codeN, err := strconv.Atoi(argument); err == nil {
		return &volcengineError{http.StatusOK, codeN, "", message}
	}
	return &volcengineError{http.StatusOK, 0, argument, message}
}

// outcome is the Code, where there is one, and else the CodeN.
func (e *volcengineError) outcome() string {
	if e.code != "" {
		return e.code
	}
	return strconv.Itoa(e.codeN)
}

type volcengineMetadata struct {
	RequestID  string `json:"RequestId"`
	Action     string `json:",omitempty"`
	Version    string `json:",omitempty"`
	Service    string
	Region     string
	SystemTime int64                  `json:",omitempty"`
	Error      *volcengineErrorDetail `json:",omitempty"`
}

type volcengineErrorDetail struct {
	CodeN   int    `json:",omitempty"`
	Code    string `json:",omitempty"`
	Message string
}

type volcengineSuccessBody struct {
	ResponseMetadata volcengineMetadata
	Result           volcengineResult
}

type volcengineFailureBody struct {
	ResponseMetadata volcengineMetadata
}

// volcengineResult are the lists of traffic by their names; null only by fault.
type volcengineResult map[string][]volcengineTraffic

func volcengineSuccess(metadata volcengineMetadata, result volcengineResult, now time.Time) answer {
	metadata.SystemTime = now.Unix()
	return volcengineJSON(http.StatusOK, volcengineSuccessBody{metadata, result})
}

func (e *volcengineError) answer(metadata volcengineMetadata) answer {
	metadata.Error = &volcengineErrorDetail{e.codeN, e.code, e.message}
	return volcengineJSON(e.status, volcengineFailureBody{metadata})
}

func volcengineJSON(status int, body any) answer {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // plain structs of numbers and strings always marshal
	}
	return answer{status: status, contentType: "application/json; charset=utf-8", body: text}
}
