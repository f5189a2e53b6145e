// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package faults has the operator's own program live through faults: of the
// vendors, of the API server, of its machine, and of people who delete what is in
// use. The control plane is a real one, the vendors are the simulator, time is
// real, and what counts is what is left in the cluster: no object lost, no amount
// gone or zero, no watch stuck, nothing leaked, no secret told.
package faults

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

const (
	// patience is how long something may take that waits for nothing but this
	// machine.
	patience = 30 * time.Second
	// often is how often the cluster is asked whether it has come to something.
	often = 500 * time.Millisecond
)

// world is a namespace in a cluster, with vendors and accounts there. Its manager
// sees nothing else.
type world struct {
	*cluster
	namespace string
	dir       string

	simulators []*simulator
	endpoints  []string // that VendorAccounts may name
	managers   []*manager
	witness    *witness

	mu       sync.Mutex
	accounts []*account
	keys     int
	number   int64
	canaries []string // what nobody may tell
}

// newWorld makes a world that is there until the container ends, or the spec,
// whose node calls it. At its end it expects of all that happened in it that
// nothing was lost or told. The last spec of an ordered container must not skip
// itself: what fails after it would count for nothing.
func newWorld(c *cluster) *world {
	GinkgoHelper()
	dir, err := os.MkdirTemp("", "quotawatch-world-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	w := &world{cluster: c, namespace: c.newNamespace(context.Background()), dir: dir, canaries: answerCanaries()}
	w.witness = w.startWitness()
	DeferCleanup(func(ctx SpecContext) {
		for _, m := range w.managers {
			m.expectOrderly()
		}
		w.expectNothingTold(ctx)
		w.witness.expectNothingWrong()
	})
	return w
}

// apply stores all objects of accounts.
func (w *world) apply(ctx context.Context, accounts ...*account) {
	GinkgoHelper()
	for _, a := range accounts {
		for _, object := range []client.Object{a.secret, a.object, a.watch} {
			Expect(w.admin.Create(ctx, object)).To(Succeed())
		}
	}
}

// refresh asks for a poll of accounts' watches as soon as it may be.
func (w *world) refresh(ctx context.Context, accounts ...*account) {
	GinkgoHelper()
	now := time.Now().Format(time.RFC3339Nano)
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, v1alpha1.AnnotationRequestedAt, now)
	for _, a := range accounts {
		Expect(w.admin.Patch(ctx, a.watch.DeepCopy(), mergePatch(patch))).To(Succeed())
	}
}

func mergePatch(patch []byte) client.Patch {
	return client.RawPatch("application/merge-patch+json", patch)
}

// watches are all watches as they are stored, by name.
func (w *world) watches(ctx context.Context) (map[string]*v1alpha1.QuotaWatch, error) {
	list := &v1alpha1.QuotaWatchList{}
	if err := w.admin.List(ctx, list, client.InNamespace(w.namespace)); err != nil {
		return nil, err
	}
	watches := map[string]*v1alpha1.QuotaWatch{}
	for i := range list.Items {
		watches[list.Items[i].Name] = &list.Items[i]
	}
	return watches, nil
}

// accountsLacking says which VendorAccounts are lost, are not Ready, or show a
// failure.
func (w *world) accountsLacking(ctx context.Context, accounts ...*account) ([]string, error) {
	var lacking []string
	for _, a := range accounts {
		object := &v1alpha1.VendorAccount{}
		if err := w.admin.Get(ctx, client.ObjectKeyFromObject(a.object), object); err != nil {
			return nil, err
		}
		if !meta.IsStatusConditionTrue(object.Status.Conditions, v1alpha1.ConditionReady) || object.Status.LastError != nil {
			lacking = append(lacking, a.name)
		}
	}
	return lacking, nil
}

// eventually waits until the watches of all accounts pass a test, which says what
// they lack; empty when nothing.
func (w *world) eventually(
	ctx context.Context, within time.Duration, lacks func(*account, *v1alpha1.QuotaWatch) string, accounts ...*account,
) {
	GinkgoHelper()
	Eventually(func() ([]string, error) { return w.lacking(ctx, lacks, accounts...) }, within, often).Should(BeEmpty())
}

// lacking says what the watches of accounts lack.
func (w *world) lacking(
	ctx context.Context, lacks func(*account, *v1alpha1.QuotaWatch) string, accounts ...*account,
) ([]string, error) {
	watches, err := w.watches(ctx)
	if err != nil {
		return nil, err
	}
	var lacking []string
	for _, a := range accounts {
		lack := "is lost"
		if watch := watches[a.name]; watch != nil {
			lack = lacks(a, watch)
		}
		if lack != "" {
			lacking = append(lacking, a.name+" "+lack)
		}
	}
	return lacking, nil
}

// upToDate passes watches that are Ready, show no failure, and show the amounts
// that the vendor has now.
func upToDate(a *account, watch *v1alpha1.QuotaWatch) string {
	if !meta.IsStatusConditionTrue(watch.Status.Conditions, v1alpha1.ConditionReady) {
		return "is not Ready: " + readyOf(watch)
	}
	if failure := failureOf(watch); failure != nil {
		return fmt.Sprintf("shows a failure: %s %s", failure.Kind, failure.Code)
	}
	for name, number := range numbersOf(a.kind, &watch.Status) {
		if number != a.number() {
			return fmt.Sprintf("shows %d in %s, not %d", number, name, a.number())
		}
	}
	return ""
}

// readyOf is the reason of the condition Ready, and its message.
func readyOf(watch *v1alpha1.QuotaWatch) string {
	ready := meta.FindStatusCondition(watch.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil {
		return "nothing yet"
	}
	return ready.Reason + ": " + ready.Message
}

// failureOf is the first failure that a reading shows; nil when none does.
func failureOf(watch *v1alpha1.QuotaWatch) *v1alpha1.VendorError {
	if failures := failuresOf(watch); len(failures) > 0 {
		return failures[0]
	}
	return nil
}

// failuresOf are the failures that the readings show.
func failuresOf(watch *v1alpha1.QuotaWatch) []*v1alpha1.VendorError {
	var failures []*v1alpha1.VendorError
	note := func(failure *v1alpha1.VendorError) {
		if failure != nil {
			failures = append(failures, failure)
		}
	}
	if p := watch.Status.Packages; p != nil {
		note(p.LastError)
	}
	if u := watch.Status.Usage; u != nil {
		note(u.LastError)
	}
	if b := watch.Status.Bill; b != nil {
		note(b.LastError)
	}
	return failures
}
