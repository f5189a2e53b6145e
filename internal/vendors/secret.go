// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is text that must never be shown. Formatted, logged or marshalled, it
// reads as "[redacted]"; only Reveal gives the text.
//
// Its methods can do nothing where nobody calls them. The fmt package calls none
// in unexported fields, so a struct keeps its Secrets in exported fields or
// behind a pointer, of which %v shows the address; and none for verbs that vet
// refuses, such as %w. The json package calls none for the keys of a map.
type Secret string

// Reveal returns the text itself, for signing and sending only.
func (s Secret) Reveal() string { return string(s) }

// Format implements fmt.Formatter. A Stringer alone is passed over by the verbs
// that do not suit a string, such as %d, and they print what they were given.
func (Secret) Format(state fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = fmt.Fprintf(state, "%q", redacted)
		return
	}
	_, _ = fmt.Fprint(state, redacted)
}

// String implements fmt.Stringer.
func (Secret) String() string { return redacted }

// MarshalText implements encoding.TextMarshaler, for JSON and YAML.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
