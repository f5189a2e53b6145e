// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"fmt"
	"net/http"

	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// Synced returns a check that fails until the cache holds all that the
// controllers work with. A replica that waits to lead passes it too.
func Synced(ctx context.Context, informers cache.Informers) (healthz.Checker, error) {
	synced := map[string]func() bool{}
	for kind, object := range map[string]client.Object{
		kindVendorAccount: &v1alpha1.VendorAccount{}, kindQuotaWatch: &v1alpha1.QuotaWatch{}, "Secret": secretMetadata(),
	} {
		informer, err := informers.GetInformer(ctx, object, cache.BlockUntilSynced(false))
		if err != nil {
			return nil, fmt.Errorf("watch %ss: %w", kind, err)
		}
		synced[kind] = informer.HasSynced
	}
	return func(*http.Request) error {
		for kind, done := range synced {
			if !done() {
				return fmt.Errorf("the cache of %ss has not synced", kind)
			}
		}
		return nil
	}, nil
}
