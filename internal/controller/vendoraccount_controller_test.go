// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

var _ = Describe("A VendorAccount", func() {
	var o *operator
	BeforeEach(func() { o = newOperator() })

	It("is Ready once the vendor has accepted its credential", func() {
		o.applied(o.secret(), o.account())
		o.eventuallyAccount(And(beReady(),
			haveCondition(v1alpha1.ConditionCredentialsValid, metav1.ConditionTrue, v1alpha1.ReasonSucceeded)))
		status := o.storedAccount().Status
		Expect(status.LastVerifiedTime.Time).To(BeTemporally("~", o.clock.Now(), time.Second))
		Expect(status.LastError).To(BeNil())
		Expect(*status.Watches).To(BeZero())
		Expect(status.ObservedGeneration).To(Equal(int64(1)))
		Expect(o.vendor.CallCount()).To(Equal(1))
	})

	It("is Ready at once with a credential that another account uses", func() {
		o.applied(o.secret(), o.account())
		o.eventuallyAccount(beReady())
		again := o.secret()
		again.Name = "again"
		second := o.account()
		second.Name, second.Spec.SecretRef.Name = "second", again.Name
		o.applied(again, second)
		Eventually(func() *v1alpha1.VendorAccount {
			Expect(apiServer.Get(suiteContext, client.ObjectKeyFromObject(second), second)).To(Succeed())
			return second
		}).WithTimeout(patience).Should(beReady())
		Expect(o.vendor.CallCount()).To(Equal(1), "one check is enough for both")
	})

	It("costs no call of its own while a watch polls with it", func() {
		watch := o.watch()
		watch.Spec.Interval = &metav1.Duration{Duration: 10 * time.Minute}
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(beReady())
		o.eventuallyAccount(beReady())

		o.vendor.Reset()
		Eventually(func() int {
			o.advance(time.Minute)
			return o.polls()
		}).WithTimeout(patience).Should(BeNumerically(">=", 12))
		Eventually(func() int { return o.vendor.CallCount() - 3*o.polls() }).WithTimeout(patience).Should(BeZero(), "three package types a poll and nothing else")
		o.eventuallyAccount(WithTransform(func(a *v1alpha1.VendorAccount) time.Time {
			return a.Status.LastVerifiedTime.Time
		}, BeTemporally(">", o.clock.Now().Add(-90*time.Minute))))
	})

	It("refuses an endpoint that the operator does not list", func() {
		account := o.account()
		account.Spec.Endpoint = "http://169.254.169.254"
		o.applied(o.secret(), account, o.watch())
		o.eventuallyAccount(And(beStalled(v1alpha1.ReasonEndpointNotAllowed), sayReady("--allowed-endpoints")))
		o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonAccountNotReady), sayReady("VendorAccount account cannot be used")))

		edited(account, func(a *v1alpha1.VendorAccount) { a.Spec.Endpoint = o.endpoint })
		o.eventuallyAccount(beReady())
		o.eventuallyWatch(And(beReady(), haveSeeds()))
	})

	It("says what is wrong with its certificate authorities", func() {
		account := o.account()
		account.Spec.CASecretRef = &v1alpha1.SecretReference{Name: "ca"}
		o.applied(o.secret(), account)
		o.eventuallyAccount(And(beNotReady(v1alpha1.ReasonSecretNotFound), sayReady("Secret ca does not exist"),
			haveCondition(v1alpha1.ConditionCredentialsValid, metav1.ConditionUnknown, v1alpha1.ReasonSecretNotFound)))

		ca := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: o.namespace, Name: "ca"},
			StringData: map[string]string{"ca.crt": "no certificate"},
		}
		o.applied(ca)
		o.eventuallyAccount(beStalled(v1alpha1.ReasonInvalidCABundle))
		edited(account, func(a *v1alpha1.VendorAccount) { a.Spec.CASecretRef = nil })
		o.eventuallyAccount(beReady())
	})

	It("suspends its watches with itself", func() {
		account := o.account()
		o.applied(o.secret(), account, o.watch())
		o.eventuallyWatch(beReady())
		edited(account, func(a *v1alpha1.VendorAccount) { a.Spec.Suspend = true })
		o.eventuallyAccount(And(beNotReady(v1alpha1.ReasonSuspended), lackCondition(v1alpha1.ConditionStalled)))
		o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonAccountSuspended), haveSeeds()))

		edited(account, func(a *v1alpha1.VendorAccount) { a.Spec.Suspend = false })
		o.eventuallyAccount(beReady())
		o.eventuallyWatch(beReady())
	})

	It("shows a failure that lasts and forgets it when it is over", func() {
		o.applied(o.secret(), o.account())
		o.eventuallyAccount(beReady())
		Expect(o.vendor.Inject(vendorsim.ServiceTencent, vendorsim.Fault{Name: vendorsim.FaultThrottle})).To(Succeed())
		o.advance(2 * time.Hour)
		o.eventuallyAccount(And(beReady(), HaveField("Status.LastError", HaveField("Kind", v1alpha1.ErrorThrottled))))
		Eventually(o.eventReasons(kindVendorAccount)).WithTimeout(patience).Should(ConsistOf(v1alpha1.EventThrottled))

		Expect(o.vendor.Clear(vendorsim.ServiceTencent, vendorsim.FaultThrottle)).To(Succeed())
		o.advance(2 * time.Hour)
		o.eventuallyAccount(And(beReady(), HaveField("Status.LastError", BeNil())))
	})
})
