// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"

	"k8s.io/apimachinery/pkg/labels"
)

// Scope is the part of the cluster that an operator looks at. The zero Scope is
// all of it.
type Scope struct {
	// Namespaces are those that are watched; empty means all.
	Namespaces []string
	// Objects selects VendorAccounts and QuotaWatches by label; nil means all.
	Objects labels.Selector
	// Secrets selects the Secrets that are seen by label; nil means all.
	Secrets labels.Selector
}

// noAccount says that a VendorAccount is not to be seen.
func (s Scope) noAccount(name string) string {
	return unseen("VendorAccount", name, "watch-label-selector", s.Objects)
}

// noSecret says that a Secret is not to be seen.
func (s Scope) noSecret(name string) string {
	return unseen("Secret", name, "secret-label-selector", s.Secrets)
}

// unseen says that an object is not to be seen. One that lacks the labels of a
// selector looks to the operator as if it did not exist, but not to its owner.
func unseen(kind, name, flag string, selector labels.Selector) string {
	message := fmt.Sprintf("%s %s does not exist in this namespace", kind, name)
	if selector == nil || selector.Empty() {
		return message
	}
	return fmt.Sprintf("%s, or lacks the labels that the operator's --%s asks for: %s", message, flag, selector)
}
