// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"fmt"
	"slices"
	"testing"
)

var accountBounds = boundsOf{
	"vendoraccount-polyv.yaml": slices.Concat(
		required("spec"),
		required("spec.vendor"),
		required("spec.secretRef"),
		required("spec.secretRef.name"),
		objectName("spec.secretRef.name"),
		oneOf("spec.polyv.accountType", "Standard", "Group"),
		oneOf("spec.polyv.signatureMethod", "MD5", "SHA256"),
		billPath("spec.polyv.isolationBillPath"),
		origin("spec.endpoint"),
		origin("spec.proxyURL"),
		required("spec.caSecretRef.name"),
		objectName("spec.caSecretRef.name"),
		between("spec.requestsPerSecond", 1, 150),
		pollInterval("spec.verifyInterval"),
	),
}

var watchBounds = boundsOf{
	"quotawatch-polyv.yaml": slices.Concat(
		required("spec"),
		required("spec.accountRef"),
		required("spec.accountRef.name"),
		objectName("spec.accountRef.name"),
		required("spec.secretRef.name"),
		objectName("spec.secretRef.name"),
		staleness("spec.staleAfter"),
		packagesBounds,
		usageBounds,
		billBounds,
		thresholdBounds,
		plannedDemandBounds,
	),
	"quotawatch-tencentcloud.yaml": slices.Concat(
		pollInterval("spec.interval"),
		enumList("spec.packages.tencentCloud.types", "Traffic", "Transcoding", "MicLink"),
	),
	"quotawatch-volcengine.yaml": slices.Concat(
		uniqueList("spec.usage.volcengine.activityIDs", 1, 1000, numbered("%d")),
		[]bound{
			limit("spec.usage.volcengine.activityIDs[0]", values("1", "1795096013214780"),
				values("0", "0123", "-1", "1.5", "1e15", "a"), misshapen),
			limit("spec.usage.volcengine.activityIDs[0]", nil, values(""), tooShort(1)),
			limit("spec.usage.volcengine.activityIDs[0]", values(digits(19)), values(digits(20)), tooLong(19)),
		},
	),
	"quotawatch-volcengine-sub-account.yaml": text("spec.usage.volcengine.creator.subAccountName", 1, 128),
}

var packagesBounds = slices.Concat(
	list("spec.packages.declaredTotals", 1, 64, declaredTotal),
	required("spec.packages.declaredTotals[0].resource"),
	resourceName("spec.packages.declaredTotals[0].resource"),
	text("spec.packages.declaredTotals[0].subject", 0, 128),
	required("spec.packages.declaredTotals[0].total"),
	quantity("spec.packages.declaredTotals[0].total"),
	uniqueList("spec.packages.ignore", 1, 256, numbered("p-%d")),
	text("spec.packages.ignore[0]", 1, 128),
	[]bound{
		limit("spec.packages.subjectNames", values(subjectNames(1)), values(subjectNames(0)), tooFewProperties(1)),
		limit("spec.packages.subjectNames", values(subjectNames(500)), values(subjectNames(501)), tooMany(500)),
	},
	text("spec.packages.subjectNames.u-1", 1, 128),
	uniqueList("spec.packages.polyv.emails", 1, 500, numbered("a%d@example.com")),
	[]bound{
		limit("spec.packages.polyv.emails[0]", values("a@b", "a.b+c@example.com"),
			values("abc", "@bc", "ab@", "a@b@c", "a b@c", "a@b,c@d"), misshapen),
		limit("spec.packages.polyv.emails[0]", values("a@b"), values("", "a@"), tooShort(3)),
		limit("spec.packages.polyv.emails[0]", values("a@"+chars(252)), values("a@"+chars(253)), tooLong(254)),
	},
)

