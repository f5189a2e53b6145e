// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// State is the worst thing known of a QuotaWatch, in one word for columns and
// jsonpath. The first that holds, in the order below, is shown.
// +kubebuilder:validation:Enum=Suspended;Exhausted;RunningOut;Low;Expiring;Unknown;OK
type State string

const (
	// StateSuspended means that the watch or its account is suspended.
	StateSuspended State = "Suspended"
	// StateExhausted means that nothing usable is left of a resource.
	StateExhausted State = "Exhausted"
	// StateRunningOut means that a resource will not last.
	StateRunningOut State = "RunningOut"
	// StateLow means that too little is left of a resource.
	StateLow State = "Low"
	// StateExpiring means that something left will soon expire.
	StateExpiring State = "Expiring"
	// StateUnknown means that a question about what is left has no answer, or the
	// numbers do not answer the present spec.
	StateUnknown State = "Unknown"
	// StateOK means that none of the above holds.
	StateOK State = "OK"
)

// Unit is what an amount counts.
// +kubebuilder:validation:Enum=Bytes;Minutes;Hours;Count;CNY;Vendor
type Unit string

const (
	// UnitBytes are bytes.
	UnitBytes Unit = "Bytes"
	// UnitMinutes are minutes.
	UnitMinutes Unit = "Minutes"
	// UnitHours are hours.
	UnitHours Unit = "Hours"
	// UnitCount are things.
	UnitCount Unit = "Count"
	// UnitCNY is money in yuan.
	UnitCNY Unit = "CNY"
	// UnitVendor is the vendor's own unit, named in unitLabel, because the vendor
	// does not document what it stands for.
	UnitVendor Unit = "Vendor"
)

// TotalSource says where the total of a resource comes from.
// +kubebuilder:validation:Enum=Vendor;Declared;Observed
type TotalSource string

const (
	// TotalFromVendor is a total that the vendor reports.
	TotalFromVendor TotalSource = "Vendor"
	// TotalDeclared is a total from spec.packages.declaredTotals.
	TotalDeclared TotalSource = "Declared"
	// TotalObserved is the most that was left at once since an increase that the
	// operator saw: what is left right after that increase, and after a later one
	// where that is more. An increase is one by at least a tenth. What is used or
	// expires does not lower it. It begins anew after the resource was not in use
	// for 30 days; declare the total where that is too long.
	TotalObserved TotalSource = "Observed"
)

// Confidence ranks a forecast by how well it would have told the past weeks.
// +kubebuilder:validation:Enum=Low;Medium;High
type Confidence string

const (
	// ConfidenceLow is a guess, and no threshold fires for it.
	ConfidenceLow Confidence = "Low"
	// ConfidenceMedium is worth an alarm.
	ConfidenceMedium Confidence = "Medium"
	// ConfidenceHigh is as good as history can give.
	ConfidenceHigh Confidence = "High"
)

// Summary is the status in a few scalars, for columns and for tools that cannot
// walk lists.
type Summary struct {
	// lowestResource is the resource of the account with the least left, by share.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	LowestResource string `json:"lowestResource,omitempty"`

	// lowestPercent is the share left of lowestResource, rounded down; absent
	// when no resource has a total.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	LowestPercent *int32 `json:"lowestPercent,omitempty"`

	// nextExpiry is the earliest end of a usable package that has something left.
	// +optional
	NextExpiry metav1.Time `json:"nextExpiry,omitzero"`

	// nextRunOut is the earliest runOutTime of a resource of the account.
	// +optional
	NextRunOut metav1.Time `json:"nextRunOut,omitzero"`

	// dataAsOf is the last day that every reading with such a day accounts for.
	// +optional
	DataAsOf Day `json:"dataAsOf,omitempty"`

	// text says in words what is left of lowestResource.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Text string `json:"text,omitempty"`
}

