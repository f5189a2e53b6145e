// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cause is why an object is refused: the field it names and what it says of it.
type cause struct{ field, says string }

// tryCreate does everything that creating the object does, except storing it.
func tryCreate(t *testing.T, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	t.Helper()
	answer := object.DeepCopy()
	answer.SetGenerateName(object.GetName() + "-") // whatever is stored
	answer.SetName("")
	return answer, api(t).Create(t.Context(), answer, client.DryRunAll)
}

// tryUpdate does everything that updating a stored object does, except storing it.
func tryUpdate(t *testing.T, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	t.Helper()
	answer := object.DeepCopy()
	return answer, api(t).Update(t.Context(), answer, client.DryRunAll)
}

// tryUpdateStatus does the same on the status subresource.
func tryUpdateStatus(t *testing.T, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	t.Helper()
	answer := object.DeepCopy()
	return answer, api(t).Status().Update(t.Context(), answer, client.DryRunAll)
}

// store creates the object, status included, and deletes it after the test.
func store(t *testing.T, object *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	stored := object.DeepCopy()
	mustNot(t, api(t).Create(t.Context(), stored))
	t.Cleanup(func() {
		if err := api(t).Delete(context.WithoutCancel(t.Context()), stored); err != nil {
			t.Error(err)
		}
	})
	if status, found := object.Object["status"]; found {
		stored.Object["status"] = status
		mustNot(t, api(t).Status().Update(t.Context(), stored))
	}
	return stored
}

// expectAccepted also wants the operator's types to hold what was accepted:
// an object that cannot be decoded would stop every watch on its kind.
func expectAccepted(t *testing.T, answer *unstructured.Unstructured, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	typed, err := testScheme.New(answer.GroupVersionKind())
	mustNot(t, err)
	err = runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(answer.Object, typed, true)
	if err != nil {
		t.Errorf("the Go type does not hold what the API server accepted: %v", err)
	}
}

// expectStoredAs wants the API server to hold what was written, and the
// operator's types to hold it too.
func expectStoredAs(t *testing.T, written, stored *unstructured.Unstructured) {
	t.Helper()
	read := stored.DeepCopy()
	expectAccepted(t, read, api(t).Get(t.Context(), client.ObjectKeyFromObject(stored), read))
	for _, part := range []string{"spec", "status"} {
		want, found := written.Object[part]
		if diff := cmp.Diff(want, read.Object[part]); found && diff != "" {
			t.Errorf("the %s changed on its way (-written +read):\n%s", part, diff)
		}
	}
}

// expectRefused wants these causes and no others.
func expectRefused(t *testing.T, err error, want ...cause) {
	t.Helper()
	if !apierrors.IsInvalid(err) {
		t.Fatalf("not refused as invalid: %v", err)
	}
	got := causesOf(err)
	asWanted := len(got) == len(want)
	for _, w := range want {
		asWanted = asWanted && hasCause(got, w)
	}
	if !asWanted {
		t.Errorf("refused for other causes than %q: %v", want, err)
	}
	if strings.Contains(err.Error(), "evaluating rule") {
		t.Errorf("a rule does not stand this value: %v", err)
	}
}

// causesOf leaves out what the API server says without naming a field: that
// rules were skipped, or the same again for the members of an anyOf.
func causesOf(err error) []metav1.StatusCause {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	var causes []metav1.StatusCause
	for _, c := range status.Status().Details.Causes {
		if c.Field != "<nil>" {
			causes = append(causes, c)
		}
	}
	return causes
}

func hasCause(causes []metav1.StatusCause, want cause) bool {
	for _, c := range causes {
		if c.Field == want.field && strings.Contains(c.Message, want.says) {
			return true
		}
	}
	return false
}
