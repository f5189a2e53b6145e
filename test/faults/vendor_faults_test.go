// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

const (
	// vendorPause is what the Retry-After of a vendor asks for: longer than the
	// schedule would wait anyway.
	vendorPause = 2 * interval
	// addressPause is for how long POLYV blocks an address, and how long one is
	// left alone that is turned away without a Retry-After.
	addressPause = 5 * time.Minute
	// staleAfter is when numbers are too old here, so that the end of that is seen.
	staleAfter = 90 * time.Second
	// callTimeout is how long a call may take.
	callTimeout = 20 * time.Second
)

const (
	unavailable = v1alpha1.ErrorUnavailable
	throttled   = v1alpha1.ErrorThrottled
)

// tooMany is a vendor's 429 that does not say when to come back.
var tooMany = simulated("http-429", vendorsim.Fault{Name: vendorsim.FaultHTTP429}, throttled, "HTTP429")

// tooManyForNow is one that does.
var tooManyForNow = simulated("http-429-retry-after",
	vendorsim.Fault{Name: vendorsim.FaultHTTP429RetryAfter, Argument: "120"}, throttled, "HTTP429")

var vendorFaults = []*vendorFault{
	simulated("http-500", vendorsim.Fault{Name: vendorsim.FaultHTTPHTML, Argument: "500"}, unavailable, "HTTP500"),
	simulated("http-502-html", vendorsim.Fault{Name: vendorsim.FaultHTTPHTML, Argument: "502"}, unavailable, "HTTP502"),
	tooMany,
	tooManyForNow,
	simulated("hang", vendorsim.Fault{Name: vendorsim.FaultHang}, unavailable, "Timeout"),
	simulated("reset", vendorsim.Fault{Name: vendorsim.FaultConnectionReset}, unavailable, "Reset"),
	simulated("truncated", vendorsim.Fault{Name: vendorsim.FaultTruncatedJSON}, v1alpha1.ErrorMalformed, ""),
	simulated("slow-loris", vendorsim.Fault{Name: vendorsim.FaultSlowBody, Argument: "1s"}, unavailable, "Timeout"),
	// One account at each vendor: more that are polled at once use up the memory for
	// answers of all accounts together.
	simulated("64-mib", vendorsim.Fault{Name: vendorsim.FaultHugeBody}, unavailable, "BodyTooLarge",
		&tencentKind, &polyvKind, &volcengineKind),
	simulated("clock-skew", vendorsim.Fault{Name: vendorsim.FaultClockSkew, Argument: "20m"}, v1alpha1.ErrorClockSkew, ""),
	unknownName("dns"),
	badCertificate("expired-certificate", expired, false),
	badCertificate("certificate-for-another-name", forAnotherName, false),
	badCertificate("certificate-of-a-stranger", forThisMachine, true),
}

