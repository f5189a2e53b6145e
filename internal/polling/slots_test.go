// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"fmt"
	"math"
	"testing"
	"time"
)

func TestNextSlot(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	tests := map[string]struct {
		phase, interval time.Duration
		earliest, want  time.Time
	}{
		"later within the hour": {
			20 * time.Minute, time.Hour, at("2026-11-21T10:05:00Z"), at("2026-11-21T10:20:00Z"),
		},
		"in the next hour": {
			20 * time.Minute, time.Hour, at("2026-11-21T10:20:00.000000001Z"), at("2026-11-21T11:20:00Z"),
		},
		"a slot is its own next": {
			20 * time.Minute, time.Hour, at("2026-11-21T10:20:00Z"), at("2026-11-21T10:20:00Z"),
		},
		"the phase counts modulo the interval": {
			50*time.Hour + 20*time.Minute, time.Hour, at("2026-11-21T10:05:00Z"), at("2026-11-21T10:20:00Z"),
		},
		"the largest phase": {
			math.MaxInt64, time.Second, at("2026-11-21T10:05:00Z"), at("2026-11-21T10:05:00.854775807Z"),
		},
		"the same in any time zone": {
			20 * time.Minute, 24 * time.Hour, at("2026-11-21T10:05:00+08:00"), at("2026-11-22T00:20:00Z"),
		},
		"before 1970": {
			20 * time.Minute, time.Hour, at("1969-12-31T23:30:00Z"), at("1970-01-01T00:20:00Z"),
		},
		"a slot before 1970": {
			20 * time.Minute, time.Hour, at("1969-12-31T22:20:00Z"), at("1969-12-31T22:20:00Z"),
		},
		"the smallest interval": {
			20 * time.Minute, 1, at("2026-11-21T10:05:00.5Z"), at("2026-11-21T10:05:00.5Z"),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := nextSlot(test.phase, test.interval, test.earliest); !got.Equal(test.want) {
				t.Errorf("nextSlot() = %s, want %s", got, test.want)
			}
		})
	}
}

func TestSpread(t *testing.T) {
	tests := map[string]struct {
		interval, within time.Duration
	}{
		"a short interval":         {time.Minute, time.Minute},
		"ten minutes":              {10 * time.Minute, 10 * time.Minute},
		"a long interval":          {24 * time.Hour, 10 * time.Minute},
		"the smallest of them all": {1, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for i := range 1000 {
				got := spread(phase(Source{}, question{params: fmt.Sprint(i)}), test.interval)
				if got < 0 || got >= test.within {
					t.Fatalf("question %d is spread to %s, want less than %s", i, got, test.within)
				}
			}
		})
	}
}

func TestPhaseOutlivesTheProcess(t *testing.T) {
	source := Source{Key: keyer.Key("id"), ID: "id", Host: "vendor.example"}
	got := phase(source, question{op: "packages", params: "Traffic"})
	if want := time.Duration(5059978736314456560); got != want {
		t.Errorf("the phase is %d, want %d: another one moves every poll of every user", got, want)
	}
}
