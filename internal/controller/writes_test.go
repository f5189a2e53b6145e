// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

var _ = Describe("The API server", func() {
	const interval = time.Minute
	var o *operator
	BeforeEach(func() { o = prepareOperator(vendorsim.ScenarioSeeds) })

	// settle starts the operator, and waits until it has nothing more to write.
	settle := func() {
		GinkgoHelper()
		o.start()
		watch := o.watch()
		watch.Spec.Interval = &metav1.Duration{Duration: interval}
		o.applied(o.secret(), watch)
		o.eventuallyWatch(beNotReady(v1alpha1.ReasonAccountNotFound)) // so that the account counts it at once
		o.applied(o.account())
		o.eventuallyWatch(beReady())
		o.eventuallyAccount(And(beReady(), HaveField("Status.Watches", HaveValue(Equal(int32(1))))))
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ContainElement(v1alpha1.EventSummaryChanged))
		Eventually(o.idle).MustPassRepeatedly(3).WithTimeout(patience).Should(BeTrue())
		o.poll(interval)
		o.requests.reset()
	}

	It("is not asked anything by polls that find nothing new, and told the time every ten minutes only", func() {
		settle()
		const polls = 20
		reconciled := o.reconciles("quotawatch")()
		for range polls {
			o.poll(interval)
		}
		Expect(o.reconciles("quotawatch")()).To(Equal(reconciled+polls), "own writes wake nobody")
		Expect(o.requests.counts()).To(Or(
			Equal(map[string]int{"patch quotawatches/status": 2}),
			Equal(map[string]int{"patch quotawatches/status": 2, "patch vendoraccounts/status": 1}), // its check came due
		))
	})

	It("gets one write, and the Events, of a poll that finds something new", func() {
		settle()
		o.setLeft(75_000_000_000) // 15 %
		o.poll(interval)
		o.eventuallyWatch(haveCondition(v1alpha1.ConditionQuotaLow, metav1.ConditionTrue, v1alpha1.ReasonLowWarning))
		Eventually(o.requests.counts).WithTimeout(patience).Should(Equal(
			map[string]int{"patch quotawatches/status": 1, "create events": 1}))
	})

	It("is told when a credential that keeps failing is checked again", func() {
		settle()
		Expect(apiServer.Delete(suiteContext, o.watch())).To(Succeed())
		Expect(o.vendor.Inject(vendorsim.ServiceTencent, vendorsim.Fault{Name: vendorsim.FaultThrottle})).To(Succeed())
		for range 3 {
			o.advance(2 * time.Hour)
			o.eventuallyAccount(HaveField("Status.LastError", HaveField("RetryTime.Time", BeTemporally(">", o.clock.Now()))))
		}
	})

	It("keeps somebody else's change, at the cost of a second write and nothing else", func() {
		var interfere atomic.Bool // before the next write
		o.requests.around = func(next http.RoundTripper, r request, sent *http.Request) (*http.Response, error) {
			if r.verb == "patch" && r.resource == "quotawatches/status" && interfere.CompareAndSwap(true, false) {
				edited(o.watch(), func(w *v1alpha1.QuotaWatch) { w.Annotations = map[string]string{"seen-by": "somebody"} })
			}
			return next.RoundTrip(sent)
		}
		settle()
		interfere.Store(true)
		o.setLeft(75_000_000_000) // 15 %
		calls := o.vendor.CallCount()
		o.poll(interval)
		o.eventuallyWatch(And(HaveField("Annotations", HaveKey("seen-by")), haveRemaining("traffic", "75000000000"),
			haveCondition(v1alpha1.ConditionQuotaLow, metav1.ConditionTrue, v1alpha1.ReasonLowWarning)))
		Eventually(o.requests.counts).WithTimeout(patience).Should(Equal(
			map[string]int{"patch quotawatches/status": 2, "create events": 1}))
		Expect(o.requests.answered(http.StatusConflict)).To(Equal(1))
		Expect(o.vendor.CallCount()).To(Equal(calls+3), "one poll of three package types")
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ConsistOf(
			v1alpha1.EventSummaryChanged, v1alpha1.EventQuotaLow))
	})

	It("gets one write of a new watch whose vendor answers at once", func() {
		o.start()
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(beReady())
		Eventually(o.idle).MustPassRepeatedly(3).WithTimeout(patience).Should(BeTrue())
		Expect(o.requests.counts()).To(HaveKeyWithValue("patch quotawatches/status", 1))
	})

	It("is told that the first answer is awaited when that takes long", func() {
		Expect(o.vendor.Inject(vendorsim.ServiceTencent, vendorsim.Fault{Name: vendorsim.FaultHang})).To(Succeed())
		o.start()
		o.applied(o.secret(), o.account(), o.watch())
		Eventually(o.vendor.CallCount).WithTimeout(patience).ShouldNot(BeZero())
		Consistently(o.requests.counts).WithTimeout(300 * time.Millisecond).ShouldNot(HaveKey("patch quotawatches/status"))
		Expect(o.storedWatch().Status.ObservedGeneration).To(BeEquivalentTo(-1), "for whoever waits for it")
		o.advance(firstPatience)
		o.eventuallyWatch(haveCondition(v1alpha1.ConditionReady, metav1.ConditionUnknown, v1alpha1.ReasonProgressing))
	})

	It("is spared a write that would conflict with the operator's own", func() {
		var news sync.RWMutex // held while the operator hears nothing of QuotaWatches
		var deafen, deaf atomic.Bool
		o.requests.around = func(next http.RoundTripper, r request, sent *http.Request) (*http.Response, error) {
			if r.verb == "patch" && r.resource == "quotawatches/status" && deafen.CompareAndSwap(true, false) {
				news.Lock()
				deaf.Store(true)
			}
			response, err := next.RoundTrip(sent)
			if err == nil && r.verb == "watch" && r.resource == "quotawatches" {
				response.Body = &delayed{ReadCloser: response.Body, until: &news}
			}
			return response, err
		}
		resume := func() {
			if deaf.CompareAndSwap(true, false) {
				news.Unlock()
			}
		}
		settle()
		DeferCleanup(resume)
		deafen.Store(true)
		o.setLeft(75_000_000_000)
		o.poll(interval)
		writes := func() int { return o.requests.counts()["patch quotawatches/status"] }
		Eventually(writes).WithTimeout(patience).Should(Equal(1))
		o.setLeft(50_000_000_000)
		o.ask(interval)
		Consistently(writes).WithTimeout(500*time.Millisecond).Should(Equal(1), "the answer waits")
		resume()
		o.eventuallyWatch(haveRemaining("traffic", "50000000000"))
		Expect(writes()).To(Equal(2))
		Expect(o.requests.answered(http.StatusConflict)).To(BeZero())
	})
})

// poll moves the clock until the packages were read once more, and waits until
// the answer was looked at.
func (o *operator) poll(interval time.Duration) {
	GinkgoHelper()
	reconciled := o.reconciles("quotawatch")
	before := reconciled()
	o.ask(interval)
	Eventually(reconciled).WithTimeout(patience).Should(BeNumerically(">", before))
}

// ask moves the clock until the packages were read once more. The first slot may
// be two intervals away.
func (o *operator) ask(interval time.Duration) {
	GinkgoHelper()
	calls, polls, step := o.vendor.CallCount(), o.polls(), interval/60
	o.clock.Step(interval - step)
	Eventually(func() int {
		before := calls
		if calls = o.vendor.CallCount(); calls == before { // no signed request must grow old on its way
			o.clock.Step(step)
		}
		return o.polls()
	}).WithTimeout(patience).WithPolling(40 * time.Millisecond).Should(Equal(polls + 1))
}

// delayed is a body of which nothing arrives while somebody holds the lock.
type delayed struct {
	io.ReadCloser
	until *sync.RWMutex
}

// Read implements io.Reader.
func (d *delayed) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	d.until.RLock()
	defer d.until.RUnlock()
	return n, err
}
