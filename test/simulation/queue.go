// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// requestQueue is a controller's queue. What it holds back, it holds back until
// the world's clock gets there, and it tells whether anybody works on it.
type requestQueue struct {
	workqueue.TypedInterface[reconcile.Request]
	clock *simClock

	taken, done atomic.Int64

	mu      sync.Mutex
	delayed map[reconcile.Request]delayedRequest
}

// delayedRequest is a request that is to be added later.
type delayedRequest struct {
	at    time.Time
	timer clock.Timer
}

func newRequestQueue(clock *simClock) *requestQueue {
	return &requestQueue{
		TypedInterface: workqueue.NewTyped[reconcile.Request](),
		clock:          clock,
		delayed:        map[reconcile.Request]delayedRequest{},
	}
}

// idle tells whether nothing waits to be reconciled, or is being so.
func (q *requestQueue) idle() bool {
	done := q.done.Load() // before taken, so that the numbers are never equal too early
	return q.Len() == 0 && done == q.taken.Load()
}

// Get implements workqueue.TypedInterface.
func (q *requestQueue) Get() (reconcile.Request, bool) {
	request, shutdown := q.TypedInterface.Get()
	if !shutdown {
		q.taken.Add(1)
	}
	return request, shutdown
}

// Done implements workqueue.TypedInterface.
func (q *requestQueue) Done(request reconcile.Request) {
	q.TypedInterface.Done(request)
	q.done.Add(1)
}

// AddAfter implements workqueue.TypedDelayingInterface: of several times for one
// request the earliest counts.
func (q *requestQueue) AddAfter(request reconcile.Request, d time.Duration) {
	if d <= 0 {
		q.Add(request)
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	at := q.clock.Now().Add(d)
	if earlier, ok := q.delayed[request]; ok {
		if !earlier.at.After(at) {
			return
		}
		earlier.timer.Stop()
	}
	q.delayed[request] = delayedRequest{at: at, timer: q.clock.AfterFunc(d, func() { q.release(request) })}
}

func (q *requestQueue) release(request reconcile.Request) {
	q.mu.Lock()
	delete(q.delayed, request)
	q.mu.Unlock()
	q.Add(request)
}

// ShutDown implements workqueue.TypedInterface.
func (q *requestQueue) ShutDown() {
	q.TypedInterface.ShutDown()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, request := range q.delayed {
		request.timer.Stop()
	}
	clear(q.delayed)
}
