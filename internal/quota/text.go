// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxMessage bounds the message of a condition, in bytes.
	maxMessage = 256
	// maxCode bounds the vendor's own code of a failure, in bytes.
	maxCode = 128
	// maxLabel, maxUnitLabel and maxBillName bound the vendor's own words, in bytes.
	maxLabel     = 128
	maxUnitLabel = 32
	maxBillName  = 64
	// maxNamed is how many things a message names before it only counts.
	maxNamed = 3
)

// clip shortens text to most bytes, at a rune's edge.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-3], "") + "..."
}

// list joins names, the first few of them and then a count.
func list(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) <= maxNamed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], ", "), len(names)-maxNamed)
}

// sentence begins text with a capital.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// nameOf names a resource of a subject; either may be left out.
func nameOf(subject, resource string) string {
	if subject == "" || resource == "" {
		return subject + resource
	}
	return subject + "/" + resource
}
