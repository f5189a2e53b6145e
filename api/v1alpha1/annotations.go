// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Annotations with which anyone may ask for a refresh: a QuotaWatch is polled,
// and the credential of a VendorAccount is checked, as soon as the vendor's
// limits allow, though at most once a minute. The value names the request, by
// custom with a time in RFC 3339; each new value is a new request, and of two the
// later time counts. status.lastHandledReconcileAt shows it when it was handled.
// Values are cut off at 128 bytes.
const (
	// AnnotationReconcileRequestedAt is the one that Flux's command line sets.
	AnnotationReconcileRequestedAt = "reconcile.fluxcd.io/requestedAt"
	// AnnotationRequestedAt is our own.
	AnnotationRequestedAt = "quotawatch.dev/requestedAt"
)
