// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// storm is what happens to a fleet at random. All of it follows from the seed,
// but for which of several requests at the same time meets with a fault.
type storm struct {
	*fleet
	leader *replica
	random *rand.Rand
	agenda []happening // in the order of time
	// decks are the ways in which each service is still to fail.
	decks map[string][]vendorsim.Fault
	// disturbed are accounts that something is to be made good for.
	disturbed map[*account]bool
	counts    map[string]int
	created   int
}

// happening is something that is to happen.
type happening struct {
	at time.Time
	do func()
}

const (
	// apiFaultRate is the part of the requests to the API server that fail.
	apiFaultRate = 0.03

	// longestOutage is how long a vendor fails as a whole at most.
	longestOutage = 45 * time.Second

	// longestInterval is the longest that a watch's spec asks for.
	longestInterval = 2 * time.Minute

	// calm is how long before the end nothing fails or changes any more: as long as
	// an answer out of its slot may have to wait for the next one, and for its turn.
	// Whole vendors fail earlier only, and so do those that have to be left alone for
	// minutes.
	calm            = 2*longestInterval + time.Minute
	noOutage        = calm + 2*time.Minute
	noPolyvThrottle = polyvPause + calm
)

func newStorm(f *fleet, leader *replica, seed uint64) *storm {
	s := &storm{
		fleet: f, leader: leader, random: rand.New(rand.NewPCG(seed, seed)), //nolint:gosec // a seed is to be repeated
		decks: map[string][]vendorsim.Fault{}, disturbed: map[*account]bool{}, counts: map[string]int{},
	}
	f.fickle, f.aftermath = true, time.Minute
	f.api.begin(rand.New(rand.NewPCG(seed, ^seed)), apiFaultRate) //nolint:gosec // the same
	return s
}

// rage lets time pass until then, and everything happen that comes to pass.
func (s *storm) rage(then, end time.Time) {
	GinkgoHelper()
	for s.clock.Now().Before(then) {
		minute := s.clock.Now().Add(time.Minute)
		if left := end.Sub(s.clock.Now()); left > calm {
			s.plan(left)
		} else {
			s.end()
		}
		s.doUntil(minute)
		s.book()
		s.forgetBooked()
	}
}

// doUntil lets time pass, and does what is on the agenda.
func (s *storm) doUntil(then time.Time) {
	GinkgoHelper()
	for len(s.agenda) > 0 && s.agenda[0].at.Before(then) {
		next := s.agenda[0]
		s.agenda = s.agenda[1:]
		s.passTo(next.at)
		next.do()
		s.settle()
	}
	s.passTo(then)
}

// end makes good what is to be made good, and has nothing fail any more.
func (s *storm) end() {
	GinkgoHelper()
	s.api.end()
	for _, next := range s.agenda {
		next.do()
	}
	s.agenda = nil
	for _, service := range s.vendors.Services() {
		active, err := s.vendors.ActiveFaults(service)
		Expect(err).NotTo(HaveOccurred())
		for _, fault := range active {
			Expect(s.vendors.Clear(service, fault.Name)).To(Succeed())
		}
	}
}

// after puts something on the agenda.
func (s *storm) after(d time.Duration, do func()) {
	at := s.clock.Now().Add(d)
	place, _ := slices.BinarySearchFunc(s.agenda, at, func(h happening, t time.Time) int {
		if h.at.After(t) {
			return 1
		}
		return -1
	})
	s.agenda = slices.Insert(s.agenda, place, happening{at, do})
}

// plan puts on the agenda what happens in the next minute.
func (s *storm) plan(left time.Duration) {
	for _, service := range s.vendors.Services() {
		for range 1 + s.random.IntN(4) {
			s.within(func() { s.spoil(service, left) })
		}
		if left > noOutage && s.random.IntN(15) == 0 {
			s.within(func() { s.outage(service) })
		}
	}
	s.within(func() { s.use(s.some(len(s.accounts) / 10)...) })
	s.within(s.editObjects)
	if s.random.IntN(3) == 0 {
		s.within(func() { s.api.closeWatches(s.random.IntN(3)) })
	}
}

