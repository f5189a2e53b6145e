// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/polling"
)

// maxRequest is how much of a request's value status.lastHandledReconcileAt
// holds, in bytes.
const maxRequest = 128

// requestedAt returns the value of the annotation with which somebody asked for a
// refresh; empty when nobody did. Of two the later time counts. A value that is
// no time counts more than one that is: somebody typed it.
func requestedAt(object client.Object) string {
	annotations := object.GetAnnotations()
	request := lastOf(annotations[v1alpha1.AnnotationReconcileRequestedAt], annotations[v1alpha1.AnnotationRequestedAt])
	// A character that the cut split would come back from the API server as another.
	return strings.ToValidUTF8(request[:min(len(request), maxRequest)], "")
}

func lastOf(a, b string) string {
	if a == "" || b == "" {
		return cmp.Or(a, b)
	}
	timeA, errA := time.Parse(time.RFC3339Nano, a)
	timeB, errB := time.Parse(time.RFC3339Nano, b)
	switch {
	case errA != nil && errB != nil:
		return max(a, b)
	case errA != nil || errB == nil && timeA.After(timeB):
		return a
	default:
		return b
	}
}

// declare declares the queries, with the object's request for a refresh unless it
// is the one that was handled last, and returns the one that is handled by now:
// a request is when an attempt was made at every query, or nothing can be asked.
func (r *reconciler) declare(
	owner polling.Owner, object client.Object, lastHandled string, source polling.Source, queries ...polling.Query,
) string {
	request := requestedAt(object)
	if request == lastHandled {
		request = ""
	}
	for i := range queries {
		queries[i].Refresh = request
	}
	r.Poller.Declare(owner, source, queries...)
	for _, q := range queries {
		if request == "" || r.Poller.Answer(owner, q.Op).Refreshed != request {
			return lastHandled
		}
	}
	return cmp.Or(request, lastHandled)
}

// refreshRequested passes updates that ask for a refresh.
var refreshRequested = predicate.Funcs{
	CreateFunc:  func(event.CreateEvent) bool { return false },
	DeleteFunc:  func(event.DeleteEvent) bool { return false },
	GenericFunc: func(event.GenericEvent) bool { return false },
	UpdateFunc: func(e event.UpdateEvent) bool {
		return requestedAt(e.ObjectOld) != requestedAt(e.ObjectNew)
	},
}

// specChangedOrRefreshRequested passes what a user, not the operator, changed.
var specChangedOrRefreshRequested = predicate.Or(predicate.GenerationChangedPredicate{}, refreshRequested)
