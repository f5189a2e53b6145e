// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

func TestRecorderKeepsWhatIsCounted(t *testing.T) {
	r := newRecorder()
	for _, c := range []vendorsim.Call{
		{Credential: "a", Time: at(3), Outcome: vendorsim.OutcomeOK},
		{Credential: "b", Time: at(1), Outcome: string(vendorsim.FaultHTTP429RetryAfter)},
		{Credential: "a", Time: at(2), Outcome: "InternalError"},
		{Credential: "a", Time: at(4), Outcome: vendorsim.OutcomeOK},
	} {
		r.add(c)
	}
	want := []call{
		{at: at(1), credential: 1, throttled: true},
		{at: at(2), credential: 0},
		{at: at(3), credential: 0, ok: true},
	}
	if diff := cmp.Diff(want, r.between(at(0), at(4)), cmp.AllowUnexported(call{})); diff != "" {
		t.Errorf("calls before the end, in order (-want +got):\n%s", diff)
	}
	if got := r.count(); got != 4 {
		t.Errorf("%d calls counted", got)
	}
	if id, known := r.credential("b"); id != 1 || !known {
		t.Errorf("credential %d, known: %t", id, known)
	}
	if _, known := r.credential("c"); known {
		t.Error("a credential that made no call is known")
	}
}