// ResourceStatus is what is left of one resource of one subject.
type ResourceStatus struct {
	// subject is empty for the account as a whole; otherwise the sub-account's
	// user ID at the vendor, or its name from spec.packages.subjectNames.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Subject string `json:"subject"`

	// name of the resource, for example traffic or live-minutes. A kind that the
	// vendor added later is called unknown-<n>.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name,omitempty"`

	// unit of the amounts.
	// +required
	Unit Unit `json:"unit,omitempty"`

	// unitLabel is the vendor's own word for the unit; only when unit is Vendor.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	UnitLabel string `json:"unitLabel,omitempty"`

	// remaining is what can be spent now.
	// +required
	Remaining Amount `json:"remaining,omitempty"`

	// upcoming is what is in packages that have not started.
	// +optional
	Upcoming Amount `json:"upcoming,omitempty"`

	// total is what was bought in the packages that remaining sums, or what stands in
	// for it by totalSource; absent when nobody knows.
	// +optional
	Total Amount `json:"total,omitempty"`

	// totalSource says where total comes from.
	// +optional
	TotalSource TotalSource `json:"totalSource,omitempty"`

	// remainingPercent is remaining as a share of total, rounded down; absent
	// when there is no total.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	RemainingPercent *int32 `json:"remainingPercent,omitempty"`

	// packages is the number of packages that remaining sums.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Packages *int32 `json:"packages,omitempty"`

	// nextExpiry is the earliest end of a usable package that has something left.
	// +optional
	NextExpiry metav1.Time `json:"nextExpiry,omitzero"`

	// exhaustedTime is when it was first seen that nothing can be spent; absent while
	// something can. For 30 days from then on the built-in thresholds apply to a
	// resource that had something.
	// +optional
	ExhaustedTime metav1.Time `json:"exhaustedTime,omitzero"`

	// burnPerDay is how much is used a day, estimated from the last four weeks of
	// history and rounded to four digits. It, and what follows from it below, is
	// there only for the account as a whole, when three days are known and the
	// numbers are not stale.
	// +optional
	BurnPerDay Amount `json:"burnPerDay,omitempty"`

	// runOutTime is when nothing is left to spend at that rate, packages that begin
	// until then included and what expires before left out, rounded down to the
	// hour. Absent when what there is ends before it is used up, or lasts for more
	// than ten years, and when nothing is left already.
	// +optional
	RunOutTime metav1.Time `json:"runOutTime,omitzero"`

	// runOutConfidence ranks burnPerDay and what follows from it.
	// +optional
	RunOutConfidence Confidence `json:"runOutConfidence,omitempty"`

	// unusedAtExpiry is what will be left, at that rate, in the packages when they
	// end, rounded down to four digits.
	// +optional
	UnusedAtExpiry Amount `json:"unusedAtExpiry,omitempty"`
}

// PackageState says whether a package can be spent now.
// +kubebuilder:validation:Enum=Usable;Upcoming;Exhausted;Expired;Frozen;Refunded;Unknown
type PackageState string

const (
	// PackageUsable can be spent now.
	PackageUsable PackageState = "Usable"
	// PackageUpcoming has not started.
	PackageUpcoming PackageState = "Upcoming"
	// PackageExhausted has nothing left.
	PackageExhausted PackageState = "Exhausted"
	// PackageExpired is past its end.
	PackageExpired PackageState = "Expired"
	// PackageFrozen cannot be spent until the vendor releases it.
	PackageFrozen PackageState = "Frozen"
	// PackageRefunded was given back.
	PackageRefunded PackageState = "Refunded"
	// PackageUnknown is in a state that this version does not know; it counts as
	// nothing.
	PackageUnknown PackageState = "Unknown"
)

// Renewal says what the vendor reports of a package's automatic renewal.
// +kubebuilder:validation:Enum=None;Pending;Succeeded;Failed
type Renewal string

const (
	// RenewalNone means that the package will not be renewed.
	RenewalNone Renewal = "None"
	// RenewalPending means that the package will be renewed.
	RenewalPending Renewal = "Pending"
	// RenewalSucceeded means that the package was renewed.
	RenewalSucceeded Renewal = "Succeeded"
	// RenewalFailed means that the vendor could not renew the package.
	RenewalFailed Renewal = "Failed"
)

