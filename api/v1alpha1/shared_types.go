// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Vendor names a live-streaming vendor.
// +kubebuilder:validation:Enum=Polyv;TencentCloud;Volcengine
type Vendor string

const (
	// VendorPolyv is POLYV (保利威).
	VendorPolyv Vendor = "Polyv"
	// VendorTencentCloud is Tencent Cloud Live (云直播 CSS).
	VendorTencentCloud Vendor = "TencentCloud"
	// VendorVolcengine is Volcengine Enterprise Live (企业直播).
	VendorVolcengine Vendor = "Volcengine"
)

// SecretReference names a Secret in the namespace of the object that refers to it.
type SecretReference struct {
	// name of the Secret.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	Name string `json:"name,omitempty"`
}

// VendorAccountReference names a VendorAccount in the namespace of the object
// that refers to it.
type VendorAccountReference struct {
	// name of the VendorAccount.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	Name string `json:"name,omitempty"`
}

// Amount is an exact decimal number. It is a string because JSON numbers lose
// digits on their way through tools, and no Quantity because that would write
// 12345.67 as 12345670m.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=35
// +kubebuilder:validation:Pattern=`^-?[0-9]{1,24}(\.[0-9]{1,9})?$`
type Amount string

// Day is a calendar day in the vendors' time zone, UTC+8, as YYYY-MM-DD.
// +kubebuilder:validation:MinLength=10
// +kubebuilder:validation:MaxLength=10
// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`
type Day string

// ErrorKind says what a vendor's failure means for whoever has to act on it.
// +kubebuilder:validation:Enum=Unauthenticated;Forbidden;ClockSkew;Throttled;AccountFrozen;InvalidRequest;NotFound;Malformed;Unavailable
type ErrorKind string

const (
	// ErrorUnauthenticated means that the vendor does not accept the credential.
	ErrorUnauthenticated ErrorKind = "Unauthenticated"
	// ErrorForbidden means that the credential may not make this call.
	ErrorForbidden ErrorKind = "Forbidden"
	// ErrorClockSkew means that the operator's clock and the vendor's differ by
	// more than the vendor accepts.
	ErrorClockSkew ErrorKind = "ClockSkew"
	// ErrorThrottled means that the vendor refused the call because there were
	// too many.
	ErrorThrottled ErrorKind = "Throttled"
	// ErrorAccountFrozen means that the account is stopped, in arrears, or was
	// never opened.
	ErrorAccountFrozen ErrorKind = "AccountFrozen"
	// ErrorInvalidRequest means that the vendor refuses the question itself.
	ErrorInvalidRequest ErrorKind = "InvalidRequest"
	// ErrorNotFound means that what was asked for does not exist at the vendor.
	ErrorNotFound ErrorKind = "NotFound"
	// ErrorMalformed means that the answer is not one the vendor documents.
	ErrorMalformed ErrorKind = "Malformed"
	// ErrorUnavailable means that the vendor or the network failed.
	ErrorUnavailable ErrorKind = "Unavailable"
)

// VendorError is the latest failure of a vendor call that was not yet followed
// by a success.
type VendorError struct {
	// kind says what the failure means.
	// +required
	Kind ErrorKind `json:"kind,omitempty"`

	// code is the vendor's own error code, or the operator's word for a failure
	// that happened before the vendor could answer (for example Timeout).
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Code string `json:"code,omitempty"`

	// since is the time of the first failure in the present row of failures.
	// +required
	Since metav1.Time `json:"since,omitzero"`

	// incompleteAnswer tells that at least one of the present row of failures was an
	// answer that was not whole.
	// +optional
	IncompleteAnswer bool `json:"incompleteAnswer,omitempty"`

	// retryTime is when the next attempt is due. It is approximate, and omitted
	// while an attempt is under way.
	// +optional
	RetryTime metav1.Time `json:"retryTime,omitzero"`
}
