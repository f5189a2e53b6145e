// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// The least that a user can write.
const (
	minimalAccount = `
apiVersion: quotawatch.dev/v1alpha1
kind: VendorAccount
metadata: {name: minimal, namespace: live}
spec: {vendor: Polyv, secretRef: {name: polyv}}`

	minimalWatch = `
apiVersion: quotawatch.dev/v1alpha1
kind: QuotaWatch
metadata: {name: minimal, namespace: live}
spec: {accountRef: {name: polyv}, packages: {}}`
)

// absent is the value of a field that is left out.
var absent = struct{}{}

// parse reads an object as a user writes it.
func parse(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	document, err := yaml.YAMLToJSON([]byte(manifest))
	mustNot(t, err)
	object := &unstructured.Unstructured{}
	mustNot(t, object.UnmarshalJSON(document))
	return object
}

// sample reads an object from testdata.
func sample(t *testing.T, name string) *unstructured.Unstructured {
	t.Helper()
	manifest, err := os.ReadFile(filepath.Join("testdata", name))
	mustNot(t, err)
	return parse(t, string(manifest))
}

// withSpec returns the object after a merge patch of its spec, in YAML.
func withSpec(t *testing.T, object *unstructured.Unstructured, change string) *unstructured.Unstructured {
	t.Helper()
	patch, err := yaml.YAMLToJSON([]byte("spec: {" + change + "}"))
	mustNot(t, err)
	return patched(t, object, patch, jsonpatch.MergePatch)
}

// with returns the object with another value at a field that it has, for
// example spec.thresholds[0].name.
func with(t *testing.T, object *unstructured.Unstructured, field string, value any) *unstructured.Unstructured {
	t.Helper()
	path := "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(field)
	operation := map[string]any{"op": "replace", "path": path, "value": value}
	if value == absent {
		operation = map[string]any{"op": "remove", "path": path}
	}
	patch, err := json.Marshal([]any{operation})
	mustNot(t, err)
	return patched(t, object, patch, applyJSONPatch)
}

func patched(
	t *testing.T,
	object *unstructured.Unstructured,
	patch []byte,
	apply func(document, patch []byte) ([]byte, error),
) *unstructured.Unstructured {
	t.Helper()
	before, err := object.MarshalJSON()
	mustNot(t, err)
	after, err := apply(before, patch)
	mustNot(t, err)
	result := &unstructured.Unstructured{}
	mustNot(t, result.UnmarshalJSON(after))
	return result
}

func applyJSONPatch(document, patch []byte) ([]byte, error) {
	decoded, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return nil, err
	}
	return decoded.Apply(document)
}

func mustNot(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
