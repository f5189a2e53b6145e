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
	toolscache "k8s.io/client-go/tools/cache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
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

	mu   sync.Mutex
	held map[client.ObjectKey]*heldSecret
}

// heldSecret is what is held of one Secret. Its lock is held while the Secret is
// read, so that all who refer to it wait for one answer.
type heldSecret struct {
	mu     sync.Mutex
	values *secretValues
}

// secretValues is one version of a Secret. It is not to be changed or printed.
type secretValues struct {
	version string
	data    map[string][]byte
	// changed is when the Secret was last written, as far as it tells.
	changed time.Time

	connections connections
}

// newSecretReader returns a reader that forgets a Secret as soon as it is
// deleted, whether or not anybody still refers to it.
func newSecretReader(ctx context.Context, mgr ctrl.Manager) (*SecretReader, error) {
	r := &SecretReader{Metadata: mgr.GetCache(), Live: mgr.GetAPIReader()}
	informer, err := mgr.GetCache().GetInformer(ctx, secretMetadata(), cache.BlockUntilSynced(false))
	if err != nil {
		return nil, err
	}
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{DeleteFunc: r.deleted})
	return r, err
}

// deleted is told of a Secret that is gone, or no longer selected.
func (r *SecretReader) deleted(object any) {
	if name, err := toolscache.DeletionHandlingObjectToName(object); err == nil {
		r.forget(client.ObjectKey{Namespace: name.Namespace, Name: name.Name})
	}
}

// secretMetadata is what the cache holds of a Secret.
func secretMetadata() *metav1.PartialObjectMetadata {
	metadata := &metav1.PartialObjectMetadata{}
	metadata.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	return metadata
}

// read returns the Secret's present values; nil when there is no such Secret.
func (r *SecretReader) read(ctx context.Context, namespace, name string) (*secretValues, error) {
	key := client.ObjectKey{Namespace: namespace, Name: name}
	metadata := secretMetadata()
	if err := r.Metadata.Get(ctx, key, metadata); err != nil {
		r.forget(key)
		return nil, client.IgnoreNotFound(err)
	}
	held := r.hold(key)
	held.mu.Lock()
	defer held.mu.Unlock()
	if held.values != nil && held.values.version == metadata.ResourceVersion {
		return held.values, nil
	}
	var err error
	held.values, err = r.fetch(ctx, key)
	return held.values, err
}

// fetch reads the Secret from the API server; nil when there is none.
func (r *SecretReader) fetch(ctx context.Context, key client.ObjectKey) (*secretValues, error) {
	secret := &corev1.Secret{}
	if err := r.Live.Get(ctx, key, secret); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	return &secretValues{version: secret.ResourceVersion, data: secret.Data, changed: lastWritten(secret)}, nil
}

// hold returns what is held of a Secret, at first nothing.
func (r *SecretReader) hold(key client.ObjectKey) *heldSecret {
	r.mu.Lock()
	defer r.mu.Unlock()
	held, ok := r.held[key]
	if !ok {
		held = &heldSecret{}
		if r.held == nil {
			r.held = map[client.ObjectKey]*heldSecret{}
		}
		r.held[key] = held
	}
	return held
}

// forget drops what is held of a Secret.
func (r *SecretReader) forget(key client.ObjectKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.held, key)
}

// writesData tells whether an entry of the managed fields is about a Secret's
// data: labels and annotations of other tools change no credential. What was
// applied as stringData is managed as such, though it is stored as data.
func writesData(entry metav1.ManagedFieldsEntry) bool {
	if entry.FieldsV1 == nil {
		return false
	}
	fields := entry.FieldsV1.GetRawBytes()
	return bytes.Contains(fields, []byte(`"f:data"`)) || bytes.Contains(fields, []byte(`"f:stringData"`))
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
