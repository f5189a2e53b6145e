// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	. "github.com/onsi/ginkgo/v2"
)

var _ = Describe("A world without faults", func() {
	It("shows what the vendors have, and leaks and tells nothing", func(ctx SpecContext) {
		w := newWorld(shared)
		accounts := w.addAccounts(w.newSimulator("faultless"))
		w.apply(ctx, accounts...)
		m := w.startManager(w.kubeconfig)
		w.eventually(ctx, patience, upToDate, accounts...)
		before := w.restingFootprint(ctx, m)
		w.use(accounts...)
		w.refresh(ctx, accounts...)
		w.eventually(ctx, patience, upToDate, accounts...)
		w.expectNothingMeasured(ctx, m)
		w.expectFootprint(ctx, m, before)
	})
})
