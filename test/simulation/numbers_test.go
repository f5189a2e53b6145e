// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"testing"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

func TestWatchIsWrongUnlessItShowsItsNumber(t *testing.T) {
	row := func(subject, name string, remaining v1alpha1.Amount) v1alpha1.ResourceStatus {
		return v1alpha1.ResourceStatus{Subject: subject, Name: name, Remaining: remaining}
	}
	tests := map[string]struct {
		rows []v1alpha1.ResourceStatus
		want int
	}{
		"the number":                         {rows: []v1alpha1.ResourceStatus{row("", "traffic", "1000"), row("", "mic-link", "2000")}},
		"an earlier one":                     {rows: []v1alpha1.ResourceStatus{row("", "traffic", "1001"), row("", "mic-link", "2000")}},
		"no row":                             {want: 2},
		"one row less":                       {rows: []v1alpha1.ResourceStatus{row("", "traffic", "1000")}, want: 1},
		"nothing left":                       {rows: []v1alpha1.ResourceStatus{row("", "traffic", "0"), row("", "mic-link", "2000")}, want: 1},
		"what the vendor never had":          {rows: []v1alpha1.ResourceStatus{row("", "traffic", "999"), row("", "mic-link", "2000")}, want: 1},
		"the number, but of one sub-account": {rows: []v1alpha1.ResourceStatus{row("sub", "traffic", "1000"), row("", "mic-link", "2000")}, want: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := &watch{shows: map[string]int64{"traffic": 1, "mic-link": 2}}
			stored := &v1alpha1.QuotaWatch{Status: v1alpha1.QuotaWatchStatus{Resources: test.rows}}
			if got := w.wrong(stored, 1001, 1000); len(got) != test.want {
				t.Errorf("wrong: %q", got)
			}
		})
	}
}
