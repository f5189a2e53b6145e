// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

var someRequest = reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "live", Name: "watch"}}

func TestQueueHoldsBackUntilTheEarliestTime(t *testing.T) {
	c := newClock(noon)
	q := newRequestQueue(c)
	for _, d := range []time.Duration{2 * time.Hour, time.Hour, 3 * time.Hour} {
		q.AddAfter(someRequest, d)
	}
	if at := c.next(noon.AddDate(1, 0, 0)); !at.Equal(noon.Add(time.Hour)) {
		t.Errorf("the clock stops at %s", at)
	}
	c.moveTo(noon.Add(time.Hour))
	if q.Len() != 1 {
		t.Fatalf("%d requests wait after an hour", q.Len())
	}
	request, _ := q.Get()
	q.Done(request)
	c.moveTo(noon.Add(4 * time.Hour))
	if q.Len() != 0 {
		t.Error("a later time for the same request was kept")
	}
}

func TestQueueIsIdleOnlyWhenAllIsDone(t *testing.T) {
	q := newRequestQueue(newClock(noon))
	if !q.idle() {
		t.Error("an empty queue is not idle")
	}
	q.AddAfter(someRequest, 0)
	if q.idle() {
		t.Error("a queue with a request is idle")
	}
	request, _ := q.Get()
	if q.idle() {
		t.Error("a queue is idle while its request is reconciled")
	}
	q.Done(request)
	if !q.idle() {
		t.Error("a queue with nothing left to do is not idle")
	}
}

func TestQueueThatShutsDownKeepsNoTimer(t *testing.T) {
	c := newClock(noon)
	q := newRequestQueue(c)
	q.AddAfter(someRequest, time.Hour)
	q.ShutDown()
	if end := noon.Add(2 * time.Hour); !c.next(end).Equal(end) {
		t.Error("the clock stops for a queue that was shut down")
	}
}
