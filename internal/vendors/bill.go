// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import "github.com/quotawatch/quotawatch/internal/amount"

// BillQuery says which bills to read. Equal queries to one account may share an
// answer.
type BillQuery struct {
	Months []Month
	// IsolationID is the isolation zone whose bill is read.
	IsolationID string
}

// BillReading is one complete answer to a BillQuery.
type BillReading struct {
	// Bills has one element for each month asked for, in that order, also where
	// the month has no line.
	Bills []Bill
}

// Bill is what was billed for one month.
type Bill struct {
	Month Month
	// Lines are sorted by Product, Category, Settlement, Unit and UnitLabel, which
	// together appear once.
	Lines []BillLine
}

// BillLine is a quantity that was billed. It is never an amount of money.
type BillLine struct {
	// Product and Category are the vendor's own names.
	Product, Category string
	Settlement        Settlement
	// Unit and UnitLabel say what Quantity counts; UnitLabel is set only with
	// UnitVendor.
	Unit      Unit
	UnitLabel string
	Quantity  amount.Amount
}

// Settlement says how a billed quantity was paid.
type Settlement string

// The settlements. Unknown covers what this version does not know.
const (
	SettlementPackage             Settlement = "Package"
	SettlementBalance             Settlement = "Balance"
	SettlementSurchargeAdjustment Settlement = "SurchargeAdjustment"
	SettlementRefundAdjustment    Settlement = "RefundAdjustment"
	SettlementUnknown             Settlement = "Unknown"
)
