// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// annotated sets an annotation as kubectl annotate --overwrite does.
func annotated(object client.Object, key, value string) {
	GinkgoHelper()
	edited(object, func(o client.Object) {
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[key] = value
		o.SetAnnotations(annotations)
	})
}

func TestLaterRequest(t *testing.T) {
	const morning, evening = "2026-11-22T10:00:00Z", "2026-11-22T18:00:00.5+08:00" // a moment later
	tests := map[string]struct{ flux, ours, want string }{
		"nobody asked":               {"", "", ""},
		"Flux asked":                 {morning, "", morning},
		"we were asked":              {"", morning, morning},
		"Flux asked last":            {"2026-11-22T11:00:00Z", morning, "2026-11-22T11:00:00Z"},
		"we were asked last":         {morning, "2026-11-22T11:00:00Z", "2026-11-22T11:00:00Z"},
		"in different time zones":    {evening, morning, evening},
		"with seconds of the epoch":  {morning, "1795345200", "1795345200"},
		"with a word":                {"now", morning, "now"},
		"with two words":             {"again", "now", "now"},
		"with the very same request": {morning, morning, morning},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			watch := &v1alpha1.QuotaWatch{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{
				v1alpha1.AnnotationReconcileRequestedAt: test.flux, v1alpha1.AnnotationRequestedAt: test.ours,
			}}}
			if got := requestedAt(watch); got != test.want {
				t.Errorf("the request is %q, want %q", got, test.want)
			}
		})
	}
}

func haveHandled(request string) gomegatypes.GomegaMatcher {
	return HaveField("Status.LastHandledReconcileAt", request)
}

var _ = Describe("A request for a refresh", func() {
	var o *operator
	BeforeEach(func() { o = newOperator() })

	DescribeTable("has a watch polled at once and is acknowledged",
		func(annotation string) {
			watch := o.watch()
			o.applied(o.secret(), o.account(), watch)
			o.eventuallyWatch(beReady())
			o.advance(5 * time.Minute)
			polls := o.polls()
			o.setLeft(75_000_000_000)

			annotated(watch, annotation, "2026-11-22T10:00:00Z")
			o.eventuallyWatch(And(haveHandled("2026-11-22T10:00:00Z"), haveRemaining("traffic", "75000000000")))
			Expect(o.polls()).To(Equal(polls + 1))
		},
		Entry("as Flux asks", v1alpha1.AnnotationReconcileRequestedAt),
		Entry("as we do", v1alpha1.AnnotationRequestedAt),
	)

	It("is put off to the end of the minute after another", func() {
		watch := o.watch()
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(beReady())
		annotated(watch, v1alpha1.AnnotationRequestedAt, "1")
		o.eventuallyWatch(haveHandled("1"))
		polls := o.polls()

		annotated(watch, v1alpha1.AnnotationRequestedAt, "2")
		o.advance(30 * time.Second)
		Consistently(o.polls).WithTimeout(300 * time.Millisecond).Should(Equal(polls))
		Expect(o.storedWatch()).To(haveHandled("1"))
		o.advance(30 * time.Second)
		o.eventuallyWatch(haveHandled("2"))
		Expect(o.polls()).To(Equal(polls + 1))
	})

	It("is acknowledged though the attempt fails, and the numbers stay", func() {
		watch := o.watch()
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(beReady())
		Expect(o.vendor.Inject(vendorsim.ServiceTencent, vendorsim.Fault{Name: vendorsim.FaultHTTPHTML})).To(Succeed())
		annotated(watch, v1alpha1.AnnotationRequestedAt, "now")
		o.eventuallyWatch(And(haveHandled("now"), haveSeeds(), beReady(),
			WithTransform(packagesError, HaveField("Kind", v1alpha1.ErrorUnavailable))))
	})

	It("waits for the vendor's Retry-After", func() {
		watch := o.watch()
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(beReady())
		Expect(o.vendor.Inject(vendorsim.ServiceTencent,
			vendorsim.Fault{Name: vendorsim.FaultHTTP429RetryAfter, Argument: "600"})).To(Succeed())
		annotated(watch, v1alpha1.AnnotationRequestedAt, "1")
		o.eventuallyWatch(And(haveHandled("1"), WithTransform(packagesError, And(
			HaveField("Kind", v1alpha1.ErrorThrottled),
			HaveField("RetryTime.Time", BeTemporally(">=", o.clock.Now().Add(10*time.Minute-time.Second)))))))
		Expect(o.vendor.Clear(vendorsim.ServiceTencent, vendorsim.FaultHTTP429RetryAfter)).To(Succeed())
		calls := o.vendor.CallCount()

		annotated(watch, v1alpha1.AnnotationRequestedAt, "2")
		o.advance(9 * time.Minute)
		Consistently(o.vendor.CallCount).WithTimeout(300 * time.Millisecond).Should(Equal(calls))
		o.advance(2 * time.Minute)
		o.eventuallyWatch(And(haveHandled("2"), WithTransform(packagesError, BeNil())))
	})

	It("is refused while the watch is suspended, and acknowledged", func() {
		watch := o.watch()
		watch.Spec.Suspend = true
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(beNotReady(v1alpha1.ReasonSuspended))
		annotated(watch, v1alpha1.AnnotationRequestedAt, "now")
		o.eventuallyWatch(haveHandled("now"))
		Expect(o.polls()).To(BeZero())
	})

	It("is acknowledged when nothing can be asked", func() {
		watch := o.watch()
		o.applied(o.account(), watch)
		o.eventuallyWatch(beNotReady(v1alpha1.ReasonSecretNotFound))
		annotated(watch, v1alpha1.AnnotationRequestedAt, "now")
		o.eventuallyWatch(haveHandled("now"))
	})

	It("is cut off where the status has no more room, between characters", func() {
		watch := o.watch()
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(beReady())
		annotated(watch, v1alpha1.AnnotationRequestedAt, strings.Repeat("现", 100))
		o.eventuallyWatch(haveHandled(strings.Repeat("现", 42)))
		polls := o.polls()
		o.advance(5 * time.Minute)
		Consistently(o.polls).WithTimeout(300 * time.Millisecond).Should(Equal(polls))
	})

	It("has the credential of an account checked with a call", func() {
		account := o.account()
		o.applied(o.secret(), account, o.watch())
		o.eventuallyAccount(beReady())
		o.eventuallyWatch(beReady())
		calls, polls := o.vendor.CallCount(), o.polls()
		annotated(account, v1alpha1.AnnotationReconcileRequestedAt, "now")
		o.eventuallyAccount(haveHandled("now"))
		Expect(o.vendor.CallCount()).To(Equal(calls + 1))
		Expect(o.polls()).To(Equal(polls), "the watch was not asked for")
	})
})

