// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

func TestReferenceTakesTime(t *testing.T) {
	got, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	if got <= 0 {
		t.Errorf("a status takes %s of CPU time", got)
	}
}
