// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/quotawatch/quotawatch/internal/polling"
)

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// wakeups carries the poller's news to the reconcilers.
type wakeups struct {
	mu     sync.Mutex
	queues map[string]queue
}

// newWakeups returns wakeups without any reconciler.
func newWakeups() *wakeups {
	return &wakeups{queues: map[string]queue{}}
}

// wake has the owner reconciled. It does not block. News for a controller that
// has not started is dropped: at its start it reconciles everything anyway.
func (w *wakeups) wake(owner polling.Owner) {
	w.mu.Lock()
	q := w.queues[owner.Kind]
	w.mu.Unlock()
	if q != nil {
		q.Add(reconcile.Request{NamespacedName: types.NamespacedName{Namespace: owner.Namespace, Name: owner.Name}})
	}
}

// source is where the controller of kind hears of the poller's news.
func (w *wakeups) source(kind string) source.Source {
	return source.Func(func(_ context.Context, q queue) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.queues[kind] = q
		return nil
	})
}
