// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"encoding/json"
	"testing"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

func TestStatusPatchMakesOneStatusOfAnother(t *testing.T) {
	present := metav1.NewTime(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
	type status = v1alpha1.QuotaWatchStatus
	full := status{
		LastAttemptTime: present,
		Conditions:      []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, LastTransitionTime: present}},
		Resources:       []v1alpha1.ResourceStatus{{Name: "traffic", Remaining: "100"}},
		Usage:           &v1alpha1.UsageStatus{LastSuccessTime: present, LastError: &v1alpha1.VendorError{Kind: v1alpha1.ErrorThrottled}},
	}
	tests := map[string]struct {
		was    status
		change func(*status)
		want   string
	}{
		"the same": {full, func(*status) {}, `{}`},
		"a later time": {full, func(s *status) { s.LastAttemptTime = later(present, time.Minute) },
			`{"lastAttemptTime": "2026-11-21T10:01:00Z"}`},
		"a time that is unknown now": {full, func(s *status) { s.LastAttemptTime = metav1.Time{} }, `{"lastAttemptTime": null}`},
		"another amount": {full, func(s *status) { s.Resources = []v1alpha1.ResourceStatus{{Name: "traffic", Remaining: "99"}} },
			`{"resources": [{"name": "traffic", "subject": "", "remaining": "99"}]}`},
		"no resources any more":  {full, func(s *status) { s.Resources = nil }, `{"resources": null}`},
		"a failure that is over": {full, func(s *status) { s.Usage = &v1alpha1.UsageStatus{LastSuccessTime: present} }, `{"usage": {"lastError": null}}`},
		"a later time in a section": {full, func(s *status) {
			s.Usage = &v1alpha1.UsageStatus{LastSuccessTime: later(present, time.Minute), LastError: s.Usage.LastError}
		}, `{"usage": {"lastSuccessTime": "2026-11-21T10:01:00Z"}}`},
		"a later time in a section of a section": {full, func(s *status) {
			failure := *s.Usage.LastError
			failure.RetryTime = later(present, time.Minute)
			s.Usage = &v1alpha1.UsageStatus{LastSuccessTime: present, LastError: &failure}
		}, `{"usage": {"lastError": {"retryTime": "2026-11-21T10:01:00Z"}}}`},
		"a list that is empty instead of nil": {full, func(s *status) {
			s.Usage = &v1alpha1.UsageStatus{
				LastSuccessTime: present, LastError: s.Usage.LastError, Items: []v1alpha1.UsageItemStatus{},
			}
		}, `{}`},
		"a time with the fraction that is not stored": {full, func(s *status) { s.LastAttemptTime = later(present, time.Millisecond) }, `{}`},
		"a section that is gone":                      {full, func(s *status) { s.Usage = nil }, `{"usage": null}`},
		"the first of all statuses": {status{}, func(s *status) { s.ObservedGeneration, s.Resources = 1, full.Resources },
			`{"observedGeneration": 1, "resources": [{"name": "traffic", "subject": "", "remaining": "100"}]}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := &v1alpha1.QuotaWatch{ObjectMeta: metav1.ObjectMeta{Name: "watch", ResourceVersion: "41"}, Status: test.was}
			after, untouched := before.DeepCopy(), before.DeepCopy()
			test.change(&after.Status)
			wanted := after.DeepCopy()
			patch, err := statusPatch("41", before.Status, after.Status)
			if err != nil {
				t.Fatal(err)
			}
			want := fromJSON(t, []byte(`{"metadata": {"resourceVersion": "41"}, "status": `+test.want+`}`))
			if diff := cmp.Diff(want, fromJSON(t, patch)); diff != "" {
				t.Errorf("patch (-want +got):\n%s", diff)
			}
			patched, err := jsonpatch.MergePatch(toJSON(t, before), patch)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fromJSON(t, toJSON(t, after)), fromJSON(t, patched)); diff != "" {
				t.Errorf("patched object (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]*v1alpha1.QuotaWatch{untouched, wanted}, []*v1alpha1.QuotaWatch{before, after}); diff != "" {
				t.Errorf("to make a patch changed the statuses (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStatusOfAnObjectWithoutVersionIsNotPatched(t *testing.T) {
	if err := patchStatus(t.Context(), nil, &v1alpha1.QuotaWatch{}, v1alpha1.QuotaWatchStatus{}, v1alpha1.QuotaWatchStatus{}); err == nil {
		t.Error("no error")
	}
}

func toJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func fromJSON(t *testing.T, text []byte) (value any) {
	t.Helper()
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}
