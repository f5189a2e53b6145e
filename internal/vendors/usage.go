// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import "github.com/quotawatch/quotawatch/internal/amount"

// UsageQuery says which usage to read. Equal queries to one account may share an
// answer.
type UsageQuery struct {
	// Days are the days to sum. They are never empty.
	Days DayRange
	// Items are the categories of usage, by the names of v1alpha1.PolyvUsageItem;
	// empty means all that the vendor has.
	Items []string
	// ChannelIDs are the channels that count; empty means all.
	ChannelIDs []string
	// ActivityIDs are the live rooms that count; empty means those of the creator.
	ActivityIDs []string
	// SubAccountName is the sub-account whose rooms count; empty means the main
	// account. It may be personal data.
	SubAccountName Secret
}

// UsageReading is one complete answer to a UsageQuery.
type UsageReading struct {
	// Days are those that were asked for, without any that the vendor no longer or
	// not yet tells about.
	Days DayRange
	// Items are sorted by Name, Unit, UnitLabel and Label, which together appear
	// once.
	Items []UsageItem
	// Unused are the names of items of which the vendor says that nothing was used,
	// without saying in what unit. An item that is neither here nor in Items is not
	// known.
	Unused []string
}

// The names of the usage items that tell how the same traffic was paid, as users
// see them in status. Estimated is what Postpaid will be, before settlement.
const (
	UsageTrafficEstimated = "TrafficEstimated"
	UsageTrafficPostpaid  = "TrafficPostpaid"
	UsageTrafficPrepaid   = "TrafficPrepaid"
)

// UsageItem is how much was used of one item.
type UsageItem struct {
	// Name of the item, for example Duration or TrafficPrepaid.
	Name string
	// Label is the vendor's own name of a line within the item; may be empty.
	Label string
	// Unit and UnitLabel say what Amount counts; UnitLabel is set only with
	// UnitVendor.
	Unit      Unit
	UnitLabel string
	Amount    amount.Amount
	// Peak tells that Amount is the highest value of the days, because the item
	// does not add up, and not their sum.
	Peak bool
	// DataAsOf is the last day that Amount surely accounts for.
	DataAsOf Day
}
