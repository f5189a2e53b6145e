// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// witness sees every status that is written in a world: once a watch has shown
// its amounts, it shows each of them at all times, and only such as the vendor
// had.
type witness struct {
	world *world

	mu      sync.Mutex
	shown   map[types.UID]bool
	leaving map[string]bool // whose watches may go
	wrong   []string
}

func (w *world) startWitness() *witness {
	s := &witness{world: w, shown: map[types.UID]bool{}, leaving: map[string]bool{}}
	ctx, cancel := context.WithCancel(context.Background())
	var following sync.WaitGroup
	following.Go(func() { wait.UntilWithContext(ctx, s.follow, 100*time.Millisecond) })
	DeferCleanup(func() {
		cancel()
		following.Wait()
	})
	return s
}

// follow sees what is there and what changes after, until the API server ends
// that, which it may do at any time.
func (s *witness) follow(ctx context.Context) {
	list := &v1alpha1.QuotaWatchList{}
	in := client.InNamespace(s.world.namespace)
	if s.world.admin.List(ctx, list, in) != nil {
		return
	}
	for i := range list.Items {
		s.see(&list.Items[i])
	}
	options := &client.ListOptions{}
	options.ApplyOptions([]client.ListOption{in})
	options.Raw = options.AsListOptions()
	options.Raw.ResourceVersion = list.ResourceVersion
	changes, err := s.world.admin.Watch(ctx, list, options)
	if err != nil {
		return
	}
	defer changes.Stop()
	for change := range changes.ResultChan() {
		object, ok := change.Object.(*v1alpha1.QuotaWatch)
		switch {
		case !ok: // the API server's own trouble
		case change.Type == watch.Deleted:
			s.miss(object)
		default:
			s.see(object)
		}
	}
}

// see takes note of what a stored watch shows.
func (s *witness) see(watch *v1alpha1.QuotaWatch) {
	a := s.world.account(watch.Name)
	if a == nil {
		return
	}
	numbers := numbersOf(a.kind, &watch.Status)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown[watch.UID] = s.shown[watch.UID] || complete(numbers)
	if !s.shown[watch.UID] {
		return
	}
	for name, number := range numbers {
		if !s.world.had(a, number) {
			s.wrong = append(s.wrong, fmt.Sprintf("%s showed %d in %s at %s", watch.Name, number, name, watch.ResourceVersion))
		}
	}
}

// miss takes note of a watch that is gone.
func (s *witness) miss(watch *v1alpha1.QuotaWatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.leaving[watch.Name] {
		s.wrong = append(s.wrong, watch.Name+" is gone")
	}
}

// expectDeletion lets the watches of accounts go from now on.
func (s *witness) expectDeletion(accounts ...*account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range accounts {
		s.leaving[a.name] = true
	}
}

// expectNothingWrong expects that nothing was seen that must not be.
func (s *witness) expectNothingWrong() {
	GinkgoHelper()
	s.mu.Lock()
	defer s.mu.Unlock()
	Expect(s.wrong).To(BeEmpty(), "amounts that were not the vendor's, and watches that went")
}

// account finds an account by the name of its objects; nil when there is none.
func (w *world) account(name string) *account {
	w.mu.Lock()
	defer w.mu.Unlock()
	place := slices.IndexFunc(w.accounts, func(a *account) bool { return a.name == name })
	if place < 0 {
		return nil
	}
	return w.accounts[place]
}

// nothing stands for the number of an amount that is not shown, or that follows
// from no number.
const nothing = -1

func complete(numbers map[string]int64) bool {
	for _, number := range numbers {
		if number == nothing {
			return false
		}
	}
	return true
}

// numbersOf are the numbers from which the amounts follow that a status has to
// show, by the names of the amounts.
func numbersOf(kind *accountKind, status *v1alpha1.QuotaWatchStatus) map[string]int64 {
	shown := amounts(status)
	numbers := map[string]int64{}
	for name, multiple := range kind.shows {
		numbers[name] = numberOf(shown[name], multiple)
	}
	return numbers
}

func numberOf(shown v1alpha1.Amount, multiple int64) int64 {
	exact, ok := new(big.Rat).SetString(string(shown))
	if !ok {
		return nothing
	}
	number := exact.Quo(exact, big.NewRat(multiple, 1))
	if !number.IsInt() || !number.Num().IsInt64() {
		return nothing
	}
	return number.Num().Int64()
}

// amounts are those that a status shows for the account as a whole.
func amounts(status *v1alpha1.QuotaWatchStatus) map[string]v1alpha1.Amount {
	shown := map[string]v1alpha1.Amount{}
	for _, row := range status.Resources {
		if row.Subject == "" {
			shown[row.Name] = row.Remaining
		}
	}
	if status.Usage != nil {
		for _, item := range status.Usage.Items {
			shown[item.Name] = item.Amount
		}
	}
	if status.Bill != nil && len(status.Bill.Periods) > 0 {
		for _, line := range status.Bill.Periods[0].Lines {
			shown[line.Category] = line.Quantity
		}
	}
	return shown
}
