// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Reasons of Events. An Event tells of a change, once, after the change is
// stored in status; automation should read the status instead.
const (
	// EventSummaryChanged (Normal): the first numbers were read.
	EventSummaryChanged = "SummaryChanged"
	// EventQuotaLow (Warning): QuotaLow turned True, or graver.
	EventQuotaLow = "QuotaLow"
	// EventQuotaExhausted (Warning): QuotaExhausted turned True.
	EventQuotaExhausted = "QuotaExhausted"
	// EventQuotaRecovered (Normal): QuotaLow or QuotaExhausted turned False.
	EventQuotaRecovered = "QuotaRecovered"
	// EventExpiringSoon (Warning): ExpiringSoon turned True, or graver.
	EventExpiringSoon = "ExpiringSoon"
	// EventRunOutSoon (Warning): RunOutSoon turned True, or graver.
	EventRunOutSoon = "RunOutSoon"
	// EventPlannedDemandShort (Warning): PlannedDemandShort turned True.
	EventPlannedDemandShort = "PlannedDemandShort"
	// EventDataStale (Warning): DataStale turned True.
	EventDataStale = "DataStale"
	// EventPartialData (Warning): PartialData turned True.
	EventPartialData = "PartialData"
	// EventAuthenticationFailed (Warning): the vendor refuses the credential, or
	// what it asks for.
	EventAuthenticationFailed = "AuthenticationFailed"
	// EventAccountFrozen (Warning): the vendor stopped the account.
	EventAccountFrozen = "AccountFrozen"
	// EventThrottled (Warning): the vendor began to refuse calls because there
	// are too many.
	EventThrottled = "Throttled"
	// EventSecretNotFound (Warning): a Secret does not exist.
	EventSecretNotFound = "SecretNotFound"
	// EventSecretKeyMissing (Warning): a Secret lacks a key, or its value cannot
	// be a credential.
	EventSecretKeyMissing = "SecretKeyMissing"
	// EventSuspended (Normal): polling was suspended.
	EventSuspended = "Suspended"
	// EventResumed (Normal): polling goes on.
	EventResumed = "Resumed"
)