// eventuallyAPIServerTime waits until the API server dates what is written as
// wanted.
func (o *operator) eventuallyAPIServerTime(want gomegatypes.GomegaMatcher) {
	GinkgoHelper()
	note := o.secret()
	note.Name = "note"
	o.applied(note)
	Eventually(func() time.Time {
		edited(note, func(s *corev1.Secret) { s.StringData = map[string]string{"note": time.Now().String()} })
		return lastWritten(note)
	}).WithTimeout(patience).Should(want)
}

var _ = Describe("A rotated credential", func() {
	var o *operator
	BeforeEach(func() { o = newOperator() })

	It("is used at once, and tells so once the vendor has accepted it", func() {
		// So that the Secret can change after it was verified, by the API server's clock.
		o.clock.SetTime(time.Now())
		secret := o.secret()
		o.applied(secret, o.account(), o.watch())
		o.eventuallyAccount(beReady())
		o.eventuallyWatch(beReady())
		verified, hash := o.storedAccount().Status.LastVerifiedTime, o.storedWatch().Status.AccessKeyHash
		Expect(hash).NotTo(BeEmpty())
		fresh := vendorsim.TencentCredential{
			SecretID: "AKIDRotatedExample", SecretKey: "rotatedExample", Account: vendorsim.ExampleTencentCredential().Account,
		}
		o.vendor.Tencent().SetCredential(fresh)
		o.vendor.Tencent().RemoveCredential(vendorsim.ExampleTencentCredential().SecretID)

		o.eventuallyAPIServerTime(BeTemporally(">", verified.Time))
		o.clock.SetTime(time.Now().Add(2 * time.Second))
		edited(secret, func(s *corev1.Secret) {
			s.StringData = map[string]string{"secretId": fresh.SecretID, "secretKey": fresh.SecretKey.Reveal()}
		})
		o.eventuallyAccount(And(beReady(), HaveField("Status.LastVerifiedTime.Time", BeTemporally(">", verified.Time))))
		o.eventuallyWatch(And(beReady(), haveSeeds(), HaveField("Status.AccessKeyHash", Not(Equal(hash))))) // its history begins anew
		Eventually(o.eventReasons(kindVendorAccount)).WithTimeout(patience).Should(ContainElement(v1alpha1.EventCredentialsRotated))
		Expect(leaks(o.everythingShown(), fresh.SecretID, fresh.SecretKey.Reveal())).To(BeEmpty())
	})

	It("does not cost the last good numbers when it is bad, and clears by itself when the vendor takes it", func() {
		secret := o.secret()
		o.applied(secret, o.account(), o.watch())
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		known := vendorsim.ExampleTencentCredential()
		edited(secret, func(s *corev1.Secret) {
			s.StringData = map[string]string{"secretId": "AKIDNotYetExample", "secretKey": known.SecretKey.Reveal()}
		})
		o.eventuallyWatch(And(haveSeeds(), WithTransform(packagesError, HaveField("Kind", v1alpha1.ErrorUnauthenticated))))
		o.eventuallyAccount(haveCondition(v1alpha1.ConditionCredentialsValid, metav1.ConditionFalse, "Unauthenticated"))
		o.advance(6 * time.Minute)
		o.eventuallyWatch(And(beStalled("Unauthenticated"), haveSeeds()))

		known.SecretID = "AKIDNotYetExample"
		o.vendor.Tencent().SetCredential(known)
		Eventually(func() *v1alpha1.QuotaWatch {
			o.advance(10 * time.Minute) // to the next slot; nobody touches anything
			return o.storedWatch()
		}).WithTimeout(patience).Should(And(beReady(), haveSeeds(), WithTransform(packagesError, BeNil())))
		o.eventuallyAccount(beReady())
	})
})

var _ = Describe("A deleted and re-created watch", func() {
	It("is asked for at once", func() {
		o := newOperator()
		watch := o.watch()
		o.applied(o.secret(), o.account(), watch)
		o.eventuallyWatch(beReady())
		polls, reconciled := o.polls(), o.reconciles("quotawatch")
		before := reconciled()
		Expect(apiServer.Delete(suiteContext, watch)).To(Succeed())
		Eventually(reconciled).WithTimeout(patience).Should(BeNumerically(">", before)) // it knows
		o.advance(2 * time.Minute)
		o.applied(o.watch())
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		Expect(o.polls()).To(Equal(polls + 1))
	})
})
