// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

func TestReasonsOfWrites(t *testing.T) {
	const first = `{"status":{"state":"OK","lastAttemptTime":"2026-11-23T10:00:00Z","packages":{"lastSuccessTime":"2026-11-23T10:00:00Z"}}}`
	type sums struct{ Changes, TimesAlone, Needless int }
	tests := map[string]struct {
		patches []string // after the first
		want    sums
	}{
		"a change":                     {patches: []string{`{"status":{"resources":[{"name":"traffic"}]}}`}, want: sums{Changes: 1}},
		"a change of a time that says": {patches: []string{`{"status":{"summary":{"nextExpiry":"2026-11-24T00:00:00Z"}}}`}, want: sums{Changes: 1}},
		"something removed":            {patches: []string{`{"status":{"packages":{"lastError":null}}}`}, want: sums{Changes: 1}},
		"times after ten minutes":      {patches: []string{`{"status":{"lastAttemptTime":"2026-11-23T10:10:00Z"}}`}, want: sums{TimesAlone: 1}},
		"times after a minute":         {patches: []string{`{"status":{"lastAttemptTime":"2026-11-23T10:01:00Z"}}`}, want: sums{Needless: 1}},
		"nothing":                      {patches: []string{`{"metadata":{"resourceVersion":"7"}}`}, want: sums{Needless: 1}},
		"one of two times after ten minutes": {
			patches: []string{`{"status":{"lastAttemptTime":"2026-11-23T10:10:00Z","packages":{"lastSuccessTime":"2026-11-23T10:01:00Z"}}}`},
			want:    sums{TimesAlone: 1},
		},
		"times a minute after a change": {
			patches: []string{
				`{"status":{"state":"Low","lastAttemptTime":"2026-11-23T10:09:30Z"}}`, `{"status":{"lastAttemptTime":"2026-11-23T10:10:30Z"}}`,
			},
			want: sums{Changes: 1, Needless: 1},
		},
		"a time that was removed before": {
			patches: []string{`{"status":{"packages":null}}`, `{"status":{"packages":{"lastSuccessTime":"2026-11-23T10:01:00Z"}}}`},
			want:    sums{Changes: 1, TimesAlone: 1},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newReasons(&listener{})
			watch := &v1alpha1.QuotaWatch{ObjectMeta: metav1.ObjectMeta{UID: "a"}}
			r.inspect(watch, []byte(first))
			for _, patch := range test.patches {
				r.inspect(watch, []byte(patch))
			}
			if diff := cmp.Diff(test.want, sums{r.changes - 1, r.timesAlone, len(r.needless)}); diff != "" {
				t.Errorf("(-want +got):\n%s%q", diff, r.needless)
			}
		})
	}
}
