// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// All of this happens side by side, each in a world of its own, because most of
// the time of each goes by until the next slot. Each step goes on where the one
// before ended.
var _ = Describe("A cluster that fails", Ordered, ContinueOnFailure, func() {
	var (
		k              *killing
		elected, alone *outage
		t              *trouble
		direct         *deployment
		neighbours     []*account
	)
	BeforeAll(func(ctx SpecContext) {
		k = newKilling(ctx, shared)
		elected, alone = newOutage(ctx, shared, "elected"), newOutage(ctx, shared, "alone", "--leader-elect=false")
		t = newTrouble(ctx, shared)
		direct = &deployment{world: newWorld(shared), kubeconfig: shared.kubeconfig}
		neighbours = direct.addAccounts(direct.newSimulator("direct"))
		direct.apply(ctx, neighbours...)
		direct.run()

		for _, o := range []*outage{elected, alone} {
			o.eventually(ctx, patience, upToDate, o.accounts...)
		}
		t.eventually(ctx, patience, upToDate, t.accounts...)
		t.before = t.restingFootprint(ctx, t.manager)
		k.eventually(ctx, patience, upToDate, k.known()...)
		elected.begin(ctx)
		alone.begin(ctx)
		k.strike(ctx)
	})

	Describe("kills the manager", func() {
		It("while it holds the Lease: another goes on when that has run out, and not before", func(ctx SpecContext) {
			k.eventuallyLeads(ctx)
			k.led = time.Now()
			Expect(k.callsWithoutLeader()).To(BeEmpty())
		})

		for _, s := range steps {
			It(s.title+": nothing is lost, or done twice", func(ctx SpecContext) {
				k.eventually(ctx, interval+slack-time.Since(k.led), acknowledged, s.accounts...)
				watches, err := k.watches(ctx)
				Expect(err).NotTo(HaveOccurred())
				for _, a := range s.accounts {
					Expect(a.askedMore(s.asks+slotsSince(k.polled), k.asked)).To(BeEmpty())
					Expect(changedHistory(a, watches[a.name])).To(BeEmpty())
					Eventually(k.events).WithArguments(ctx, a).WithTimeout(patience).Should(s.tells(a))
				}
			})
		}
	})

	Describe("has an API server", func() {
		It("that is slow: all is served, only later", func(ctx SpecContext) {
			recovered := t.proxy.inject(anyRequest, 0, late(2*time.Second))
			t.ask(ctx, t.slow...)
			t.eventually(ctx, patience, acknowledged, t.slow...)
			recovered()
		})

		It("to which others write just before: both are kept", func(ctx SpecContext) {
			const collisions = 3
			asked := time.Now()
			t.collide(collisions, t.contested...)
			t.ask(ctx, t.contested...)
			t.eventually(ctx, patience, acknowledged, t.contested...)
			t.eventually(ctx, patience, collided(collisions), t.contested...)
			for _, a := range t.contested {
				Expect(a.askedMore(1+slotsSince(t.started), asked)).To(BeEmpty(), "no conflict is a cause to ask")
			}
		})

		It("to which others write the same objects all the time: both are kept", func(ctx SpecContext) {
			rival := t.startRival(t.disturbed...)
			t.ask(ctx, t.disturbed...)
			t.eventually(ctx, patience, acknowledged, t.disturbed...)
			rival.expectKept(ctx)
		})

		It("that refuses everything for a while: all is served afterwards", func(ctx SpecContext) {
			const aWhile, manyRequests = 10 * time.Second, 100
			recovered := t.proxy.inject(not(forLease), 0, refusals())
			began := time.Now()
			t.ask(ctx, t.refused...)
			Eventually(func() time.Duration { return time.Since(began) }, patience, often).Should(BeNumerically(">", aWhile))
			Expect(t.proxy.count(anyRequest, began)).To(BeNumerically("<", manyRequests), "refusals raise no storm")
			recovered()
			t.eventually(ctx, interval, acknowledged, t.refused...)
		})

		It("that ends watches again and again: nothing is missed", func(ctx SpecContext) {
			rival := t.startRival(t.unheard...) // so that there is something to tell
			t.closeWatches(t.proxy.cutWatches)
			t.closeWatches(t.proxy.tearWatches)
			t.ask(ctx, t.unheard...)
			t.closeWatches(t.proxy.cutWatches)
			t.eventually(ctx, patience, acknowledged, t.unheard...)
			rival.expectKept(ctx)
		})
	})

	Describe("is without its API server for minutes", func() {
		BeforeAll(func(ctx SpecContext) {
			if !inFull() {
				AddReportEntry(fmt.Sprintf("The API server is away for %s; for ten minutes it is with make test-faults.", outageInShort))
			}
			elected.awaitEnd()
			elected.end(ctx)
			alone.end(ctx)
			// What is asked in the next slots only, is asked meanwhile.
			k.use(k.idle...)
			t.use(t.bystanders...)
		})

		It("and the leader gives up: another goes on, and all is told within an interval", func(ctx SpecContext) {
			elected.eventuallyLeads(ctx)
			elected.eventually(ctx, interval+slack, upToDate, elected.accounts...)
			Expect(elected.restarts()).To(BeNumerically(">", 0))
			for _, a := range elected.accounts {
				Expect(a.askedMore(1+slotsSince(elected.ended), elected.ended)).To(BeEmpty())
			}
		})

		It("and the manager elects no leader: it polls on schedule, and all is told within an interval", func(ctx SpecContext) {
			alone.eventually(ctx, interval+slack, upToDate, alone.accounts...)
			for _, a := range alone.accounts {
				Expect(a.calledTooOften(time.Time{})).To(BeEmpty())
				Expect(a.calledLate(time.Now())).To(BeEmpty())
			}
			Expect(alone.restarts()).To(BeZero())
			alone.expectFootprint(ctx, alone.manager, alone.before)
		})
	})

	It("asks in the slots, and not before, what nobody asked for meanwhile", func(ctx SpecContext) {
		k.eventually(ctx, interval+slack, upToDate, k.idle...)
		t.eventually(ctx, interval+slack, upToDate, t.accounts...)
		for _, a := range slices.Concat(k.idle, t.bystanders) {
			Expect(a.calledTooOften(time.Time{})).To(BeEmpty())
		}
		for _, s := range steps {
			for _, a := range s.accounts {
				Expect(k.events(ctx, a)).To(s.tells(a), "an interval later nothing has been told again")
			}
		}
		Expect(t.restarts()).To(BeZero())
		t.expectFootprint(ctx, t.manager, t.before)
	})

	It("restarts its API server", func(ctx SpecContext) {
		before, began := direct.restingFootprint(ctx, direct.manager), time.Now()
		Expect(shared.controlPlane.StopAPIServer()).To(Succeed())
		direct.use(neighbours...)
		Expect(shared.controlPlane.StartAPIServer()).To(Succeed())
		took := time.Since(began)
		direct.refresh(ctx, neighbours...)
		// On a busy machine it takes so long that leaders give up.
		within := interval + slack + restartBackoff + leaseDuration
		direct.eventually(ctx, within, acknowledged, neighbours...)
		for _, d := range []*deployment{k.deployment, elected.deployment, alone.deployment, t.deployment} {
			d.eventually(ctx, within, upToDate, d.accounts...)
		}
		if took > quickRestart {
			AddReportEntry(fmt.Sprintf("The restart took %s: whether managers live through a quick one is not judged.", took))
			return
		}
		Expect(direct.restarts()).To(BeZero())
		for _, a := range neighbours {
			const refreshAndSlot = 2 // a slot may come before the refresh is asked for
			Expect(a.askedMore(refreshAndSlot+slotsSince(began), began)).To(BeEmpty())
		}
		direct.expectFootprint(ctx, direct.manager, before)
	})
})

// quickRestart is a restart of kube-apiserver that a leader lives through.
const quickRestart = 8 * time.Second
