// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
)

// A change of the clock alone shows up no later than this.
const farFuture = 5 * 365 * day

// checkReport fails the test unless everything holds of the report that must
// hold of any.
func checkReport(t *testing.T, in Input, report Report) {
	t.Helper()
	status := &report.Status
	checkConditions(t, status.Conditions, append([]string{v1alpha1.ConditionReady}, verdictConditions...))
	checkFits(t, "quotawatch.dev_quotawatches.yaml", status)
	checkRows(t, status.Resources)
	checkFindings(t, in.Now, status.Findings)
	if size, most := len(compact(t, status)), atMost(status); size >= 32<<10 || size > most {
		t.Errorf("the status has %d bytes, of at most %d", size, most)
	}
	if status.ObservedGeneration != in.Watch.Generation {
		t.Errorf("status is about generation %d of %d", status.ObservedGeneration, in.Watch.Generation)
	}
	if ready := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionReady); ready.ObservedGeneration != in.Watch.Generation {
		t.Errorf("Ready is about generation %d of %d", ready.ObservedGeneration, in.Watch.Generation)
	}
	checkSteady(t, in.Now, report.NextChange, status, func(now time.Time) (any, time.Time) {
		again := in
		again.Now, again.Watch = now, in.Watch.DeepCopy()
		again.Watch.Status = stored(t, *status)
		report := Assess(again)
		if now.Equal(in.Now) && len(report.Changes) > 0 {
			t.Errorf("assessed again, something happened: %v", report.Changes)
		}
		return &report.Status, report.NextChange
	})
}

// checkRows checks that a row does not contradict itself.
func checkRows(t *testing.T, rows []v1alpha1.ResourceStatus) {
	t.Helper()
	for _, r := range rows {
		left := amount.MustParse(string(r.Remaining))
		if (left.Sign() == 0) == r.ExhaustedTime.IsZero() {
			t.Errorf("%s of %s/%s is left, and it is exhausted since %s", left, r.Subject, r.Name, r.ExhaustedTime)
		}
		if (r.Total == "") != (r.TotalSource == "") {
			t.Errorf("the total %q of %s/%s comes from %q", r.Total, r.Subject, r.Name, r.TotalSource)
		}
		if r.TotalSource == v1alpha1.TotalObserved && amount.MustParse(string(r.Total)).Cmp(left) < 0 {
			t.Errorf("%s of %s/%s is left, and %s was seen at most", left, r.Subject, r.Name, r.Total)
		}
	}
}

// checkFindings checks that findings are told once, in order, and began before now.
func checkFindings(t *testing.T, now time.Time, findings *v1alpha1.FindingsStatus) {
	t.Helper()
	if findings == nil {
		return
	}
	if shown := int(*findings.Shown); shown != len(findings.Items) || *findings.Total < *findings.Shown {
		t.Errorf("%d of %d findings are shown, and there are %d", shown, *findings.Total, len(findings.Items))
	}
	if !slices.IsSortedFunc(findings.Items, compareFindings) {
		t.Errorf("the findings are not in their order: %s", asJSON(t, findings.Items))
	}
	for i, f := range findings.Items {
		if f.Since.After(now) {
			t.Errorf("%v began after now", f)
		}
		if i > 0 && sameFinding(f, findings.Items[i-1]) {
			t.Errorf("%v is told twice", f)
		}
	}
}

// checkConditions checks the conditions of either kind.
func checkConditions(t *testing.T, conditions []metav1.Condition, always []string) {
	t.Helper()
	for _, want := range always {
		if meta.FindStatusCondition(conditions, want) == nil {
			t.Errorf("there is no condition %s", want)
		}
	}
	seen := map[string]bool{}
	for _, c := range conditions {
		if seen[c.Type] {
			t.Errorf("there are two conditions %s", c.Type)
		}
		seen[c.Type] = true
		if c.Message == "" || len(c.Message) > 256 {
			t.Errorf("%s has a message of %d bytes", c.Type, len(c.Message))
		}
		if strings.ContainsAny(c.Message, "\n\ufffd") {
			t.Errorf("%s has the message %q", c.Type, c.Message)
		}
	}
	inOrder := slices.IsSortedFunc(conditions, func(a, b metav1.Condition) int {
		return slices.Index(order, a.Type) - slices.Index(order, b.Type)
	})
	if !inOrder {
		t.Errorf("the conditions are not in their order: %s", asJSON(t, conditions))
	}
	checkMarkers(t, conditions)
}

// checkMarkers checks Reconciling and Stalled: never both, never with Ready, and
// present only while they are True.
func checkMarkers(t *testing.T, conditions []metav1.Condition) {
	t.Helper()
	var present []string
	for _, marker := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
		if c := meta.FindStatusCondition(conditions, marker); c != nil {
			present = append(present, marker)
			if c.Status != metav1.ConditionTrue {
				t.Errorf("%s is present and %s", marker, c.Status)
			}
		}
	}
	if len(present) > 1 || len(present) == 1 && meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionReady) {
		t.Errorf("Ready is %s with %v", says(conditions, v1alpha1.ConditionReady), present)
	}
}

// checkSteady checks that a status changes when nothing new is known only at the
// time that was announced. assess assesses it again, from what was stored.
func checkSteady(t *testing.T, now, next time.Time, status any, assess func(time.Time) (any, time.Time)) {
	t.Helper()
	want := string(asJSON(t, status))
	again, nextAgain := assess(now)
	if diff := cmp.Diff(want, string(asJSON(t, again))); diff != "" {
		t.Errorf("assessed again, the status changes (-first +second):\n%s", diff)
	}
	if !next.Equal(nextAgain) {
		t.Errorf("assessed again, the next change is at %s and not at %s", nextAgain, next)
	}
	if !next.IsZero() && !next.After(now) {
		t.Errorf("the next change at %s is not after now, %s", next, now)
	}
	before := next.Add(-time.Millisecond)
	if next.IsZero() {
		before = now.Add(farFuture)
	}
	if before.Before(now) {
		return
	}
	unchanged, _ := assess(before)
	if diff := cmp.Diff(want, string(asJSON(t, unchanged))); diff != "" {
		t.Errorf("at %s, before the next change at %s, the status changes (-before +after):\n%s", before, next, diff)
	}
}

// checkFits checks that the API server would store the status.
func checkFits(t *testing.T, crd string, status any) {
	t.Helper()
	schemas, err := statusSchemas()
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(asJSON(t, status), &value); err != nil { // numbers as the API server reads them
		t.Fatal(err)
	}
	for _, problem := range validation.ValidateCustomResource(field.NewPath("status"), value, schemas[crd]) {
		t.Errorf("the API server refuses the status: %v", problem)
	}
}

// statusSchemas returns a validator of the status of each kind, by the file of
// its definition.
var statusSchemas = sync.OnceValues(func() (map[string]validation.SchemaValidator, error) {
	validators := map[string]validation.SchemaValidator{}
	for _, file := range []string{"quotawatch.dev_quotawatches.yaml", "quotawatch.dev_vendoraccounts.yaml"} {
		text, err := os.ReadFile("../../config/crd/bases/" + file)
		if err != nil {
			return nil, err
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.UnmarshalStrict(text, &crd); err != nil {
			return nil, err
		}
		var schema apiextensions.JSONSchemaProps
		status := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["status"]
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&status, &schema, nil); err != nil {
			return nil, err
		}
		if validators[file], _, err = validation.NewSchemaValidator(&schema); err != nil {
			return nil, err
		}
	}
	return validators, nil
})
