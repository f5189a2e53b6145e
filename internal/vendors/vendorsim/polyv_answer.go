// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// polyvError is a failure in POLYV's words, which are for people as much as for
// programs: few codes are published, many texts are. See
// https://polyv.gitbook.io/document/docs/live/api/errorinfo.
type polyvError struct {
	// status is both the HTTP status and the code of the envelope.
	status int
	// code is error.code where one is published, otherwise 0.
	code int
	desc string
	// detail follows desc in the answer.
	detail string
	// legacy is the older envelope, in which v4 paths answer, too, what is refused
	// at the door.
	legacy bool
	// found is the HTTP status when it contradicts status.
	found int
}

// Failures by what POLYV publishes of them.
func polyvUnknownApplication() *polyvError {
	return &polyvError{status: http.StatusBadRequest, code: 20001, desc: "application not found."}
}

func polyvExpiredTimestamp() *polyvError {
	return &polyvError{status: http.StatusBadRequest, code: 10003, desc: "时间戳过期"}
}

func polyvInvalidTimestamp() *polyvError {
	return &polyvError{status: http.StatusBadRequest, desc: "invalid timestamp.", legacy: true}
}

func polyvInvalidSignature() *polyvError {
	return &polyvError{status: http.StatusBadRequest, desc: "invalid signature.", legacy: true}
}

func polyvMissingApplication() *polyvError {
	return &polyvError{status: http.StatusBadRequest, desc: "appId is required.", legacy: true}
}

func polyvAccountForbidden() *polyvError {
	return &polyvError{status: http.StatusBadRequest, desc: "account is forbidden.", legacy: true}
}

func polyvAccountNotFound() *polyvError {
	return &polyvError{status: http.StatusBadRequest, desc: "account not found."}
}

func polyvNoGroup() *polyvError {
	return &polyvError{status: http.StatusBadRequest, desc: "找不到集团账号"}
}

// polyvAccessForbidden has the status 500, although nothing is broken.
func polyvAccessForbidden() *polyvError {
	return &polyvError{status: http.StatusInternalServerError, desc: "access forbidden", legacy: true}
}

func polyvTooManyCalls() *polyvError {
	return &polyvError{status: http.StatusBadRequest, desc: "qps exceeds number of calls"}
}

func polyvIllegalChannel(id int64) *polyvError {
	return &polyvError{status: http.StatusForbidden, desc: "illegal channel id", detail: fmt.Sprintf(": %d", id)}
}

// polyvBadParameter names the parameter and repeats nothing of its value.
func polyvBadParameter(desc, name string) *polyvError {
	return &polyvError{status: http.StatusBadRequest, desc: desc, detail: ": " + name}
}

// polyvInjected takes a number for an error.code and anything else for a text.
func polyvInjected(argument string) *polyvError {
	if code, err := strconv.Atoi(argument); err == nil {
		return &polyvError{status: http.StatusBadRequest, code: code, desc: "This error was injected.", found: http.StatusOK}
	}
	return &polyvError{status: http.StatusInternalServerError, desc: argument, found: http.StatusOK}
}

// outcome is the code, where there is one, and else the text.
func (e *polyvError) outcome() string {
	if e.code != 0 {
		return strconv.Itoa(e.code)
	}
	return e.desc
}

type polyvSuccessBody struct {
	Code      int    `json:"code"`
	Status    string `json:"status"`
	RequestID string `json:"requestId"`
	Data      any    `json:"data"`
	Success   bool   `json:"success"`
}

type polyvFailureBody struct {
	Code      int              `json:"code"`
	Status    string           `json:"status"`
	RequestID string           `json:"requestId,omitempty"`
	Error     polyvErrorDetail `json:"error"`
	Success   bool             `json:"success"`
}

type polyvErrorDetail struct {
	Code int    `json:"code"`
	Desc string `json:"desc"`
}

type polyvLegacyBody struct {
	Code    int    `json:"code"`
	Status  string `json:"status"`
	Message string `json:"message"`
	Data    string `json:"data"`
}

func polyvSuccess(data any, requestID string) answer {
	return polyvJSON(http.StatusOK, polyvSuccessBody{http.StatusOK, "success", requestID, data, true})
}

// answer leaves the request ID out where the published sample does.
func (e *polyvError) answer(requestID string, endpoint polyvEndpoint) answer {
	status := e.status
	if e.found != 0 {
		status = e.found
	}
	if e.legacy {
		return polyvJSON(status, polyvLegacyBody{Code: e.status, Status: legacyStatus(e.status), Message: e.desc + e.detail})
	}
	if endpoint.group {
		requestID = ""
	}
	code := e.code
	if code == 0 {
		code = e.status
	}
	return polyvJSON(status, polyvFailureBody{
		Code: e.status, Status: "error", RequestID: requestID, Error: polyvErrorDetail{code, e.desc + e.detail},
	})
}

func legacyStatus(status int) string {
	if status >= http.StatusInternalServerError {
		return "fail"
	}
	return "error"
}

func polyvJSON(status int, body any) answer {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // only a number in the state that is none cannot be marshalled
	}
	return answer{status: status, contentType: "application/json;charset=UTF-8", body: text}
}

// requestID counts in the form of the published samples, the same in every run.
func (p *Polyv) requestID() string { return fmt.Sprintf("%032x.54.%d", p.requests, p.requests) }

// polyvPage is the data of every operation that lists; the paging is null only
// by fault.
type polyvPage[T any] struct {
	PageNumber *int64 `json:"pageNumber"`
	PageSize   *int64 `json:"pageSize"`
	TotalPages *int64 `json:"totalPages"`
	TotalItems *int64 `json:"totalItems"`
	Contents   []T    `json:"contents"`
}

// cutPolyvPage cuts the page asked for, and bends it where a fault says so. One
// past the end is empty.
func cutPolyvPage[T any](rows []T, paging polyvPaging, injected *faultSet) polyvPage[T] {
	total := int64(len(rows))
	pages := (total + paging.size - 1) / paging.size
	page := polyvPage[T]{&paging.number, &paging.size, &pages, &total, cutRows(rows, paging)}
	if paging.number > 1 && injected.took(FaultRepeatedPage) {
		page.Contents = cutRows(rows, polyvPaging{paging.number - 1, paging.size})
	}
	if injected.took(FaultNullPaging) {
		page.PageNumber, page.PageSize, page.TotalPages, page.TotalItems = nil, nil, nil, nil
	}
	if injected.took(FaultZeroPaging) {
		zero := new(int64)
		page.PageNumber, page.PageSize, page.TotalPages, page.TotalItems = zero, zero, zero, zero
	}
	return page
}
