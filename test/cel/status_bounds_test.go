// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

var accountStatusBounds = boundsOf{
	"vendoraccount-polyv.yaml": slices.Concat(
		uniqueList("status.conditions", 0, 8, condition),
		atLeast("status.observedGeneration", -1),
		timestamp("status.lastVerifiedTime"),
		vendorError("status.lastError"),
		atLeast("status.watches", 0),
		text("status.lastHandledReconcileAt", 1, 128),
	),
}

var watchStatusBounds = boundsOf{
	"quotawatch-polyv.yaml": slices.Concat(
		uniqueList("status.conditions", 0, 16, condition),
		atLeast("status.observedGeneration", -1),
		oneOf("status.state", "Suspended", "Exhausted", "RunningOut", "Low", "Expiring", "Unknown", "OK"),
		oneOf("status.vendor", "Polyv", "TencentCloud", "Volcengine"),
		required("status.lastAnnouncement.time"),
		timestamp("status.lastAnnouncement.time"),
		between("status.lastAnnouncement.lowestPercent", 0, 100),
		atLeast("status.lastAnnouncement.resources", 0),
		timestamp("status.lastAttemptTime"),
		timestamp("status.lastSuccessTime"),
		timestamp("status.nextPollTime"),
		text("status.lastHandledReconcileAt", 1, 128),
		accessKeyHashBounds,
		summaryBounds,
		resourceStatusBounds,
		packageStatusBounds,
		usageStatusBounds,
		billStatusBounds,
		findingBounds,
		historyBounds,
	),
}

var accessKeyHashBounds = []bound{
	limit("status.accessKeyHash", values("0", "0123456789abcdef"), values("AB", "g", "0x1"), misshapen),
	limit("status.accessKeyHash", nil, values(""), tooShort(1)),
	limit("status.accessKeyHash", nil, values("0123456789abcdef0"), tooLong(16)),
}

var summaryBounds = slices.Concat(
	text("status.summary.lowestResource", 1, 63),
	between("status.summary.lowestPercent", 0, 100),
	timestamp("status.summary.nextExpiry"),
	timestamp("status.summary.nextRunOut"),
	day("status.summary.dataAsOf"),
	text("status.summary.text", 1, 256),
)

var resourceStatusBounds = slices.Concat(
	list("status.resources", 0, 24, func(i int) any {
		return map[string]any{"name": fmt.Sprintf("r-%d", i), "unit": "Bytes", "remaining": "0"}
	}),
	text("status.resources[0].subject", 0, 128),
	required("status.resources[0].name"),
	text("status.resources[0].name", 1, 63),
	required("status.resources[0].unit"),
	unit("status.resources[0].unit"),
	text("status.resources[1].unitLabel", 1, 32),
	required("status.resources[0].remaining"),
	amount("status.resources[0].remaining"),
	amount("status.resources[0].upcoming"),
	amount("status.resources[0].total"),
	oneOf("status.resources[0].totalSource", "Vendor", "Declared", "Observed"),
	between("status.resources[0].remainingPercent", 0, 100),
	atLeast("status.resources[0].packages", 0),
	timestamp("status.resources[0].nextExpiry"),
	timestamp("status.resources[0].exhaustedTime"),
	amount("status.resources[0].burnPerDay"),
	timestamp("status.resources[0].runOutTime"),
	oneOf("status.resources[0].runOutConfidence", "Low", "Medium", "High"),
	amount("status.resources[0].unusedAtExpiry"),
)

