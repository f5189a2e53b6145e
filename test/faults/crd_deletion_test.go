// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// crds are the names of the CRDs.
var crds = []string{"quotawatches.quotawatch.dev", "vendoraccounts.quotawatch.dev"}

// With the CRDs all objects go: that is what deleting them means. The manager
// lives on without, and finds them when they are back.
var _ = Describe("CRDs deleted in the middle of a poll", func() {
	It("has the same manager answer the objects that are made anew", func(ctx SpecContext) {
		w := newWorld(startCluster()) // the others' objects would go, too
		s := w.newSimulator("crds")
		accounts := w.addAccounts(s)
		w.apply(ctx, accounts...)
		m := w.startManager(w.kubeconfig)
		w.eventually(ctx, patience, upToDate, accounts...)
		before := w.restingFootprint(ctx, m)
		w.beginPoll(ctx, s, accounts)

		w.witness.expectDeletion(accounts...)
		w.deleteCRDs(ctx)
		w.misleadPolls(accounts)
		w.endPoll(s)
		calls := s.CallCount()
		Consistently(m.running, undisturbed, often).Should(BeTrue(), m.Tail(40))
		Expect(s.CallCount()).To(Equal(calls), "calls for objects that are gone")

		w.restoreCRDs(ctx)
		w.create(ctx, withAnotherSecret, accounts)
		w.eventually(ctx, interval, upToDate, accounts...)
		Expect(m.running()).To(BeTrue())
		w.expectFootprint(ctx, m, before)
		w.expectNothingMeasured(ctx, m)
	})
})

// withAnotherSecret are all objects of an account whose Secret is still there.
func withAnotherSecret(a *account) []client.Object {
	a.secret.Name += "-anew"
	a.object.Spec.SecretRef.Name = a.secret.Name
	return []client.Object{a.secret, a.object, a.watch}
}

// deleteCRDs deletes the CRDs, and waits until they are gone.
func (w *world) deleteCRDs(ctx context.Context) {
	GinkgoHelper()
	for _, name := range crds {
		crd := &apiextensionsv1.CustomResourceDefinition{ObjectMeta: metav1.ObjectMeta{Name: name}}
		Expect(w.admin.Delete(ctx, crd)).To(Succeed())
	}
	for _, name := range crds {
		Eventually(func() bool {
			crd := &apiextensionsv1.CustomResourceDefinition{}
			return apierrors.IsNotFound(w.admin.Get(ctx, client.ObjectKey{Name: name}, crd))
		}, patience, often).Should(BeTrue(), name)
	}
}

// restoreCRDs installs the CRDs, and waits until the API server serves them.
func (w *world) restoreCRDs(ctx context.Context) {
	GinkgoHelper()
	kubectl := w.controlPlane.Kubectl()
	_, err := kubectl.Output(ctx, "apply", "--server-side", "-k", filepath.Join("config", "crd"))
	Expect(err).NotTo(HaveOccurred())
	for _, name := range crds {
		_, err := kubectl.Output(ctx, "wait", "--for=condition=Established", "--timeout", patience.String(), "crd/"+name)
		Expect(err).NotTo(HaveOccurred())
	}
}
