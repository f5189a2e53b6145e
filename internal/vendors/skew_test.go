// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"testing"
	"time"
)

func TestSkewHint(t *testing.T) {
	vendor := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	const cure = "; check the time of the operator's node"
	tests := map[string]struct {
		local, vendor time.Time
		want          string
	}{
		"ahead, rounded to minutes": {vendor.Add(6*time.Minute + 20*time.Second), vendor, "the operator's clock is about 6m ahead of the vendor's" + cure},
		"behind":                    {vendor.Add(-16 * time.Minute), vendor, "the operator's clock is about 16m behind the vendor's" + cure},
		"by hours":                  {vendor.Add(8 * time.Hour), vendor, "the operator's clock is about 8h0m ahead of the vendor's" + cure},
		"not at all":                {vendor.Add(2 * time.Second), vendor, "the vendor finds the operator's clock wrong, though its answer's time agrees"},
		"nobody knows":              {vendor, time.Time{}, "the vendor finds the operator's clock wrong and does not tell its own" + cure},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := SkewHint(test.local, test.vendor); got != test.want {
				t.Errorf("SkewHint = %q, want %q", got, test.want)
			}
		})
	}
}
