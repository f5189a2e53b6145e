// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"strings"
	"unicode"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// The most characters of the vendor's words that are kept, as many as the status
// holds.
const (
	maxItemName  = 128
	maxBillName  = 64
	maxUnitLabel = 32
)

// wordMinutes is the vendor's word for minutes, the only unit whose meaning is
// beyond doubt: whether a gigabyte has 10^9 or 2^30 bytes is not documented.
const wordMinutes = "分钟"

// unknownUnit stands for a unit that the vendor left out.
const unknownUnit = "unknown"

// label returns text as it can be shown: on one line, without characters that
// nobody sees, and with at most limit characters.
func label(text scalarText, limit int) string {
	shown := strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, string(text)))
	if runes := []rune(shown); len(runes) > limit {
		shown = strings.TrimSpace(string(runes[:limit]))
	}
	return shown
}

// unitOf returns the unit and its label that the vendor's word stands for.
func unitOf(word scalarText) (vendors.Unit, string) {
	switch shown := label(word, maxUnitLabel); shown {
	case wordMinutes:
		return vendors.UnitMinutes, ""
	case "":
		return vendors.UnitVendor, unknownUnit
	default:
		return vendors.UnitVendor, shown
	}
}