// PackageStatus is one prepaid package.
type PackageStatus struct {
	// id of the package at the vendor.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	ID string `json:"id,omitempty"`

	// subject that owns the package, as in status.resources.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Subject string `json:"subject,omitempty"`

	// resource that the package holds.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Resource string `json:"resource,omitempty"`

	// state says whether the package can be spent now.
	// +required
	State PackageState `json:"state,omitempty"`

	// unit of the amounts.
	// +required
	Unit Unit `json:"unit,omitempty"`

	// unitLabel is the vendor's own word for the unit; only when unit is Vendor.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	UnitLabel string `json:"unitLabel,omitempty"`

	// remaining is what is left in the package, whether or not it can be spent.
	// +required
	Remaining Amount `json:"remaining,omitempty"`

	// total is what was bought; absent when the vendor does not say.
	// +optional
	Total Amount `json:"total,omitempty"`

	// start is when the package can first be spent; absent when unknown.
	// +optional
	Start metav1.Time `json:"start,omitzero"`

	// end is when the package expires; absent when unknown.
	// +optional
	End metav1.Time `json:"end,omitzero"`

	// renewal is what the vendor says of automatic renewal; absent when it does
	// not.
	// +optional
	Renewal Renewal `json:"renewal,omitempty"`
}

// PackagesStatus is the packages reading.
type PackagesStatus struct {
	// items are the most urgent packages: those usable now by their end, then
	// those to come, then the rest. Packages that were used up, given back or
	// over for more than 30 days are counted in total only.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Items []PackageStatus `json:"items,omitempty"`

	// shown is the number of packages in items.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Shown *int32 `json:"shown,omitempty"`

	// total is the number of packages that the vendor reported and that are not
	// ignored.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total *int32 `json:"total,omitempty"`

	// truncated tells that items has no room for every package that it would list.
	// +optional
	Truncated bool `json:"truncated,omitempty"`

	// notFound is how many of the sub-accounts that the spec names the vendor does
	// not know; absent when it knows all.
	// +optional
	// +kubebuilder:validation:Minimum=1
	NotFound int32 `json:"notFound,omitempty"`

	// observedGeneration is the generation of the spec that the numbers answer.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastSuccessTime is when the numbers were read. It is written at most every
	// ten minutes while they do not change.
	// +optional
	LastSuccessTime metav1.Time `json:"lastSuccessTime,omitzero"`

	// dataAsOf is the last day whose usage the numbers surely account for.
	// +optional
	DataAsOf Day `json:"dataAsOf,omitempty"`

	// lastError is the reading's latest failure; absent when the last attempt
	// succeeded.
	// +optional
	LastError *VendorError `json:"lastError,omitempty"`
}

// Aggregation says how the days of a usage window were put together.
// +kubebuilder:validation:Enum=Sum;Peak
type Aggregation string

const (
	// AggregationSum adds up.
	AggregationSum Aggregation = "Sum"
	// AggregationPeak takes the highest, for what does not add up.
	AggregationPeak Aggregation = "Peak"
)

// UsageItemStatus is how much was used of one item over the window.
type UsageItemStatus struct {
	// name of the usage item, for example Duration or TrafficPrepaid.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name,omitempty"`

	// label is the vendor's own name of the line within the item.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Label string `json:"label,omitempty"`

	// unit of the amount.
	// +required
	Unit Unit `json:"unit,omitempty"`

	// unitLabel is the vendor's own word for the unit; only when unit is Vendor.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	UnitLabel string `json:"unitLabel,omitempty"`

	// amount used.
	// +required
	Amount Amount `json:"amount,omitempty"`

	// aggregation says how the days were put together.
	// +required
	Aggregation Aggregation `json:"aggregation,omitempty"`

	// dataAsOf is the last day that the amount accounts for, where it differs
	// from item to item.
	// +optional
	DataAsOf Day `json:"dataAsOf,omitempty"`
}

