// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"slices"
	"strings"
)

// pollInterval is how often something is read or checked.
func pollInterval(field string) []bound {
	return duration(field, "must be between 1m and 720h, such as 30m or 1h30m",
		[]string{"1m", "60s", "1h30m", "1.5h", "720h", "719h59m59.999s"},
		[]string{"0s", "59s", "59.999s", "720h1s"})
}

// horizon is how far a threshold looks ahead.
func horizon(field string) []bound {
	return duration(field, "must be above zero and at most 17520h, such as 72h",
		[]string{"1ms", "72h", "17520h"},
		[]string{"0s", "0h0m", "17520h1ms"})
}

// staleness is an age; that it is at least an interval is a rule of its own.
func staleness(field string) []bound {
	return duration(field, "must be a duration of at most 2160h, such as 3h or 1h30m",
		[]string{"1h", "2160h"},
		[]string{"2160h1s"})
}

// duration is a span of time with its units. Whatever the mistake, the user is
// told once, and told what is allowed.
func duration(field, says string, within, beyond []string) []bound {
	return []bound{
		limit(field, values(within...), values(slices.Concat(beyond, malformedDurations)...), leaf(field)+" "+says),
		limit(field, values(longestDuration), values("0"+longestDuration), tooLong(32)),
		limit(field, nil, values(90), noString),
	}
}

var longestDuration = strings.Repeat("00000h", 5) + "1h"

var malformedDurations = []string{
	"", "90", "h", "-1h", "+1h", "1e3h", "7d", "1w", "1H", "1h 30m", " 1h", "1h\n", "1,5h", ".5h", "1.h", "one hour",
	"1us", "1ns", // finer than anything here is measured
	"2562048h", "99999999999999999999h", // more than a Go duration holds
}
