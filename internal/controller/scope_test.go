// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

var _ = Describe("An operator of some namespaces", func() {
	It("serves all of them, and knows nothing of the others", func() {
		o := prepareOperator(vendorsim.ScenarioSeeds)
		second, unwatched := o.another(), o.another()
		second.namespace, unwatched.namespace = newNamespace(), newNamespace()
		o.scope.Namespaces = []string{o.namespace, second.namespace}
		unwatched.applied(unwatched.secret(), unwatched.account(), unwatched.watch())
		o.start()

		o.applied(o.secret(), o.account(), o.watch())
		second.applied(second.secret(), second.account(), second.watch())
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		second.eventuallyWatch(And(beReady(), haveSeeds()))
		second.eventuallyAccount(beReady())

		Expect(unwatched.storedWatch()).To(beUntouched())
		for _, r := range o.requests.all() {
			Expect(r.namespace).To(BeElementOf("", o.namespace, second.namespace), "%+v", r)
			Expect(r.namespace == "" && r.resource != "").To(BeFalse(), "of all namespaces: %+v", r)
		}
	})
})

var _ = Describe("Two operators that share a namespace by label", func() {
	var a, b *operator
	BeforeEach(func() {
		a = prepareOperator(vendorsim.ScenarioSeeds)
		b = a.another()
		a.scope.Objects, b.scope.Objects = selector("shard=a"), selector("shard=b")
		a.start()
		b.start()
		a.applied(a.secret(), inShard("", a.account()), inShard("", a.watch()),
			inShard("a", a.account()), inShard("a", a.watch()), inShard("b", a.account()), inShard("b", a.watch()))
	})

	It("serve each its own objects only", func() {
		eventuallyStored(inShard("a", a.watch()), And(beReady(), haveSeeds()))
		eventuallyStored(inShard("b", b.watch()), And(beReady(), haveSeeds()))
		Expect(a.patched()).To(HaveEach(HaveSuffix("-a")))
		Expect(b.patched()).To(HaveEach(HaveSuffix("-b")))
		Expect(stored(inShard("", a.watch()))).To(beUntouched())

		held := &v1alpha1.QuotaWatchList{}
		Expect(a.mgr.GetClient().List(suiteContext, held)).To(Succeed())
		Expect(held.Items).To(HaveLen(1), "in memory")
	})

	It("say of a watch whose account is in the other shard what may be wrong", func() {
		watch := inShard("b", a.watch())
		watch.Name, watch.Spec.AccountRef.Name = "watch-astray", "account-a"
		a.applied(watch)
		eventuallyStored(watch, And(beReconciling(v1alpha1.ReasonAccountNotFound), sayReady(
			"VendorAccount account-a does not exist in this namespace, or lacks the labels that the operator's "+
				"--watch-label-selector asks for: shard=b")))
	})

	It("hand over an account and its watch when those are relabelled", func() {
		watch := inShard("a", a.watch())
		eventuallyStored(watch, beReady())
		for _, object := range []client.Object{inShard("a", a.account()), watch} {
			edited(object, func(o client.Object) { o.SetLabels(map[string]string{"shard": "b"}) })
		}
		Eventually(b.patched).WithTimeout(patience).Should(ContainElements("account-a"))
		edited(watch, func(w *v1alpha1.QuotaWatch) { w.Spec.Suspend = true })
		eventuallyStored(watch, beNotReady(v1alpha1.ReasonSuspended))
		Expect(b.patched()).To(ContainElement("watch-a"))
		held := &v1alpha1.QuotaWatchList{}
		Expect(a.mgr.GetClient().List(suiteContext, held)).To(Succeed())
		Expect(held.Items).To(BeEmpty())
	})
})

var _ = Describe("An operator that sees labelled Secrets only", func() {
	It("says what may be wrong with a Secret, and looks at none without the labels", func() {
		o := prepareOperator(vendorsim.ScenarioSeeds)
		o.scope.Secrets = selector("quotawatch.dev/credential=true")
		o.start()
		secret := o.secret()
		o.applied(secret, o.account(), o.watch())
		unseen := sayReady("Secret key does not exist in this namespace, or lacks the labels that the operator's " +
			"--secret-label-selector asks for: quotawatch.dev/credential=true")
		o.eventuallyWatch(And(beReconciling(v1alpha1.ReasonSecretNotFound), unseen))
		o.eventuallyAccount(And(beReconciling(v1alpha1.ReasonSecretNotFound), unseen))
		Expect(o.requests.counts()).NotTo(HaveKey("get secrets"))

		edited(secret, func(s *corev1.Secret) { s.Labels = map[string]string{"quotawatch.dev/credential": "true"} })
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		edited(secret, func(s *corev1.Secret) { s.Labels = nil })
		o.eventuallyWatch(And(beNotReady(v1alpha1.ReasonSecretNotFound), haveSeeds()))
	})
})

func selector(text string) labels.Selector {
	GinkgoHelper()
	s, err := labels.Parse(text)
	Expect(err).NotTo(HaveOccurred())
	return s
}

// inShard labels an object, and names it and its account, after a shard; empty
// means none.
func inShard[T client.Object](shard string, object T) T {
	if shard == "" {
		return object
	}
	object.SetName(object.GetName() + "-" + shard)
	object.SetLabels(map[string]string{"shard": shard})
	if watch, ok := client.Object(object).(*v1alpha1.QuotaWatch); ok {
		watch.Spec.AccountRef.Name += "-" + shard
	}
	return object
}

// stored is an object as a user sees it.
func stored[T client.Object](object T) T {
	GinkgoHelper()
	Expect(apiServer.Get(suiteContext, client.ObjectKeyFromObject(object), object)).To(Succeed())
	return object
}

// eventuallyStored waits until an object is as wanted.
func eventuallyStored[T client.Object](object T, want gomegatypes.GomegaMatcher) {
	GinkgoHelper()
	Eventually(func() T { return stored(object) }).WithTimeout(patience).WithPolling(20 * time.Millisecond).Should(want)
}

// beUntouched matches objects whose status nobody has written.
func beUntouched() gomegatypes.GomegaMatcher {
	return WithTransform(conditioned.GetConditions, BeEmpty())
}

// patched are the names of the objects whose status an operator has written.
func (o *operator) patched() []string {
	var names []string
	for _, r := range o.requests.all() {
		if r.verb == "patch" && r.resource != "events" {
			names = append(names, r.name)
		}
	}
	return names
}
