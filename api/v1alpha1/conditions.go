// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Condition types of both kinds.
const (
	// ConditionReady says that the numbers answer the current spec and are fresh;
	// for a VendorAccount, that the spec is accepted and the credential works. It
	// says nothing of how much is left.
	//
	// Possible reasons for this condition to be True are:
	//
	// * "Succeeded"
	//
	// Possible reasons for this condition to be False are:
	//
	// * "AccountNotFound"
	// * "AccountNotReady"
	// * "SecretNotFound"
	// * "SecretKeyMissing"
	// * "UnsupportedVendor"
	// * "UnsupportedReading"
	// * "VendorMismatch"
	// * "EndpointNotAllowed"
	// * "InvalidCABundle"
	// * "DataStale"
	// * "Suspended"
	// * "AccountSuspended"
	// * every ErrorKind, while a reading fails that has no number to keep, or
	//   fails in a way that only a person can mend
	//
	// Possible reasons for this condition to be Unknown are:
	//
	// * "Progressing"
	ConditionReady = "Ready"

	// ConditionReconciling says that the operator is still on its way to Ready.
	// It is present only while it is True; its reason is Ready's, or
	// "Progressing".
	ConditionReconciling = "Reconciling"

	// ConditionStalled says that a person has to do something. It is present only
	// while it is True; its reason is Ready's.
	ConditionStalled = "Stalled"
)

// ConditionCredentialsValid says whether the vendor accepts the credential of a
// VendorAccount.
//
// Possible reasons for this condition to be True are:
//
// * "Succeeded"
//
// Possible reasons for this condition to be False are:
//
// * "SecretNotFound"
// * "SecretKeyMissing"
// * "Unauthenticated"
//
// Possible reasons for this condition to be Unknown are:
//
// * "Progressing"
// * "Suspended"
// * "SecretNotFound", of caSecretRef
// * "SecretKeyMissing", of caSecretRef
// * "UnsupportedVendor"
// * "EndpointNotAllowed"
// * "InvalidCABundle"
// * every other ErrorKind
const ConditionCredentialsValid = "CredentialsValid"

