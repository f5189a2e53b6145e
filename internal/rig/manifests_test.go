// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const severalDocuments = `# a comment before the first document
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
---
apiVersion: v1
kind: Secret
metadata: {name: key}
---
---
apiVersion: quotawatch.dev/v1alpha1
kind: VendorAccount
metadata: {name: account}
spec: {vendor: TencentCloud}
`

func TestDecodeKeepsObjectsOnly(t *testing.T) {
	if diff := cmp.Diff([]string{"Secret", "VendorAccount"}, kinds(mustDecode(t, severalDocuments))); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

func TestDecodeRefusesBrokenYAML(t *testing.T) {
	if _, err := Decode([]byte("kind: [")); err == nil {
		t.Error("broken YAML was accepted")
	}
}

func TestEncodeIsTheReverseOfDecode(t *testing.T) {
	objects := mustDecode(t, severalDocuments)
	manifests, err := Encode(objects)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(objects, mustDecode(t, string(manifests))); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

func TestOnlyAccessLeavesWorkloadsOut(t *testing.T) {
	all := []string{"Namespace", "CustomResourceDefinition", "ServiceAccount", "Role", "ClusterRole",
		"RoleBinding", "ClusterRoleBinding", "Service", "Deployment"}
	var objects []*unstructured.Unstructured
	for _, kind := range all {
		objects = append(objects, &unstructured.Unstructured{Object: map[string]any{"kind": kind}})
	}
	want := []string{"Namespace", "ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}
	if diff := cmp.Diff(want, kinds(onlyAccess(objects))); diff != "" {
		t.Errorf("kept kinds (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(all, kinds(objects)); diff != "" {
		t.Errorf("the given objects changed (-want +got):\n%s", diff)
	}
}

func mustDecode(t *testing.T, manifests string) []*unstructured.Unstructured {
	t.Helper()
	objects, err := Decode([]byte(manifests))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func kinds(objects []*unstructured.Unstructured) []string {
	return slices.Collect(func(yield func(string) bool) {
		for _, object := range objects {
			if !yield(object.GetKind()) {
				return
			}
		}
	})
}
