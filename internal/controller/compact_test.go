// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	toolscache "k8s.io/client-go/tools/cache"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

func TestCompactWatchesSaysTheSame(t *testing.T) {
	got, want := storedWatch(t), storedWatch(t)
	want.ManagedFields = nil
	compacted, err := compactWatches()(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, compacted); diff != "" {
		t.Errorf("watch (-want +got):\n%s", diff)
	}
}

func TestCompactWatchesTakesLessMemory(t *testing.T) {
	const n = 500
	plain := heldBytes(t, n, func(object any) (any, error) { return object, nil })
	compact := heldBytes(t, n, compactWatches())
	t.Logf("a watch takes %d bytes as decoded, %d compacted", plain/n, compact/n)
	if compact > plain*3/4 {
		t.Errorf("compacted watches take %d bytes, decoded ones %d: want at most three quarters", compact/n, plain/n)
	}
}

func TestCompactWatchesSharesTexts(t *testing.T) {
	transform := compactWatches()
	first, second := compacted(t, transform, "says the same"), compacted(t, transform, "says the same")
	if unsafe.StringData(first) != unsafe.StringData(second) {
		t.Error("equal messages are in memory twice")
	}
}

func TestCompactWatchesKeepsSoManyTextsOnly(t *testing.T) {
	shared := &texts{held: map[string]string{}}
	for i := range 2 * maxTexts {
		if text := fmt.Sprint(i); shared.text(text) != text {
			t.Fatalf("text %q changed", text)
		}
	}
	if len(shared.held) > maxTexts {
		t.Errorf("holds %d texts, want at most %d", len(shared.held), maxTexts)
	}
	if first, again := shared.text("what all say now"), shared.text(string([]byte("what all say now"))); unsafe.StringData(first) != unsafe.StringData(again) {
		t.Error("what is said after that is not shared")
	}
}

func TestCompactWatchesLeavesOtherThingsAlone(t *testing.T) {
	tombstone := toolscache.DeletedFinalStateUnknown{Key: "default/traffic"}
	if got, err := compactWatches()(tombstone); err != nil || got != tombstone {
		t.Errorf("got %v, %v", got, err)
	}
}

// compacted returns the message of a compacted watch's only condition.
func compacted(t *testing.T, transform toolscache.TransformFunc, message string) string {
	t.Helper()
	watch := &v1alpha1.QuotaWatch{}
	watch.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Message: string([]byte(message))}}
	got, err := transform(watch)
	if err != nil {
		t.Fatal(err)
	}
	return got.(*v1alpha1.QuotaWatch).Status.Conditions[0].Message
}

// heldBytes is what so many watches take in memory.
func heldBytes(t *testing.T, n int, transform toolscache.TransformFunc) uint64 {
	t.Helper()
	before, held := liveBytes(), make([]any, n)
	for i := range held {
		var err error
		if held[i], err = transform(storedWatch(t)); err != nil {
			t.Fatal(err)
		}
	}
	after := liveBytes()
	runtime.KeepAlive(held)
	return after - before
}

func liveBytes() uint64 {
	runtime.GC()
	runtime.GC() // what pools let go of the first time
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// storedWatch decodes a watch as the API server sends it.
func storedWatch(t *testing.T) *v1alpha1.QuotaWatch {
	t.Helper()
	stored := &v1alpha1.QuotaWatch{}
	stored.Name = "traffic"
	stored.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl", FieldsV1: metav1.NewFieldsV1(`{"f:spec":{}}`)}}
	for _, condition := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionQuotaLow, v1alpha1.ConditionQuotaExhausted, v1alpha1.ConditionDataStale, v1alpha1.ConditionPartialData} {
		stored.Status.Conditions = append(stored.Status.Conditions, metav1.Condition{
			Type: condition, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonSufficient, Message: "Every resource in use has something usable left",
		})
	}
	for _, resource := range []string{"traffic", "transcoding", "mic-link"} {
		stored.Status.Resources = append(stored.Status.Resources, v1alpha1.ResourceStatus{Name: resource, Remaining: "1"})
	}
	text, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	decoded := &v1alpha1.QuotaWatch{}
	if err := json.Unmarshal(text, decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}
