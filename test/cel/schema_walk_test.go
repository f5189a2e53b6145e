// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

type schema = apiextensionsv1.JSONSchemaProps

// schemaOf returns the schema that users of a kind meet, without what
// Kubernetes brings along.
func schemaOf(t *testing.T, kind string) schema {
	t.Helper()
	crd, found := api(t).crds[kind]
	if !found {
		t.Fatalf("no CRD for %s", kind)
	}
	root := *crd.Spec.Versions[0].Schema.OpenAPIV3Schema.DeepCopy()
	for _, name := range []string{"apiVersion", "kind", "metadata"} {
		delete(root.Properties, name)
	}
	return root
}

// walk visits a schema and all that it holds, except the members of a
// condition, which Kubernetes describes. The items of a list are visited as
// field[], the values of a map as field.*.
func walk(s schema, field string, visit func(field string, s schema)) {
	visit(field, s)
	if field == "status.conditions[]" {
		return
	}
	for name, property := range s.Properties {
		walk(property, member(field, name), visit)
	}
	if s.Items != nil {
		walk(*s.Items.Schema, field+"[]", visit)
	}
	if s.AdditionalProperties != nil {
		walk(*s.AdditionalProperties.Schema, member(field, "*"), visit)
	}
}

// leaf is the last name in a field's path.
func leaf(field string) string {
	return field[strings.LastIndex(field, ".")+1:]
}

func member(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}
