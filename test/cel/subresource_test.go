// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// kinds are the least objects by kind.
var kinds = map[string]string{"VendorAccount": minimalAccount, "QuotaWatch": minimalWatch}

// Tools that wait for an object must not take a status that is not yet there
// for one that is up to date.
func TestNewObjectsWaitForTheOperator(t *testing.T) {
	for kind, manifest := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			object := named(t, manifest, "new")
			object.Object["status"] = map[string]any{"observedGeneration": int64(1)} // not for users to write
			mustNot(t, api(t).Create(t.Context(), object))
			expectUnseen(t, object)
			mustNot(t, api(t).Get(t.Context(), client.ObjectKeyFromObject(object), object))
			expectUnseen(t, object)
		})
	}
}

// expectUnseen wants the status that says that nobody has looked yet.
func expectUnseen(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	want := map[string]any{"observedGeneration": int64(-1)}
	if diff := cmp.Diff(want, object.Object["status"]); diff != "" {
		t.Errorf("unexpected status (-want +got):\n%s", diff)
	}
}

func TestStatusIsASubresource(t *testing.T) {
	for kind, manifest := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			stored := store(t, named(t, manifest, "subresource"))

			changed := with(t, stored, "status.observedGeneration", 7)
			changed = withSpec(t, changed, "suspend: true")
			bySpec, err := tryUpdate(t, changed)
			expectAccepted(t, bySpec, err)
			expectField(t, bySpec, true, "spec", "suspend")
			expectField(t, bySpec, int64(-1), "status", "observedGeneration")

			byStatus, err := tryUpdateStatus(t, changed)
			expectAccepted(t, byStatus, err)
			expectField(t, byStatus, nil, "spec", "suspend")
			expectField(t, byStatus, int64(7), "status", "observedGeneration")
		})
	}
}

func expectField(t *testing.T, object *unstructured.Unstructured, want any, path ...string) {
	t.Helper()
	got, _, err := unstructured.NestedFieldNoCopy(object.Object, path...)
	mustNot(t, err)
	if got != want {
		t.Errorf("%v is %v, want %v", path, got, want)
	}
}

func named(t *testing.T, manifest, name string) *unstructured.Unstructured {
	t.Helper()
	object := parse(t, manifest)
	object.SetName(name)
	return object
}
