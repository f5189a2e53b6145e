// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

func TestVerdictOccurrences(t *testing.T) {
	says := func(condition string, status metav1.ConditionStatus, reason string) metav1.Condition {
		return metav1.Condition{Type: condition, Status: status, Reason: reason}
	}
	low := func(status metav1.ConditionStatus, reason string) metav1.Condition {
		return says(v1alpha1.ConditionQuotaLow, status, reason)
	}
	exhausted := func(status metav1.ConditionStatus, reason string) metav1.Condition {
		return says(v1alpha1.ConditionQuotaExhausted, status, reason)
	}
	runOut := func(status metav1.ConditionStatus, reason string) []metav1.Condition {
		return []metav1.Condition{says(v1alpha1.ConditionRunOutSoon, status, reason)}
	}
	demand := func(status metav1.ConditionStatus, reason string) []metav1.Condition {
		return []metav1.Condition{says(v1alpha1.ConditionPlannedDemandShort, status, reason)}
	}
	lasts, unforeseen := runOut(metav1.ConditionFalse, v1alpha1.ReasonNotRunningOut), runOut(metav1.ConditionUnknown, v1alpha1.ReasonNoForecast)
	soon, sooner := runOut(metav1.ConditionTrue, v1alpha1.ReasonRunningOutWarning), runOut(metav1.ConditionTrue, v1alpha1.ReasonRunningOutCritical)
	covered, short := demand(metav1.ConditionFalse, v1alpha1.ReasonDemandCovered), demand(metav1.ConditionTrue, v1alpha1.ReasonDemandShort)
	enough := []metav1.Condition{
		low(metav1.ConditionFalse, v1alpha1.ReasonSufficient), exhausted(metav1.ConditionFalse, v1alpha1.ReasonSufficient),
	}
	warned := []metav1.Condition{low(metav1.ConditionTrue, v1alpha1.ReasonLowWarning), enough[1]}
	critical := []metav1.Condition{low(metav1.ConditionTrue, v1alpha1.ReasonLowCritical), enough[1]}
	empty := []metav1.Condition{critical[0], exhausted(metav1.ConditionTrue, v1alpha1.ReasonExhausted)}
	tests := map[string]struct {
		before, after []metav1.Condition
		want          []string
	}{
		"the first verdicts are good": {nil, enough, nil},
		"too little":                  {enough, warned, []string{v1alpha1.EventQuotaLow}},
		"still too little":            {warned, warned, nil},
		"far too little":              {warned, critical, []string{v1alpha1.EventQuotaLow}},
		"a little more":               {critical, warned, nil},
		"nothing":                     {critical, empty, []string{v1alpha1.EventQuotaExhausted}},
		"something, but too little":   {empty, critical, nil},
		"enough again":                {empty, enough, []string{v1alpha1.EventQuotaRecovered}},
		"nobody asks any more":        {warned, []metav1.Condition{low(metav1.ConditionFalse, v1alpha1.ReasonNotRequested), enough[1]}, nil},
		"nobody knows":                {warned, []metav1.Condition{low(metav1.ConditionUnknown, v1alpha1.ReasonDataStale), enough[1]}, nil},
		"the first forecast is good":  {unforeseen, lasts, nil},
		"runs out soon":               {lasts, soon, []string{v1alpha1.EventRunOutSoon}},
		"runs out sooner":             {soon, sooner, []string{v1alpha1.EventRunOutSoon}},
		"runs out later again":        {sooner, lasts, nil},
		"an event is not covered":     {covered, short, []string{v1alpha1.EventPlannedDemandShort}},
		"an event is covered again":   {short, covered, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, o := range verdictOccurrences(test.before, test.after) {
				got = append(got, o.reason)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Events (-want +got):\n%s", diff)
			}
		})
	}
}
