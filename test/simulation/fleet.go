// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// fleet is many accounts of all kinds in a world, with many watches each.
type fleet struct {
	*world
	began    time.Time
	accounts []*account
	schedule *schedule
	// down is when there was no operator, and trouble when a service failed.
	down    []span
	trouble map[string][]span

	mu       sync.Mutex
	shown    map[client.ObjectKey]bool // which watches have shown numbers
	vanished []string                  // what was wrong with numbers that were written
}

// account is an account at a vendor with the objects that are about it.
type account struct {
	kind    accountKind
	name    string
	keys    int     // how many there have been, of which one is good
	numbers []int64 // all amounts follow from the last; earlier ones may still be shown
	object  *v1alpha1.VendorAccount
	secret  *corev1.Secret
	watches []*watch
}

// watch is a QuotaWatch and what it shows.
type watch struct {
	*v1alpha1.QuotaWatch
	shows map[string]int64
}

// intervals are those that watches take turns in: a few short ones, and mostly
// long ones.
var intervals = slices.Concat(
	[]time.Duration{30 * time.Minute},
	slices.Repeat([]time.Duration{time.Hour}, 2),
	slices.Repeat([]time.Duration{2 * time.Hour}, 5),
	slices.Repeat([]time.Duration{6 * time.Hour}, 12),
)

// newFleet makes so many accounts with so many watches each. The last account is
// suspended, and so is the last watch of each.
func newFleet(w *world, accounts, watches int) *fleet {
	f := &fleet{
		world: w, began: w.clock.Now(), schedule: newSchedule(w.clock.Now()),
		trouble: map[string][]span{}, shown: map[client.ObjectKey]bool{},
	}
	for i := range accounts {
		f.accounts = append(f.accounts, f.newAccount(accountKinds[i%len(accountKinds)], i, watches))
	}
	f.accounts[accounts-1].object.Spec.Suspend = true
	f.inspectNumbers()
	return f
}

func (f *fleet) newAccount(kind accountKind, i, watches int) *account {
	a := &account{kind: kind, name: fmt.Sprintf("%s-%02d", kind.name(), i), numbers: []int64{int64(1000 * (i + 1))}}
	a.secret = &corev1.Secret{ObjectMeta: f.named(a.name)}
	a.object = &v1alpha1.VendorAccount{ObjectMeta: f.named(a.name), Spec: kind.spec()}
	a.object.Spec.SecretRef.Name = a.name
	a.object.Spec.Endpoint = f.endpoint
	readings := kind.readings(a.name)
	for i := range watches {
		a.watches = append(a.watches, f.newWatch(a, i, readings[i%len(readings)]))
	}
	a.watches[watches-1].Spec.Suspend = true
	return a
}

func (f *fleet) newWatch(a *account, i int, r reading) *watch {
	object := &v1alpha1.QuotaWatch{ObjectMeta: f.named(fmt.Sprintf("%s-%02d", a.name, i)), Spec: *r.spec.DeepCopy()}
	object.Spec.AccountRef.Name = a.name
	interval := &metav1.Duration{Duration: intervals[i%len(intervals)]}
	if object.Spec.Packages != nil {
		object.Spec.Interval = interval
	}
	if object.Spec.Usage != nil {
		object.Spec.Usage.Interval = interval
	}
	if object.Spec.Bill != nil {
		object.Spec.Bill.Interval = interval
	}
	return &watch{QuotaWatch: object, shows: r.shows}
}

func (f *fleet) named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: f.namespace, Name: name}
}

// apply creates all objects, as a Git tool does that finds them in one commit.
func (f *fleet) apply() {
	GinkgoHelper()
	var creations errgroup.Group
	creations.SetLimit(8)
	create := func(object client.Object) {
		creations.Go(func() error { return f.user.Create(suiteContext, object) })
	}
	for _, a := range f.accounts {
		f.fill(a)
		f.newKey(a)
		a.secret.StringData = a.kind.secret(a.key(), secretOf(a.key()))
		create(a.secret)
		create(a.object)
		for _, w := range a.watches {
			create(w.QuotaWatch)
		}
	}
	Expect(creations.Wait()).To(Succeed())
	f.revise()
	f.settle()
}

// key is the ID of the account's good key.
func (a *account) key() string { return fmt.Sprintf("%s.%d", a.name, a.keys) }

// accountOf returns the account that a key is of.
func accountOf(key string) string {
	name, _, _ := strings.Cut(key, ".")
	return name
}

// secretOf is the secret that belongs to a key.
func secretOf(key string) string { return "secret of " + key }

// newKey has the vendor accept a new key in place of the present one.
func (f *fleet) newKey(a *account) {
	a.kind.revoke(f.vendors, a.key())
	a.keys++
	a.kind.admit(f.vendors, a.key(), secretOf(a.key()), a.name)
}

// storeKey writes the account's key into its Secret, with that secret.
func (f *fleet) storeKey(a *account, secret string) {
	GinkgoHelper()
	edit(f, a.secret, func(s *corev1.Secret) { s.StringData = a.kind.secret(a.key(), secret) })
	f.revise()
}

// use changes all amounts at the vendors.
func (f *fleet) use() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.accounts {
		a.numbers = append(a.numbers, a.number()-1)
		f.fill(a)
	}
}

func (a *account) number() int64 { return a.numbers[len(a.numbers)-1] }

func (f *fleet) fill(a *account) { a.kind.fill(f.vendors, a.name, a.number(), f.began) }

// suspendAccount suspends an account, or has it go on.
func (f *fleet) suspendAccount(a *account, suspend bool) {
	GinkgoHelper()
	edit(f, a.object, func(object *v1alpha1.VendorAccount) { object.Spec.Suspend = suspend })
	f.revise()
}

// suspendWatches suspends watches, or has them go on.
func (f *fleet) suspendWatches(watches []*watch, suspend bool) {
	GinkgoHelper()
	for _, w := range watches {
		edit(f, w.QuotaWatch, func(object *v1alpha1.QuotaWatch) { object.Spec.Suspend = suspend })
	}
	f.revise()
}

// edit changes an object as a user would.
func edit[T client.Object](f *fleet, object T, change func(T)) {
	GinkgoHelper()
	Expect(f.user.Get(suiteContext, client.ObjectKeyFromObject(object), object)).To(Succeed())
	change(object)
	Expect(f.user.Update(suiteContext, object)).To(Succeed())
}

// active returns the watches that are not suspended, of these accounts or, when
// none is named, of all.
func (f *fleet) active(accounts ...*account) []*watch {
	if len(accounts) == 0 {
		accounts = f.accounts
	}
	var watches []*watch
	for _, a := range accounts {
		for _, w := range a.watches {
			if !a.object.Spec.Suspend && !w.Spec.Suspend {
				watches = append(watches, w)
			}
		}
	}
	return watches
}

// stored returns all watches as users see them.
func (f *fleet) stored() map[client.ObjectKey]*v1alpha1.QuotaWatch {
	GinkgoHelper()
	list := &v1alpha1.QuotaWatchList{}
	Expect(f.user.List(suiteContext, list, client.InNamespace(f.namespace))).To(Succeed())
	watches := make(map[client.ObjectKey]*v1alpha1.QuotaWatch, len(list.Items))
	for i := range list.Items {
		watches[client.ObjectKeyFromObject(&list.Items[i])] = &list.Items[i]
	}
	return watches
}
