// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

const (
	// annotationRival counts a rival's edits of an object.
	annotationRival = "example.com/edits"
	// annotationCollisions counts those of collide.
	annotationCollisions = "example.com/collisions"
	// rivalPause is how long a rival rests between two rounds.
	rivalPause = 20 * time.Millisecond
)

// rival is another writer of the same objects, who does not rest.
type rival struct {
	world    *world
	accounts []*account
	stop     func() // waits until it has

	edits map[client.Object]int // read it only when the rival has stopped
}

// startRival has a rival edit the watches and accounts until it is stopped.
func (w *world) startRival(accounts ...*account) *rival {
	ctx, cancel := context.WithCancel(context.Background())
	r := &rival{world: w, accounts: accounts, edits: map[client.Object]int{}}
	var editing sync.WaitGroup
	editing.Go(func() {
		wait.UntilWithContext(ctx, func(ctx context.Context) { r.editAll(context.WithoutCancel(ctx)) }, rivalPause)
	})
	r.stop = sync.OnceFunc(func() {
		cancel()
		editing.Wait()
	})
	DeferCleanup(r.stop)
	return r
}

func (r *rival) editAll(ctx context.Context) {
	for _, a := range r.accounts {
		r.edit(ctx, a.watch)
		r.edit(ctx, a.object)
	}
}

// edit counts on in an object, as it is stored, if nobody else writes meanwhile.
func (r *rival) edit(ctx context.Context, object client.Object) {
	stored := object.DeepCopyObject().(client.Object) //nolint:forcetypeassert // a copy is of the same type
	if r.world.admin.Get(ctx, client.ObjectKeyFromObject(object), stored) != nil {
		return
	}
	annotations := stored.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[annotationRival] = strconv.Itoa(r.edits[object] + 1)
	stored.SetAnnotations(annotations)
	if r.world.admin.Update(ctx, stored) == nil {
		r.edits[object]++
	}
}

// expectKept expects that nobody undid an edit.
func (r *rival) expectKept(ctx context.Context) {
	GinkgoHelper()
	r.stop()
	Expect(r.edits).To(HaveLen(2*len(r.accounts)), "objects that were edited")
	for object, edits := range r.edits {
		stored := object.DeepCopyObject().(client.Object) //nolint:forcetypeassert // a copy is of the same type
		Expect(r.world.admin.Get(ctx, client.ObjectKeyFromObject(object), stored)).To(Succeed())
		Expect(stored.GetAnnotations()).To(HaveKeyWithValue(annotationRival, strconv.Itoa(edits)))
	}
}

// collide has somebody edit each account's watch right before the next so many
// writes of its status, which then come too late: first the spec, and from then on
// an annotation, which no operator looks at.
func (p *proxied) collide(times int, accounts ...*account) {
	for _, a := range accounts {
		edits := 0
		p.proxy.inject(writingStatus(a.name), times, beforehand(func(ctx context.Context) {
			defer GinkgoRecover()
			patch := []byte(`{"spec":{"staleAfter":"2h"}}`)
			if edits++; edits > 1 {
				patch = fmt.Appendf(nil, `{"metadata":{"annotations":{%q:"%d"}}}`, annotationCollisions, edits)
			}
			Expect(p.admin.Patch(ctx, a.watch.DeepCopy(), mergePatch(patch))).To(Succeed())
		}))
	}
}

// collided passes watches that have all edits of so many collisions, and whose
// status is about them.
func collided(times int) func(*account, *v1alpha1.QuotaWatch) string {
	return func(_ *account, watch *v1alpha1.QuotaWatch) string {
		switch {
		case watch.Spec.StaleAfter.Duration != 2*time.Hour, watch.Annotations[annotationCollisions] != strconv.Itoa(times):
			return "has lost an edit"
		case watch.Status.ObservedGeneration != watch.Generation:
			return "has not seen an edit"
		}
		return ""
	}
}
