// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"sync/atomic"
	"testing"
)

func TestBlockedSeesWhoeverRuns(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var turns atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			turns.Add(1)
		}
	}()
	for attempt := 0; turns.Load() == 0; attempt++ {
		briefly(attempt)
	}
	for range 1000 {
		if blocked() {
			t.Fatal("a goroutine that never waits was not seen")
		}
	}
	stop()
	<-ended
	for attempt := 0; !blocked(); attempt++ { // or the test runs into its time limit
		briefly(attempt)
	}
}
