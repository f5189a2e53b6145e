// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// explanations say what a failure means and who can end it.
var explanations = map[v1alpha1.ErrorKind]string{
	v1alpha1.ErrorUnauthenticated: "the vendor does not accept the credential; check the Secret",
	v1alpha1.ErrorForbidden:       "the credential may not make this call; grant it the permission at the vendor",
	v1alpha1.ErrorClockSkew:       "the operator's clock and the vendor's differ too much; check the node's time",
	v1alpha1.ErrorThrottled:       "the vendor refuses calls because there are too many",
	v1alpha1.ErrorAccountFrozen:   "the account is stopped, in arrears or not opened; settle that at the vendor",
	v1alpha1.ErrorInvalidRequest:  "the vendor refuses the question; check the spec",
	v1alpha1.ErrorNotFound:        "what was asked for does not exist at the vendor; check the spec",
	v1alpha1.ErrorMalformed:       "the vendor's answer was not whole",
	v1alpha1.ErrorUnavailable:     "the vendor cannot be reached or failed",
}

// describe says for users what a failure means and who can end it. It is safe to
// show and stays the same while the failure does. err is the failure itself,
// which may know more; nil when only the status tells of it.
func describe(failure *v1alpha1.VendorError, err *vendors.Error) string {
	text := explanations[failure.Kind]
	if err != nil && err.Hint != "" {
		text = err.Hint
	}
	if failure.Code == "" {
		return text
	}
	return fmt.Sprintf("%s (%s)", text, failure.Code)
}

// vendorError returns a failure as users see it; nil when there is none.
func vendorError(err *vendors.Error, since, next time.Time) *v1alpha1.VendorError {
	if err == nil {
		return nil
	}
	return &v1alpha1.VendorError{
		Kind:      v1alpha1.ErrorKind(err.Kind),
		Code:      clip(err.Code, maxCode),
		Since:     stamp(since),
		RetryTime: coarse(next),

		IncompleteAnswer: err.Kind == vendors.KindMalformed,
	}
}

// continued returns a failure as one of the row of failures that an earlier status
// tells of, unless there was a success since.
func continued(failure, before *v1alpha1.VendorError, lastSuccess metav1.Time) *v1alpha1.VendorError {
	if failure == nil || before == nil || lastSuccess.After(before.Since.Time) {
		return failure
	}
	failure.Since = before.Since
	failure.IncompleteAnswer = failure.IncompleteAnswer || before.IncompleteAnswer
	return failure
}

// heldError returns the failure that a previous status tells of; nil when it says
// nothing any more, because there is another spec or another credential since.
func heldError(
	failure *v1alpha1.VendorError, sameSpec bool, credentialChanged, next time.Time,
) *v1alpha1.VendorError {
	if failure == nil || !sameSpec || credentialChanged.After(failure.Since.Time) {
		return nil
	}
	held := *failure
	held.RetryTime = coarse(next)
	return &held
}
