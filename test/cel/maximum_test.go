// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// The API server gives the rules of one object a budget; the largest objects
// that the schema allows must stay within it, and within what etcd stores.
func TestEveryMaximumAtOnce(t *testing.T) {
	cases := map[string]struct {
		kind   string
		change map[string]any // to what the rules allow together
	}{
		"VendorAccount of Polyv": {
			kind: "VendorAccount",
			change: map[string]any{
				"spec.vendor": "Polyv", "spec.tencentCloud": absent, "spec.volcengine": absent,
			},
		},
		"VendorAccount of TencentCloud": {
			kind: "VendorAccount",
			change: map[string]any{
				"spec.vendor": "TencentCloud", "spec.polyv": absent, "spec.volcengine": absent,
				"spec.requestsPerSecond": 20,
			},
		},
		"VendorAccount of Volcengine": {
			kind: "VendorAccount",
			change: map[string]any{
				"spec.vendor": "Volcengine", "spec.polyv": absent, "spec.tencentCloud": absent,
				"spec.requestsPerSecond": 10,
			},
		},
		"QuotaWatch of packages and usage at Polyv": {
			kind: "QuotaWatch",
			change: map[string]any{
				"spec.packages.tencentCloud": absent, "spec.usage.volcengine": absent,
			},
		},
		"QuotaWatch of live rooms by ID at Volcengine": {
			kind: "QuotaWatch",
			change: map[string]any{
				"spec.packages.polyv": absent, "spec.usage.polyv": absent,
				"spec.usage.volcengine.creator": absent,
			},
		},
		"QuotaWatch of live rooms by creator at Volcengine": {
			kind: "QuotaWatch",
			change: map[string]any{
				"spec.packages.polyv": absent, "spec.usage.polyv": absent,
				"spec.usage.volcengine.activityIDs":         absent,
				"spec.usage.volcengine.creator.mainAccount": absent,
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object := largestOf(t, tc.kind)
			for field, value := range tc.change {
				object = with(t, object, field, value)
			}
			expectStoredAs(t, object, store(t, object))
		})
	}
}

// largestOf makes an object of a kind in which every field is set to the most
// that the schema allows, also where rules exclude each other. Only thresholds,
// of which each has one test, obey the rules.
func largestOf(t *testing.T, kind string) *unstructured.Unstructured {
	t.Helper()
	content, ok := largest(schemaOf(t, kind), "", 0).(map[string]any)
	if !ok {
		t.Fatalf("%s is no object", kind)
	}
	object := &unstructured.Unstructured{Object: content}
	object.SetAPIVersion("quotawatch.dev/v1alpha1")
	object.SetKind(kind)
	object.SetNamespace(namespace)
	object.SetGenerateName("largest-")
	return object
}

// largest makes the largest value that a schema allows; i tells apart the
// items of a list.
func largest(s schema, field string, i int) any {
	switch {
	case s.XIntOrString:
		return longestQuantity
	case s.Type == "array":
		return largestList(s, field)
	case s.AdditionalProperties != nil:
		return largestMap(s, field)
	case s.Type == "object":
		return largestObject(s, field, i)
	case s.Type == "string":
		return largestText(s, field, i)
	case s.Type == "integer":
		return largestInteger(s)
	default:
		return true
	}
}

func largestList(s schema, field string) []any {
	items := make([]any, *s.MaxItems)
	for i := range items {
		items[i] = largest(*s.Items.Schema, field+"[]", i)
	}
	return items
}

func largestMap(s schema, field string) map[string]any {
	entries := make(map[string]any, *s.MaxProperties)
	for i := range int(*s.MaxProperties) {
		entries[fmt.Sprintf("%0128d", i)] = largest(*s.AdditionalProperties.Schema, field+".*", i)
	}
	return entries
}

func largestObject(s schema, field string, i int) map[string]any {
	object := make(map[string]any, len(s.Properties))
	for name, property := range s.Properties {
		object[name] = largest(property, member(field, name), i)
	}
	if field == "spec.thresholds[]" {
		keepOneTest(object, i)
	}
	return object
}

// keepOneTest gives neighbouring thresholds different tests.
func keepOneTest(threshold map[string]any, i int) {
	tests := []string{"remainingBelowPercent", "remainingBelow", "expiresWithin", "runsOutWithin", "usageAbove"}
	for n, test := range tests {
		if n != i%len(tests) {
			delete(threshold, test)
		}
	}
	if _, found := threshold["runsOutWithin"]; found {
		delete(threshold, "subject")
	}
}

func largestInteger(s schema) int64 {
	switch {
	case s.Maximum != nil:
		return int64(*s.Maximum)
	case s.Format == "int32":
		return math.MaxInt32
	default:
		return math.MaxInt64
	}
}

func largestText(s schema, field string, i int) string {
	switch {
	case len(s.Enum) > 0:
		names := enumOf(s)
		return names[i%len(names)]
	case s.Format == "date-time" && strings.HasSuffix(field, "start"):
		return "2026-11-10T12:00:00Z"
	case s.Format == "date-time":
		return "2026-11-11T16:00:00Z"
	default:
		return longestText(s, field, i)
	}
}

// formedByRule are the fields whose form is a rule and no pattern.
var formedByRule = map[string]string{
	"spec.endpoint":                   longestOrigin,
	"spec.proxyURL":                   longestOrigin,
	"spec.polyv.isolationBillPath":    longestBillPath,
	"spec.verifyInterval":             longestDuration,
	"spec.interval":                   longestDuration,
	"spec.staleAfter":                 longestDuration,
	"spec.usage.interval":             longestDuration,
	"spec.bill.interval":              longestDuration,
	"spec.thresholds[].expiresWithin": longestDuration,
	"spec.thresholds[].runsOutWithin": longestDuration,
}

// longestText returns a text of full length in the form that the field wants.
func longestText(s schema, field string, i int) string {
	if text, found := formedByRule[field]; found {
		return text
	}
	most, form := int(*s.MaxLength), regexp.MustCompile(s.Pattern)
	texts := []string{
		fmt.Sprintf("x%0*d", most-1, i),
		fmt.Sprintf("1%0*d", most-1, i),
		fmt.Sprintf("a@%0*d", most-2, i),
		longestAmount, "2026-11-20", "2026-11",
	}
	for _, text := range texts {
		if len(text) == most && form.MatchString(text) {
			return text
		}
	}
	return texts[0] // which the API server refuses, naming the field
}