// All faults strike one manager at the same time, at an address for each. Each
// step goes on where the one before ended.
var _ = Describe("Faults of vendors", Ordered, ContinueOnFailure, func() {
	var (
		w          *world
		m          *manager
		before     footprint
		neighbours []*account
		afflicted  []*account
		blocked    []*account // whose address POLYV turns away
		paused     []*account // newcomers who share a key that has to wait
		turnedAway []*account // newcomers at the address
		began      time.Time
		ended      time.Time
	)

	BeforeAll(func(ctx SpecContext) {
		w = newWorld(shared)
		neighbours = w.addAccounts(w.newSimulator("faultless"))
		for _, fault := range vendorFaults {
			fault.simulator, fault.accounts = fault.prepare(ctx, w)
			for _, a := range fault.accounts {
				a.watch.Spec.StaleAfter = &metav1.Duration{Duration: staleAfter}
			}
			afflicted = append(afflicted, fault.accounts...)
		}
		for _, a := range tooMany.accounts {
			if a.kind.service == vendorsim.ServicePolyv {
				blocked = append(blocked, a)
			}
		}
		w.apply(ctx, neighbours...)
		w.apply(ctx, afflicted...)
		m = w.startManager(w.kubeconfig)
		w.eventually(ctx, patience, upToDate, neighbours...)
		w.eventually(ctx, patience, upToDate, afflicted...)
		before = w.restingFootprint(ctx, m)

		w.use(afflicted...) // a good answer would show
		for _, fault := range vendorFaults {
			fault.begin(ctx, w, fault.simulator, fault.accounts)
		}
		began = time.Now()
		w.refresh(ctx, afflicted...)
	})

	for _, fault := range vendorFaults {
		It(fault.name+" is shown, and the amounts stay", func(ctx SpecContext) {
			w.eventually(ctx, time.Until(began.Add(callTimeout+patience)), fault.shows, fault.accounts...)
		})
	}

	It("makes newcomers wait, and who asks for a refresh, when the vendor asked for a pause", func(ctx SpecContext) {
		w.refresh(ctx, tooManyForNow.accounts...)
		w.refresh(ctx, blocked...)
		paused, turnedAway = w.join(ctx, tooManyForNow.accounts), w.join(ctx, blocked)
		w.eventually(ctx, patience, isNotReady(string(throttled)), slices.Concat(paused, turnedAway)...)
	})

	It("has Ready turn False when the numbers are too old", func(ctx SpecContext) {
		w.eventually(ctx, time.Until(began.Add(staleAfter+patience)), isStale, afflicted...)
	})

	It("calls no vendor more often than the schedule", func() {
		for _, a := range afflicted {
			Expect(a.calledTooOften(began)).To(BeEmpty())
		}
	})

	It("ends", func(ctx SpecContext) {
		for _, fault := range vendorFaults {
			fault.end(ctx, w, fault.simulator, fault.accounts)
		}
		ended = time.Now()
	})

	for _, fault := range vendorFaults {
		It(fault.name+" is got over within an interval", func(ctx SpecContext) {
			w.eventually(ctx, time.Until(ended.Add(interval+slack)), upToDate, without(fault.accounts, blocked)...)
		})
	}

	It("made nobody wait less than the vendor asked, nor longer", func(ctx SpecContext) {
		w.eventually(ctx, patience, upToDate, paused...)
		for _, a := range tooManyForNow.accounts {
			Expect(a.calledInPause(vendorsim.FaultHTTP429RetryAfter, vendorPause)).To(BeEmpty())
		}
		expectBlockHonoured(blocked)
	})

	It("had neighbours polled in every slot", func(ctx SpecContext) {
		for _, a := range neighbours {
			Expect(a.calledLate(time.Now())).To(BeEmpty())
		}
		w.eventually(ctx, patience, upToDate, neighbours...)
		w.eventually(ctx, often, isReadySince(began), neighbours...)
	})

	It("has every account Ready again", func(ctx SpecContext) {
		rest := without(afflicted, blocked)
		Eventually(func() ([]string, error) { return w.accountsLacking(ctx, rest...) }, patience, often).Should(BeEmpty())
	})

	It("has POLYV asked again when it blocks the address no more", func(ctx SpecContext) {
		if !inFull() {
			Skip("the address is left alone for five minutes: make test-faults waits for that")
		}
		w.eventually(ctx, time.Until(began.Add(addressPause+interval+slack)), upToDate, blocked...)
		w.eventually(ctx, patience, upToDate, turnedAway...)
		expectBlockHonoured(blocked)
	})

	It("leaves nothing behind in the manager", func(ctx SpecContext) {
		w.expectFootprint(ctx, m, before)
	})

	It("has nothing secret in the metrics", func(ctx SpecContext) { w.expectNothingMeasured(ctx, m) })
})

// expectBlockHonoured expects that accounts whose address is turned away leave the
// vendor alone.
func expectBlockHonoured(blocked []*account) {
	GinkgoHelper()
	for _, a := range blocked {
		Expect(a.calledInPause(vendorsim.FaultHTTP429, addressPause)).To(BeEmpty())
	}
}

// isStale passes watches that say that their numbers are too old.
func isStale(_ *account, watch *v1alpha1.QuotaWatch) string {
	ready := meta.FindStatusCondition(watch.Status.Conditions, v1alpha1.ConditionReady)
	if ready != nil && ready.Status == metav1.ConditionFalse && ready.Reason == v1alpha1.ReasonDataStale &&
		meta.IsStatusConditionTrue(watch.Status.Conditions, v1alpha1.ConditionDataStale) {
		return ""
	}
	return "is not stale: " + readyOf(watch)
}

// isReadySince passes watches that have been Ready since before that time.
func isReadySince(then time.Time) func(*account, *v1alpha1.QuotaWatch) string {
	return func(_ *account, watch *v1alpha1.QuotaWatch) string {
		ready := meta.FindStatusCondition(watch.Status.Conditions, v1alpha1.ConditionReady)
		if ready != nil && ready.Status == metav1.ConditionTrue && ready.LastTransitionTime.Time.Before(then) {
			return ""
		}
		return "was not always Ready: " + readyOf(watch)
	}
}

// without returns accounts but for some of them.
func without(accounts, but []*account) []*account {
	var rest []*account
	for _, a := range accounts {
		if !slices.Contains(but, a) {
			rest = append(rest, a)
		}
	}
	return rest
}
