// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import "testing"

// accountRules are the rules of a VendorAccount that look at more than one
// field, or that say in words what they want.
var accountRules = map[string]rule{
	"a vendor is one that this API knows": {
		accepts: `vendor: Volcengine`,
		refuses: `vendor: volcengine`,
		field:   "spec.vendor",
		says:    unsupported("Polyv", "TencentCloud", "Volcengine"),
	},
	"polyv belongs to vendor Polyv": {
		accepts: `vendor: Polyv, polyv: {}`,
		refuses: `vendor: TencentCloud, polyv: {}`,
		field:   "spec.polyv",
		says:    "polyv may be set only when vendor is Polyv",
	},
	"tencentCloud belongs to vendor TencentCloud": {
		accepts: `vendor: TencentCloud, tencentCloud: {}`,
		refuses: `vendor: Volcengine, tencentCloud: {}`,
		field:   "spec.tencentCloud",
		says:    "tencentCloud may be set only when vendor is TencentCloud",
	},
	"volcengine belongs to vendor Volcengine": {
		accepts: `vendor: Volcengine, volcengine: {}`,
		refuses: `vendor: Polyv, volcengine: {}`,
		field:   "spec.volcengine",
		says:    "volcengine may be set only when vendor is Volcengine",
	},
	"caSecretRef comes with endpoint": {
		accepts: `caSecretRef: {name: ca}, endpoint: "https://gateway"`,
		refuses: `caSecretRef: {name: ca}`,
		field:   "spec.caSecretRef",
		says:    "caSecretRef needs endpoint or proxyURL: the vendors' own hosts are verified with the system roots",
	},
	"caSecretRef comes with proxyURL": {
		accepts: `caSecretRef: {name: ca}, proxyURL: "https://proxy"`,
		refuses: `caSecretRef: {name: ca}`,
		field:   "spec.caSecretRef",
		says:    "caSecretRef needs endpoint or proxyURL: the vendors' own hosts are verified with the system roots",
	},
	"TencentCloud allows 20 requests a second": {
		accepts: `vendor: TencentCloud, requestsPerSecond: 20`,
		refuses: `vendor: TencentCloud, requestsPerSecond: 21`,
		field:   "spec.requestsPerSecond",
		says:    "requestsPerSecond may be at most 20 for TencentCloud, the limit the vendor publishes",
	},
	"Volcengine allows 10 requests a second": {
		accepts: `vendor: Volcengine, requestsPerSecond: 10`,
		refuses: `vendor: Volcengine, requestsPerSecond: 11`,
		field:   "spec.requestsPerSecond",
		says:    "requestsPerSecond may be at most 10 for Volcengine, the limit the vendor publishes",
	},
}

var accountUpdateRules = map[string]rule{
	"vendor is immutable": {
		accepts: `secretRef: {name: rotated}, suspend: true`,
		refuses: `vendor: TencentCloud`,
		field:   "spec.vendor",
		says:    "vendor is immutable: create another VendorAccount for another vendor",
	},
}

func TestVendorAccountRules(t *testing.T) {
	testRules(t, minimalAccount, accountRules)
}

func TestVendorAccountUpdateRules(t *testing.T) {
	testUpdateRules(t, minimalAccount, accountUpdateRules)
}
