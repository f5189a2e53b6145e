// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// defaultPageSize is the size of the implicit first page.
const defaultPageSize = 100

// packageQuery is a checked request for packages.
type packageQuery struct {
	packageType int64
	orderBy     string
	page, size  int64
	// paged is false for the implicit first page.
	paged bool
}

// requestedPage is 0 when the request names no page that takes effect.
func (q packageQuery) requestedPage() int64 {
	if !q.paged {
		return 0
	}
	return q.page
}

// parsePackageQuery checks the body against the published parameters. PageNum
// and PageSize take effect only together, but each is checked by itself.
func parsePackageQuery(body []byte) (packageQuery, *tencentError) {
	parameters, failure := decodeParameters(body, "OrderBy", "PackageType", "PageNum", "PageSize")
	if failure != nil {
		return packageQuery{}, failure
	}
	packageType, typed, failure := parameters.integer("PackageType", 0, 2)
	if failure != nil {
		return packageQuery{}, failure
	}
	if !typed {
		return packageQuery{}, &tencentError{codeMissingParameter, "The parameter PackageType is missing."}
	}
	orderBy, failure := parameters.orderBy(packageType)
	if failure != nil {
		return packageQuery{}, failure
	}
	query := packageQuery{packageType: packageType, orderBy: orderBy, page: 1, size: defaultPageSize}
	return query, parameters.paging(&query)
}

type tencentParameters map[string]json.RawMessage

// decodeParameters wants a JSON object of known names.
func decodeParameters(body []byte, known ...string) (tencentParameters, *tencentError) {
	var parameters tencentParameters
	if err := json.Unmarshal(body, &parameters); err != nil || parameters == nil {
		return nil, &tencentError{codeInvalidParameter, "The body is not a JSON object."}
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if !slices.Contains(known, name) {
			return nil, &tencentError{codeUnknownParameter, fmt.Sprintf("The parameter %.64q is not known.", name)}
		}
	}
	return parameters, nil
}

// integer reads a JSON integer; the second result tells whether it is there.
func (p tencentParameters) integer(name string, low, high int64) (int64, bool, *tencentError) {
	raw, present := p[name]
	if !present {
		return 0, false, nil
	}
	value, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0, true, &tencentError{codeInvalidParameter, fmt.Sprintf("The parameter %s is not an integer.", name)}
	}
	if value < low || value > high {
		return 0, true, &tencentError{codeInvalidParameterValue, fmt.Sprintf("The parameter %s is out of range.", name)}
	}
	return value, true, nil
}

// orderBy reads OrderBy. Mic-link packages, type 2, have no order by expiry.
func (p tencentParameters) orderBy(packageType int64) (string, *tencentError) {
	raw, present := p["OrderBy"]
	if !present {
		return "", nil
	}
	var value *string
	if err := json.Unmarshal(raw, &value); err != nil || value == nil {
		return "", &tencentError{codeInvalidParameter, "The parameter OrderBy is not a string."}
	}
	if _, known := packageOrders[*value]; !known {
		return "", &tencentError{codeInvalidParameterValue, "The parameter OrderBy has no such value."}
	}
	if packageType == 2 && strings.HasPrefix(*value, "ExpireTime") {
		return "", &tencentError{codeInvalidParameterValue, "PackageType 2 cannot be ordered by ExpireTime."}
	}
	return *value, nil
}

func (p tencentParameters) paging(query *packageQuery) *tencentError {
	page, pagePresent, failure := p.integer("PageNum", 1, math.MaxInt64)
	if failure != nil {
		return failure
	}
	size, sizePresent, failure := p.integer("PageSize", 10, 100)
	if failure != nil {
		return failure
	}
	if pagePresent && sizePresent {
		query.page, query.size, query.paged = page, size, true
	}
	return nil
}
