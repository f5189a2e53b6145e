// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// interval is how often every watch is polled: the shortest that the API takes.
const interval = time.Minute

func everyInterval() *metav1.Duration { return &metav1.Duration{Duration: interval} }

// account is an account at a simulator with the objects that are about it: a
// Secret, a VendorAccount and a QuotaWatch of one name.
type account struct {
	kind      *accountKind
	simulator *simulator
	name      string
	key       key
	numbers   []int64 // all amounts followed from; the last still holds

	secret *corev1.Secret
	object *v1alpha1.VendorAccount
	watch  *v1alpha1.QuotaWatch
}

// addAccounts adds an account of each of these kinds at a simulator, whose
// objects are not stored yet; of all kinds when none is named.
func (w *world) addAccounts(s *simulator, kinds ...*accountKind) []*account {
	if len(kinds) == 0 {
		kinds = accountKinds
	}
	var accounts []*account
	for _, kind := range kinds {
		a := &account{kind: kind, simulator: s, name: s.name + "-" + kind.name}
		w.rekey(a)
		w.use(a)
		w.describe(a)
		accounts = append(accounts, a)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.accounts = append(w.accounts, accounts...)
	return accounts
}

// join stores one more watch of each account that may have one, with a question
// that nobody has asked yet.
func (w *world) join(ctx context.Context, accounts []*account) []*account {
	GinkgoHelper()
	var newcomers []*account
	for _, a := range accounts {
		if a.kind.rephrase == nil {
			continue
		}
		newcomer := *a
		newcomer.name += "-newcomer"
		newcomer.watch = &v1alpha1.QuotaWatch{ObjectMeta: w.named(&newcomer), Spec: *a.watch.Spec.DeepCopy()}
		a.kind.rephrase(&newcomer.watch.Spec)
		Expect(w.admin.Create(ctx, newcomer.watch)).To(Succeed())
		newcomers = append(newcomers, &newcomer)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.accounts = append(w.accounts, newcomers...)
	return newcomers
}

// rekey has the vendor accept a new key, too.
func (w *world) rekey(a *account) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keys++
	a.key = key{
		id:     fmt.Sprintf("id%06d%s", w.keys, a.kind.service),
		secret: "canary-secret-" + rand.Text(), token: "canary-token-" + rand.Text(),
	}
	w.canaries = append(w.canaries, a.key.secret, a.key.token)
	a.kind.admit(a.simulator.Simulator, a.key, a.name)
}

// use changes all amounts of accounts at the vendor.
func (w *world) use(accounts ...*account) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range accounts {
		w.number++
		a.numbers = append(a.numbers, 100_000+w.number)
		a.kind.fill(a.simulator.Simulator, a.name, a.number())
	}
}

func (a *account) number() int64 { return a.numbers[len(a.numbers)-1] }

// had tells whether amounts of an account ever followed from a number.
func (w *world) had(a *account, number int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(a.numbers, number)
}

// describe makes the objects of an account, to be stored as they are or changed
// before.
func (w *world) describe(a *account) {
	a.secret = &corev1.Secret{ObjectMeta: w.named(a), StringData: a.kind.secret(a.key)}
	a.object = &v1alpha1.VendorAccount{ObjectMeta: w.named(a), Spec: *a.kind.spec.DeepCopy()}
	a.object.Spec.SecretRef.Name = a.name
	a.object.Spec.Endpoint = a.simulator.endpoint
	a.watch = &v1alpha1.QuotaWatch{ObjectMeta: w.named(a), Spec: a.kind.watch(a.name)}
	a.watch.Spec.AccountRef.Name = a.name
}

func (w *world) named(a *account) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: w.namespace, Name: a.name}
}
