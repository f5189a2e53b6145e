// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// killing is a world whose manager is killed while the polls of its accounts are
// at different steps.
type killing struct {
	*proxied
	// idle are accounts of which nothing is asked but what the schedule has.
	idle []*account
	// polled is when everything was asked first, asked when the polls were asked
	// for that the manager is killed in, killed when it was, and led when another
	// led in its place.
	polled, asked, killed, led time.Time
}

// newKilling makes the world and starts its manager.
func newKilling(ctx context.Context, c *cluster) *killing {
	GinkgoHelper()
	// Steps at which a reconcile is held take a worker for each object.
	k := &killing{proxied: newProxied(c, "--max-concurrent-reconciles", "32")}
	k.idle = k.addAccounts(k.newSimulator("idle"))
	k.apply(ctx, k.idle...)
	for _, s := range steps {
		s.simulator = k.newSimulator(s.name)
		s.simulator.Observe(s.called)
		s.accounts = k.addAccounts(s.simulator, s.kinds...)
		if !s.fresh {
			k.apply(ctx, s.accounts...)
		}
	}
	k.polled = time.Now()
	k.run()
	return k
}

// known are the accounts whose objects are there from the beginning.
func (k *killing) known() []*account {
	known := slices.Clone(k.idle)
	for _, s := range steps {
		if !s.fresh {
			known = append(known, s.accounts...)
		}
	}
	return known
}

// strike kills the manager when all polls are at their steps, the next one when it
// has just begun to learn what there is, and starts a third.
func (k *killing) strike(ctx context.Context) {
	GinkgoHelper()
	for _, s := range steps {
		if !s.fresh {
			k.haveYesterday(ctx, s.accounts...)
		}
	}
	arrived := map[string]func() bool{}
	for _, s := range steps {
		arrived[s.title] = s.hold(k, s)
	}
	k.asked = time.Now()
	for _, s := range steps {
		k.ask(ctx, s)
	}
	for title, is := range arrived {
		Eventually(is, patience, often).Should(BeTrue(), "a poll %s", title)
	}
	k.manager.kill()
	k.killed = time.Now()
	k.proxy.recover()
	k.killAtStart()
	for _, s := range steps {
		Eventually(s.simulator.held, patience, often).Should(BeZero(), "calls of the manager that was killed")
		s.simulator.release()
	}
	k.run()
}

// ask has the accounts of a step polled, when there is something new.
func (k *killing) ask(ctx context.Context, s *step) {
	GinkgoHelper()
	if s.fresh {
		k.apply(ctx, s.accounts...)
		return
	}
	k.use(s.accounts...)
	k.refresh(ctx, s.accounts...)
}

// killAtStart starts a manager and kills it when it asks what there is.
func (k *killing) killAtStart() {
	GinkgoHelper()
	asks := newGate()
	k.proxy.inject(fetchingAll("quotawatches"), 0, holdRequests(asks))
	k.run()
	Eventually(asks.arrived, patience).Should(BeClosed())
	k.manager.kill()
	k.proxy.recover()
}

// leftYesterday stands in histories for what was left the day before.
const leftYesterday = 500_000

// haveYesterday puts yesterday in place of today in the history of all watches that
// have one. An edit has them judged again, which asks no vendor, and the function
// waits until today is there again.
func (k *killing) haveYesterday(ctx context.Context, accounts ...*account) {
	GinkgoHelper()
	watches, err := k.watches(ctx)
	Expect(err).NotTo(HaveOccurred())
	for _, a := range accounts {
		watch := watches[a.name]
		before := watch.DeepCopy()
		for i := range watch.Status.History {
			h := &watch.Status.History[i]
			h.LastDay = v1alpha1.Day(vendors.DayAt(time.Now().Add(-24 * time.Hour)).String())
			h.Samples = []v1alpha1.HistorySample{v1alpha1.HistorySample(strconv.Itoa(leftYesterday))}
		}
		Expect(k.admin.Status().Patch(ctx, watch, client.MergeFrom(before))).To(Succeed())
		edit := mergePatch([]byte(`{"spec":{"staleAfter":"1h"}}`))
		Expect(k.admin.Patch(ctx, watch, edit)).To(Succeed())
	}
	k.eventually(ctx, patience, func(_ *account, watch *v1alpha1.QuotaWatch) string {
		for _, h := range watch.Status.History {
			if len(h.Samples) < 2 {
				return "has no sample of today"
			}
		}
		return ""
	}, accounts...)
}

// changedHistory says what of a watch's history is not as a poll leaves it that
// found more than there was: all that is left since is added to what was before,
// once.
func changedHistory(a *account, watch *v1alpha1.QuotaWatch) []string {
	more := a.number() - a.numbers[0]
	if more == 0 || watch.Spec.Packages == nil {
		return nil // it is new and has no yesterday, or has no history at all
	}
	if len(watch.Status.History) == 0 {
		return []string{a.name + ": the history is gone"}
	}
	var wrong []string
	for _, h := range watch.Status.History {
		multiple := a.kind.shows[h.Resource]
		want := [2]string{strconv.FormatInt(leftYesterday+multiple*more, 10), strconv.FormatInt(multiple*a.number(), 10)}
		if got := [2]string{string(h.Samples[0]), string(h.Samples[len(h.Samples)-1])}; got != want {
			wrong = append(wrong, fmt.Sprintf("%s: the history of %s goes from %s to %s, not %s", a.name, h.Resource, got[0], got[1], want))
		}
	}
	return wrong
}

// acknowledged passes watches that are up to date and tell that the last refresh
// was served.
func acknowledged(a *account, watch *v1alpha1.QuotaWatch) string {
	if lack := upToDate(a, watch); lack != "" {
		return lack
	}
	if asked, served := watch.Annotations[v1alpha1.AnnotationRequestedAt], watch.Status.LastHandledReconcileAt; asked != served {
		return fmt.Sprintf("acknowledges %q, not %q", served, asked)
	}
	return ""
}

// events are how many Events of each reason an account's watch has.
func (w *world) events(ctx context.Context, a *account) map[string]int {
	GinkgoHelper()
	list := &eventsv1.EventList{}
	Expect(w.admin.List(ctx, list, client.InNamespace(w.namespace))).To(Succeed())
	events := map[string]int{}
	for _, e := range list.Items {
		if e.Regarding.Name != a.name || e.Regarding.Kind != "QuotaWatch" {
			continue
		}
		count := 1
		if e.Series != nil {
			count = int(e.Series.Count)
		}
		events[e.Reason] += count
	}
	return events
}

// callsWithoutLeader are the calls while the Lease of the manager that was killed
// held. It was renewed a little before.
func (k *killing) callsWithoutLeader() []string {
	const renewed = 3 * time.Second
	var calls []string
	for _, a := range k.accounts {
		for _, call := range a.simulator.callsWith(a.key.id, k.killed) {
			if after := call.Time.Sub(k.killed); after < leaseDuration-renewed {
				calls = append(calls, fmt.Sprintf("%s: %s %s after %s", a.name, call.Action, call.Query, after))
			}
		}
	}
	return calls
}

// slotsSince is how many slots of a question may have passed since it was asked.
func slotsSince(t time.Time) int { return int(time.Since(t) / (interval - slack)) }
