// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import "testing"

func TestFingerprintTellsCredentialsApart(t *testing.T) {
	of := func(id, secret string) string { return fingerprint(map[string]string{"id": id, "secret": secret}) }
	good := of("key", "good")
	if got := of("key", "good"); got != good {
		t.Errorf("the same credential has the fingerprints %s and %s", good, got)
	}
	for name, other := range map[string]string{"mistyped": of("key", "mistyped"), "rotated": of("another", "good")} {
		if other == good {
			t.Errorf("a %s credential has the fingerprint of the good one", name)
		}
	}
}