var packageStatusBounds = slices.Concat(
	list("status.packages.items", 0, 16, func(i int) any {
		return map[string]any{
			"id": fmt.Sprintf("p-%d", i), "resource": "traffic",
			"state": "Usable", "unit": "Bytes", "remaining": "0",
		}
	}),
	required("status.packages.items[0].id"),
	text("status.packages.items[0].id", 1, 128),
	text("status.packages.items[0].subject", 0, 128),
	required("status.packages.items[0].resource"),
	text("status.packages.items[0].resource", 1, 63),
	required("status.packages.items[0].state"),
	oneOf("status.packages.items[0].state",
		"Usable", "Upcoming", "Exhausted", "Expired", "Frozen", "Refunded", "Unknown"),
	required("status.packages.items[0].unit"),
	unit("status.packages.items[0].unit"),
	text("status.packages.items[0].unitLabel", 1, 32),
	required("status.packages.items[0].remaining"),
	amount("status.packages.items[0].remaining"),
	amount("status.packages.items[0].total"),
	timestamp("status.packages.items[0].start"),
	timestamp("status.packages.items[0].end"),
	oneOf("status.packages.items[0].renewal", "None", "Pending", "Succeeded", "Failed"),
	shownAndTotal("status.packages"),
	atLeast("status.packages.notFound", 1),
	atLeast("status.packages.observedGeneration", 1),
	timestamp("status.packages.lastSuccessTime"),
	day("status.packages.dataAsOf"),
	vendorError("status.packages.lastError"),
)

var usageStatusBounds = slices.Concat(
	day("status.usage.start"),
	day("status.usage.end"),
	list("status.usage.items", 0, 24, func(i int) any {
		return map[string]any{"name": fmt.Sprintf("Item%d", i), "unit": "Count", "amount": "0", "aggregation": "Sum"}
	}),
	required("status.usage.items[0].name"),
	text("status.usage.items[0].name", 1, 63),
	text("status.usage.items[0].label", 1, 128),
	[]bound{limit("status.usage.items[0].label", // characters count, not bytes
		values(strings.Repeat("钟", 128)), values(strings.Repeat("钟", 129)), tooLong(128))},
	required("status.usage.items[0].unit"),
	unit("status.usage.items[0].unit"),
	text("status.usage.items[0].unitLabel", 1, 32),
	required("status.usage.items[0].amount"),
	amount("status.usage.items[0].amount"),
	required("status.usage.items[0].aggregation"),
	oneOf("status.usage.items[0].aggregation", "Sum", "Peak"),
	day("status.usage.items[0].dataAsOf"),
	shownAndTotal("status.usage"),
	atLeast("status.usage.observedGeneration", 1),
	timestamp("status.usage.lastSuccessTime"),
	day("status.usage.dataAsOf"),
	vendorError("status.usage.lastError"),
)

var billStatusBounds = slices.Concat(
	list("status.bill.periods", 0, 3, func(i int) any {
		return map[string]any{"month": fmt.Sprintf("2026-%02d", i), "state": "Closed"}
	}),
	required("status.bill.periods[0].month"),
	month("status.bill.periods[0].month"),
	required("status.bill.periods[0].state"),
	oneOf("status.bill.periods[0].state", "Open", "Closed"),
	list("status.bill.periods[0].lines", 0, 12, func(int) any {
		return map[string]any{"settlement": "Package", "unit": "Count", "quantity": "0"}
	}),
	text("status.bill.periods[0].lines[0].product", 1, 64),
	text("status.bill.periods[0].lines[0].category", 1, 64),
	required("status.bill.periods[0].lines[0].settlement"),
	oneOf("status.bill.periods[0].lines[0].settlement",
		"Package", "Balance", "SurchargeAdjustment", "RefundAdjustment", "Unknown"),
	required("status.bill.periods[0].lines[0].unit"),
	unit("status.bill.periods[0].lines[0].unit"),
	text("status.bill.periods[0].lines[0].unitLabel", 1, 32),
	required("status.bill.periods[0].lines[0].quantity"),
	amount("status.bill.periods[0].lines[0].quantity"),
	shownAndTotal("status.bill.periods[0]"),
	atLeast("status.bill.observedGeneration", 1),
	timestamp("status.bill.lastSuccessTime"),
	vendorError("status.bill.lastError"),
	atLeast("status.bill.closedMonths.observedGeneration", 1),
	timestamp("status.bill.closedMonths.lastSuccessTime"),
	vendorError("status.bill.closedMonths.lastError"),
)

