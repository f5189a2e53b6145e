// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// PolyvAccountType says which endpoints a POLYV key may call.
// +kubebuilder:validation:Enum=Standard;Group
type PolyvAccountType string

const (
	// PolyvAccountStandard is the key of an ordinary account: usage.
	PolyvAccountStandard PolyvAccountType = "Standard"
	// PolyvAccountGroup is the key of a group's main account: packages of the
	// sub-accounts and bills.
	PolyvAccountGroup PolyvAccountType = "Group"
)

// PolyvSignatureMethod is the hash that signs a POLYV request.
// +kubebuilder:validation:Enum=MD5;SHA256
type PolyvSignatureMethod string

const (
	// PolyvSignatureMD5 is what every page of POLYV's documentation describes.
	PolyvSignatureMD5 PolyvSignatureMethod = "MD5"
	// PolyvSignatureSHA256 is POLYV's optional stronger method.
	PolyvSignatureSHA256 PolyvSignatureMethod = "SHA256"
)

// PolyvAccountOptions are the settings of an account at POLYV.
type PolyvAccountOptions struct {
	// accountType says which endpoints the key may call: Standard for an
	// ordinary account, Group for the main account of a group.
	// Defaults to Standard when omitted.
	// +optional
	AccountType PolyvAccountType `json:"accountType,omitempty"`

	// signatureMethod is the hash that signs each request, MD5 or SHA256.
	// Defaults to MD5 when omitted.
	// +optional
	SignatureMethod PolyvSignatureMethod `json:"signatureMethod,omitempty"`

	// isolationBillPath is the path of the isolation-zone bill. The vendor
	// documents the request and the answer but not the path, so it can be set
	// here when the vendor's support names another.
	// Defaults to /live/v4/group/isolation/billing/list when omitted.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches('^/live/v4/group/[a-z-]+(/[a-z-]+)*/list$')",message="isolationBillPath must look like /live/v4/group/<words>/list, in lower-case letters and hyphens"
	IsolationBillPath string `json:"isolationBillPath,omitempty"`
}

// TencentCloudAccountOptions are the settings of an account at Tencent Cloud.
// There are none yet.
type TencentCloudAccountOptions struct{}

// VolcengineAccountOptions are the settings of an account at Volcengine. There
// are none yet.
type VolcengineAccountOptions struct{}

