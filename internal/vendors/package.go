// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"fmt"
	"time"

	"github.com/quotawatch/quotawatch/internal/amount"
)

// PackageQuery narrows a packages reading. Equal queries to one account may
// share an answer.
type PackageQuery struct {
	// Types are the package types to ask for, in the vendor's order; empty means
	// all that the vendor has.
	Types []string
	// Emails are the sub-accounts to ask for; empty means all.
	Emails []string
}

// PackageReading is one complete answer to a PackageQuery.
type PackageReading struct {
	Packages []Package
	// Resources are the resources that the question was about; empty when it was
	// about all. One of them that has no package in the answer is used up.
	Resources []string
	// DataAsOf is the last calendar day (UTC+8) whose usage is surely deducted
	// from the packages, as YYYY-MM-DD; empty when the vendor does not say.
	DataAsOf string
	// NotFound is how many of the sub-accounts asked for the vendor does not know.
	NotFound int
	// Billing tells, by resource, how usage beyond the packages is paid. Without an
	// entry that is unknown.
	Billing map[string]BillingMode
}

// BillingMode is how usage that no package covers is paid.
type BillingMode string

// The billing modes. Unknown covers what the vendor does not report.
const (
	BillingUnknown BillingMode = ""
	// BillingNone: there is nothing but the packages.
	BillingNone BillingMode = "None"
	// BillingPostpaid: what no package covers is paid as it is used.
	BillingPostpaid BillingMode = "Postpaid"
)

// Resource names, as users see them in status. A kind that a vendor adds later
// is named by UnknownResource.
const (
	ResourceTraffic         = "traffic"
	ResourceTranscoding     = "transcoding"
	ResourceTopSpeedCodec   = "top-speed-codec"
	ResourceMicLink         = "mic-link"
	ResourceLiveMinutes     = "live-minutes"
	ResourceConcurrency     = "concurrency"
	ResourceVODTraffic      = "vod-traffic"
	ResourceVODStorage      = "vod-storage"
	ResourceMicMinutes      = "mic-minutes"
	ResourceDirectorMinutes = "director-minutes"
	ResourceChannels        = "channels"
	ResourceBalance         = "balance"
)

// UnknownResource names a kind of package that this version does not know by
// the vendor's own number for it.
func UnknownResource(number int64) string {
	return fmt.Sprintf("unknown-%d", number)
}

// Unit is what an amount counts.
type Unit string

// The units of amounts. UnitVendor is the vendor's own word, kept as it is
// because its base is not documented.
const (
	UnitBytes   Unit = "Bytes"
	UnitMinutes Unit = "Minutes"
	UnitHours   Unit = "Hours"
	UnitCount   Unit = "Count"
	UnitCNY     Unit = "CNY"
	UnitVendor  Unit = "Vendor"
)

// PackageState is what the vendor says of a package, apart from the clock: a
// package past its end may still be called usable here.
type PackageState string

// The states of a package.
const (
	// PackageUsable can be spent while its window contains the present.
	PackageUsable PackageState = "Usable"
	// PackageExhausted has nothing left.
	PackageExhausted PackageState = "Exhausted"
	// PackageExpired is past its end.
	PackageExpired PackageState = "Expired"
	// PackageFrozen cannot be spent until the vendor releases it.
	PackageFrozen PackageState = "Frozen"
	// PackageRefunded was given back.
	PackageRefunded PackageState = "Refunded"
	// PackageStateUnknown is a state this version does not know; such a package
	// counts as nothing, because nobody can say that it may be spent.
	PackageStateUnknown PackageState = "Unknown"
)

// Renewal is what the vendor says of a package's automatic renewal.
type Renewal string

// The renewal states. Unknown covers vendors and answers that do not tell.
const (
	RenewalUnknown   Renewal = ""
	RenewalNone      Renewal = "None"
	RenewalPending   Renewal = "Pending"
	RenewalSucceeded Renewal = "Succeeded"
	RenewalFailed    Renewal = "Failed"
)

// Package is one prepaid package.
type Package struct {
	// ID identifies the package within its account and resource.
	ID string
	// Subject is the sub-account that owns the package; empty for the account as
	// a whole.
	Subject string
	// Resource is one of the resource names above, or unknown-<n>.
	Resource string
	// Unit and UnitLabel say what the amounts count; UnitLabel is set only with
	// UnitVendor.
	Unit      Unit
	UnitLabel string
	// Remaining is what is left, spendable or not.
	Remaining amount.Amount
	// Total is what was bought; nil when the vendor does not say.
	Total *amount.Amount
	// Start and End bound the window in which the package can be spent; nil when
	// unknown. End is exclusive.
	Start, End *time.Time
	State      PackageState
	Renewal    Renewal
}
