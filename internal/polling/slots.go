// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"hash/fnv"
	"time"
)

// spreadLimit bounds the time over which missed slots are made up for.
const spreadLimit = 10 * time.Minute

// phase is a query's fixed place within any interval. It comes from what the
// question is, not from the per-process key, so that a restart moves nothing.
func phase(source Source, id question) time.Duration {
	h := fnv.New64a()
	for _, text := range []string{source.Host, source.ID, id.op, id.params} {
		_, _ = h.Write([]byte(text + "\x00"))
	}
	return time.Duration(h.Sum64() >> 1) // the shift leaves 63 bits
}

// nextSlot returns the first slot at or after earliest: the times congruent to
// phase modulo interval.
func nextSlot(phase, interval time.Duration, earliest time.Time) time.Time {
	offset := time.Duration(earliest.UnixNano()) % interval // below zero before 1970
	wait := (phase%interval - offset + interval) % interval
	return earliest.Add(wait)
}

// spread returns a query's fixed place within the time over which missed slots
// are made up for.
func spread(phase, interval time.Duration) time.Duration {
	return phase % min(interval, spreadLimit)
}
