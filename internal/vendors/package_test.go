// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import "testing"

func TestUnknownResource(t *testing.T) {
	if got := UnknownResource(7); got != "unknown-7" {
		t.Errorf("UnknownResource(7) = %q", got)
	}
}
