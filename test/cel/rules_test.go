// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"testing"
)

// rule is one rule of the schema from both sides: what it lets through, what
// it refuses, and what the user is told. Both are changes, in YAML, to the spec
// of a minimal object.
type rule struct {
	accepts, refuses string
	field, says      string
}

func (r rule) cause() cause { return cause{r.field, r.says} }

// testRules creates a minimal object with each change.
func testRules(t *testing.T, minimal string, rules map[string]rule) {
	t.Helper()
	for name, r := range rules {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := parse(t, minimal)

			answer, err := tryCreate(t, withSpec(t, base, r.accepts))
			expectAccepted(t, answer, err)

			_, err = tryCreate(t, withSpec(t, base, r.refuses))
			expectRefused(t, err, r.cause())
		})
	}
}

// testUpdateRules changes a stored object.
func testUpdateRules(t *testing.T, stored string, rules map[string]rule) {
	t.Helper()
	base := store(t, parse(t, stored))
	for name, r := range rules {
		t.Run(name, func(t *testing.T) {
			answer, err := tryUpdate(t, withSpec(t, base, r.accepts))
			expectAccepted(t, answer, err)

			_, err = tryUpdate(t, withSpec(t, base, r.refuses))
			expectRefused(t, err, r.cause())
		})
	}
}
