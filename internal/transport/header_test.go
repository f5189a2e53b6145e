// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		value string
		want  time.Duration
	}{
		"absent":               {"", 0},
		"seconds":              {"120", 2 * time.Minute},
		"seconds with spaces":  {" 5 ", 5 * time.Second},
		"zero":                 {"0", 0},
		"negative":             {"-5", 0},
		"the most negative":    {"-9223372036854775808", 0},
		"more than fits":       {"9223372036854775807", 9223372036 * time.Second},
		"fractions":            {"1.5", 0},
		"garbage":              {"soon", 0},
		"a date ahead":         {"Sat, 21 Nov 2026 10:01:30 GMT", 90 * time.Second},
		"a date of RFC 850":    {"Saturday, 21-Nov-26 10:01:30 GMT", 90 * time.Second},
		"a date past":          {"Sat, 21 Nov 2026 09:59:00 GMT", 0},
		"a date without a day": {"21 Nov 2026", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := retryAfter(http.Header{"Retry-After": {test.value}}, now); got != test.want {
				t.Errorf("retryAfter(%q) = %v, want %v", test.value, got, test.want)
			}
		})
	}
}

func TestDate(t *testing.T) {
	want := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	if got := date(http.Header{"Date": {"Sat, 21 Nov 2026 10:00:00 GMT"}}); !got.Equal(want) {
		t.Errorf("date = %v, want %v", got, want)
	}
	if got := date(http.Header{"Date": {"yesterday"}}); !got.IsZero() {
		t.Errorf("an unparsable date = %v, want zero", got)
	}
	if got := date(http.Header{}); !got.IsZero() {
		t.Errorf("an absent date = %v, want zero", got)
	}
}

func TestIsJSON(t *testing.T) {
	tests := map[string]struct {
		contentType string
		want        bool
	}{
		"JSON":                     {"application/json", true},
		"JSON with a charset":      {"application/json; charset=utf-8", true},
		"JSON in capitals":         {"Application/JSON;charset=UTF-8", true},
		"text":                     {"text/json", true},
		"a suffix":                 {"application/problem+json", true},
		"parameters that are none": {"application/json; charset", true},
		"HTML":                     {"text/html; charset=utf-8", false},
		"JSON in another name":     {"application/jsonp", false},
		"JSON in a parameter":      {"text/plain; x=application/json", false},
		"absent":                   {"", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := IsJSON(http.Header{"Content-Type": {test.contentType}}); got != test.want {
				t.Errorf("IsJSON(%q) = %v, want %v", test.contentType, got, test.want)
			}
		})
	}
}
