// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"strings"
	"testing"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestPanicIsAFailureOfItsQuestionOnly(t *testing.T) {
	var logged string
	p := New(Options{Log: funcr.New(func(_, args string) { logged += args }, funcr.Options{})})
	q := &query{question: question{op: vendors.OpUsage}, lane: &lane{}}

	_, err := p.askSafely(t.Context(), q, func(context.Context) (any, error) { panic("a body with a secret") })

	want := error(&vendors.Error{Kind: vendors.KindMalformed, Op: vendors.OpUsage, Code: "Panic"})
	if diff := cmp.Diff(want, err); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if logged == "" || strings.Contains(logged, "a body with a secret") {
		t.Errorf("logged %q, want where it happened and nothing of what", logged)
	}
}
