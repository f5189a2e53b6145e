// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// Verification is what is known of a credential.
type Verification struct {
	// Time is when the vendor last accepted it; zero when this process saw none.
	Time time.Time
	// Err is the failure of the last check; nil after a success.
	Err *vendors.Error
	// Since is when the present row of failures began.
	Since time.Time
	// Next is when it is checked next; zero when that is not known.
	Next time.Time
}

// AccountInput is all that the assessment of an account looks at.
type AccountInput struct {
	// Account holds the spec and the previous status. It is not changed.
	Account *v1alpha1.VendorAccount
	// Problem says why the vendor cannot be asked; nil when it can.
	Problem      *Problem
	Verification Verification
	// CredentialChanged is when the credential last changed; zero when unknown.
	CredentialChanged time.Time
	// Watches is how many QuotaWatches use the account.
	Watches int32
	// CountAgain is before when a new number of watches is not shown.
	CountAgain time.Time
	Now        time.Time
}

// AccountReport is what the assessment of an account comes to.
type AccountReport struct {
	// Status is the whole new status.
	Status v1alpha1.VendorAccountStatus
	// NextChange is when something in Status changes though nothing new is
	// known; zero when nothing will.
	NextChange time.Time
	// Rotated tells that the vendor accepted a credential which was changed after
	// the last check that the previous status knows of.
	Rotated bool
}

// accountAssessment is the assessment of an account under way.
type accountAssessment struct {
	AccountInput
	conditions
	status *v1alpha1.VendorAccountStatus
}

// AssessAccount says whether an account can be used.
func AssessAccount(in AccountInput) AccountReport {
	status := in.Account.Status.DeepCopy()
	a := &accountAssessment{AccountInput: in, status: status, conditions: conditions{
		list: &status.Conditions, generation: in.Account.Generation, now: in.Now,
	}}
	status.ObservedGeneration = in.Account.Generation
	a.count()
	if in.Problem != nil && in.Problem.Class == Suspension {
		a.suspend()
		return a.report()
	}
	a.noteVerification()
	if in.Problem != nil {
		a.fail(in.Problem)
	} else {
		a.judge()
	}
	return a.report()
}

func (a *accountAssessment) report() AccountReport {
	a.sort()
	return AccountReport{Status: *a.status, NextChange: a.next, Rotated: a.rotated()}
}

// rotated tells whether the last check is the first of a changed credential.
func (a *accountAssessment) rotated() bool {
	before, after := a.Account.Status.LastVerifiedTime, a.status.LastVerifiedTime
	return !before.IsZero() && a.CredentialChanged.After(before.Time) && !after.Time.Before(a.CredentialChanged)
}

// count shows how many watches use the account, now or a little later.
func (a *accountAssessment) count() {
	shown := a.status.Watches
	if shown != nil && *shown == a.Watches {
		return
	}
	if shown != nil && a.Now.Before(a.CountAgain) {
		a.wakeAt(a.CountAgain)
		return
	}
	a.status.Watches = &a.AccountInput.Watches
}

func (a *accountAssessment) suspend() {
	if meta.FindStatusCondition(a.status.Conditions, v1alpha1.ConditionCredentialsValid) == nil {
		a.set(v1alpha1.ConditionCredentialsValid, metav1.ConditionUnknown, a.Problem.Reason, a.Problem.Message)
	}
	a.suspended(a.Problem)
}

// fail shows what keeps the vendor from being asked.
func (a *accountAssessment) fail(p *Problem) {
	valid := metav1.ConditionUnknown
	if p.Class == Missing && !p.OtherSecret {
		valid = metav1.ConditionFalse // without its Secret there is no valid credential
	}
	a.set(v1alpha1.ConditionCredentialsValid, valid, p.Reason, p.Message)
	a.notReady(p.Reason, p.Message, a.stalls(p))
}

// noteVerification shows what the vendor said of the credential last. What an
// earlier process was told counts only of the present spec.
func (a *accountAssessment) noteVerification() {
	v := a.Verification
	sameSpec := a.Account.Status.ObservedGeneration == a.Account.Generation
	switch {
	case !v.Time.IsZero():
		a.status.LastVerifiedTime = stamp(v.Time)
	case !sameSpec:
		a.status.LastVerifiedTime = metav1.Time{}
	}
	if v.Time.IsZero() && v.Err == nil {
		a.status.LastError = heldError(a.status.LastError, sameSpec, a.CredentialChanged, v.Next)
	} else {
		a.status.LastError = vendorError(v.Err, v.Since, v.Next)
	}
}

// judge says whether the vendor accepts the credential.
func (a *accountAssessment) judge() {
	failure, fresh := a.status.LastError, a.fresh()
	switch {
	case failure != nil && !a.passes(failure, a.CredentialChanged):
		a.reject(failure, true)
	case failure != nil && (!fresh || failure.Kind == v1alpha1.ErrorUnauthenticated):
		a.reject(failure, false)
	case !fresh:
		const message = "Waiting for the vendor to accept the credential"
		a.set(v1alpha1.ConditionCredentialsValid, metav1.ConditionUnknown, v1alpha1.ReasonProgressing, message)
		a.progressing(message)
	default:
		a.set(v1alpha1.ConditionCredentialsValid, metav1.ConditionTrue, v1alpha1.ReasonSucceeded, "The vendor accepts the credential")
		a.ready("The account can be used")
	}
}

// fresh tells whether the vendor accepted the present credential not long ago. A
// check that this process knows of was made with its very values, whenever the
// Secret was written; of an earlier one only the time tells.
func (a *accountAssessment) fresh() bool {
	verified := a.status.LastVerifiedTime
	isOfThisCredential := !a.Verification.Time.IsZero() || !a.CredentialChanged.After(verified.Time)
	return !verified.IsZero() && isOfThisCredential && !a.over(verified.Add(max(3*a.Account.GetVerifyInterval(), minFresh)))
}

// minFresh is how long a check counts at least.
const minFresh = 30 * time.Minute

// reject shows a failed check.
func (a *accountAssessment) reject(failure *v1alpha1.VendorError, stalled bool) {
	valid := metav1.ConditionUnknown
	if failure.Kind == v1alpha1.ErrorUnauthenticated {
		valid = metav1.ConditionFalse
	}
	message := sentence(describe(failure, a.Verification.Err))
	a.set(v1alpha1.ConditionCredentialsValid, valid, string(failure.Kind), message)
	a.notReady(string(failure.Kind), message, stalled)
}
