// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// ClientOptions are those of the manager's client. The values of Secrets stay
// out of its cache. An object that was just written is read again only when the
// cache has heard of that: a first answer often follows its question within
// milliseconds, and its write would conflict with the one before. The framework
// cannot do that for several namespaces; there such a write is refused and made
// again.
func ClientOptions(scope Scope) client.Options {
	return client.Options{Cache: &client.CacheOptions{
		DisableFor:                      []client.Object{&corev1.Secret{}},
		EnableReadYourWritesConsistency: new(len(scope.Namespaces) < 2),
	}}
}

// whateverWritten lists what the cache has, without waiting for the latest
// writes: those are of status, which no list here is about.
const whateverWritten = client.DisableReadYourWritesConsistency

// asCached reads objects without a copy of what they refer to, which is the
// cache's: a status is replaced as a whole, and nothing else is changed.
const asCached = client.UnsafeDisableDeepCopy

// CacheOptions are those of the manager's cache. What is out of scope is never
// asked for, so it takes no memory and no permission.
func CacheOptions(scope Scope) cache.Options {
	options := cache.Options{
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&v1alpha1.VendorAccount{}: {Label: scope.Objects},
			&v1alpha1.QuotaWatch{}:    {Label: scope.Objects, Transform: compactWatches()},
			&corev1.Secret{}:          {Label: scope.Secrets, Transform: StripSecret},
		},
	}
	if len(scope.Namespaces) > 0 {
		options.DefaultNamespaces = map[string]cache.Config{}
	}
	for _, namespace := range scope.Namespaces {
		options.DefaultNamespaces[namespace] = cache.Config{}
	}
	return options
}