// VendorAccountSpec says who we are at a vendor and how to reach it.
// +kubebuilder:validation:XValidation:rule="self.vendor == 'Polyv' || !has(self.polyv)",message="polyv may be set only when vendor is Polyv",reason=FieldValueForbidden,fieldPath=".polyv"
// +kubebuilder:validation:XValidation:rule="self.vendor == 'TencentCloud' || !has(self.tencentCloud)",message="tencentCloud may be set only when vendor is TencentCloud",reason=FieldValueForbidden,fieldPath=".tencentCloud"
// +kubebuilder:validation:XValidation:rule="self.vendor == 'Volcengine' || !has(self.volcengine)",message="volcengine may be set only when vendor is Volcengine",reason=FieldValueForbidden,fieldPath=".volcengine"
// +kubebuilder:validation:XValidation:rule="!has(self.caSecretRef) || has(self.endpoint) || has(self.proxyURL)",message="caSecretRef needs endpoint or proxyURL: the vendors' own hosts are verified with the system roots",reason=FieldValueForbidden,fieldPath=".caSecretRef"
// +kubebuilder:validation:XValidation:rule="!has(self.requestsPerSecond) || self.vendor != 'TencentCloud' || self.requestsPerSecond <= 20",message="requestsPerSecond may be at most 20 for TencentCloud, the limit the vendor publishes",fieldPath=".requestsPerSecond"
// +kubebuilder:validation:XValidation:rule="!has(self.requestsPerSecond) || self.vendor != 'Volcengine' || self.requestsPerSecond <= 10",message="requestsPerSecond may be at most 10 for Volcengine, the limit the vendor publishes",fieldPath=".requestsPerSecond"
type VendorAccountSpec struct {
	// vendor says whose account this is. It is immutable, and decides which of
	// the members polyv, tencentCloud and volcengine may be set.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="vendor is immutable: create another VendorAccount for another vendor"
	Vendor Vendor `json:"vendor,omitempty"`

	// secretRef names the Secret with the credential. Its keys are appId and
	// appSecret for Polyv; secretId, secretKey and optionally token for
	// TencentCloud; accessKeyId, secretAccessKey and optionally sessionToken for
	// Volcengine. Other keys are ignored. One trailing newline of a value is
	// ignored; an empty value is refused.
	// +required
	SecretRef SecretReference `json:"secretRef,omitzero"`

	// polyv holds the settings of an account at POLYV.
	// +optional
	Polyv *PolyvAccountOptions `json:"polyv,omitempty"`

	// tencentCloud holds the settings of an account at Tencent Cloud.
	// +optional
	TencentCloud *TencentCloudAccountOptions `json:"tencentCloud,omitempty"`

	// volcengine holds the settings of an account at Volcengine.
	// +optional
	Volcengine *VolcengineAccountOptions `json:"volcengine,omitempty"`

	// endpoint is where to connect instead of the vendor's host, as
	// scheme://host[:port]. Requests still carry and sign the vendor's host and
	// path; a certificate is verified for the endpoint's name. The operator's
	// --allowed-endpoints must list it, otherwise the account is Stalled.
	// Defaults to the vendor's own host over https when omitted.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=300
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://([0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$') && isURL(self) && (url(self).getPort() == '' || int(url(self).getPort()) > 0 && int(url(self).getPort()) <= 65535)`,message="endpoint must be https://host[:port] or http://host[:port], port 1 to 65535, without user name, path, query or fragment"
	Endpoint string `json:"endpoint,omitempty"`

	// proxyURL is a forward proxy, as scheme://host[:port], through which the
	// vendor is reached. The operator's --allowed-endpoints must list it,
	// otherwise the account is Stalled. When omitted, the HTTPS_PROXY and
	// NO_PROXY variables of the operator apply.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=300
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://([0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$') && isURL(self) && (url(self).getPort() == '' || int(url(self).getPort()) > 0 && int(url(self).getPort()) <= 65535)`,message="proxyURL must be https://host[:port] or http://host[:port], port 1 to 65535, without user name, path, query or fragment"
	ProxyURL string `json:"proxyURL,omitempty"`

	// caSecretRef names a Secret whose key ca.crt holds certificate authorities,
	// in PEM, that are trusted besides the system roots. It needs endpoint or
	// proxyURL.
	// +optional
	CASecretRef *SecretReference `json:"caSecretRef,omitempty"`

	// requestsPerSecond bounds the calls made with this credential. Where several
	// accounts share one credential, the lowest value wins. At most the vendor's
	// published limit: 20 for TencentCloud, 10 for Volcengine, 150 for Polyv.
	// Defaults to 5 when omitted.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=150
	RequestsPerSecond int32 `json:"requestsPerSecond,omitempty"`

	// verifyInterval is how often the credential is checked, approximately, with
	// the cheapest call the vendor offers. Any successful poll counts as a check,
	// so an account in use costs no extra call. At least 1m.
	// Defaults to 1h when omitted.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$') && duration(self) >= duration('1m') && duration(self) <= duration('720h')`,message="verifyInterval must be between 1m and 720h, such as 30m or 1h30m"
	VerifyInterval *metav1.Duration `json:"verifyInterval,omitempty"`

	// suspend stops all calls with this account, those of its QuotaWatches
	// included, as long as it is true. The last numbers stay.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// VendorAccountStatus is what the operator knows of the account.
type VendorAccountStatus struct {
	// conditions of the account: Ready and CredentialsValid always; Reconciling
	// and Stalled only while they are True.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that this status answers;
	// -1 until the operator has seen the object.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastVerifiedTime is when the vendor last accepted the credential. It is
	// written at most every ten minutes.
	// +optional
	LastVerifiedTime metav1.Time `json:"lastVerifiedTime,omitzero"`

	// lastError is the latest failure with this credential; absent when the last
	// call succeeded.
	// +optional
	LastError *VendorError `json:"lastError,omitempty"`

	// watches is the number of QuotaWatches that use this account, counted at
	// most once a minute.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Watches *int32 `json:"watches,omitempty"`

	// lastHandledReconcileAt is the value of the refresh annotation that was
	// handled last.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	LastHandledReconcileAt string `json:"lastHandledReconcileAt,omitempty"`
}

// VendorAccount is an account at a live-streaming vendor: its credential, and
// how to reach the vendor with it.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=va,categories=quotawatch
// +kubebuilder:printcolumn:name="Vendor",type=string,JSONPath=`.spec.vendor`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Watches",type=integer,JSONPath=`.status.watches`
// +kubebuilder:printcolumn:name="Last-Verified",type=date,JSONPath=`.status.lastVerifiedTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type VendorAccount struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec says who we are at the vendor.
	// +required
	Spec VendorAccountSpec `json:"spec,omitzero"`

	// status is what the operator knows of the account.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status VendorAccountStatus `json:"status,omitzero"`
}

// VendorAccountList is a list of VendorAccounts.
// +kubebuilder:object:root=true
type VendorAccountList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []VendorAccount `json:"items"`
}