// UsageStatus is the usage reading.
type UsageStatus struct {
	// start is the first day of the window.
	// +optional
	Start Day `json:"start,omitempty"`

	// end is the last day of the window.
	// +optional
	End Day `json:"end,omitempty"`

	// items are the amounts used.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=24
	Items []UsageItemStatus `json:"items,omitempty"`

	// shown is the number of items listed.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Shown *int32 `json:"shown,omitempty"`

	// total is the number of items that the vendor reported.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total *int32 `json:"total,omitempty"`

	// observedGeneration is the generation of the spec that the numbers answer.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastSuccessTime is when the numbers were read.
	// +optional
	LastSuccessTime metav1.Time `json:"lastSuccessTime,omitzero"`

	// dataAsOf is the last day that the numbers surely account for.
	// +optional
	DataAsOf Day `json:"dataAsOf,omitempty"`

	// lastError is the reading's latest failure; absent when the last attempt
	// succeeded.
	// +optional
	LastError *VendorError `json:"lastError,omitempty"`
}

// BillState says whether a month's bill can still change.
// +kubebuilder:validation:Enum=Open;Closed
type BillState string

const (
	// BillOpen is the bill of the running month.
	BillOpen BillState = "Open"
	// BillClosed is the bill of a month that is over.
	BillClosed BillState = "Closed"
)

// Settlement says how a billed quantity was paid.
// +kubebuilder:validation:Enum=Package;Balance;SurchargeAdjustment;RefundAdjustment;Unknown
type Settlement string

const (
	// SettlementPackage was deducted from a prepaid package.
	SettlementPackage Settlement = "Package"
	// SettlementBalance was charged to the money balance.
	SettlementBalance Settlement = "Balance"
	// SettlementSurchargeAdjustment is a later correction upwards.
	SettlementSurchargeAdjustment Settlement = "SurchargeAdjustment"
	// SettlementRefundAdjustment is a later correction downwards.
	SettlementRefundAdjustment Settlement = "RefundAdjustment"
	// SettlementUnknown is one that this version does not know.
	SettlementUnknown Settlement = "Unknown"
)

// BillLineStatus is one line of a bill: a quantity, never an amount of money.
type BillLineStatus struct {
	// product is the vendor's own name of the product.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Product string `json:"product,omitempty"`

	// category is the vendor's own name of what was used.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Category string `json:"category,omitempty"`

	// settlement says how the quantity was paid.
	// +required
	Settlement Settlement `json:"settlement,omitempty"`

	// unit of the quantity.
	// +required
	Unit Unit `json:"unit,omitempty"`

	// unitLabel is the vendor's own word for the unit; only when unit is Vendor.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	UnitLabel string `json:"unitLabel,omitempty"`

	// quantity billed, in unit.
	// +required
	Quantity Amount `json:"quantity,omitempty"`
}

