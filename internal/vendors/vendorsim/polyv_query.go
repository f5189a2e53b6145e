// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Texts about parameters, of
// https://polyv.gitbook.io/document/docs/live/api/errorinfo. How POLYV treats
// what it does not document, such as unknown names and pages larger than the
// largest, is not published; here all of it is refused.
const (
	polyvParamInvalid  = "param validate error"
	polyvParamEmpty    = "param should not be empty"
	polyvParamNoDigits = "param is not digit"
	polyvParamLength   = "param length is incorrect"
	polyvParamTooLarge = "param exceeds maximum value of integer"
	polyvNumberRange   = "number range error"
	polyvDateFormat    = "invalid date time format"
	polyvDateRange     = "date range error"
)

// polyvCommon are the parameters of every operation.
var polyvCommon = []string{"appId", "timestamp", "sign", "signatureMethod"}

// polyvParameters are the parameters of the query, decoded.
type polyvParameters map[string]string

// parsePolyvParameters wants each name once.
func parsePolyvParameters(query string) (polyvParameters, *polyvError) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, polyvBadParameter(polyvParamInvalid, "query")
	}
	parameters := polyvParameters{}
	for name, list := range values {
		if len(list) > 1 {
			return nil, polyvBadParameter(polyvParamInvalid, "repeated name")
		}
		parameters[name] = list[0]
	}
	return parameters, nil
}

// check wants known names and no empty values: POLYV's own clients disagree on
// whether those are signed.
func (p polyvParameters) check(known []string) *polyvError {
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if !slices.Contains(known, name) && !slices.Contains(polyvCommon, name) {
			return polyvBadParameter(polyvParamInvalid, "unknown name")
		}
		if strings.TrimSpace(p[name]) == "" {
			return polyvBadParameter(polyvParamEmpty, name)
		}
	}
	return nil
}

// required reads a parameter that must be there.
func (p polyvParameters) required(name string) (string, *polyvError) {
	value, present := p[name]
	if !present {
		return "", polyvBadParameter(polyvParamEmpty, name)
	}
	return value, nil
}

var polyvDigits = regexp.MustCompile(`^[0-9]+$`)

// integer reads a whole number from 1 to high.
func (p polyvParameters) integer(name string, absent, high int64) (int64, *polyvError) {
	text, present := p[name]
	if !present {
		return absent, nil
	}
	if !polyvDigits.MatchString(text) {
		return 0, polyvBadParameter(polyvParamNoDigits, name)
	}
	value, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil, value > math.MaxInt32:
		return 0, polyvBadParameter(polyvParamTooLarge, name)
	case value < 1, value > high:
		return 0, polyvBadParameter(polyvNumberRange, name)
	}
	return value, nil
}

// polyvPaging is which page is asked for.
type polyvPaging struct{ number, size int64 }

// polyvDefaultPageSize is the size of a page when none is asked for.
const polyvDefaultPageSize = 10

func (p polyvParameters) paging(largest int64, call *Call) (polyvPaging, *polyvError) {
	number, failure := p.integer("pageNumber", 1, math.MaxInt32)
	if failure != nil {
		return polyvPaging{}, failure
	}
	size, failure := p.integer("pageSize", polyvDefaultPageSize, largest)
	if failure != nil {
		return polyvPaging{}, failure
	}
	if _, named := p["pageNumber"]; named {
		call.Page = number
	}
	return polyvPaging{number, size}, nil
}

// date reads a date or month that is written exactly in layout.
func (p polyvParameters) date(name, layout string) (time.Time, *polyvError) {
	text, failure := p.required(name)
	if failure != nil {
		return time.Time{}, failure
	}
	date, err := time.ParseInLocation(layout, text, beijing)
	if err != nil || date.Format(layout) != text {
		return time.Time{}, polyvBadParameter(polyvDateFormat, name)
	}
	return date, nil
}

// cutRows copies the rows of a page; one past the end has none.
func cutRows[T any](rows []T, paging polyvPaging) []T {
	total := int64(len(rows))
	first := min((paging.number-1)*paging.size, total)
	return append([]T{}, rows[first:min(first+paging.size, total)]...)
}
