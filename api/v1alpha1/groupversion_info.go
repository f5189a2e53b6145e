// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 holds the quotawatch.dev API: VendorAccount, who we are at a
// vendor, and QuotaWatch, what we watch there.
// +kubebuilder:object:generate=true
// +groupName=quotawatch.dev
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	// GroupVersion is the group and version of the objects in this package.
	GroupVersion = schema.GroupVersion{Group: "quotawatch.dev", Version: "v1alpha1"}

	// SchemeBuilder adds the types of this package to a scheme.
	SchemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

	// AddToScheme adds the types of this package to a scheme.
	AddToScheme = SchemeBuilder.AddToScheme
)

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&VendorAccount{}, &VendorAccountList{},
		&QuotaWatch{}, &QuotaWatchList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
