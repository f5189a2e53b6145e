// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// The day of an operator with 1,000 watches of 50 accounts. Each step goes on
// where the one before ended.
var _ = Describe("A simulated day", Ordered, func() {
	var (
		f      *fleet
		leader *replica
	)
	BeforeAll(func() {
		w := newWorld()
		leader = w.startReplica()
		leader.lead()
		f = newFleet(w, 50, 20, mixedIntervals...)
		for _, a := range f.accounts {
			a.watches[19].Spec.Suspend = true
		}
		f.accounts[49].object.Spec.Suspend = true
	})

	It("00:00 begins with everything new", func() {
		f.apply()
		f.pass(time.Minute)
		f.expectReady(f.active()...)
	})

	It("02:00 keys are rotated, and the old ones are void", func() {
		f.passTo(f.hour(2))
		f.use()
		rotated := f.accounts[0:4]
		for _, a := range rotated {
			f.newKey(a)
			f.storeKey(a, secretOf(a.key()))
		}
		f.pass(time.Minute)
		f.expectReady(f.active(rotated...)...)
	})

	It("03:00 keys are mistyped, and for an hour nobody notices", func() {
		f.passTo(f.hour(3))
		mistyped := f.accounts[4:8]
		for _, a := range mistyped {
			f.storeKey(a, "mistyped")
		}
		f.passTo(f.hour(4))
		f.expectNotReady("Unauthenticated", f.active(mistyped...)...)
		for _, a := range mistyped {
			f.storeKey(a, secretOf(a.key()))
		}
		f.pass(time.Minute)
		f.expectReady(f.active(mistyped...)...)
	})

	It("05:00 some are suspended, and others go on", func() {
		f.passTo(f.hour(5))
		paused, partly, last := f.accounts[8], f.accounts[9], f.accounts[len(f.accounts)-1]
		f.suspendAccount(paused, true)
		f.suspendWatches(partly.watches[:10], true)
		f.suspendAccount(last, false)
		for _, a := range f.accounts[:len(f.accounts)/2] {
			f.suspendWatches(a.watches[19:], false)
		}
		f.passTo(f.hour(6))
		f.use()
		f.passTo(f.hour(7))
		f.expectNotReady(v1alpha1.ReasonAccountSuspended, paused.watches[:19]...)
		f.expectNotReady(v1alpha1.ReasonSuspended, partly.watches[:10]...)
		f.expectReady(f.active()...)
		f.suspendAccount(paused, false)
		f.suspendWatches(partly.watches[:10], false)
		f.pass(time.Minute)
		f.expectReady(f.active(paused, partly)...)
	})

	It("08:00 Tencent Cloud is out for an hour", func() {
		f.passTo(f.hour(8))
		f.fail(vendorsim.ServiceTencent, vendorsim.FaultConnectionReset, "")
		f.pass(30 * time.Minute)
		f.recover(vendorsim.ServiceTencent, vendorsim.FaultConnectionReset)
		f.fail(vendorsim.ServiceTencent, vendorsim.FaultHTTPHTML, "503")
		f.passTo(f.hour(9).Add(-time.Minute))
		f.expectReady(f.active()...) // nothing is as old as three intervals
		f.recover(vendorsim.ServiceTencent, vendorsim.FaultHTTPHTML)
	})

	It("10:00 POLYV blocks the address, from which somebody else calls too often", func() {
		f.passTo(f.hour(10))
		began := f.clock.Now()
		f.callTooOften()
		f.pass(5 * time.Minute)
		f.callTooOften()
		f.pass(5*time.Minute + time.Second)
		f.trouble[vendorsim.ServicePolyv] = append(f.trouble[vendorsim.ServicePolyv], span{began, f.clock.Now()})
		f.expectProbesOnly(vendorsim.ServicePolyv, 5*time.Minute, began)
		f.expectReady(f.active()...)
	})

	It("12:30 the vendors' clocks are 20 minutes ahead for 40 minutes", func() {
		f.passTo(f.hour(12))
		f.use()
		f.pass(30 * time.Minute)
		for _, service := range f.vendors.Services() {
			f.fail(service, vendorsim.FaultClockSkew, "20m")
		}
		f.pass(40 * time.Minute)
		f.expectReady(f.active()...)
		for _, service := range f.vendors.Services() {
			f.recover(service, vendorsim.FaultClockSkew)
		}
	})

	It("14:00 another replica takes the lead", func() {
		f.passTo(f.hour(14))
		next := f.startReplica()
		leader.stop()
		next.lead()
		leader = next
		f.down = append(f.down, span{f.clock.Now(), f.clock.Now()})
		f.pass(time.Minute)
		f.expectReady(f.active()...)
	})

	It("16:00 nobody leads for 40 minutes", func() {
		f.passTo(f.hour(16))
		f.use()
		began := f.clock.Now()
		leader.stop()
		f.pass(40 * time.Minute)
		leader = f.startReplica()
		leader.lead()
		f.down = append(f.down, span{began, f.clock.Now()})
		f.pass(11 * time.Minute) // what was missed is spread over ten
		f.expectReady(f.active()...)
	})

	It("24:00 ends with every watch ready and the vendors' numbers", func() {
		f.passTo(f.hour(24))
		f.expectReady(f.active()...)
		f.expectLatestNumbers()
		Expect(f.vanished).To(BeEmpty(), "what was written at any time")
	})

	It("made no call early, none above a limit, and lost none", func() {
		l := f.ledger()
		AddReportEntry("The account of calls against the schedule", l.String()+f.effortSoFar().String())
		Expect(l.problems()).To(BeEmpty())
	})
})

