// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"
	"time"
)

func TestReferenceIsAFewMicroseconds(t *testing.T) {
	got, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	if got < time.Microsecond || got > 10*time.Millisecond {
		t.Errorf("a status takes %s of CPU time", got)
	}
}