// within has something happen at some time of the next minute.
func (s *storm) within(do func()) { s.after(time.Duration(s.random.Int64N(int64(time.Minute))), do) }

// some returns so many accounts, or one.
func (s *storm) some(count int) []*account {
	var accounts []*account
	for range max(count, 1) {
		accounts = append(accounts, s.accounts[s.random.IntN(len(s.accounts))])
	}
	slices.SortFunc(accounts, func(a, b *account) int { return slices.Index(s.accounts, a) - slices.Index(s.accounts, b) })
	return slices.Compact(accounts)
}

// spoil has some of the next calls to a service fail, each time in another way
// until all have had their turn.
func (s *storm) spoil(service string, left time.Duration) {
	GinkgoHelper()
	if len(s.decks[service]) == 0 {
		s.decks[service] = slices.Clone(spoils)
		s.random.Shuffle(len(spoils), func(i, j int) {
			s.decks[service][i], s.decks[service][j] = s.decks[service][j], s.decks[service][i]
		})
	}
	fault := s.decks[service][0]
	s.decks[service] = s.decks[service][1:]
	if fault.Count == 0 {
		fault.Count = 1 + s.random.IntN(2+len(s.subjects)/100)
	}
	if fault.Name == vendorsim.FaultHTTP429RetryAfter {
		fault.Argument = strconv.Itoa(1 + s.random.IntN(int(longestPause/time.Second)))
	}
	if service == vendorsim.ServicePolyv && !polyvCanHave(fault.Name, left) {
		return
	}
	s.inject(service, fault)
}

// spoils are ways in which calls fail, of which those that cost much strike once.
var spoils = []vendorsim.Fault{
	{Name: vendorsim.FaultHTTPHTML, Argument: "500"},
	{Name: vendorsim.FaultHTTPHTML, Argument: "502"},
	{Name: vendorsim.FaultVendorError},
	{Name: vendorsim.FaultThrottle},
	{Name: vendorsim.FaultHTTP429},
	{Name: vendorsim.FaultHTTP429RetryAfter},
	{Name: vendorsim.FaultConnectionReset},
	{Name: vendorsim.FaultTruncatedJSON},
	{Name: vendorsim.FaultBodyNull},
	{Name: vendorsim.FaultBodyEmptyObject},
	{Name: vendorsim.FaultPayloadNull},
	{Name: vendorsim.FaultAccountFrozen},
	{Name: vendorsim.FaultRedirect},
	{Name: vendorsim.FaultClockSkew, Argument: "-20m"},
	{Name: vendorsim.FaultSlowBody, Argument: "1ms", Count: 1},
	{Name: vendorsim.FaultHang, Count: 1},
	{Name: vendorsim.FaultHugeBody, Count: 1},
}

// polyvCanHave tells whether POLYV can have a fault so long before the end: in
// HTTP's words it has all accounts left alone, in its own one for minutes.
func polyvCanHave(fault vendorsim.FaultName, left time.Duration) bool {
	switch fault {
	case vendorsim.FaultHTTP429, vendorsim.FaultHTTP429RetryAfter:
		return false
	case vendorsim.FaultThrottle:
		return left > noPolyvThrottle
	default:
		return true
	}
}

// outage has all calls to a service fail for a while.
func (s *storm) outage(service string) {
	GinkgoHelper()
	faults := []vendorsim.Fault{
		{Name: vendorsim.FaultHTTPHTML, Argument: "500"},
		{Name: vendorsim.FaultHTTPHTML, Argument: "503"},
		{Name: vendorsim.FaultHTTP429RetryAfter, Argument: "20"},
		{Name: vendorsim.FaultConnectionReset},
		{Name: vendorsim.FaultTruncatedJSON},
		{Name: vendorsim.FaultClockSkew, Argument: "20m"},
	}
	fault := faults[s.random.IntN(len(faults))]
	s.inject(service, fault)
	s.happened("outages")
	s.after(time.Duration(1+s.random.Int64N(int64(longestOutage))), func() {
		Expect(s.vendors.Clear(service, fault.Name)).To(Succeed())
	})
}

