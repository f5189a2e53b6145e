// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"net/http"
	"net/http/httptest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

var _ = Describe("Two replicas", func() {
	const interval = time.Hour // of the watch
	var leader, standby *operator
	BeforeEach(func() {
		leader = prepareOperator(vendorsim.ScenarioSeeds)
		leader.elects = true
		standby = leader.another()
		leader.start()
		Eventually(leader.mgr.Elected()).WithTimeout(patience).Should(BeClosed())
		standby.start()
		leader.applied(leader.secret(), leader.account(), leader.watch())
		leader.eventuallyWatch(And(beReady(), haveSeeds()))
		leader.eventuallyAccount(beReady())
	})

	// handOver stops the leader and waits until the standby works in its place.
	handOver := func() {
		GinkgoHelper()
		leader.stop()
		Eventually(standby.mgr.Elected()).WithTimeout(patience).Should(BeClosed())
		Eventually(standby.reconciles("quotawatch")).WithTimeout(patience).Should(BeNumerically(">", 0))
	}

	It("poll as one does, whoever leads", func() {
		leader.poll(interval)
		leader.poll(interval)
		handOver()
		standby.poll(interval)
		standby.poll(interval)

		times := leader.pollTimes()
		Expect(times).To(HaveLen(5))
		for i := 2; i < len(times); i++ { // the first came before its slot
			Expect(times[i].Sub(times[i-1])).To(BeNumerically("~", interval, time.Minute), "polls %v", times)
		}
		standby.eventuallyWatch(And(beReady(), haveSeeds()))
	})

	It("repeat no poll but the one that was running", func() {
		leader.poll(interval)
		Expect(leader.vendor.Inject(vendorsim.ServiceTencent, vendorsim.Fault{Name: vendorsim.FaultHang})).To(Succeed())
		calls := leader.vendor.CallCount()
		Eventually(func() int {
			leader.clock.Step(time.Minute)
			return leader.vendor.CallCount()
		}).WithTimeout(patience).Should(Equal(calls + 1))
		handOver()
		Expect(leader.vendor.Clear(vendorsim.ServiceTencent, vendorsim.FaultHang)).To(Succeed())
		leader.vendor.Reset()
		Eventually(func() int {
			standby.advance(time.Minute) // the missed poll is made up for within minutes
			return standby.polls()
		}).WithTimeout(patience).Should(Equal(1))
		standby.eventuallyWatch(And(beReady(), haveSeeds()))
		standby.advance(20 * time.Minute)
		Consistently(standby.polls).WithTimeout(300 * time.Millisecond).Should(Equal(1))
	})

	It("are both ready, and only the leader asks and writes", func() {
		queue := func() int {
			q, ok := standby.queues.Load("quotawatch")
			if !ok {
				return 0
			}
			return q.(*countingQueue).Len()
		}
		Eventually(queue).WithTimeout(patience).Should(Equal(1), "warm: it knows what there is to do")
		for _, o := range []*operator{leader, standby} {
			check, err := Synced(suiteContext, o.mgr.GetCache())
			Expect(err).NotTo(HaveOccurred())
			Expect(check(httptest.NewRequest(http.MethodGet, "/readyz", nil))).To(Succeed())
		}
		Expect(standby.requests.counts()).NotTo(Or(
			HaveKey("get secrets"), HaveKey("patch quotawatches/status"), HaveKey("patch vendoraccounts/status")))
	})
})

var _ = Describe("The readiness probe", func() {
	It("fails until the cache holds all that the controllers work with", func() {
		o := prepareOperator(vendorsim.ScenarioSeeds)
		o.build()
		check, err := Synced(suiteContext, o.mgr.GetCache())
		Expect(err).NotTo(HaveOccurred())
		request := httptest.NewRequest(http.MethodGet, "/readyz", nil)
		Expect(check(request)).To(MatchError(ContainSubstring("not synced")))
		o.run()
		Expect(check(request)).To(Succeed())
	})
})

// pollTimes are when the packages were read.
func (o *operator) pollTimes() []time.Time {
	var times []time.Time
	for _, call := range o.vendor.Calls() {
		if call.Query == "PackageType=1" {
			times = append(times, call.Time)
		}
	}
	return times
}
