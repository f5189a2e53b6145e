// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// reasons counts the writes of status by why they were worth it.
type reasons struct {
	listener *listener

	mu sync.Mutex
	// times are those of each object as they were last written.
	times               map[types.UID]map[string]time.Time
	changes, timesAlone int
	// needless are writes for which there was no reason.
	needless []string
}

func newReasons(l *listener) *reasons {
	return &reasons{listener: l, times: map[types.UID]map[string]time.Time{}}
}

// movingTimes are those that move with every poll.
var movingTimes = []string{"lastAttemptTime", "lastSuccessTime", "nextPollTime", "retryTime", "lastVerifiedTime"}

// inspect looks at a patch of a status: it changes something, or times that are
// old enough.
func (r *reasons) inspect(written client.Object, patch []byte) {
	r.listener.hear("status of "+written.GetName(), string(patch))
	var sent struct {
		Status map[string]any `json:"status"`
	}
	if err := json.Unmarshal(patch, &sent); err != nil {
		panic(err)
	}
	var removed []string
	times := map[string]time.Time{}
	isChange := split(sent.Status, "", times, &removed)
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.times[written.GetUID()]
	switch {
	case isChange:
		r.changes++
	case isDue(known, times):
		r.timesAlone++
	default:
		r.needless = append(r.needless, fmt.Sprintf("%s: %s", written.GetName(), patch))
	}
	if known == nil {
		known = map[string]time.Time{}
		r.times[written.GetUID()] = known
	}
	maps.Copy(known, times)
	maps.DeleteFunc(known, func(at string, _ time.Time) bool {
		return slices.ContainsFunc(removed, func(place string) bool { return strings.HasPrefix(at+".", place+".") })
	})
}

// split takes the moving times out of a status, by their places, and the places of
// what is removed. It tells whether anything else changes.
func split(status map[string]any, place string, times map[string]time.Time, removed *[]string) (changes bool) {
	for name, value := range status {
		at := place + "." + name
		switch value := value.(type) {
		case map[string]any:
			changes = split(value, at, times, removed) || changes
			continue
		case nil:
			*removed = append(*removed, at)
		case string:
			if t, err := time.Parse(time.RFC3339, value); err == nil {
				times[at] = t
			}
		}
		changes = changes || !slices.Contains(movingTimes, name)
	}
	return changes
}

// isDue tells whether one of the times has moved enough for a write, as far as the
// one before is known.
func isDue(before, after map[string]time.Time) bool {
	for at, t := range after {
		if t.Sub(before[at]) >= heartbeat-heartbeat/10 {
			return true
		}
	}
	return false
}
