// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Ten minutes without the API server", func() {
	const interval = time.Minute // of every reading

	It("move no poll, lose no number and are over within an interval", func() {
		w := newWorld()
		w.startReplica().lead()
		f := newFleet(w, 8, 4, interval)
		f.apply()
		f.pass(2 * interval)
		f.expectReady(f.active()...)

		polls := len(f.polls.all())
		f.requests.down.Store(true)
		for range 10 {
			f.use()
			f.pass(interval)
		}
		Expect(len(f.polls.all())).To(BeNumerically(">", polls+9*len(f.active())), "polls in the outage")
		// A write that fails is tried again with every poll, and beside them at most
		// as often as a backoff from one second doubles in ten minutes.
		const tries = 10 + 10
		objects := len(f.active()) + len(f.accounts)
		Expect(f.requests.refused.Load()).To(BeNumerically("<=", tries*objects))
		f.requests.down.Store(false)

		f.pass(interval)
		f.expectReady(f.active()...)
		f.expectLatestNumbers()
		Expect(f.vanished).To(BeEmpty(), "what was written at any time")
		Expect(f.ledger().problems()).To(BeEmpty())
	})
})
