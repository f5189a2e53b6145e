// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"sync"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"k8s.io/client-go/tools/cache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// untouched holds all that a manager's cache ever held of our kinds, with copies
// from when it came: the reconcilers read the cache's own objects, and must not
// change them.
type untouched struct {
	mu      sync.Mutex
	objects []cachedObject
}

type cachedObject struct{ cached, copied client.Object }

// follow begins with what the cache holds now.
func (u *untouched) follow(ctx context.Context, mgr ctrl.Manager) {
	GinkgoHelper()
	for _, kind := range []client.Object{&v1alpha1.QuotaWatch{}, &v1alpha1.VendorAccount{}} {
		informer, err := mgr.GetCache().GetInformer(ctx, kind)
		Expect(err).NotTo(HaveOccurred())
		_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    u.note,
			UpdateFunc: func(_, now any) { u.note(now) },
		})
		Expect(err).NotTo(HaveOccurred())
	}
}

func (u *untouched) note(object any) {
	u.mu.Lock()
	defer u.mu.Unlock()
	cached := object.(client.Object)
	u.objects = append(u.objects, cachedObject{cached, cached.DeepCopyObject().(client.Object)})
}

// expectThat expects that nothing was changed, when the manager has ended.
func (u *untouched) expectThat() {
	GinkgoHelper()
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, object := range u.objects {
		Expect(cmp.Diff(object.copied, object.cached)).To(BeEmpty(), "an object of the cache was changed")
	}
}
