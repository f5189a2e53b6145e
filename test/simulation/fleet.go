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
	books    *books
	// down is when there was no operator, and trouble when a service failed, after
	// which polls may be held back a little longer.
	down      []span
	trouble   map[string][]span
	aftermath time.Duration
	// fickle tells that vendors fail at random: what trouble there was shows in
	// their answers.
	fickle bool

	mu       sync.Mutex
	subjects map[client.ObjectKey]*subject
	vanished []string // what was wrong with numbers that were written
}

// account is an account at a vendor with the objects that are about it.
type account struct {
	kind accountKind
	name string
	keys int // how many there have been, of which one is good
	// fingerprint is that of the credential in the Secret.
	fingerprint string
	numbers     []int64 // all amounts follow from the last; earlier ones may still be shown
	object      *v1alpha1.VendorAccount
	secret      *corev1.Secret
	watches     []*watch
}

// watch is a QuotaWatch and what it shows.
type watch struct {
	*v1alpha1.QuotaWatch
	shows map[string]int64
}

// mixedIntervals are a few short ones, and mostly long ones.
var mixedIntervals = slices.Concat(
	[]time.Duration{30 * time.Minute},
	slices.Repeat([]time.Duration{time.Hour}, 2),
	slices.Repeat([]time.Duration{2 * time.Hour}, 5),
	slices.Repeat([]time.Duration{6 * time.Hour}, 12),
)

// newFleet makes so many accounts with so many watches each, which take turns in
// the intervals.
func newFleet(w *world, accounts, watches int, intervals ...time.Duration) *fleet {
	f := &fleet{
		world: w, began: w.clock.Now(), schedule: newSchedule(w.clock.Now()),
		books: newBooks(), trouble: map[string][]span{}, aftermath: spread,
		subjects: map[client.ObjectKey]*subject{},
	}
	for i := range accounts {
		f.accounts = append(f.accounts, f.newAccount(accountKinds[i%len(accountKinds)], i, watches, intervals))
	}
	f.writes.inspect(f.inspectNumbers)
	return f
}

func (f *fleet) newAccount(kind accountKind, i, watches int, intervals []time.Duration) *account {
	a := &account{kind: kind, name: fmt.Sprintf("%s-%02d", kind.name(), i), numbers: []int64{int64(1000 * (i + 1))}}
	a.secret = &corev1.Secret{ObjectMeta: f.named(a.name)}
	a.object = &v1alpha1.VendorAccount{ObjectMeta: f.named(a.name), Spec: kind.spec()}
	a.object.Spec.SecretRef.Name = a.name
	a.object.Spec.Endpoint = f.endpoint
	readings := kind.readings(a.name)
	for i := range watches {
		a.watches = append(a.watches, f.newWatch(a, fmt.Sprintf("%s-%02d", a.name, i),
			readings[i%len(readings)], intervals[i%len(intervals)]))
	}
	return a
}

func (f *fleet) newWatch(a *account, name string, r reading, interval time.Duration) *watch {
	w := &watch{QuotaWatch: &v1alpha1.QuotaWatch{ObjectMeta: f.named(name)}}
	w.ask(a, r, interval)
	f.subjects[client.ObjectKeyFromObject(w)] = &subject{account: a, watch: w}
	return w
}

// ask has the spec ask a question, every so often.
func (w *watch) ask(a *account, r reading, interval time.Duration) {
	w.shows = r.shows
	w.Spec = *r.spec.DeepCopy()
	w.Spec.AccountRef.Name = a.name
	every := &metav1.Duration{Duration: interval}
	if w.Spec.Packages != nil {
		w.Spec.Interval = every
	}
	if w.Spec.Usage != nil {
		w.Spec.Usage.Interval = every
	}
	if w.Spec.Bill != nil {
		w.Spec.Bill.Interval = every
	}
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
		a.keep(a.secret, secretOf(a.key()))
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
func secretOf(key string) string { return canary + "-" + key }

// newKey has the vendor accept a new key in place of the present one.
func (f *fleet) newKey(a *account) {
	a.kind.revoke(f.vendors, a.key())
	a.keys++
	a.kind.admit(f.vendors, a.key(), secretOf(a.key()), a.name)
}

// storeKey writes the account's key into its Secret, with that secret.
func (f *fleet) storeKey(a *account, secret string) {
	GinkgoHelper()
	edit(f, a.secret, func(s *corev1.Secret) { a.keep(s, secret) })
	f.revise()
}

// keep puts the account's key into its Secret, with that secret.
func (a *account) keep(s *corev1.Secret, secret string) {
	s.StringData = a.kind.secret(a.key(), secret)
	a.fingerprint = fingerprint(s.StringData)
}

// use changes all amounts of these accounts at their vendors; of all when none is
// named.
func (f *fleet) use(accounts ...*account) {
	if len(accounts) == 0 {
		accounts = f.accounts
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range accounts {
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

// createWatch adds a watch to those of an account. What is wanted then has to be
// revised.
func (f *fleet) createWatch(a *account, name string, r reading, interval time.Duration) {
	GinkgoHelper()
	f.mu.Lock()
	w := f.newWatch(a, name, r, interval)
	f.mu.Unlock()
	a.watches = append(a.watches, w)
	Expect(f.user.Create(suiteContext, w.QuotaWatch)).To(Succeed())
}

// deleteWatch deletes a watch of an account. What is wanted then has to be
// revised.
func (f *fleet) deleteWatch(a *account, i int) {
	GinkgoHelper()
	w := a.watches[i]
	a.watches = slices.Delete(a.watches, i, i+1)
	Expect(f.user.Delete(suiteContext, w.QuotaWatch)).To(Succeed())
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.subjects, client.ObjectKeyFromObject(w))
}

// editWatch has a watch ask something else. What is wanted then has to be revised.
func (f *fleet) editWatch(a *account, w *watch, r reading, interval time.Duration) {
	GinkgoHelper()
	f.mu.Lock()
	defer f.mu.Unlock()
	edit(f, w.QuotaWatch, func(*v1alpha1.QuotaWatch) { w.ask(a, r, interval) })
	f.subjects[client.ObjectKeyFromObject(w)].shown = false
}

// refreshWatch asks for a poll of a watch besides the schedule.
func (f *fleet) refreshWatch(w *watch) {
	GinkgoHelper()
	f.mu.Lock()
	defer f.mu.Unlock()
	edit(f, w.QuotaWatch, func(object *v1alpha1.QuotaWatch) {
		metav1.SetMetaDataAnnotation(&object.ObjectMeta, v1alpha1.AnnotationRequestedAt, f.clock.Now().Format(time.RFC3339Nano))
	})
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
