// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"encoding/json"
	"net/http/httptest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

var _ = Describe("A QuotaWatch", func() {
	var o *operator
	BeforeEach(func() { o = newOperator() })

	It("shows what is left of the nine packages of the vendor's sample", func() {
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(And(beReady(), haveSeeds()))

		status := o.storedWatch().Status
		Expect(status.State).To(Equal(v1alpha1.StateOK))
		Expect(status.Vendor).To(Equal(v1alpha1.VendorTencentCloud))
		Expect(status.Summary.Text).To(Equal("traffic 99% (497.63 GB left)"))
		Expect(status.Resources).To(HaveLen(1))
		Expect(*status.Resources[0].RemainingPercent).To(Equal(int32(99)))
		Expect(status.Resources[0].Total).To(Equal(v1alpha1.Amount("500000000000")))
		Expect(status.Resources[0].NextExpiry.IsZero()).To(BeFalse())
		Expect(*status.Packages.Total).To(Equal(int32(9)))
		Expect(status.LastSuccessTime.Time).To(BeTemporally("~", o.clock.Now(), time.Second))
		Expect(status.ObservedGeneration).To(Equal(int64(1)))
		for _, condition := range []string{
			v1alpha1.ConditionQuotaLow, v1alpha1.ConditionQuotaExhausted, v1alpha1.ConditionExpiringSoon,
			v1alpha1.ConditionDataStale, v1alpha1.ConditionPartialData,
		} {
			Expect(o.storedWatch()).To(WithTransform(func(w *v1alpha1.QuotaWatch) metav1.ConditionStatus {
				return statusOf(w.Status.Conditions, condition)
			}, Equal(metav1.ConditionFalse)), condition)
		}
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ConsistOf(v1alpha1.EventSummaryChanged))
	})

	It("is not written again while nothing changes", func() {
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(beReady())
		version := o.storedWatch().ResourceVersion
		for range 5 {
			o.advance(time.Second)
		}
		Consistently(func() string { return o.storedWatch().ResourceVersion }).WithTimeout(500 * time.Millisecond).Should(Equal(version))
		Expect(o.eventReasons(kindQuotaWatch)()).To(ConsistOf(v1alpha1.EventSummaryChanged))
	})

	It("finds its account, its Secret and the key by itself when they come one by one", func() {
		o.applied(o.watch())
		o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonAccountNotFound), beReconciling(v1alpha1.ReasonAccountNotFound),
			sayReady("VendorAccount account does not exist")))

		o.applied(o.account())
		o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonSecretNotFound), beReconciling(v1alpha1.ReasonSecretNotFound),
			sayReady("Secret key does not exist")))

		secret := o.secret()
		delete(secret.StringData, "secretKey")
		o.applied(secret)
		o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonSecretKeyMissing), beReconciling(v1alpha1.ReasonSecretKeyMissing),
			sayReady("Secret key: key secretKey is missing")))

		edited(secret, func(s *corev1.Secret) { s.StringData = o.secret().StringData })
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ContainElements(
			v1alpha1.EventSecretNotFound, v1alpha1.EventSecretKeyMissing, v1alpha1.EventSummaryChanged))
	})

	It("stalls when what is missing does not come within five minutes", func() {
		o.applied(o.watch())
		o.eventuallyWatch(beReconciling(v1alpha1.ReasonAccountNotFound))
		o.advance(5*time.Minute + time.Second)
		o.eventuallyWatch(beStalled(v1alpha1.ReasonAccountNotFound))
	})

	DescribeTable("refuses Secret values that cannot be a credential",
		func(value, want string) {
			secret := o.secret()
			secret.StringData["secretId"] = value
			o.applied(secret, o.account(), o.watch())
			o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonSecretKeyMissing), sayReady(want)))
			o.eventuallyAccount(And(beNotReady(v1alpha1.ReasonSecretKeyMissing),
				haveCondition(v1alpha1.ConditionCredentialsValid, metav1.ConditionFalse, v1alpha1.ReasonSecretKeyMissing)))
			Expect(o.vendor.CallCount()).To(BeZero())
		},
		Entry("empty", "", "key secretId is empty"),
		Entry("only a newline", "\n", "key secretId is empty"),
		Entry("only blanks", "  ", "key secretId begins or ends with white space"),
		Entry("two trailing newlines", "AKID\n\n", "key secretId begins or ends with white space"),
		Entry("a line break inside", "AKID\nEXAMPLE", "key secretId holds a control character"),
	)

	It("ignores one trailing newline and unknown keys of a Secret", func() {
		secret := o.secret()
		secret.StringData["secretId"] += "\n"
		secret.StringData["secretKey"] += "\r\n"
		secret.StringData["comment"] = ""
		o.applied(secret, o.account(), o.watch())
		o.eventuallyWatch(And(beReady(), haveSeeds()))
	})

	It("recovers from a wrong key as soon as the Secret is mended", func() {
		secret := o.secret()
		secret.StringData["secretKey"] = "WRONG"
		o.applied(secret, o.account(), o.watch())
		o.eventuallyWatch(And(beNotReady("Unauthenticated"), beReconciling("Unauthenticated"),
			sayReady("AuthFailure.SignatureFailure")))
		o.eventuallyAccount(haveCondition(v1alpha1.ConditionCredentialsValid, metav1.ConditionFalse, "Unauthenticated"))

		o.advance(5*time.Minute + time.Second)
		o.eventuallyWatch(beStalled("Unauthenticated"))
		o.eventuallyAccount(beStalled("Unauthenticated"))

		edited(secret, func(s *corev1.Secret) { s.StringData = o.secret().StringData })
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		o.eventuallyAccount(beReady())
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ContainElement(v1alpha1.EventAuthenticationFailed))
	})

	It("recovers from an unreachable vendor without being touched", func() {
		o.server.Close()
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(And(beNotReady("Unavailable"), beReconciling("Unavailable")))
		Expect(o.storedWatch().Status.Resources).To(BeEmpty())

		o.restartVendor()
		Eventually(func() *v1alpha1.QuotaWatch {
			o.advance(time.Minute) // the next retry, whenever the backoff puts it
			return o.storedWatch()
		}).WithTimeout(patience).Should(And(beReady(), haveSeeds()))
	})

	It("turns nothing to zero when the vendor dies", func() {
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		o.server.Close()

		o.advance(2 * time.Hour)
		o.eventuallyWatch(And(haveSeeds(), WithTransform(packagesError, HaveField("Kind", v1alpha1.ErrorUnavailable))))
		Expect(o.storedWatch()).To(beReady())

		o.advance(2 * time.Hour)
		o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonDataStale), beReconciling(v1alpha1.ReasonDataStale), haveSeeds(),
			haveCondition(v1alpha1.ConditionDataStale, metav1.ConditionTrue, v1alpha1.ReasonDataStale),
			haveCondition(v1alpha1.ConditionQuotaExhausted, metav1.ConditionUnknown, v1alpha1.ReasonDataStale)))
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ConsistOf(
			v1alpha1.EventSummaryChanged, v1alpha1.EventDataStale))

		o.restartVendor()
		Eventually(func() *v1alpha1.QuotaWatch {
			o.advance(10 * time.Minute) // to the next slot, or one more when a dead connection was tried first
			return o.storedWatch()
		}).WithTimeout(patience).Should(And(beReady(), haveSeeds(), lackCondition(v1alpha1.ConditionReconciling)))
	})

	DescribeTable("keeps its numbers when an answer is bad",
		func(fault vendorsim.FaultName, kind v1alpha1.ErrorKind) {
			o.applied(o.secret(), o.account(), o.watch())
			o.eventuallyWatch(And(beReady(), haveSeeds()))
			Expect(o.vendor.Inject(vendorsim.ServiceTencent, vendorsim.Fault{Name: fault})).To(Succeed())

			o.advance(2 * time.Hour)
			o.eventuallyWatch(And(haveSeeds(), WithTransform(packagesError, HaveField("Kind", kind))))

			Expect(o.vendor.Clear(vendorsim.ServiceTencent, fault)).To(Succeed())
			o.advance(2 * time.Hour)
			o.eventuallyWatch(And(beReady(), haveSeeds(), WithTransform(packagesError, BeNil())))
		},
		Entry("null", vendorsim.FaultBodyNull, v1alpha1.ErrorMalformed),
		Entry("an empty object", vendorsim.FaultBodyEmptyObject, v1alpha1.ErrorMalformed),
		Entry("a null payload", vendorsim.FaultPayloadNull, v1alpha1.ErrorMalformed),
		Entry("truncated JSON", vendorsim.FaultTruncatedJSON, v1alpha1.ErrorMalformed),
		Entry("another content type", vendorsim.FaultWrongContentType, v1alpha1.ErrorMalformed),
		Entry("an HTML page", vendorsim.FaultHTTPHTML, v1alpha1.ErrorUnavailable),
		Entry("64 MiB", vendorsim.FaultHugeBody, v1alpha1.ErrorUnavailable),
		Entry("a redirect to another host", vendorsim.FaultRedirect, v1alpha1.ErrorUnavailable),
		Entry("a connection that breaks", vendorsim.FaultConnectionReset, v1alpha1.ErrorUnavailable),
		Entry("an error with HTTP 200", vendorsim.FaultVendorError, v1alpha1.ErrorUnavailable),
		Entry("throttling", vendorsim.FaultThrottle, v1alpha1.ErrorThrottled),
		Entry("a frozen account", vendorsim.FaultAccountFrozen, v1alpha1.ErrorAccountFrozen),
		Entry("a clock far off", vendorsim.FaultClockSkew, v1alpha1.ErrorClockSkew),
	)

	It("stalls on readings that the vendor does not offer, and still shows the others", func() {
		watch := o.watch()
		watch.Spec.Usage = &v1alpha1.UsageReading{}
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(And(beStalled(v1alpha1.ReasonUnsupportedReading), haveSeeds(),
			sayReady("does not offer usage; it offers packages")))

		edited(watch, func(w *v1alpha1.QuotaWatch) { w.Spec.Usage = nil })
		o.eventuallyWatch(beReady())
	})

	It("stalls on members for another vendor", func() {
		watch := o.watch()
		watch.Spec.Packages.Polyv = &v1alpha1.PolyvPackages{Emails: []string{"a@example.com"}}
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(And(beStalled(v1alpha1.ReasonVendorMismatch), sayReady("remove spec.packages.polyv")))
	})

	It("freezes while it is suspended and goes on afterwards", func() {
		watch := o.watch()
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(And(beReady(), haveSeeds()))

		edited(watch, func(w *v1alpha1.QuotaWatch) { w.Spec.Suspend = true })
		o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonSuspended), haveSeeds(),
			lackCondition(v1alpha1.ConditionReconciling), lackCondition(v1alpha1.ConditionStalled),
			HaveField("Status.State", v1alpha1.StateSuspended)))
		o.advance(24 * time.Hour)
		polls := o.polls()
		Consistently(o.polls).WithTimeout(300 * time.Millisecond).Should(Equal(polls))
		Expect(o.storedWatch()).To(haveCondition(v1alpha1.ConditionDataStale, metav1.ConditionFalse, v1alpha1.ReasonFresh))

		edited(watch, func(w *v1alpha1.QuotaWatch) { w.Spec.Suspend = false })
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ContainElements(
			v1alpha1.EventSuspended, v1alpha1.EventResumed))
	})

	It("asks at once when its Secret comes back", func() {
		secret := o.secret()
		o.applied(secret, o.account(), o.watch())
		o.eventuallyWatch(beReady())
		Expect(apiServer.Delete(suiteContext, secret)).To(Succeed())
		o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonSecretNotFound), haveSeeds()))
		polls := o.polls()
		o.applied(o.secret())
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		Eventually(o.polls).WithTimeout(patience).Should(Equal(polls + 1))
	})

	It("asks at once when its question changes", func() {
		watch := o.watch()
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(beReady())
		edited(watch, func(w *v1alpha1.QuotaWatch) {
			w.Spec.Packages.TencentCloud = &v1alpha1.TencentCloudPackages{
				Types: []v1alpha1.TencentCloudPackageType{v1alpha1.TencentCloudMicLink},
			}
		})
		o.eventuallyWatch(And(beReady(), HaveField("Status.Packages.ObservedGeneration", int64(2)),
			HaveField("Status.Resources", BeEmpty())))
	})

	It("uses its own credential when it has one", func() {
		own := o.secret()
		own.Name = "own"
		watch := o.watch()
		watch.Spec.SecretRef = &v1alpha1.SecretReference{Name: own.Name}
		broken := o.secret()
		broken.StringData["secretKey"] = "WRONG"
		o.applied(own, broken, o.account(), watch)
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		o.eventuallyAccount(haveCondition(v1alpha1.ConditionCredentialsValid, metav1.ConditionFalse, "Unauthenticated"))
	})

	It("tells that too little is left, once, and when that is over", func() {
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(beReady())
		o.setLeft(75_000_000_000) // 15 %
		o.advance(2 * time.Hour)
		o.eventuallyWatch(And(HaveField("Status.State", v1alpha1.StateLow),
			haveCondition(v1alpha1.ConditionQuotaLow, metav1.ConditionTrue, v1alpha1.ReasonLowWarning)))
		o.setLeft(0)
		o.advance(2 * time.Hour)
		o.eventuallyWatch(And(HaveField("Status.State", v1alpha1.StateExhausted), haveRemaining("traffic", "0")))
		o.setLeft(400_000_000_000)
		o.advance(2 * time.Hour)
		o.eventuallyWatch(And(HaveField("Status.State", v1alpha1.StateOK), haveRemaining("traffic", "400000000000")))
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ConsistOf(
			v1alpha1.EventSummaryChanged, v1alpha1.EventQuotaLow, v1alpha1.EventSummaryChanged,
			v1alpha1.EventQuotaLow, v1alpha1.EventQuotaExhausted, v1alpha1.EventOverageBilling, v1alpha1.EventSummaryChanged,
			v1alpha1.EventQuotaRecovered, v1alpha1.EventSummaryChanged))
	})

	It("tells that the vendor stopped the account, once, and finds it until that is over", func() {
		watch := o.watch()
		watch.Spec.StaleAfter = &metav1.Duration{Duration: 24 * time.Hour}
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		Expect(o.vendor.Inject(vendorsim.ServiceTencent, vendorsim.Fault{Name: vendorsim.FaultAccountFrozen})).To(Succeed())
		o.advance(2 * time.Hour)
		o.eventuallyWatch(And(haveSeeds(), beStalled("AccountFrozen"), haveFinding(v1alpha1.FindingAccountFrozen)))
		Expect(o.vendor.Clear(vendorsim.ServiceTencent, vendorsim.FaultAccountFrozen)).To(Succeed())

		Expect(o.vendor.Inject(vendorsim.ServiceTencent, vendorsim.Fault{Name: vendorsim.FaultThrottle})).To(Succeed())
		o.advance(2 * time.Hour)
		o.eventuallyWatch(And(WithTransform(packagesError, HaveField("Kind", v1alpha1.ErrorThrottled)),
			haveFinding(v1alpha1.FindingAccountFrozen)))
		Expect(o.vendor.Clear(vendorsim.ServiceTencent, vendorsim.FaultThrottle)).To(Succeed())

		o.advance(2 * time.Hour)
		o.eventuallyWatch(And(beReady(), haveSeeds(), Not(haveFinding(v1alpha1.FindingAccountFrozen))))
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ConsistOf(
			v1alpha1.EventSummaryChanged, v1alpha1.EventAccountFrozen, v1alpha1.EventThrottled))
	})

	It("tells what becomes of packages", func() {
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		end := o.storedWatch().Status.Resources[0].NextExpiry.Time
		o.advance(end.Sub(o.clock.Now()) + time.Minute)
		o.eventuallyWatch(And(beReady(), haveFinding(v1alpha1.FindingPackageExpired), haveFinding(v1alpha1.FindingOverageBilling)))
		Eventually(o.eventNotes).WithTimeout(patience).Should(And(
			HaveKeyWithValue(v1alpha1.EventPackageExpired, "Expired with something left: 281975 (traffic)"),
			HaveKeyWithValue(v1alpha1.EventOverageBilling, "No package covers what is used, and it is paid as you go: traffic")))
	})

	It("keeps its numbers over a restart and asks at the next slot only", func() {
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(beReady())
		o.eventuallyAccount(beReady())
		polls := o.polls()

		o.stop()
		o.start()
		Consistently(o.polls).WithTimeout(500 * time.Millisecond).Should(Equal(polls))
		Expect(o.storedWatch()).To(And(beReady(), haveSeeds()))
		o.advance(2 * time.Hour)
		Eventually(o.polls).WithTimeout(patience).Should(BeNumerically(">", polls))
	})

	It("is no longer asked for after it is deleted", func() {
		watch := o.watch()
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(beReady())
		o.eventuallyAccount(And(beReady(), HaveField("Status.Watches", HaveValue(Equal(int32(1))))))
		Expect(apiServer.Delete(suiteContext, watch)).To(Succeed())
		Eventually(func() *v1alpha1.VendorAccount {
			o.advance(time.Minute) // the number is written at most once a minute
			return o.storedAccount()
		}).WithTimeout(patience).Should(HaveField("Status.Watches", HaveValue(Equal(int32(0)))))

		o.vendor.Reset()
		o.advance(2 * time.Hour)
		Eventually(o.vendor.CallCount).WithTimeout(patience).Should(Equal(1), "the account's own check")
		Consistently(o.vendor.CallCount).WithTimeout(300 * time.Millisecond).Should(Equal(1))
	})
})

