// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

type schema = apiextensionsv1.JSONSchemaProps

// A field counts as told when the page has its name, alone or at the end of its
// path, between backquotes, or the whole path of one below it.
func TestPagesTellOfEveryField(t *testing.T) {
	for _, crd := range api(t).crds {
		page := filepath.Join(specPages, crd.Spec.Names.Plural+".md")
		spans, err := codeSpans(read(t, page))
		if err != nil {
			t.Fatalf("%s: %v", page, err)
		}
		object := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
		for _, part := range []string{"spec", "status"} {
			walk(object.Properties[part], "."+part, func(field string, s schema) {
				if !slices.ContainsFunc(spans, func(span string) bool { return tells(span, field) }) {
					t.Errorf("%s does not tell of %s", page, field)
				}
				for _, value := range valuesOf(s) {
					if !slices.Contains(spans, value) {
						t.Errorf("%s does not tell of value %s of %s", page, value, field)
					}
				}
			})
		}
	}
}

// tells tells whether a text is the name of a field, the end of its path, or the
// path of one below it.
func tells(text, field string) bool {
	path := "." + strings.TrimPrefix(strings.ReplaceAll(text, "[]", ""), ".")
	return strings.HasSuffix(field, path) || strings.HasPrefix(path, field+".")
}

// walk visits all fields below one, except the members of a condition, which
// Kubernetes describes.
func walk(s schema, field string, visit func(field string, s schema)) {
	if field == ".status.conditions" {
		return
	}
	for name, property := range itemsOf(s).Properties {
		visit(field+"."+name, property)
		walk(property, field+"."+name, visit)
	}
}

// itemsOf returns the schema of the items of a list, of anything else its own.
func itemsOf(s schema) schema {
	if s.Items != nil {
		return *s.Items.Schema
	}
	return s
}

// valuesOf returns the values that a field, or an item of it, can have, if they are
// few.
func valuesOf(s schema) []string {
	var values []string
	for _, value := range itemsOf(s).Enum {
		values = append(values, strings.Trim(string(value.Raw), `"`))
	}
	return values
}

func TestTells(t *testing.T) {
	cases := map[string]struct {
		text, field string
		want        bool
	}{
		"its name":               {"interval", ".spec.usage.interval", true},
		"its path":               {".spec.usage.interval", ".spec.usage.interval", true},
		"the end of its path":    {"usage.interval", ".spec.usage.interval", true},
		"its path through lists": {".spec.thresholds[].name", ".spec.thresholds.name", true},
		"one below it":           {".spec.accountRef.name", ".spec.accountRef", true},
		"another":                {"verifyInterval", ".spec.interval", false},
		"another's path":         {".spec.interval", ".spec.usage.interval", false},
		"one above it":           {".spec.usage", ".spec.usage.interval", false},
		"a part of its name":     {"val", ".spec.usage.interval", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := tells(tc.text, tc.field); got != tc.want {
				t.Errorf("tells(%q, %q) = %t", tc.text, tc.field, got)
			}
		})
	}
}
