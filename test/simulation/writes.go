// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"math"
	"strconv"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// writes knows what was written to the API server and whether the caches have
// seen it. A reconcile that reads an older object than its own last one meets a
// conflict.
type writes struct {
	// inspectors see every object whose status is written, as it then is, and the
	// patch.
	inspectors []func(written client.Object, patch []byte)

	mu     sync.Mutex
	caches []*cacheView
}

// inspect has f see every write of a status from now on. It must not be called
// while something is written.
func (w *writes) inspect(f func(written client.Object, patch []byte)) {
	w.inspectors = append(w.inspectors, f)
}

// cacheView is what one cache has seen, and what it has still to see.
type cacheView struct {
	seen, awaited map[types.UID]uint64 // the newest version
}

func newCacheView() *cacheView {
	return &cacheView{seen: map[types.UID]uint64{}, awaited: map[types.UID]uint64{}}
}

// current tells whether every cache has seen every write.
func (w *writes) current() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, view := range w.caches {
		if len(view.awaited) > 0 {
			return false
		}
	}
	return true
}

// follow notes what a cache sees of the kinds of the objects, until forget.
func (w *writes) follow(ctx context.Context, informers cache.Informers, kinds ...client.Object) (forget func(), err error) {
	view := newCacheView()
	for _, kind := range kinds {
		informer, err := informers.GetInformer(ctx, kind, cache.BlockUntilSynced(false))
		if err != nil {
			return nil, err
		}
		if _, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
			AddFunc:    func(object any) { w.saw(view, object) },
			UpdateFunc: func(_, object any) { w.saw(view, object) },
			DeleteFunc: func(object any) { w.sawDeletion(view, object) },
		}); err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.caches = append(w.caches, view)
	return func() { w.forget(view) }, nil
}

func (w *writes) forget(view *cacheView) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, other := range w.caches {
		if other == view {
			w.caches = append(w.caches[:i], w.caches[i+1:]...)
			return
		}
	}
}

func (w *writes) saw(view *cacheView, object any) {
	seen, ok := object.(metav1.Object)
	if !ok {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	version := versionOf(seen)
	view.seen[seen.GetUID()] = max(view.seen[seen.GetUID()], version)
	if view.awaited[seen.GetUID()] <= version {
		delete(view.awaited, seen.GetUID())
	}
}

func (w *writes) sawDeletion(view *cacheView, object any) {
	if unknown, ok := object.(toolscache.DeletedFinalStateUnknown); ok {
		object = unknown.Obj
	}
	deleted, ok := object.(metav1.Object)
	if !ok {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	view.seen[deleted.GetUID()] = gone
	delete(view.awaited, deleted.GetUID())
}

// gone is the version of what was deleted.
const gone = math.MaxUint64

// wrote notes the version that a write came to.
func (w *writes) wrote(object metav1.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.await(object.GetUID(), versionOf(object))
}

// deleted notes a deletion.
func (w *writes) deleted(object metav1.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.await(object.GetUID(), gone)
}

func (w *writes) await(uid types.UID, version uint64) {
	for _, view := range w.caches {
		if view.seen[uid] < version {
			view.awaited[uid] = max(view.awaited[uid], version)
		}
	}
}

// versionOf is a number that grows with each write.
func versionOf(object metav1.Object) uint64 {
	version, err := strconv.ParseUint(object.GetResourceVersion(), 10, 64)
	if err != nil {
		panic("the API server's versions are not numbers: " + err.Error())
	}
	return version
}

// newClient returns a client whose writes are noted. It is a client.NewClientFunc.
func (w *writes) newClient(config *rest.Config, options client.Options) (client.Client, error) {
	inner, err := client.NewWithWatch(config, options)
	if err != nil {
		return nil, err
	}
	return interceptor.NewClient(inner, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.CreateOption) error {
			return w.noted(object, c.Create(ctx, object, opts...))
		},
		Update: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.UpdateOption) error {
			return w.noted(object, c.Update(ctx, object, opts...))
		},
		Delete: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.DeleteOption) error {
			err := c.Delete(ctx, object, opts...)
			if err == nil {
				w.deleted(object)
			}
			return err
		},
		SubResourcePatch: func(
			ctx context.Context, c client.Client, name string, object client.Object, patch client.Patch,
			opts ...client.SubResourcePatchOption,
		) error {
			data, err := patch.Data(object)
			if err != nil {
				return err
			}
			if err := w.noted(object, c.SubResource(name).Patch(ctx, object, patch, opts...)); err != nil {
				return err
			}
			for _, inspect := range w.inspectors {
				inspect(object, data)
			}
			return nil
		},
	}), nil
}

func (w *writes) noted(object client.Object, err error) error {
	if err == nil {
		w.wrote(object)
	}
	return err
}