// BillPeriodStatus is the bill of one month.
type BillPeriodStatus struct {
	// month in the vendors' calendar, as YYYY-MM.
	// +required
	// +kubebuilder:validation:MinLength=7
	// +kubebuilder:validation:MaxLength=7
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}$`
	Month string `json:"month,omitempty"`

	// state says whether the bill can still change.
	// +required
	State BillState `json:"state,omitempty"`

	// lines of the bill: the largest of each unit, then the second largest of each
	// and so on.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=12
	Lines []BillLineStatus `json:"lines,omitempty"`

	// shown is the number of lines listed.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Shown *int32 `json:"shown,omitempty"`

	// total is the number of lines of the bill.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total *int32 `json:"total,omitempty"`
}

// ClosedMonthsStatus is the reading of the bills of months that are over.
type ClosedMonthsStatus struct {
	// observedGeneration is the generation of the spec that the numbers answer.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastSuccessTime is when the numbers were read.
	// +optional
	LastSuccessTime metav1.Time `json:"lastSuccessTime,omitzero"`

	// lastError is the reading's latest failure; absent when the last attempt
	// succeeded.
	// +optional
	LastError *VendorError `json:"lastError,omitempty"`
}

// BillStatus is the bill reading. The running month and the closed ones before it
// are asked for apart.
type BillStatus struct {
	// periods are the months read, the latest first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=3
	Periods []BillPeriodStatus `json:"periods,omitempty"`

	// observedGeneration is the generation of the spec that the running month's
	// numbers answer.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastSuccessTime is when the running month's numbers were read.
	// +optional
	LastSuccessTime metav1.Time `json:"lastSuccessTime,omitzero"`

	// lastError is the latest failure to read the running month; absent when the
	// last attempt succeeded.
	// +optional
	LastError *VendorError `json:"lastError,omitempty"`

	// closedMonths is the reading of the closed months; absent when only the
	// running month is read.
	// +optional
	ClosedMonths *ClosedMonthsStatus `json:"closedMonths,omitempty"`
}

// FindingKind says what a finding is about.
// +kubebuilder:validation:Enum=Low;Exhausted;Expiring;RunningOut;UsageHigh;PlannedDemandShort;RenewalFailed;OverageBilling;AccountFrozen;PackageExpired;PackageDisappeared
type FindingKind string

const (
	// FindingLow is too little left.
	FindingLow FindingKind = "Low"
	// FindingExhausted is nothing usable left.
	FindingExhausted FindingKind = "Exhausted"
	// FindingExpiring is something left that soon expires.
	FindingExpiring FindingKind = "Expiring"
	// FindingRunningOut is a resource that will not last.
	FindingRunningOut FindingKind = "RunningOut"
	// FindingUsageHigh is more used than expected.
	FindingUsageHigh FindingKind = "UsageHigh"
	// FindingPlannedDemandShort is an event that the packages do not cover.
	FindingPlannedDemandShort FindingKind = "PlannedDemandShort"
	// FindingRenewalFailed is a package that the vendor could not renew. It stands as
	// long as the vendor says so of a package that is not over for 30 days; put the
	// package into spec.packages.ignore to end it earlier. Severity Warning.
	FindingRenewalFailed FindingKind = "RenewalFailed"
	// FindingOverageBilling is usage paid as you go because no package covers it.
	// It stands while nothing usable is left of a resource of the account that the
	// vendor bills beyond its packages, with severity Critical; and, with severity
	// Warning, on the usage item TrafficPostpaid while the usage window has traffic
	// that packages paid beside traffic that they did not.
	FindingOverageBilling FindingKind = "OverageBilling"
	// FindingAccountFrozen is an account that the vendor stopped. It stands until a
	// reading succeeds again, and none fails that did not fail before. Severity
	// Critical.
	FindingAccountFrozen FindingKind = "AccountFrozen"
	// FindingPackageExpired is a package that ended with something left that was
	// bought to be used up. It stands for seven days, from the end on if that is
	// known. Severity Warning.
	FindingPackageExpired FindingKind = "PackageExpired"
	// FindingPackageDisappeared is a package that vanished from the vendor's list
	// before its end, with something left in it when it was last seen: taken back,
	// merged into another one, or used up since, where the vendor lists no empty
	// packages. It stands for seven days or until the package is back. Severity
	// Warning.
	FindingPackageDisappeared FindingKind = "PackageDisappeared"
)

// Finding is one thing that fires.
type Finding struct {
	// threshold that found it, or the entry of spec.plannedDemand that lacks
	// something; absent for what needs neither.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Threshold string `json:"threshold,omitempty"`

	// kind says what the finding is about.
	// +required
	Kind FindingKind `json:"kind,omitempty"`

	// subject it is about, as in status.resources.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Subject string `json:"subject"`

	// resource it is about.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Resource string `json:"resource,omitempty"`

	// severity of the finding.
	// +required
	Severity Severity `json:"severity,omitempty"`

	// since is when it began to fire.
	// +required
	Since metav1.Time `json:"since,omitzero"`

	// shortfall is how much is missing, in the unit of the resource, rounded up to
	// four digits; only for PlannedDemandShort.
	// +optional
	Shortfall Amount `json:"shortfall,omitempty"`
}

// FindingsStatus is what fires.
type FindingsStatus struct {
	// items are the findings, the most severe first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Items []Finding `json:"items,omitempty"`

	// shown is the number of findings in items.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Shown *int32 `json:"shown,omitempty"`

	// total is the number of findings.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total *int32 `json:"total,omitempty"`
}

// HistorySample is an amount, or empty for a day without one.
//
// The last one is what was left by the last complete reading of its day. From each
// sample to the next, only use makes the amount smaller: what was bought, expired
// or taken away later is added to, or subtracted from, all samples before.
// +kubebuilder:validation:MaxLength=35
// +kubebuilder:validation:Pattern=`^(-?[0-9]{1,24}(\.[0-9]{1,9})?)?$`
type HistorySample string

// ResourceHistory is what was used of one resource of the account, told as what
// was left, one sample a day.
type ResourceHistory struct {
	// resource that the samples are about.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Resource string `json:"resource,omitempty"`

	// lastDay is the day of the last sample.
	// +required
	LastDay Day `json:"lastDay,omitempty"`

	// samples hold one amount a day, the oldest first; empty where the day had no
	// complete reading. Days on which nothing could be used, because nothing was
	// left, are no part of it.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=30
	Samples []HistorySample `json:"samples,omitempty"`
}

// SummaryAnnouncement is what the last SummaryChanged Event told, by which it is
// decided when the next one is due.
type SummaryAnnouncement struct {
	// time of the Event.
	// +required
	Time metav1.Time `json:"time,omitzero"`

	// lowestPercent is what summary.lowestPercent was then.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	LowestPercent *int32 `json:"lowestPercent,omitempty"`

	// resources is the number of the account's resources of which something was left
	// then.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Resources *int32 `json:"resources,omitempty"`
}

// QuotaWatchStatus holds the numbers and what they mean. Its JSON stays below
// 32 KiB: where there is more to say, the rows of sub-accounts are left out first,
// then packages, lines of bills, usage items and findings, each from the end of
// its list. The rows of the account as a whole always stay.
type QuotaWatchStatus struct {
	// conditions of the watch. Always present: Ready, QuotaLow, QuotaExhausted,
	// ExpiringSoon, RunOutSoon, PlannedDemandShort, UsageHigh, DataStale and
	// PartialData. Only while True: Reconciling and Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that this status answers;
	// -1 until the operator has seen the object.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// state is the worst thing known, in one word.
	// +optional
	State State `json:"state,omitempty"`

	// vendor of the account.
	// +optional
	Vendor Vendor `json:"vendor,omitempty"`

	// summary is the status in a few scalars.
	// +optional
	Summary *Summary `json:"summary,omitempty"`

	// resources are what is left: the rows of the account as a whole first, then
	// the most urgent sub-accounts. A pair of subject and name appears once.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=24
	Resources []ResourceStatus `json:"resources,omitempty"`

	// packages is the packages reading.
	// +optional
	Packages *PackagesStatus `json:"packages,omitempty"`

	// usage is the usage reading.
	// +optional
	Usage *UsageStatus `json:"usage,omitempty"`

	// bill is the bill reading.
	// +optional
	Bill *BillStatus `json:"bill,omitempty"`

	// findings are what fires.
	// +optional
	Findings *FindingsStatus `json:"findings,omitempty"`

	// history tells what was used of the account's resources on the last days, for
	// the forecast; those first that the built-in thresholds apply to. It begins
	// anew when the account is read with another access key.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	History []ResourceHistory `json:"history,omitempty"`

	// lastAnnouncement is what the last SummaryChanged Event told; absent until all
	// that the spec asks for was read.
	// +optional
	LastAnnouncement *SummaryAnnouncement `json:"lastAnnouncement,omitempty"`

	// accessKeyHash stands for the ID of the access key that the packages were last
	// read with, so that another account's numbers do not continue this history.
	// Absent while only temporary credentials were used.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=16
	// +kubebuilder:validation:Pattern=`^[0-9a-f]{1,16}$`
	AccessKeyHash string `json:"accessKeyHash,omitempty"`

	// lastAttemptTime is when a vendor was last asked. Times alone are written at
	// most every ten minutes.
	// +optional
	LastAttemptTime metav1.Time `json:"lastAttemptTime,omitzero"`

	// lastSuccessTime is the age of the oldest numbers here: the earliest of the
	// readings' own times.
	// +optional
	LastSuccessTime metav1.Time `json:"lastSuccessTime,omitzero"`

	// nextPollTime is when a vendor is asked next, approximately.
	// +optional
	NextPollTime metav1.Time `json:"nextPollTime,omitzero"`

	// lastHandledReconcileAt is the value of the refresh annotation that was
	// handled last.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	LastHandledReconcileAt string `json:"lastHandledReconcileAt,omitempty"`
}
