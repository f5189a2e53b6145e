// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Reasons of Events. An Event tells of a change, once, after the change is
// stored in status; automation should read the status instead.
const (
	// EventSummaryChanged (Normal): all that the spec asks for was read for the first
	// time; or, at most once an hour, summary.lowestPercent moved by ten points or
	// more since the last such Event, or something is now left of more or of fewer
	// of the account's resources.
	EventSummaryChanged = "SummaryChanged"
	// EventQuotaLow (Warning): QuotaLow turned True, or graver.
	EventQuotaLow = "QuotaLow"
	// EventQuotaExhausted (Warning): QuotaExhausted turned True.
	EventQuotaExhausted = "QuotaExhausted"
	// EventQuotaRecovered (Normal): QuotaLow or QuotaExhausted turned False.
	EventQuotaRecovered = "QuotaRecovered"
	// EventExpiringSoon (Warning): ExpiringSoon turned True, or graver.
	EventExpiringSoon = "ExpiringSoon"
	// EventUsageHigh (Warning): UsageHigh turned True, or graver.
	EventUsageHigh = "UsageHigh"
	// EventPackageAdded (Normal): the vendor lists a package that it did not list
	// before. Nothing is told of it where the status had no room for all packages.
	EventPackageAdded = "PackageAdded"
	// EventPackageRenewed (Normal): a package got a later end, or the vendor says that
	// it was renewed.
	EventPackageRenewed = "PackageRenewed"
	// EventPackageExpired (Warning): a package ended with something left.
	EventPackageExpired = "PackageExpired"
	// EventPackageDisappeared (Warning): a package vanished before its end.
	EventPackageDisappeared = "PackageDisappeared"
	// EventRenewalFailed (Warning): the vendor could not renew a package.
	EventRenewalFailed = "RenewalFailed"
	// EventOverageBilling (Warning): usage is paid as you go because no package
	// covers it.
	EventOverageBilling = "OverageBilling"
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
	// EventCredentialsRotated (Normal): the vendor accepted a credential that was
	// changed since the last check.
	EventCredentialsRotated = "CredentialsRotated"
	// EventSuspended (Normal): polling was suspended.
	EventSuspended = "Suspended"
	// EventResumed (Normal): polling goes on.
	EventResumed = "Resumed"
)