// Condition types of a QuotaWatch, one for each question that automation asks.
// They are always present and True when something is wrong. All may be Unknown
// with reason "NoData" before the first reading, and False with reason
// "NotRequested" where the spec does not ask.
const (
	// ConditionQuotaLow says that too little is left of a resource.
	//
	// Possible reasons for this condition to be True are:
	//
	// * "LowCritical"
	// * "LowWarning"
	//
	// Possible reasons for this condition to be False are:
	//
	// * "Sufficient"
	// * "NotRequested"
	//
	// Possible reasons for this condition to be Unknown are:
	//
	// * "NoData"
	// * "NoTotal"
	// * "ResourceNotFound"
	// * "DataStale"
	ConditionQuotaLow = "QuotaLow"

	// ConditionQuotaExhausted says that nothing usable is left of a resource.
	//
	// Possible reasons for this condition to be True are:
	//
	// * "Exhausted"
	//
	// Possible reasons for this condition to be False are:
	//
	// * "Sufficient"
	// * "NotRequested"
	//
	// Possible reasons for this condition to be Unknown are:
	//
	// * "NoData"
	// * "DataStale"
	ConditionQuotaExhausted = "QuotaExhausted"

	// ConditionExpiringSoon says that something left will soon expire.
	//
	// Possible reasons for this condition to be True are:
	//
	// * "ExpiringCritical"
	// * "ExpiringWarning"
	//
	// Possible reasons for this condition to be False are:
	//
	// * "NotExpiring"
	// * "NotRequested"
	//
	// Possible reasons for this condition to be Unknown are:
	//
	// * "NoData"
	// * "ResourceNotFound"
	// * "DataStale"
	ConditionExpiringSoon = "ExpiringSoon"

	// ConditionRunOutSoon says that a resource will not last.
	//
	// Possible reasons for this condition to be True are:
	//
	// * "RunningOutCritical"
	// * "RunningOutWarning"
	//
	// Possible reasons for this condition to be False are:
	//
	// * "NotRunningOut"
	// * "NotRequested"
	//
	// Possible reasons for this condition to be Unknown are:
	//
	// * "NoData"
	// * "NoForecast"
	// * "ResourceNotFound"
	// * "DataStale"
	ConditionRunOutSoon = "RunOutSoon"

	// ConditionPlannedDemandShort says that the packages will not cover a planned
	// event. Without a forecast it turns True when they hold too little even if
	// nothing else is used, and is Unknown otherwise until the event begins.
	//
	// Possible reasons for this condition to be True are:
	//
	// * "DemandShort"
	//
	// Possible reasons for this condition to be False are:
	//
	// * "DemandCovered"
	// * "NotRequested"
	//
	// Possible reasons for this condition to be Unknown are:
	//
	// * "NoData"
	// * "NoForecast"
	// * "ResourceNotFound"
	// * "DataStale"
	ConditionPlannedDemandShort = "PlannedDemandShort"

	// ConditionUsageHigh says that more was used than a threshold allows.
	//
	// Possible reasons for this condition to be True are:
	//
	// * "UsageHighCritical"
	// * "UsageHighWarning"
	//
	// Possible reasons for this condition to be False are:
	//
	// * "UsageNormal"
	// * "NotRequested"
	//
	// Possible reasons for this condition to be Unknown are:
	//
	// * "NoData"
	// * "NoCompleteDay"
	// * "ResourceNotFound"
	// * "DataStale"
	ConditionUsageHigh = "UsageHigh"

	// ConditionDataStale says that the numbers are older than spec.staleAfter.
	//
	// Possible reasons for this condition to be True are:
	//
	// * "DataStale"
	//
	// Possible reasons for this condition to be False are:
	//
	// * "Fresh"
	//
	// Possible reasons for this condition to be Unknown are:
	//
	// * "NoData"
	ConditionDataStale = "DataStale"

	// ConditionPartialData says that the last attempt of a reading did not give a
	// whole answer, so that older numbers are shown.
	//
	// Possible reasons for this condition to be True are:
	//
	// * "IncompleteAnswer"
	// * "SubAccountNotFound"
	//
	// Possible reasons for this condition to be False are:
	//
	// * "Complete"
	//
	// Possible reasons for this condition to be Unknown are:
	//
	// * "NoData"
	ConditionPartialData = "PartialData"
)