var findingBounds = slices.Concat(
	list("status.findings.items", 0, 16, func(int) any {
		return map[string]any{"kind": "Low", "severity": "Warning", "since": "2026-11-21T10:00:00Z"}
	}),
	text("status.findings.items[0].threshold", 1, 63),
	required("status.findings.items[0].kind"),
	oneOf("status.findings.items[0].kind",
		"Low", "Exhausted", "Expiring", "RunningOut", "UsageHigh", "PlannedDemandShort", "RenewalFailed",
		"OverageBilling", "AccountFrozen", "PackageExpired", "PackageDisappeared"),
	text("status.findings.items[0].subject", 0, 128),
	text("status.findings.items[0].resource", 1, 63),
	required("status.findings.items[0].severity"),
	oneOf("status.findings.items[0].severity", "Warning", "Critical"),
	required("status.findings.items[0].since"),
	timestamp("status.findings.items[0].since"),
	amount("status.findings.items[1].shortfall"),
	shownAndTotal("status.findings"),
)

var historyBounds = slices.Concat(
	list("status.history", 0, 8, func(i int) any {
		return map[string]any{"resource": fmt.Sprintf("r-%d", i), "lastDay": "2026-11-20"}
	}),
	required("status.history[0].resource"),
	text("status.history[0].resource", 1, 63),
	required("status.history[0].lastDay"),
	day("status.history[0].lastDay"),
	list("status.history[0].samples", 0, 30, numbered("%d")),
	[]bound{
		limit("status.history[0].samples[0]", values("", "0", longestAmount), malformedAmounts, misshapen),
		limit("status.history[0].samples[0]", values(longestAmount), values(longestAmount+"0"), tooLong(35)),
	},
)

func TestVendorAccountStatusBounds(t *testing.T) {
	testStatusBounds(t, accountStatusBounds)
}

func TestQuotaWatchStatusBounds(t *testing.T) {
	testStatusBounds(t, watchStatusBounds)
}

const longestAmount = "-123456789012345678901234.123456789"

var malformedAmounts = values("-", ".5", "5.", "+1", "1e3", "1,5", "100k", "NaN", "1234567890123456789012345")

// amount is an exact decimal number.
func amount(field string) []bound {
	return []bound{
		limit(field, values("0", "-0.5"), malformedAmounts, misshapen),
		limit(field, nil, values(""), tooShort(1)),
		limit(field, values(longestAmount), values(longestAmount+"0"), tooLong(35)),
	}
}

// day is a calendar day.
func day(field string) []bound {
	return []bound{
		limit(field, values("2026-11-20"), values("2026/11/20", "20.11.2026"), misshapen),
		limit(field, nil, values("2026-11-2"), tooShort(10)),
		limit(field, nil, values("2026-11-20Z"), tooLong(10)),
	}
}

// month is a calendar month.
func month(field string) []bound {
	return []bound{
		limit(field, values("2026-11"), values("2026/11", "11-2026"), misshapen),
		limit(field, nil, values("2026-1"), tooShort(7)),
		limit(field, nil, values("2026-011"), tooLong(7)),
	}
}

// unit is what an amount counts.
func unit(field string) []bound {
	return oneOf(field, "Bytes", "Minutes", "Hours", "Count", "CNY", "Vendor")
}

// shownAndTotal say how much of something a status lists.
func shownAndTotal(field string) []bound {
	return append(atLeast(field+".shown", 0), atLeast(field+".total", 0)...)
}

// vendorError is a failed call.
func vendorError(field string) []bound {
	return slices.Concat(
		required(field+".kind"),
		oneOf(field+".kind",
			"Unauthenticated", "Forbidden", "ClockSkew", "Throttled", "AccountFrozen",
			"InvalidRequest", "NotFound", "Malformed", "Unavailable"),
		text(field+".code", 1, 128),
		required(field+".since"),
		timestamp(field+".since"),
		timestamp(field+".retryTime"),
	)
}

func condition(i int) any {
	return map[string]any{
		"type": fmt.Sprintf("Type%d", i), "status": "True", "reason": "Tested", "message": "",
		"lastTransitionTime": "2026-11-21T10:00:00Z",
	}
}
