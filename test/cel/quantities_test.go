// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import "strings"

// quantity is an amount above zero, as an integer or as a string, and not more
// than an amount in the status can hold.
func quantity(field string) []bound {
	says := leaf(field) + " must be a quantity above zero and at most 1E, such as 500, 1.5M or 100G"
	return []bound{
		limit(field, goodQuantities, badQuantities, says),
		limit(field, nil, malformedQuantities, misshapen, says),
		limit(field, values(longestQuantity), values(strings.Repeat("1", 40)), tooLong(32)),
		limit(field, nil, values[any](1.5, true), "must be of type integer,string", "must be of type integer:"),
	}
}

var (
	longestQuantity = "1" + strings.Repeat("0", 15) + "." + strings.Repeat("0", 15)

	goodQuantities = values[any](
		1, 500, int64(1e18),
		"1", "1.5", "100k", "100G", "1.5M", "1Gi", "1E", "1e18", "0.001", "500m", "1n", "+1", ".5", "5.",
	)
	badQuantities = values[any](
		0, -1, int64(1e18)+1,
		"0", "0.0", "-0", "-1", "-100G", "1.1E", "2E", "1e30", "1e1.5",
	)
	malformedQuantities = values("", "100GB", "100 G", "1,5", "1.5.1", "ten", "1g", "0x10")
)
