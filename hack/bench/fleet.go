// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

const (
	// interval is how often every watch is polled: the shortest that the API takes.
	interval = time.Minute

	fleetNamespace = "fleet"
)

// opened is when all packages of the fleet are dated from: were it the present, their ends would
// move with every number that changes, and each poll would find them renewed.
var opened = time.Now()

// vendorKind is one vendor in the fleet.
type vendorKind struct {
	vendor v1alpha1.Vendor
	prefix string // of names
	// watches is how many an account has, each with a question of its own that takes one call.
	watches int
	factory vendors.Factory

	secret  func(number int) map[string]string
	account func(spec *v1alpha1.VendorAccountSpec)
	// ask writes the question at a place from 0 into the spec of a watch.
	ask func(spec *v1alpha1.QuotaWatchSpec, place int)
	// register makes the account known to the simulator and returns the credential's public ID.
	register func(sim *vendorsim.Simulator, number int) string
	// fill has the account hold other numbers at every step.
	fill func(sim *vendorsim.Simulator, number, step int)
}

// kinds take turns: three accounts, one at each vendor, have thirty watches. The shares keep
// every vendor's limit far above what the schedule asks for.
var kinds = []*vendorKind{tencentKind, polyvKind, volcengineKind}

// account is one account of the fleet.
type account struct {
	kind   *vendorKind
	number int
	// places are those at which its watches ask.
	places []int
}

// fleet is the accounts and their watches.
type fleet struct {
	namespace string
	endpoint  string // where the simulator listens
	accounts  []*account
}

// newFleet returns accounts for so many watches.
func newFleet(endpoint string, watches int) *fleet {
	f := &fleet{namespace: fleetNamespace, endpoint: endpoint}
	for left, i := watches, 0; left > 0; i++ {
		a := &account{kind: kinds[i%len(kinds)], number: i / len(kinds)}
		for place := range min(left, a.kind.watches) {
			a.places = append(a.places, place)
		}
		left -= len(a.places)
		f.accounts = append(f.accounts, a)
	}
	return f
}

// newSharedQuestion returns one account of which so many watches ask the same.
func newSharedQuestion(endpoint string, watches int) *fleet {
	a := &account{kind: tencentKind, number: sharedNumber, places: make([]int, watches)}
	return &fleet{namespace: "shared-question", endpoint: endpoint, accounts: []*account{a}}
}

// sharedNumber is one that no account of a fleet has.
const sharedNumber = 99_999

func (f *fleet) watches() int {
	total := 0
	for _, a := range f.accounts {
		total += len(a.places)
	}
	return total
}

// limit is how many polls a second the vendors' limits let through, if each vendor has its
// share of the watches: that of the vendor that is used up first.
func (f *fleet) limit() float64 {
	shares := map[*vendorKind]int{}
	for _, a := range f.accounts {
		shares[a.kind] += len(a.places)
	}
	lowest := 0.0
	for kind, share := range shares {
		rate := float64(kind.factory.HostRequestsPerSecond) * float64(f.watches()) / float64(share)
		if lowest == 0 || rate < lowest {
			lowest = rate
		}
	}
	return lowest
}

func (a *account) name() string { return fmt.Sprintf("%s-%05d", a.kind.prefix, a.number) }

// secret is the account's credential in the cluster.
func (f *fleet) secret(a *account) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: f.meta(a.name()), StringData: a.kind.secret(a.number)}
}

func (f *fleet) vendorAccount(a *account) *v1alpha1.VendorAccount {
	object := &v1alpha1.VendorAccount{ObjectMeta: f.meta(a.name()), Spec: v1alpha1.VendorAccountSpec{
		Vendor:    a.kind.vendor,
		SecretRef: v1alpha1.SecretReference{Name: a.name()},
		Endpoint:  f.endpoint,
	}}
	a.kind.account(&object.Spec)
	return object
}

// quotaWatches are the watches of an account.
func (f *fleet) quotaWatches(a *account) []*v1alpha1.QuotaWatch {
	var objects []*v1alpha1.QuotaWatch
	for i, place := range a.places {
		object := &v1alpha1.QuotaWatch{ObjectMeta: f.meta(fmt.Sprintf("%s-%03d", a.name(), i)), Spec: v1alpha1.QuotaWatchSpec{
			AccountRef: v1alpha1.VendorAccountReference{Name: a.name()},
		}}
		a.kind.ask(&object.Spec, place)
		objects = append(objects, object)
	}
	return objects
}

func (f *fleet) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: f.namespace, Name: name}
}

func everyInterval() *metav1.Duration { return &metav1.Duration{Duration: interval} }