func (s *storm) inject(service string, fault vendorsim.Fault) {
	GinkgoHelper()
	Expect(s.vendors.Inject(service, fault)).To(Succeed())
	s.happened(service+" "+string(fault.Name), fault.Argument, fault.Count)
}

// happened counts what happens, and tells of it in case of need.
func (s *storm) happened(what string, details ...any) {
	s.counts[what]++
	GinkgoWriter.Println(append([]any{s.clock.Now().Format(time.TimeOnly), what}, details...)...)
}

// replaceReplica has another replica take over.
func (s *storm) replaceReplica() {
	GinkgoHelper()
	next := s.startReplica()
	s.leader.stop()
	next.lead()
	s.leader = next
	s.down = append(s.down, span{s.clock.Now(), s.clock.Now()})
	s.happened("replicas replaced")
}

// editObjects does what users do.
func (s *storm) editObjects() {
	GinkgoHelper()
	s.disturb("keys rotated", s.rotate)
	s.disturb("keys mistyped", s.mistype)
	s.disturb("accounts suspended", s.pause)
	for range 1 + len(s.subjects)/1000 {
		s.disturb("watches created and deleted", s.exchange)
		s.disturb("watches edited", s.edit)
		s.disturb("refreshes requested", s.refresh)
	}
}

// disturb does something to an account that nothing is under way with, if it
// meets with one.
func (s *storm) disturb(what string, do func(*account)) {
	a := s.accounts[s.random.IntN(len(s.accounts))]
	if s.disturbed[a] {
		return
	}
	s.happened(what, a.name)
	do(a)
}

// makeGood has an account left alone until it is made good what was done to it.
func (s *storm) makeGood(a *account, do func()) {
	s.disturbed[a] = true
	s.after(time.Minute+time.Duration(s.random.Int64N(int64(2*time.Minute))), func() {
		s.happened("made good", a.name)
		do()
		delete(s.disturbed, a)
	})
}

func (s *storm) rotate(a *account) {
	s.newKey(a)
	s.storeKey(a, secretOf(a.key()))
	s.makeGood(a, func() {})
}

func (s *storm) mistype(a *account) {
	s.storeKey(a, canary)
	s.makeGood(a, func() { s.storeKey(a, secretOf(a.key())) })
}

func (s *storm) pause(a *account) {
	s.suspendAccount(a, true)
	s.makeGood(a, func() { s.suspendAccount(a, false) })
}

// exchange deletes a watch and creates another.
func (s *storm) exchange(a *account) {
	s.deleteWatch(a, s.random.IntN(len(a.watches)))
	s.revise()
	s.created++
	s.createWatch(a, fmt.Sprintf("%s-new-%d", a.name, s.created), s.reading(a), s.interval())
	s.revise()
}

// edit has a watch ask something else.
func (s *storm) edit(a *account) {
	s.editWatch(a, a.watches[s.random.IntN(len(a.watches))], s.reading(a), s.interval())
	s.revise()
}

// refresh asks for a poll of a watch besides the schedule.
func (s *storm) refresh(a *account) {
	s.refreshWatch(a.watches[s.random.IntN(len(a.watches))])
	s.revise()
}

func (s *storm) reading(a *account) reading {
	readings := a.kind.readings(a.name)
	return readings[s.random.IntN(len(readings))]
}

func (s *storm) interval() time.Duration {
	return time.Duration(1+s.random.Int64N(int64(longestInterval/time.Minute))) * time.Minute
}
