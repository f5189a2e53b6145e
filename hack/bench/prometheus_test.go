// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const scraped = `# HELP requests_total What was asked.
# TYPE requests_total counter
requests_total{code="200",method="GET"} 3
requests_total{code="200",method="PATCH",} 1.5e+01 1795000000000
requests_total{code="500",method="GET"} 1
other_total{path="a\\b\"},c=",line="1\n2"} 7
lag_bucket{le="+Inf"} 9
plain 4
requests_total_seconds 8
`

func TestParseSamples(t *testing.T) {
	got, err := parseSamples(strings.NewReader(scraped), "requests_total", "other_total", "plain")
	if err != nil {
		t.Fatal(err)
	}
	want := samples{
		{"requests_total", map[string]string{"code": "200", "method": "GET"}, 3},
		{"requests_total", map[string]string{"code": "200", "method": "PATCH"}, 15},
		{"requests_total", map[string]string{"code": "500", "method": "GET"}, 1},
		{"other_total", map[string]string{"path": `a\b"},c=`, "line": "1\n2"}, 7},
		{"plain", map[string]string{}, 4},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(sample{})); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

func TestParseSamplesRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no value":          "plain ",
		"a word as value":   "plain many",
		"an open brace":     `plain{a="b" 1`,
		"an unquoted label": `plain{a=b} 1`,
		"an open quote":     `plain{a="b} 1`,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := parseSamples(strings.NewReader(text+"\n"), "plain"); err == nil {
				t.Errorf("read as %v", got)
			}
		})
	}
}

func TestAddUpSamples(t *testing.T) {
	all, err := parseSamples(strings.NewReader(scraped), "requests_total", "plain")
	if err != nil {
		t.Fatal(err)
	}
	for want, labels := range map[float64][]string{
		19: nil, 4: {"method", "GET"}, 3: {"method", "GET", "code", "200"}, 0: {"method", "PUT"},
	} {
		if got := all.total("requests_total", labels...); got != want {
			t.Errorf("with labels %v: %v, want %v", labels, got, want)
		}
	}
	byCode := all.by("requests_total", func(labels map[string]string) string {
		return strings.TrimSuffix(labels["code"], "500")
	})
	if diff := cmp.Diff(map[string]float64{"200": 18}, byCode); diff != "" {
		t.Errorf("by code (-want +got):\n%s", diff)
	}
}