// statusOf returns what a condition says; empty when it is absent.
func statusOf(conditions []metav1.Condition, conditionType string) metav1.ConditionStatus {
	for _, c := range conditions {
		if c.Type == conditionType {
			return c.Status
		}
	}
	return ""
}

// setLeft changes what is left of the sample's one usable package.
func (o *operator) setLeft(left int64) {
	GinkgoHelper()
	Expect(o.vendor.Tencent().SetLeft("281975", left)).To(Succeed())
}

// polls counts how often the packages were read, by the one of the three calls
// that an account's check does not make.
func (o *operator) polls() int {
	var polls int
	for _, call := range o.vendor.Calls() {
		if call.Query == "PackageType=1" {
			polls++
		}
	}
	return polls
}

// restartVendor starts the simulator again where it was.
func (o *operator) restartVendor() {
	GinkgoHelper()
	server := httptest.NewUnstartedServer(o.vendor)
	Expect(server.Listener.Close()).To(Succeed())
	server.Listener = listen(o.endpoint)
	server.Start()
	DeferCleanup(server.Close)
}

// everythingShown is all that the operator lets anyone see.
func (o *operator) everythingShown() string {
	GinkgoHelper()
	events := &eventsv1.EventList{}
	Expect(apiServer.List(suiteContext, events, client.InNamespace(o.namespace))).To(Succeed())
	text, err := json.Marshal([]any{o.storedWatch().Status, o.storedAccount().Status, events})
	Expect(err).NotTo(HaveOccurred())
	return string(text) + o.logs.String()
}