var usageBounds = slices.Concat(
	pollInterval("spec.usage.interval"),
	oneOf("spec.usage.window", "MonthToDate", "Yesterday", "Last7Days", "Last30Days"),
	enumList("spec.usage.polyv.items",
		"Duration", "Concurrence", "MicDuration", "PptAnim", "GuideDuration", "PptComposite", "Distribute",
		"AiPPTVideoEnabled", "AiPPTVideoWithDigital", "AiAssistantEnabled", "AiSmartClipEnabled"),
	uniqueList("spec.usage.polyv.channelIDs", 1, 100, numbered("%d")),
	[]bound{
		limit("spec.usage.polyv.channelIDs[0]", values("0", "3346714"), values("-1", "a", "1,2"), misshapen),
		limit("spec.usage.polyv.channelIDs[0]", nil, values(""), tooShort(1)),
		limit("spec.usage.polyv.channelIDs[0]", values(digits(19)), values(digits(20)), tooLong(19)),
	},
)

var billBounds = slices.Concat(
	pollInterval("spec.bill.interval"),
	between("spec.bill.months", 1, 3),
	required("spec.bill.polyv.isolationID"),
	text("spec.bill.polyv.isolationID", 1, 128),
)

var thresholdBounds = slices.Concat(
	uniqueList("spec.thresholds", 0, 32, threshold),
	required("spec.thresholds[0].name"),
	entryName("spec.thresholds[0].name"),
	resourceOrItem("spec.thresholds[0].resource"),
	text("spec.thresholds[0].subject", 0, 128),
	oneOf("spec.thresholds[0].severity", "Warning", "Critical"),
	between("spec.thresholds[0].remainingBelowPercent", 1, 100),
	quantity("spec.thresholds[1].remainingBelow"),
	horizon("spec.thresholds[2].expiresWithin"),
	horizon("spec.thresholds[3].runsOutWithin"),
	quantity("spec.thresholds[4].usageAbove"),
)

var plannedDemandBounds = slices.Concat(
	uniqueList("spec.plannedDemand", 1, 16, plannedDemand),
	required("spec.plannedDemand[0].name"),
	entryName("spec.plannedDemand[0].name"),
	required("spec.plannedDemand[0].resource"),
	resourceName("spec.plannedDemand[0].resource"),
	required("spec.plannedDemand[0].start"),
	timestamp("spec.plannedDemand[0].start"),
	required("spec.plannedDemand[0].end"),
	timestamp("spec.plannedDemand[0].end"),
	required("spec.plannedDemand[0].amount"),
	quantity("spec.plannedDemand[0].amount"),
)

func TestVendorAccountSpecBounds(t *testing.T) {
	testSpecBounds(t, accountBounds)
}

func TestQuotaWatchSpecBounds(t *testing.T) {
	testSpecBounds(t, watchBounds)
}

// resourceName is what a resource is called.
func resourceName(field string) []bound {
	return name(field, 63, values("traffic", "unknown-7"),
		values("Duration", "1a", "-a", "a_b", "a.b", "a b", "流量"))
}

// resourceOrItem is what a resource or a usage item is called.
func resourceOrItem(field string) []bound {
	return name(field, 63, values("traffic", "unknown-7", "Duration", "TrafficPrepaid"),
		values("1a", "-a", "a_b", "a.b", "a b", "流量"))
}

// enumList is a list that holds each of some names at most once.
func enumList(field string, names ...string) []bound {
	all, one := values(names...), values(names[0])
	again := slices.Concat(all, one)
	return []bound{
		limit(field, values(one), values([]any{}), tooFew(1)),
		{
			field: field, accepts: values(all), refuses: values(again),
			causes: []cause{{field, tooMany(len(all))}, {fmt.Sprintf("%s[%d]", field, len(all)), duplicated}},
		},
		{
			field: field, accepts: values(one), refuses: values(values("Bogus")),
			causes: []cause{{field + "[0]", unsupported(names...)}},
		},
	}
}

func declaredTotal(i int) any {
	return map[string]any{"resource": fmt.Sprintf("r-%d", i), "total": "1"}
}

func threshold(i int) any {
	return map[string]any{"name": fmt.Sprintf("t-%d", i), "remainingBelowPercent": 20}
}

func plannedDemand(i int) any {
	return map[string]any{
		"name": fmt.Sprintf("event-%d", i), "resource": "traffic", "amount": "1",
		"start": "2026-11-10T12:00:00Z", "end": "2026-11-11T16:00:00Z",
	}
}

func subjectNames(n int) map[string]any {
	names := make(map[string]any, n)
	for i := range n {
		names[fmt.Sprintf("u-%d", i)] = "sales"
	}
	return names
}
