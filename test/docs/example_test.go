// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// example is YAML that users are told to apply.
type example struct {
	page string // its file, from the root of the repository
	line int
	text string
}

// examplesOf returns the examples of a Markdown file.
func examplesOf(page, markdown string) ([]example, error) {
	found, err := blocks(markdown)
	if err != nil {
		return nil, err
	}
	var examples []example
	for _, b := range found {
		if b.language == "yaml" || b.language == "yml" {
			examples = append(examples, example{page: page, line: b.line, text: b.text})
		}
	}
	return examples, nil
}

// objects returns what the example shows, completed where it is a fragment.
func (e example) objects() ([]*unstructured.Unstructured, error) {
	documents, err := documentsOf(e.text)
	if err != nil {
		return nil, err
	}
	objects := make([]*unstructured.Unstructured, 0, len(documents))
	for _, document := range documents {
		object, err := e.complete(document)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	if len(objects) == 0 {
		return nil, errors.New("there is nothing in it")
	}
	return objects, nil
}

// documentsOf returns the documents of a YAML file that say anything.
func documentsOf(text string) ([]map[string]any, error) {
	var documents []map[string]any
	for reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text))); ; {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		var fields map[string]any
		if err := yaml.UnmarshalStrict(document, &fields); err != nil {
			return nil, err
		}
		if len(fields) > 0 {
			documents = append(documents, fields)
		}
	}
}

// complete returns a document as a whole object.
func (e example) complete(fields map[string]any) (*unstructured.Unstructured, error) {
	switch {
	case fields["apiVersion"] != nil && fields["kind"] != nil:
		return &unstructured.Unstructured{Object: fields}, nil
	case fields["apiVersion"] != nil || fields["kind"] != nil:
		return nil, errors.New("it has only one of apiVersion and kind")
	}
	object, err := leastOf(e.plural())
	if err != nil {
		return nil, err
	}
	if fields["metadata"] == nil && fields["spec"] == nil && fields["status"] == nil {
		fields = map[string]any{"spec": fields}
	}
	return merged(object, fields)
}

// specPages is the folder of the pages that are about one kind each.
var specPages = filepath.Join("docs", "spec", "v1alpha1")

// plural is the plural of the kind that the page is about; empty when it is about
// none.
func (e example) plural() string {
	if dir, name := filepath.Split(e.page); filepath.Clean(dir) == specPages {
		return strings.TrimSuffix(name, ".md")
	}
	return ""
}

// least are the least objects that the API server accepts, by the plural of their
// kind.
var least = map[string]string{
	"vendoraccounts": `
apiVersion: quotawatch.dev/v1alpha1
kind: VendorAccount
metadata: {name: example}
spec: {vendor: Polyv, secretRef: {name: example}}`,
	"quotawatches": `
apiVersion: quotawatch.dev/v1alpha1
kind: QuotaWatch
metadata: {name: example}
spec: {accountRef: {name: example}, packages: {}}`,
}

func leastOf(plural string) (*unstructured.Unstructured, error) {
	manifest, found := least[plural]
	if !found {
		return nil, errors.New("it is a fragment, and its page is not about one kind: give it apiVersion and kind")
	}
	object := &unstructured.Unstructured{}
	return object, yaml.Unmarshal([]byte(manifest), &object.Object)
}

// merged returns the object after a merge patch.
func merged(object *unstructured.Unstructured, patch map[string]any) (*unstructured.Unstructured, error) {
	before, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	change, err := yaml.Marshal(patch)
	if err != nil {
		return nil, err
	}
	if change, err = yaml.YAMLToJSON(change); err != nil {
		return nil, err
	}
	after, err := jsonpatch.MergePatch(before, change)
	if err != nil {
		return nil, fmt.Errorf("complete the fragment: %w", err)
	}
	result := &unstructured.Unstructured{}
	return result, result.UnmarshalJSON(after)
}
