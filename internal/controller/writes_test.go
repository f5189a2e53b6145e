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

	It("is spared a write that would conflict with the operator's own", func() {
		var news sync.RWMutex // held while the operator hears nothing of QuotaWatches
		var first sync.Once
		resume := sync.OnceFunc(news.Unlock)
		o.requests.around = func(next http.RoundTripper, r request, sent *http.Request) (*http.Response, error) {
			if r.verb == "patch" && r.resource == "quotawatches/status" {
				first.Do(news.Lock)
			}
			response, err := next.RoundTrip(sent)
			if err == nil && r.verb == "watch" && r.resource == "quotawatches" {
				response.Body = &delayed{ReadCloser: response.Body, until: &news}
			}
			return response, err
		}
		o.start()
		DeferCleanup(resume)
		o.applied(o.secret(), o.account(), o.watch())
		writes := func() int { return o.requests.counts()["patch quotawatches/status"] }
		Eventually(o.polls).WithTimeout(patience).Should(Equal(1))
		Consistently(writes).WithTimeout(500*time.Millisecond).Should(Equal(1), "the answer waits")
		resume()
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		Expect(writes()).To(Equal(2))
		Expect(o.requests.answered(http.StatusConflict)).To(BeZero())
	})
})

// poll moves the clock until the packages were read once more, and waits until
// the answer was looked at. The first slot may be two intervals away.
func (o *operator) poll(interval time.Duration) {
	GinkgoHelper()
	calls, polls, reconciled := o.vendor.CallCount(), o.polls(), o.reconciles("quotawatch")
	before, step := reconciled(), interval/60
	o.clock.Step(interval - step)
	Eventually(func() int {
		before := calls
		if calls = o.vendor.CallCount(); calls == before { // no signed request must grow old on its way
			o.clock.Step(step)
		}
		return o.polls()
	}).WithTimeout(patience).WithPolling(40 * time.Millisecond).Should(Equal(polls + 1))
	Eventually(reconciled).WithTimeout(patience).Should(BeNumerically(">", before))
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
