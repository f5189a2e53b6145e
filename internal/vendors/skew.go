// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"fmt"
	"time"
)

// SkewHint says how far our clock is from the vendor's, and what to do about
// it. vendor is the Date of its answer; zero when it did not tell. The
// difference is rounded to minutes, so that the hint stays the same while a
// clock drifts.
func SkewHint(local, vendor time.Time) string {
	const cure = "; check the time of the operator's node"
	if vendor.IsZero() {
		return "the vendor finds the operator's clock wrong and does not tell its own" + cure
	}
	switch ahead := local.Sub(vendor).Round(time.Minute); {
	case ahead > 0:
		return fmt.Sprintf("the operator's clock is about %s ahead of the vendor's", minutes(ahead)) + cure
	case ahead < 0:
		return fmt.Sprintf("the operator's clock is about %s behind the vendor's", minutes(-ahead)) + cure
	default:
		return "the vendor finds the operator's clock wrong, though its answer's time agrees"
	}
}

// minutes writes a whole number of minutes without the seconds.
func minutes(d time.Duration) string {
	if d < time.Hour {
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
}
