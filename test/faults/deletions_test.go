// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"slices"
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

// deletion is what is deleted while calls are under way, and made anew with
// another key.
type deletion struct {
	what string
	gone func(*account) []client.Object
	// reason is what watches that stay show meanwhile.
	reason string
	anew   func(*account) []client.Object
}

var deletions = []deletion{
	{
		what:   "secret",
		gone:   func(a *account) []client.Object { return []client.Object{a.secret} },
		reason: v1alpha1.ReasonSecretNotFound,
		anew:   func(a *account) []client.Object { return []client.Object{a.secret} },
	},
	{
		what:   "account",
		gone:   func(a *account) []client.Object { return []client.Object{a.object} },
		reason: v1alpha1.ReasonAccountNotFound,
		anew: func(a *account) []client.Object {
			a.secret.Name += "-anew"
			a.object.Spec.SecretRef.Name = a.secret.Name
			return []client.Object{a.secret, a.object}
		},
	},
	{
		what: "watch",
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

// deleted is a simulator with the accounts of which something is deleted.
type deleted struct {
	deletion
	simulator *simulator
	accounts  []*account
}

// All deletions happen at the same time, each of them twice: once the old calls
// end before there is anything new, and once after.
var _ = Describe("Objects deleted in the middle of a poll", Ordered, func() {
	var (
		w           *world
		m           *manager
		before      footprint
		all         []*account
		early, late []*deleted
	)
	BeforeAll(func(ctx SpecContext) {
		w = newWorld(shared)
		prepare := func(d deletion, when string) *deleted {
			s := w.newSimulator(when + "-" + d.what)
			return &deleted{deletion: d, simulator: s, accounts: w.addAccounts(s)}
		}
		for _, d := range deletions {
			early, late = append(early, prepare(d, "early")), append(late, prepare(d, "late"))
		}
		for _, d := range slices.Concat(early, late) {
			w.apply(ctx, d.accounts...)
			all = append(all, d.accounts...)
		}
		m = w.startManager(w.kubeconfig)
		w.eventually(ctx, patience, upToDate, all...)
		before = w.restingFootprint(ctx, m)
		for _, d := range slices.Concat(early, late) {
			w.beginPoll(ctx, d.simulator, d.accounts)
		}
	})

	It("are gone at once, and watches that stay say what is missing", func(ctx SpecContext) {
		for _, d := range slices.Concat(early, late) {
			w.delete(ctx, d.gone, d.accounts)
		}
		for _, d := range slices.Concat(early, late) {
			if d.reason != "" {
				w.eventually(ctx, patience, isNotReady(d.reason), d.accounts...)
			}
		}
	})

	It("are answered within an interval when they are made anew", func(ctx SpecContext) {
		w.misleadPolls(all)
		for _, d := range early {
			w.endPoll(d.simulator)
		}
		for _, d := range slices.Concat(early, late) {
			w.create(ctx, d.anew, d.accounts)
		}
		w.eventually(ctx, interval, upToDate, all...)
	})

	It("are not written to when an old answer comes", func(ctx SpecContext) {
		for _, d := range late {
			w.endPoll(d.simulator)
		}
		Consistently(func() ([]string, error) { return w.lacking(ctx, upToDate, all...) }, undisturbed, often).Should(BeEmpty())
	})

	It("leave nothing behind in the manager", func(ctx SpecContext) { w.expectFootprint(ctx, m, before) })

	It("leave nothing secret in the metrics", func(ctx SpecContext) { w.expectNothingMeasured(ctx, m) })
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

// misleadPolls has the calls under way end in amounts that nobody may show, by
// moving their keys to another account. The vendor accepts other keys for the
// accounts, whose amounts are others, too.
func (w *world) misleadPolls(accounts []*account) {
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
