// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"encoding/json"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

var _ = Describe("A Secret", func() {
	const canary = "canary-9f2c41d7" // the value of a Secret that nobody refers to
	var o *operator
	BeforeEach(func() { o = newOperator() })

	// ready applies the objects, and waits until nobody has anything to do.
	ready := func() {
		GinkgoHelper()
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(beReady())
		o.eventuallyAccount(beReady())
		Eventually(o.idle).MustPassRepeatedly(3).WithTimeout(patience).Should(BeTrue())
	}

	// cached is what the operator's cache holds of a Secret.
	cached := func(name string) *metav1.PartialObjectMetadata {
		GinkgoHelper()
		metadata := secretMetadata()
		Eventually(func() error {
			return o.mgr.GetCache().Get(suiteContext, client.ObjectKey{Namespace: o.namespace, Name: name}, metadata)
		}).WithTimeout(patience).Should(Succeed())
		return metadata
	}

	It("that nobody refers to is not read, and its value is neither held nor logged", func() {
		lastApplied := fmt.Sprintf(`{"kind":"Secret","stringData":{"password":%q}}`, canary)
		o.applied(&corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: o.namespace, Name: "unrelated", Annotations: map[string]string{
				corev1.LastAppliedConfigAnnotation: lastApplied,
			}},
			StringData: map[string]string{"password": canary},
		})
		held, err := json.Marshal(cached("unrelated"))
		Expect(err).NotTo(HaveOccurred())
		ready()

		Expect(string(held)).To(ContainSubstring("unrelated"))
		Expect(leaks(string(held), canary)).To(BeEmpty())
		Expect(leaks(o.everythingShown(), canary)).To(BeEmpty())
		for _, r := range o.requests.all() {
			if r.resource == "secrets" {
				Expect(r.name).To(BeElementOf("", secretName), "%+v", r)
				Expect(r.verb == "get" || r.asksForMetadata()).To(BeTrue(), "%+v", r)
			}
		}
	})

	It("that only gets another label is read once, and nobody is asked", func() {
		ready()
		o.requests.reset()
		calls := o.vendor.CallCount()
		watches, accounts := o.reconciles("quotawatch")(), o.reconciles("vendoraccount")()
		edited(o.secret(), func(s *corev1.Secret) { s.Labels = map[string]string{"team": "live"} })

		Eventually(o.reconciles("quotawatch")).WithTimeout(patience).Should(Equal(watches + 1))
		Eventually(o.reconciles("vendoraccount")).WithTimeout(patience).Should(Equal(accounts + 1))
		Expect(o.requests.counts()).To(Equal(map[string]int{"get secrets": 1}))
		Expect(o.vendor.CallCount()).To(Equal(calls))
	})

	It("that is deleted is forgotten, even when nobody refers to it any more", func() {
		reader, err := newSecretReader(suiteContext, o.mgr)
		Expect(err).NotTo(HaveOccurred())
		secret := o.secret()
		o.applied(secret)
		cached(secretName)
		values, err := reader.read(suiteContext, o.namespace, secretName)
		Expect(err).NotTo(HaveOccurred())
		Expect(values.data).To(HaveKey("secretKey"))

		Expect(apiServer.Delete(suiteContext, secret)).To(Succeed())
		Eventually(func() int {
			reader.mu.Lock()
			defer reader.mu.Unlock()
			return len(reader.held)
		}).WithTimeout(patience).Should(BeZero())
	})

	It("that comes back with other values is read anew", func() {
		ready()
		secret := o.secret()
		Expect(apiServer.Delete(suiteContext, secret)).To(Succeed())
		other := o.secret()
		other.StringData["secretKey"] = "WRONG"
		o.applied(other)
		o.eventuallyWatch(WithTransform(packagesError, HaveField("Kind", v1alpha1.ErrorUnauthenticated)))
		o.eventuallyAccount(haveCondition(v1alpha1.ConditionCredentialsValid, metav1.ConditionFalse, "Unauthenticated"))
	})
})
