// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// step is a step of a poll at which the manager is killed.
type step struct {
	title string
	name  string // of the simulator
	kinds []*accountKind
	// fresh tells that the poll is the first of its objects.
	fresh bool
	// hold keeps the accounts' polls at the step, and returns what tells that they
	// are there.
	hold func(k *killing, s *step) (arrived func() bool)
	// asks is how often a vendor is asked the same, when the poll is asked for
	// once: again if the answer is lost with the process. Where the Secret is new
	// or another, the key is checked besides.
	asks int
	// stored tells that the API server has the new status when the manager is killed.
	stored bool

	simulator *simulator
	accounts  []*account
	paused    atomic.Bool // whether the next call is held
}

// steps are all there are, in the order in which a poll takes them.
var steps = []*step{
	{title: "before the Secret is read", name: "secret", kinds: everyKind, hold: holdSecrets, asks: 2},
	{title: "while the vendor is asked", name: "call", kinds: everyKind, hold: holdCalls, asks: 1},
	{title: "between two pages", name: "pages", kinds: []*accountKind{&pagedKind}, hold: holdSecondPage, asks: 2},
	{title: "before the status is written", name: "answer", kinds: everyKind, hold: holdWrites, asks: 2},
	{title: "before it is told that the status is written", name: "stored", kinds: everyKind, hold: holdWritten, asks: 1, stored: true},
	{title: "before the Event", name: "event", kinds: everyKind, fresh: true, hold: holdEvents, asks: 2, stored: true},
}

// everyKind are the usual kinds, but that the packages of Tencent Cloud are
// replaced by others with every change.
var everyKind = append([]*accountKind{&replacedKind}, accountKinds[1:]...)

// replacedKind is an account at Tencent Cloud Live in which one package gives way
// to another at every change, of which Events tell.
var replacedKind = tencentLike(func(account *vendorsim.TencentAccount, number int64) {
	account.Packages[1].ID = strconv.FormatInt(number, 10)
})

// pagedKind is an account at Tencent Cloud Live with more packages than fit on a
// page, of which all but one are used up.
var pagedKind = tencentLike(func(account *vendorsim.TencentAccount, _ int64) {
	for i := range 100 {
		usedUp := account.Packages[0]
		usedUp.ID, usedUp.Used, usedUp.Left = strconv.Itoa(1000+i), usedUp.Total, 0
		account.Packages = append(account.Packages, usedUp)
	}
})

func tencentLike(change func(account *vendorsim.TencentAccount, number int64)) accountKind {
	kind := tencentKind
	kind.fill = func(v *vendorsim.Simulator, account string, number int64) {
		filled := tencentAccount(number, time.Now())
		change(&filled, number)
		v.Tencent().SetAccount(account, filled)
	}
	return kind
}

// holdEach holds one request for each account of a step.
func holdEach(k *killing, s *step, strikes func(*account) requestMatch, serve func(*gate) spoiltService) func() bool {
	var gates []*gate
	for _, a := range s.accounts {
		g := newGate()
		k.proxy.inject(strikes(a), 0, serve(g))
		gates = append(gates, g)
	}
	return func() bool {
		for _, g := range gates {
			if !g.reached() {
				return false
			}
		}
		return true
	}
}

// holdSecrets has all Secrets read again, because their labels change, and holds
// that.
func holdSecrets(k *killing, s *step) func() bool {
	GinkgoHelper()
	arrived := holdEach(k, s, func(a *account) requestMatch { return fetching("secrets", a.name) }, holdRequests)
	patch := mergePatch([]byte(`{"metadata":{"labels":{"team":"live"}}}`))
	for _, a := range s.accounts {
		Expect(k.admin.Patch(context.Background(), a.secret.DeepCopy(), patch)).To(Succeed())
	}
	return arrived
}

// holdCalls holds all calls: one for each reading, and the calls that follow.
func holdCalls(_ *killing, s *step) func() bool {
	s.simulator.hold()
	calls := 0
	for _, a := range s.accounts {
		calls += readings(a.watch)
	}
	return func() bool { return s.simulator.held() == calls }
}

// holdSecondPage lets a first page pass, and holds the call that follows.
func holdSecondPage(_ *killing, s *step) func() bool {
	s.paused.Store(true)
	return func() bool { return s.simulator.held() > 0 }
}

// called hears of each call before it is answered.
func (s *step) called(c vendorsim.Call) {
	if c.Page == 1 && s.paused.CompareAndSwap(true, false) {
		s.simulator.hold()
	}
}

func holdWrites(k *killing, s *step) func() bool {
	return holdEach(k, s, func(a *account) requestMatch { return writingStatus(a.name) }, holdRequests)
}

// holdWritten holds the answers to the writes with which refreshes end.
func holdWritten(k *killing, s *step) func() bool {
	return holdEach(k, s, func(a *account) requestMatch {
		return and(writingStatus(a.name), holding("lastHandledReconcileAt"))
	}, holdAnswers)
}

// holdEvents knows Events by their names, which are the object's, a dot and more.
func holdEvents(k *killing, s *step) func() bool {
	return holdEach(k, s, func(a *account) requestMatch { return and(posting("events"), holding(a.name+".")) }, holdRequests)
}

// readings is how many sections a watch asks for.
func readings(watch *v1alpha1.QuotaWatch) int {
	count := 0
	for _, asks := range []bool{watch.Spec.Packages != nil, watch.Spec.Usage != nil, watch.Spec.Bill != nil} {
		if asks {
			count++
		}
	}
	return count
}

// tells matches the Events that a step leaves on a watch: of what was not stored
// when the manager was killed each one, once; of what was, none is told twice.
func (s *step) tells(a *account) types.GomegaMatcher {
	once := HaveEach(1)
	switch {
	case s.stored:
		return Or(BeEmpty(), once)
	case a.kind == &replacedKind:
		return And(once, HaveKey(v1alpha1.EventPackageAdded), HaveKey(v1alpha1.EventPackageDisappeared))
	default:
		return And(once, HaveKey(v1alpha1.EventSummaryChanged))
	}
}
