// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"strings"
	"testing"
)

// watchRules are the rules of a QuotaWatch that look at more than one field, or
// that say in words what they want.
var watchRules = map[string]rule{
	"packages alone is something to watch": {
		accepts: `packages: {}`,
		refuses: `packages: null`,
		field:   "spec",
		says:    "set at least one of packages, usage and bill: there is nothing to watch otherwise",
	},
	"usage alone is something to watch": {
		accepts: `packages: null, usage: {}`,
		refuses: `packages: null, interval: 2h`,
		field:   "spec",
		says:    "set at least one of packages, usage and bill: there is nothing to watch otherwise",
	},
	"bill alone is something to watch": {
		accepts: `packages: null, bill: {}`,
		refuses: `packages: null, thresholds: []`,
		field:   "spec",
		says:    "set at least one of packages, usage and bill: there is nothing to watch otherwise",
	},
	"packages are read at one vendor": {
		accepts: `packages: {tencentCloud: {}}`,
		refuses: `packages: {polyv: {}, tencentCloud: {}}`,
		field:   "spec.packages",
		says:    "at most one of the fields in [polyv tencentCloud] may be set",
	},
	"usage is read at one vendor": {
		accepts: `usage: {volcengine: {}}`,
		refuses: `usage: {polyv: {}, volcengine: {}}`,
		field:   "spec.usage",
		says:    "at most one of the fields in [polyv volcengine] may be set",
	},
	"live rooms are selected by ID or by creator": {
		accepts: `usage: {volcengine: {activityIDs: ["1795096013214780"]}}`,
		refuses: `usage: {volcengine: {activityIDs: ["1795096013214780"], creator: {mainAccount: true}}}`,
		field:   "spec.usage.volcengine",
		says:    "at most one of the fields in [activityIDs creator] may be set",
	},
	"a creator is somebody": {
		accepts: `usage: {volcengine: {creator: {mainAccount: true}}}`,
		refuses: `usage: {volcengine: {creator: {}}}`,
		field:   "spec.usage.volcengine.creator",
		says:    "exactly one of the fields in [mainAccount subAccountName] must be set",
	},
	"a creator is one account": {
		accepts: `usage: {volcengine: {creator: {subAccountName: sales}}}`,
		refuses: `usage: {volcengine: {creator: {mainAccount: true, subAccountName: sales}}}`,
		field:   "spec.usage.volcengine.creator",
		says:    "exactly one of the fields in [mainAccount subAccountName] must be set",
	},
	"mainAccount is not a switch": {
		accepts: `usage: {volcengine: {creator: {mainAccount: true}}}`,
		refuses: `usage: {volcengine: {creator: {mainAccount: false}}}`,
		field:   "spec.usage.volcengine.creator.mainAccount",
		says:    "mainAccount can only be true: name the sub-account in subAccountName instead",
	},
	"a user ID in subjectNames has a character": {
		accepts: `packages: {subjectNames: {u: sales}}`,
		refuses: `packages: {subjectNames: {"": sales}}`,
		field:   "spec.packages.subjectNames",
		says:    "the user IDs in subjectNames must have 1 to 128 characters",
	},
	"a user ID in subjectNames has at most 128 characters": {
		accepts: `packages: {subjectNames: {` + strings.Repeat("u", 128) + `: sales}}`,
		refuses: `packages: {subjectNames: {` + strings.Repeat("u", 129) + `: sales}}`,
		field:   "spec.packages.subjectNames",
		says:    "the user IDs in subjectNames must have 1 to 128 characters",
	},
	"two declared totals differ in subject": {
		accepts: `packages: {declaredTotals: [{resource: a, total: 1}, {resource: a, subject: b, total: 2}]}`,
		refuses: `packages: {declaredTotals: [{resource: a, subject: b, total: 1}, {resource: a, subject: b, total: 2}]}`,
		field:   "spec.packages.declaredTotals[1]",
		says:    `Duplicate value: {"resource":"a","subject":"b"}`,
	},
	"an omitted subject is the account as a whole": {
		accepts: `packages: {declaredTotals: [{resource: a, total: 1}, {resource: b, total: 2}]}`,
		refuses: `packages: {declaredTotals: [{resource: a, total: 1}, {resource: a, subject: "", total: 2}]}`,
		field:   "spec.packages.declaredTotals[1]",
		says:    `Duplicate value: {"resource":"a","subject":""}`,
	},
	"staleAfter leaves room for a poll": {
		accepts: `interval: 2h, staleAfter: 2h`,
		refuses: `interval: 2h, staleAfter: 119m`,
		field:   "spec.staleAfter",
		says:    "staleAfter must be at least interval (1h when omitted): the numbers would be stale before the next poll",
	},
	"staleAfter leaves room for a poll at the default interval": {
		accepts: `staleAfter: 1h`,
		refuses: `staleAfter: 59m`,
		field:   "spec.staleAfter",
		says:    "staleAfter must be at least interval (1h when omitted): the numbers would be stale before the next poll",
	},
	"a malformed interval is the only mistake beside a good staleAfter": {
		accepts: `interval: 24h, staleAfter: 48h`,
		refuses: `interval: 1d, staleAfter: 48h`,
		field:   "spec.interval",
		says:    "interval must be between 1m and 720h, such as 30m or 1h30m",
	},
	"an event ends after its start": {
		accepts: `plannedDemand: [{name: a, resource: b, amount: 1, start: "2026-11-10T12:00:00+08:00", end: "2026-11-10T04:00:01Z"}]`,
		refuses: `plannedDemand: [{name: a, resource: b, amount: 1, start: "2026-11-10T12:00:00+08:00", end: "2026-11-10T04:00:00Z"}]`,
		field:   "spec.plannedDemand[0]",
		says:    "start must be before end",
	},
}

var watchUpdateRules = map[string]rule{
	"accountRef is immutable": {
		accepts: `interval: 2h, suspend: true`,
		refuses: `accountRef: {name: another}`,
		field:   "spec.accountRef",
		says:    "accountRef is immutable: create another QuotaWatch for another account",
	},
}

func TestQuotaWatchRules(t *testing.T) {
	testRules(t, minimalWatch, watchRules)
}

func TestQuotaWatchUpdateRules(t *testing.T) {
	testUpdateRules(t, minimalWatch, watchUpdateRules)
}
