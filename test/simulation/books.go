// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/quotawatch/quotawatch/internal/vendors/polyv"
	"github.com/quotawatch/quotawatch/internal/vendors/tencent"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
	"github.com/quotawatch/quotawatch/internal/vendors/volcengine"
)

// books take in what happens, and keep of it what the ledger needs: no more after
// an hour than after a minute.
type books struct {
	entries map[string]*entry
	reviews map[question]*review
	audits  map[string]*audit // by account
	rows    map[string]*row   // of failures, by account or service
	keys    map[credential]*meter
	hosts   map[string]*meter // by service
}

// credential is a key at a vendor.
type credential struct{ service, id string }

func newBooks() *books {
	return &books{
		entries: map[string]*entry{}, reviews: map[question]*review{}, audits: map[string]*audit{},
		rows: map[string]*row{}, keys: map[credential]*meter{}, hosts: map[string]*meter{},
	}
}

func (f *fleet) entry(service string) *entry {
	e, ok := f.books.entries[service]
	if !ok {
		e = &entry{service: service}
		f.books.entries[service] = e
	}
	return e
}

// book takes in the polls that have ended and the calls since the last time.
func (f *fleet) book() {
	GinkgoHelper()
	f.collectCalls()
	polls := f.polls.all()
	for _, call := range match(polls, f.calls[f.booked:]) {
		f.entry(call.Service).addStray(call)
	}
	f.measure(f.calls[f.booked:])
	f.booked = len(f.calls)

	done, horizon := map[*poll]bool{}, f.horizon(polls)
	for _, p := range polls {
		done[p] = p.ended && p.first.Before(horizon(accountOf(p.credential)))
	}
	f.polls.drop(done)
	polls = slices.DeleteFunc(polls, func(p *poll) bool { return !done[p] || p.found == 0 })
	slices.SortStableFunc(polls, func(a, b *poll) int { return a.first.Compare(b.first) })
	f.noteTrouble(polls)
	f.reviewUntil(horizon, polls)
}

// horizon returns the time until which the polls of an account are complete: the
// first call of one that goes on, or now.
func (f *fleet) horizon(polls []*poll) func(account string) time.Time {
	firsts := map[string]time.Time{}
	for _, p := range polls {
		account := accountOf(p.credential)
		if first, ok := firsts[account]; !p.ended && p.found > 0 && (!ok || p.first.Before(first)) {
			firsts[account] = p.first
		}
	}
	now := f.clock.Now().Add(1) // what is now is over
	return func(account string) time.Time {
		if first, ok := firsts[account]; ok {
			return first
		}
		return now
	}
}

// measure counts calls against the limits of their accounts and hosts.
func (f *fleet) measure(calls []vendorsim.Call) {
	limits := f.limits()
	for _, call := range calls {
		e := f.entry(call.Service)
		e.calls++
		if f.books.hosts[call.Service] == nil {
			f.books.hosts[call.Service] = &meter{perSecond: hostLimits[call.Service]}
		}
		f.books.hosts[call.Service].count(call.Time)
		if call.Credential == anonymousCredential {
			continue
		}
		key := credential{call.Service, call.Credential}
		if f.books.keys[key] == nil {
			f.books.keys[key] = &meter{perSecond: limits[accountOf(key.id)]}
		}
		if f.books.keys[key].count(call.Time) {
			e.details = append(e.details, fmt.Sprintf("%s %s with %s: above the limit of %d a second",
				call.Time.Format(time.TimeOnly), call.Action, call.Credential, f.books.keys[key].perSecond))
		}
	}
}

// reviewUntil audits the polls until each account's horizon, and what was wanted.
func (f *fleet) reviewUntil(horizon func(account string) time.Time, polls []*poll) {
	byQuestion := map[question][]asked{}
	for _, p := range polls {
		q := question{p.service, accountOf(p.credential), p.question}
		byQuestion[q] = append(byQuestion[q], asked{at: p.first, until: p.last, key: p.key, failed: p.failed, refused: p.refused})
		e := f.entry(p.service)
		e.count(p)
		if f.books.reviews[q] == nil && len(f.schedule.changes[q]) == 0 {
			e.early++
			e.details = append(e.details, fmt.Sprintf("%s %q: nobody ever wanted to know", q.account, q.text))
		}
	}
	for q := range f.schedule.changes {
		if f.books.reviews[q] == nil {
			f.books.reviews[q] = &review{audit: f.audit(q), question: q}
		}
	}
	for q, r := range f.books.reviews {
		r.take(f.schedule.takeChanges(q, horizon(q.account)), byQuestion[q])
	}
}

// audit returns that of a question's account, as of now.
func (f *fleet) audit(q question) *audit {
	a, ok := f.books.audits[q.account]
	if !ok {
		a = &audit{aftermath: f.aftermath}
		f.books.audits[q.account] = a
	}
	return a
}

// hostLimits are how often each service may be called in a second.
var hostLimits = map[string]int{
	vendorsim.ServicePolyv:      int(polyv.Factory().HostRequestsPerSecond),
	vendorsim.ServiceTencent:    int(tencent.Factory().HostRequestsPerSecond),
	vendorsim.ServiceVolcengine: int(volcengine.Factory().HostRequestsPerSecond),
}

// limits are how often each account may be called in a second, by its name.
func (f *fleet) limits() map[string]int {
	limits := map[string]int{}
	for _, a := range f.accounts {
		limits[a.name] = int(a.object.GetRequestsPerSecond())
	}
	return limits
}
