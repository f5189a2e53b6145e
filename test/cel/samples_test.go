// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestSamplesAreStoredAsWritten(t *testing.T) {
	for _, object := range allSamples(t) {
		t.Run(object.GetKind()+" "+object.GetName(), func(t *testing.T) {
			expectStoredAs(t, object, store(t, object))
		})
	}
}

func TestSamplesLeaveOutNoField(t *testing.T) {
	samples := allSamples(t)
	for kind := range api(t).crds {
		walk(schemaOf(t, kind), "", func(field string, _ schema) {
			if !anyHas(samples, kind, field) {
				t.Errorf("%s: no sample has %s", kind, field)
			}
		})
	}
}

func allSamples(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "*.yaml"))
	mustNot(t, err)
	var samples []*unstructured.Unstructured
	for _, path := range paths {
		samples = append(samples, sample(t, filepath.Base(path)))
	}
	return samples
}

func anyHas(samples []*unstructured.Unstructured, kind, field string) bool {
	steps := strings.FieldsFunc(strings.ReplaceAll(field, "[]", ".[]"), func(r rune) bool { return r == '.' })
	for _, object := range samples {
		if object.GetKind() == kind && has(object.Object, steps) {
			return true
		}
	}
	return false
}

// has tells whether the way of a schema leads anywhere in a value: [] through
// any item of a list, * through any value of a map.
func has(value any, steps []string) bool {
	if len(steps) == 0 {
		return true
	}
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if has(item, steps[1:]) {
				return true
			}
		}
	case map[string]any:
		for name, member := range value {
			if (steps[0] == name || steps[0] == "*") && has(member, steps[1:]) {
				return true
			}
		}
	}
	return false
}
