// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// writers is how many requests at a time create and delete objects, and measure how fast the
// control plane writes.
const writers = 16

// deploy creates the objects of a fleet: Secrets, accounts, then watches.
func deploy(ctx context.Context, c client.Client, f *fleet) error {
	if err := c.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: f.namespace}}); err != nil {
		return err
	}
	for _, objects := range []func(*account) []client.Object{
		func(a *account) []client.Object { return []client.Object{f.secret(a)} },
		func(a *account) []client.Object { return []client.Object{f.vendorAccount(a)} },
		func(a *account) []client.Object {
			var list []client.Object
			for _, w := range f.quotaWatches(a) {
				list = append(list, w)
			}
			return list
		},
	} {
		if err := createAll(ctx, c, f.accounts, objects); err != nil {
			return err
		}
	}
	return nil
}

func createAll(ctx context.Context, c client.Client, accounts []*account, objects func(*account) []client.Object) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for _, a := range accounts {
		group.Go(func() error {
			for _, object := range objects(a) {
				if err := c.Create(ctx, object); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// withdraw deletes the watches and accounts of a fleet.
func withdraw(ctx context.Context, c client.Client, f *fleet) error {
	for _, kind := range []client.Object{&v1alpha1.QuotaWatch{}, &v1alpha1.VendorAccount{}} {
		if err := c.DeleteAllOf(ctx, kind, client.InNamespace(f.namespace)); err != nil {
			return err
		}
	}
	return nil
}

// awaitWatches waits until every watch of a fleet passes the test, and returns when the last did.
func (b *bench) awaitWatches(ctx context.Context, f *fleet, passes func(*v1alpha1.QuotaWatch) bool) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		missing := map[string]bool{}
		list := &v1alpha1.QuotaWatchList{}
		if err := b.client.List(ctx, list, client.InNamespace(f.namespace)); err != nil {
			return time.Time{}, err
		}
		for i := range list.Items {
			if w := &list.Items[i]; !passes(w) {
				missing[w.Name] = true
			}
		}
		all, err := b.follow(ctx, list, missing, passes)
		if all || err != nil {
			return time.Now(), err
		}
	}
}

// follow watches what changes after a list until nobody is missing any more. It returns false
// when the API server ends the watch before, which it may do at any time.
func (b *bench) follow(
	ctx context.Context, after *v1alpha1.QuotaWatchList, missing map[string]bool, passes func(*v1alpha1.QuotaWatch) bool,
) (bool, error) {
	if len(missing) == 0 {
		return true, nil
	}
	changes, err := b.client.Watch(ctx, after, &client.ListOptions{
		Namespace: after.Items[0].Namespace, Raw: &metav1.ListOptions{ResourceVersion: after.ResourceVersion},
	})
	if err != nil {
		return false, err
	}
	defer changes.Stop()
	for len(missing) > 0 {
		select {
		case change := <-changes.ResultChan():
			w, ok := change.Object.(*v1alpha1.QuotaWatch)
			if !ok {
				return false, nil // closed, or an error such as an expired resourceVersion
			}
			if passes(w) {
				delete(missing, w.Name)
			} else {
				missing[w.Name] = true
			}
		case <-ctx.Done():
			return false, fmt.Errorf("%d watches are missing: %w", len(missing), ctx.Err())
		case <-b.running.Done():
			return false, b.running.Ended()
		}
	}
	return true, nil
}

func ready(w *v1alpha1.QuotaWatch) bool {
	return meta.IsStatusConditionTrue(w.Status.Conditions, v1alpha1.ConditionReady)
}

// healthy is ready, and the last attempt went well.
func healthy(w *v1alpha1.QuotaWatch) bool {
	packages, usage := w.Status.Packages, w.Status.Usage
	return ready(w) && (packages == nil || packages.LastError == nil) && (usage == nil || usage.LastError == nil)
}

// writeRate measures how many status writes a second the control plane takes: merge patches
// with optimistic lock of statuses as large as typical ones, as many at a time as it can use.
func (b *bench) writeRate(ctx context.Context) (float64, error) {
	f := newSharedQuestion(b.simulator.url, writers)
	f.namespace = "calibration"
	if err := deploy(ctx, b.client, f); err != nil {
		return 0, err
	}
	var written atomic.Int64
	group, writing := errgroup.WithContext(ctx)
	started := time.Now()
	for _, w := range f.quotaWatches(f.accounts[0]) {
		group.Go(func() error {
			for time.Since(started) < calibration {
				if err := b.rewrite(writing, w); err != nil {
					return err
				}
				written.Add(1)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	rate := float64(written.Load()) / time.Since(started).Seconds()
	return rate, withdraw(ctx, b.client, f)
}

// rewrite writes another status.
func (b *bench) rewrite(ctx context.Context, w *v1alpha1.QuotaWatch) error {
	if w.ResourceVersion == "" {
		if err := b.client.Get(ctx, client.ObjectKeyFromObject(w), w); err != nil {
			return err
		}
	}
	before := w.DeepCopy()
	w.Status = typicalStatus(w, time.Now())
	return b.client.Status().Patch(ctx, w, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}
