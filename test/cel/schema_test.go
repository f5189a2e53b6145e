// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"strings"
	"testing"
)

// kubectl explain shows these descriptions.
func TestEveryFieldIsDescribed(t *testing.T) {
	for kind := range api(t).crds {
		walk(schemaOf(t, kind), "", func(field string, s schema) {
			if want := subjectOf(kind, field); want != "" && !strings.HasPrefix(s.Description, want+" ") {
				t.Errorf("%s: the description of %q begins with %q", kind, field, firstLine(s.Description))
			}
		})
	}
}

// subjectOf is what a description begins with: the name of the field. Items
// and values have none.
func subjectOf(kind, field string) string {
	switch {
	case field == "":
		return kind
	case strings.HasSuffix(field, "[]"), strings.HasSuffix(field, ".*"):
		return ""
	default:
		return leaf(field)
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// Whoever may write an object must not be able to fill the store with it.
func TestEverythingIsBounded(t *testing.T) {
	for kind := range api(t).crds {
		walk(schemaOf(t, kind), "", func(field string, s schema) {
			if !isBounded(s) {
				t.Errorf("%s: %s has no bound", kind, field)
			}
		})
	}
}

func isBounded(s schema) bool {
	switch {
	case s.Type == "string", s.XIntOrString:
		return s.MaxLength != nil || len(s.Enum) > 0 || s.Format == "date-time"
	case s.Type == "array":
		return s.MaxItems != nil
	case s.AdditionalProperties != nil:
		return s.MaxProperties != nil
	default:
		return s.XPreserveUnknownFields == nil
	}
}

// Without a type, two appliers overwrite each other's lists.
func TestEveryListSaysHowItMerges(t *testing.T) {
	for kind := range api(t).crds {
		walk(schemaOf(t, kind), "", func(field string, s schema) {
			if s.Type == "array" && s.XListType == nil {
				t.Errorf("%s: %s has no list type", kind, field)
			}
		})
	}
}

// A status has one writer, which replaces its lists as a whole.
func TestStatusListsAreAtomic(t *testing.T) {
	for kind := range api(t).crds {
		walk(schemaOf(t, kind), "", func(field string, s schema) {
			if s.Type != "array" || s.XListType == nil || !strings.HasPrefix(field, "status.") {
				return
			}
			if field != "status.conditions" && *s.XListType != "atomic" {
				t.Errorf("%s: %s is a list of type %s", kind, field, *s.XListType)
			}
		})
	}
}
