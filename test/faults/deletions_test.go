// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

const (
	// undisturbed is how long nothing may change that nothing should change.
	undisturbed = 3 * time.Second
	// staleNumber is that of answers to polls for objects that are gone. No watch
	// may show it.
	staleNumber = 13
)

// deletion is what is deleted while calls are under way, and made anew, with
// another key, while they still are.
type deletion struct {
	what string
	gone func(*account) []client.Object
	// reason is what watches that stay show meanwhile.
	reason string
	anew   func(*account) []client.Object

	simulator *simulator
	accounts  []*account
}

var deletions = []*deletion{
	{
		what:   "Secret",
		gone:   func(a *account) []client.Object { return []client.Object{a.secret} },
		reason: v1alpha1.ReasonSecretNotFound,
		anew:   func(a *account) []client.Object { return []client.Object{a.secret} },
	},
	{
		what:   "VendorAccount",
		gone:   func(a *account) []client.Object { return []client.Object{a.object} },
		reason: v1alpha1.ReasonAccountNotFound,
		anew: func(a *account) []client.Object {
			a.secret.Name += "-anew"
			a.object.Spec.SecretRef.Name = a.secret.Name
			return []client.Object{a.secret, a.object}
		},
	},
	{
		what: "QuotaWatch",
		gone: func(a *account) []client.Object { return []client.Object{a.watch} },
		anew: func(a *account) []client.Object {
			a.secret.Name += "-anew"
			a.watch.Spec.SecretRef = &v1alpha1.SecretReference{Name: a.secret.Name}
			return []client.Object{a.secret, a.watch}
		},
	},
	{
		what: "everything",
		gone: func(a *account) []client.Object { return []client.Object{a.secret, a.object, a.watch} },
		anew: func(a *account) []client.Object { return []client.Object{a.secret, a.object, a.watch} },
	},
}

var _ = Describe("Objects deleted in the middle of a poll", Ordered, ContinueOnFailure, func() {
	var (
		w      *world
		m      *manager
		before footprint
	)
	BeforeAll(func(ctx SpecContext) {
		w = newWorld(shared)
		for _, d := range deletions {
			d.simulator = w.newSimulator("deleted-" + strings.ToLower(d.what))
			d.accounts = w.addAccounts(d.simulator)
			w.apply(ctx, d.accounts...)
		}
		m = w.startManager(w.kubeconfig)
		for _, d := range deletions {
			w.eventually(ctx, patience, upToDate, d.accounts...)
		}
		before = w.restingFootprint(ctx, m)
	})

	for _, d := range deletions {
		It(d.what+": the new one is answered, and nothing is written of the old answer", func(ctx SpecContext) {
			w.beginPoll(ctx, d.simulator, d.accounts)
			w.delete(ctx, d.gone, d.accounts)
			if d.reason != "" {
				w.eventually(ctx, patience, isNotReady(d.reason), d.accounts...)
			}

			w.misleadPoll(d.accounts)
			w.create(ctx, d.anew, d.accounts)
			w.eventually(ctx, interval, upToDate, d.accounts...)

			w.endPoll(d.simulator)
			Consistently(func() ([]string, error) { return w.lacking(ctx, upToDate, d.accounts...) }, undisturbed, often).
				Should(BeEmpty())
		})
	}

	It("leaves nothing behind in the manager", func(ctx SpecContext) { w.expectFootprint(ctx, m, before) })

	It("has nothing secret in the metrics", func(ctx SpecContext) { w.expectNothingMeasured(ctx, m) })
})

// beginPoll has accounts polled, and waits until the calls are under way.
func (w *world) beginPoll(ctx context.Context, s *simulator, accounts []*account) {
	GinkgoHelper()
	s.hold(accounts...)
	w.refresh(ctx, accounts...)
	Eventually(s.held, patience, often).Should(BeNumerically(">=", len(accounts)))
}

// endPoll has the calls answered that are still under way.
func (w *world) endPoll(s *simulator) {
	GinkgoHelper()
	s.release()
	Eventually(s.held, patience, often).Should(BeZero())
}

// misleadPoll has the calls under way end in amounts that nobody may show, by
// moving their keys to another account. The vendor accepts other keys for the
// accounts, whose amounts are others, too.
func (w *world) misleadPoll(accounts []*account) {
	for _, a := range accounts {
		a.kind.admit(a.simulator.Simulator, a.key, "stale-"+a.name)
		a.kind.fill(a.simulator.Simulator, "stale-"+a.name, staleNumber)
		w.rekey(a)
		w.describe(a)
	}
	w.use(accounts...)
}

// delete deletes objects, and expects that nothing keeps them.
func (w *world) delete(ctx context.Context, gone func(*account) []client.Object, accounts []*account) {
	GinkgoHelper()
	w.witness.expectDeletion(accounts...)
	for _, a := range accounts {
		for _, object := range gone(a) {
			Expect(w.admin.Delete(ctx, object)).To(Succeed())
			Expect(apierrors.IsNotFound(w.admin.Get(ctx, client.ObjectKeyFromObject(object), object))).To(BeTrue())
		}
	}
}

// create stores objects.
func (w *world) create(ctx context.Context, anew func(*account) []client.Object, accounts []*account) {
	GinkgoHelper()
	for _, a := range accounts {
		for _, object := range anew(a) {
			Expect(w.admin.Create(ctx, object)).To(Succeed())
		}
	}
}

// isNotReady passes watches that are not Ready for a reason.
func isNotReady(reason string) func(*account, *v1alpha1.QuotaWatch) string {
	return func(_ *account, watch *v1alpha1.QuotaWatch) string {
		ready := meta.FindStatusCondition(watch.Status.Conditions, v1alpha1.ConditionReady)
		if ready != nil && ready.Status == metav1.ConditionFalse && ready.Reason == reason {
			return ""
		}
		return "is not " + reason + ": " + readyOf(watch)
	}
}