// Reasons of conditions. Those for a vendor's failure are the ErrorKinds.
const (
	// ReasonSucceeded: all that was asked was answered.
	ReasonSucceeded = "Succeeded"
	// ReasonProgressing: the first answer to this spec is awaited.
	ReasonProgressing = "Progressing"

	// ReasonAccountNotFound: accountRef names no VendorAccount of this namespace.
	ReasonAccountNotFound = "AccountNotFound"
	// ReasonAccountNotReady: the VendorAccount cannot be used as it is.
	ReasonAccountNotReady = "AccountNotReady"
	// ReasonSecretNotFound: a secretRef names no Secret of this namespace.
	ReasonSecretNotFound = "SecretNotFound"
	// ReasonSecretKeyMissing: the Secret lacks a key, or its value is empty.
	ReasonSecretKeyMissing = "SecretKeyMissing"
	// ReasonUnsupportedVendor: this version has no client for the vendor.
	ReasonUnsupportedVendor = "UnsupportedVendor"
	// ReasonUnsupportedReading: the spec asks for what this vendor, this type of
	// account or this version does not offer.
	ReasonUnsupportedReading = "UnsupportedReading"
	// ReasonVendorMismatch: a member for another vendor is set.
	ReasonVendorMismatch = "VendorMismatch"
	// ReasonEndpointNotAllowed: --allowed-endpoints does not list the endpoint or
	// the proxy.
	ReasonEndpointNotAllowed = "EndpointNotAllowed"
	// ReasonInvalidCABundle: caSecretRef's ca.crt holds no certificate.
	ReasonInvalidCABundle = "InvalidCABundle"
	// ReasonSuspended: spec.suspend is true.
	ReasonSuspended = "Suspended"
	// ReasonAccountSuspended: the VendorAccount's spec.suspend is true.
	ReasonAccountSuspended = "AccountSuspended"
	// ReasonDataStale: the numbers are older than spec.staleAfter.
	ReasonDataStale = "DataStale"

	// ReasonNoData: there was no complete answer yet.
	ReasonNoData = "NoData"
	// ReasonNotRequested: the spec does not ask.
	ReasonNotRequested = "NotRequested"
	// ReasonNoTotal: a percentage needs a total that nobody reported or declared.
	ReasonNoTotal = "NoTotal"
	// ReasonResourceNotFound: a threshold or a planned event names a resource that
	// was never seen, or a threshold a usage item that the reading does not know.
	ReasonResourceNotFound = "ResourceNotFound"
	// ReasonNoForecast: there is no forecast to judge by, because less than three
	// days are known, or none that is more than a guess.
	ReasonNoForecast = "NoForecast"

	// ReasonSufficient: no threshold fires.
	ReasonSufficient = "Sufficient"
	// ReasonLowWarning: a threshold of severity Warning fires.
	ReasonLowWarning = "LowWarning"
	// ReasonLowCritical: a threshold of severity Critical fires.
	ReasonLowCritical = "LowCritical"
	// ReasonExhausted: nothing usable is left.
	ReasonExhausted = "Exhausted"
	// ReasonNotExpiring: nothing that matters expires soon.
	ReasonNotExpiring = "NotExpiring"
	// ReasonExpiringWarning: a threshold of severity Warning fires.
	ReasonExpiringWarning = "ExpiringWarning"
	// ReasonExpiringCritical: a threshold of severity Critical fires.
	ReasonExpiringCritical = "ExpiringCritical"
	// ReasonUsageNormal: no threshold fires.
	ReasonUsageNormal = "UsageNormal"
	// ReasonUsageHighWarning: a threshold of severity Warning fires.
	ReasonUsageHighWarning = "UsageHighWarning"
	// ReasonUsageHighCritical: a threshold of severity Critical fires.
	ReasonUsageHighCritical = "UsageHighCritical"
	// ReasonNoCompleteDay: the window has no complete day yet, as on the first of a
	// month.
	ReasonNoCompleteDay = "NoCompleteDay"
	// ReasonNotRunningOut: what is left lasts long enough.
	ReasonNotRunningOut = "NotRunningOut"
	// ReasonRunningOutWarning: a threshold of severity Warning fires.
	ReasonRunningOutWarning = "RunningOutWarning"
	// ReasonRunningOutCritical: a threshold of severity Critical fires.
	ReasonRunningOutCritical = "RunningOutCritical"
	// ReasonDemandCovered: there is enough for every planned event.
	ReasonDemandCovered = "DemandCovered"
	// ReasonDemandShort: there is too little for a planned event.
	ReasonDemandShort = "DemandShort"
	// ReasonSubAccountNotFound: the vendor does not know all sub-accounts that the
	// spec names.
	ReasonSubAccountNotFound = "SubAccountNotFound"
	// ReasonFresh: the numbers are younger than spec.staleAfter.
	ReasonFresh = "Fresh"
	// ReasonComplete: no reading gave an answer that was not whole.
	ReasonComplete = "Complete"
	// ReasonIncompleteAnswer: the last answer of a reading was not whole.
	ReasonIncompleteAnswer = "IncompleteAnswer"
)

// GetConditions returns the conditions, for helpers that work on any kind.
func (a *VendorAccount) GetConditions() []metav1.Condition { return a.Status.Conditions }

// SetConditions replaces the conditions.
func (a *VendorAccount) SetConditions(conditions []metav1.Condition) {
	a.Status.Conditions = conditions
}

// GetConditions returns the conditions, for helpers that work on any kind.
func (w *QuotaWatch) GetConditions() []metav1.Condition { return w.Status.Conditions }

// SetConditions replaces the conditions.
func (w *QuotaWatch) SetConditions(conditions []metav1.Condition) {
	w.Status.Conditions = conditions
}
