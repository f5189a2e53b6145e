// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// A typing error in a field's name must not silently leave a wish out.
func TestUnknownFieldsAreNamed(t *testing.T) {
	cases := map[string]struct{ manifest, change, field string }{
		"in the spec of an account":    {minimalAccount, `endpiont: "https://gateway"`, "spec.endpiont"},
		"among a vendor's options":     {minimalAccount, `polyv: {acountType: Group}`, "spec.polyv.acountType"},
		"where there are no options":   {minimalAccount, `vendor: Volcengine, volcengine: {region: x}`, "spec.volcengine.region"},
		"in a reference":               {minimalAccount, `secretRef: {namespace: other}`, "spec.secretRef.namespace"},
		"in the spec of a watch":       {minimalWatch, `intervall: 2h`, "spec.intervall"},
		"in a reading":                 {minimalWatch, `packages: {polyv: {email: [a@b]}}`, "spec.packages.polyv.email"},
		"deep in a reading":            {minimalWatch, `usage: {volcengine: {creator: {mainAccount: true, name: x}}}`, "spec.usage.volcengine.creator.name"},
		"in a threshold":               {minimalWatch, `thresholds: [{name: low, remainingBelowPercent: 20, percent: 20}]`, "spec.thresholds[0].percent"},
		"in the second declared total": {minimalWatch, `packages: {declaredTotals: [{resource: a, total: 1}, {resource: b, total: 1, unit: Bytes}]}`, "spec.packages.declaredTotals[1].unit"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object := withSpec(t, parse(t, tc.manifest), tc.change)

			_, err := tryCreate(t, object)
			if want := `unknown field "` + tc.field + `"`; !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), want) {
				t.Errorf("want a bad request with %s, got: %v", want, err)
			}
			expectPruned(t, object)
		})
	}
}

// expectPruned wants the API server to drop what it does not know when the
// client does not ask for strictness.
func expectPruned(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	lenient := client.FieldValidation(metav1.FieldValidationIgnore)
	answer := object.DeepCopy()
	err := api(t).Create(t.Context(), answer, client.DryRunAll, lenient)
	expectAccepted(t, answer, err)
}
