// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// SecretReader reads Secrets without a cache of all their values: the cache
// holds metadata only, and a value is read once for each version of a Secret
// that somebody refers to.
type SecretReader struct {
	// Metadata reads PartialObjectMetadata of Secrets from the cache.
	Metadata client.Reader
	// Live reads whole Secrets from the API server.
	Live client.Reader

	mu     sync.Mutex
	values map[client.ObjectKey]*secretValues
}

// secretValues is one version of a Secret. It is not to be changed or printed.
type secretValues struct {
	version string
	data    map[string][]byte
	// changed is when the Secret was last written, as far as it tells.
	changed time.Time
}

// read returns the Secret's present values; nil when there is no such Secret.
func (r *SecretReader) read(ctx context.Context, namespace, name string) (*secretValues, error) {
	key := client.ObjectKey{Namespace: namespace, Name: name}
	metadata := &metav1.PartialObjectMetadata{}
	metadata.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	if err := r.Metadata.Get(ctx, key, metadata); err != nil {
		r.store(key, nil)
		return nil, client.IgnoreNotFound(err)
	}
	if values := r.stored(key); values != nil && values.version == metadata.ResourceVersion {
		return values, nil
	}
	secret := &corev1.Secret{}
	if err := r.Live.Get(ctx, key, secret); err != nil {
		r.store(key, nil)
		return nil, client.IgnoreNotFound(err)
	}
	values := &secretValues{version: secret.ResourceVersion, data: secret.Data, changed: lastWritten(secret)}
	r.store(key, values)
	return values, nil
}

func (r *SecretReader) stored(key client.ObjectKey) *secretValues {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.values[key]
}

func (r *SecretReader) store(key client.ObjectKey, values *secretValues) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if values == nil {
		delete(r.values, key)
		return
	}
	if r.values == nil {
		r.values = map[client.ObjectKey]*secretValues{}
	}
	r.values[key] = values
}

// writesData tells whether an entry of the managed fields is about a Secret's
// data: labels and annotations of other tools change no credential.
func writesData(entry metav1.ManagedFieldsEntry) bool {
	return entry.FieldsV1 != nil && bytes.Contains(entry.FieldsV1.GetRawBytes(), []byte(`"f:data"`))
}

// lastWritten returns when a Secret's data was last written, which only its
// managed fields tell.
func lastWritten(object client.Object) time.Time {
	latest := object.GetCreationTimestamp().Time
	for _, entry := range object.GetManagedFields() {
		if entry.Time != nil && entry.Time.After(latest) && writesData(entry) {
			latest = entry.Time.Time
		}
	}
	return latest
}

// StripSecret removes what the cache must not hold of a Secret's metadata: the
// last-applied annotation can hold the values themselves.
func StripSecret(in any) (any, error) {
	if metadata, ok := in.(metav1.Object); ok {
		metadata.SetAnnotations(nil)
		metadata.SetManagedFields(nil)
	}
	return in, nil
}
