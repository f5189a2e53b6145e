// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quotawatch/quotawatch/api/v1alpha1"
)

const exactlyOneTest = "exactly one of the fields in " +
	"[remainingBelowPercent remainingBelow expiresWithin runsOutWithin usageAbove] must be set"

var thresholdRules = map[string]rule{
	"a threshold has a test": {
		accepts: `thresholds: [{name: low, remainingBelowPercent: 20}]`,
		refuses: `thresholds: [{name: low, resource: traffic}]`,
		field:   "spec.thresholds[0]",
		says:    exactlyOneTest,
	},
	"a threshold has one test, not percent and amount": {
		accepts: `thresholds: [{name: low, resource: traffic, remainingBelow: 100G}]`,
		refuses: `thresholds: [{name: low, resource: traffic, remainingBelow: 100G, remainingBelowPercent: 20}]`,
		field:   "spec.thresholds[0]",
		says:    exactlyOneTest,
	},
	"a threshold has one test, not expiry and run-out": {
		accepts: `thresholds: [{name: soon, expiresWithin: 168h}]`,
		refuses: `thresholds: [{name: soon, expiresWithin: 168h, runsOutWithin: 72h}]`,
		field:   "spec.thresholds[0]",
		says:    exactlyOneTest,
	},
	"a threshold has one test, not run-out and usage": {
		accepts: `usage: {}, thresholds: [{name: high, resource: Duration, usageAbove: 500}]`,
		refuses: `usage: {}, thresholds: [{name: high, resource: Duration, usageAbove: 500, runsOutWithin: 72h}]`,
		field:   "spec.thresholds[0]",
		says:    exactlyOneTest,
	},
	"the second threshold is judged like the first": {
		accepts: `thresholds: [{name: low, remainingBelowPercent: 20}, {name: critical, remainingBelowPercent: 10}]`,
		refuses: `thresholds: [{name: low, remainingBelowPercent: 20}, {name: critical}]`,
		field:   "spec.thresholds[1]",
		says:    exactlyOneTest,
	},
	"remainingBelow names its resource": {
		accepts: `thresholds: [{name: low, resource: traffic, remainingBelow: 100G}]`,
		refuses: `thresholds: [{name: low, remainingBelow: 100G}]`,
		field:   "spec.thresholds[0].resource",
		says:    "remainingBelow needs resource: an amount means nothing without its unit",
	},
	"usageAbove names its usage item": {
		accepts: `usage: {}, thresholds: [{name: high, resource: Duration, usageAbove: 500}]`,
		refuses: `usage: {}, thresholds: [{name: high, usageAbove: 500}]`,
		field:   "spec.thresholds[0].resource",
		says:    "usageAbove needs resource: name the usage item it is about",
	},
	"usageAbove comes with usage": {
		accepts: `usage: {}, thresholds: [{name: high, resource: Duration, usageAbove: 500}]`,
		refuses: `thresholds: [{name: high, resource: Duration, usageAbove: 500}]`,
		field:   "spec.usage",
		says:    "a threshold with usageAbove needs spec.usage",
	},
	"runsOutWithin is for the account as a whole": {
		accepts: `thresholds: [{name: soon, subject: "", runsOutWithin: 72h}]`,
		refuses: `thresholds: [{name: soon, subject: "*", runsOutWithin: 72h}]`,
		field:   "spec.thresholds[0].subject",
		says:    "runsOutWithin is for the account as a whole: leave subject out",
	},
	"the names of the built-in thresholds are reserved": {
		accepts: `thresholds: [{name: default, remainingBelowPercent: 20}]`,
		refuses: `thresholds: [{name: default-low, remainingBelowPercent: 20}]`,
		field:   "spec.thresholds[0].name",
		says:    "names that begin with default- are reserved for the built-in thresholds",
	},
}

func TestThresholdRules(t *testing.T) {
	testRules(t, minimalWatch, thresholdRules)
}

// No thresholds and the built-in ones are different wishes.
func TestThresholdsOmittedAndEmptyAreKeptApart(t *testing.T) {
	cases := map[string]*[]v1alpha1.Threshold{
		"omitted": nil,
		"empty":   {},
		"one":     {{Name: "low", RemainingBelowPercent: ptr.To[int32](20)}},
	}
	for name, thresholds := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watch := watchWith(thresholds)
			mustNot(t, api(t).Create(t.Context(), watch))

			stored := &v1alpha1.QuotaWatch{}
			mustNot(t, api(t).Get(t.Context(), client.ObjectKeyFromObject(watch), stored))
			if diff := cmp.Diff(thresholds, stored.Spec.Thresholds); diff != "" {
				t.Errorf("thresholds changed on their way (-written +read):\n%s", diff)
			}
		})
	}
}

func watchWith(thresholds *[]v1alpha1.Threshold) *v1alpha1.QuotaWatch {
	return &v1alpha1.QuotaWatch{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "thresholds-", Namespace: namespace},
		Spec: v1alpha1.QuotaWatchSpec{
			AccountRef: v1alpha1.VendorAccountReference{Name: "polyv"},
			Packages:   &v1alpha1.PackagesReading{},
			Thresholds: thresholds,
		},
	}
}