// hour returns the time so many hours after the beginning.
func (f *fleet) hour(n int) time.Time { return f.began.Add(time.Duration(n) * time.Hour) }

// fail makes a service fail.
func (f *fleet) fail(service string, fault vendorsim.FaultName, argument string) {
	GinkgoHelper()
	Expect(f.vendors.Inject(service, vendorsim.Fault{Name: fault, Argument: argument})).To(Succeed())
	f.trouble[service] = append(f.trouble[service], span{from: f.clock.Now()})
}

// recover ends the failure that began last.
func (f *fleet) recover(service string, fault vendorsim.FaultName) {
	GinkgoHelper()
	Expect(f.vendors.Clear(service, fault)).To(Succeed())
	trouble := f.trouble[service]
	trouble[len(trouble)-1].to = f.clock.Now()
}

// callTooOften calls POLYV more often than one address may, which it then blocks
// for five minutes.
func (f *fleet) callTooOften() {
	GinkgoHelper()
	f.collectCalls()
	for range 1501 {
		request, err := http.NewRequestWithContext(suiteContext, http.MethodGet, f.endpoint, http.NoBody)
		Expect(err).NotTo(HaveOccurred())
		request.Host = "api.polyv.net"
		response, err := http.DefaultClient.Do(request)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
	}
	f.forgetCalls()
}

// expectProbesOnly checks that there were calls to a service since a time, but
// that none came sooner than so long after the one before.
func (f *fleet) expectProbesOnly(service string, pause time.Duration, since time.Time) {
	GinkgoHelper()
	var last time.Time
	probes := 0
	for _, call := range f.calls {
		if call.Service != service || call.Time.Before(since) || call.Outcome == vendorsim.OutcomeOK {
			continue
		}
		Expect(call.Time.Sub(last)).To(BeNumerically(">=", pause))
		last = call.Time
		probes++
	}
	Expect(probes).To(BeNumerically(">=", 2))
}

// expectReady checks that watches are Ready.
func (f *fleet) expectReady(watches ...*watch) {
	GinkgoHelper()
	f.expectCondition(metav1.ConditionTrue, v1alpha1.ReasonSucceeded, watches)
}

// expectNotReady checks that watches are not Ready, for that reason.
func (f *fleet) expectNotReady(reason string, watches ...*watch) {
	GinkgoHelper()
	f.expectCondition(metav1.ConditionFalse, reason, watches)
}

func (f *fleet) expectCondition(status metav1.ConditionStatus, reason string, watches []*watch) {
	GinkgoHelper()
	Expect(watches).NotTo(BeEmpty())
	stored := f.stored()
	var others []string
	for _, w := range watches {
		found := meta.FindStatusCondition(stored[client.ObjectKeyFromObject(w)].Status.Conditions, v1alpha1.ConditionReady)
		if found == nil || found.Status != status || found.Reason != reason {
			others = append(others, fmt.Sprintf("%s: %+v", w.Name, found))
		}
	}
	Expect(others).To(BeEmpty(), "watches that are not %s %s", status, reason)
}

// expectLatestNumbers checks that active watches show what the vendors have now.
func (f *fleet) expectLatestNumbers() {
	GinkgoHelper()
	stored := f.stored()
	var wrong []string
	for _, a := range f.accounts {
		for _, w := range f.active(a) {
			wrong = append(wrong, w.wrong(stored[client.ObjectKeyFromObject(w)], a.number())...)
		}
	}
	Expect(wrong).To(BeEmpty())
}
