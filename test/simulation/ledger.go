// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/polyv"
	"github.com/quotawatch/quotawatch/internal/vendors/tencent"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
	"github.com/quotawatch/quotawatch/internal/vendors/volcengine"
)

// ledger is the account of calls against the schedule, one entry for each
// service.
type ledger []entry

// entry is what one vendor got to do.
type entry struct {
	service string
	// questions are the different ones that were asked, without verifications of
	// a credential.
	questions int
	// wanted is how many answers the objects would want by themselves, and slots
	// how many polls are left when equal questions are asked once.
	wanted, slots float64
	// polls answered questions, verifications nothing else.
	polls, verifications, failed int
	calls                        int
	// early, lost and over are polls out of their time, slots without a poll, and
	// calls above a limit. Strays are calls that belong to no poll.
	early, lost, over, strays int
	// keyPeak and hostPeak are the most calls in a second with one credential and
	// in all; of keyLimit and hostLimit that are allowed.
	keyPeak, hostPeak int
	details           []string
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

// ledger draws up the account.
func (f *fleet) ledger() ledger {
	f.schedule.revise(f.clock.Now(), f.schedule.wanted) // adds up until now
	made, strays := match(f.polls.all(), f.calls)
	polls := f.asked(made)
	var l ledger
	for _, service := range f.vendors.Services() {
		e := entry{service: service, wanted: f.schedule.answers[service]}
		e.addPolls(f, polls)
		e.addCalls(f.calls, f.limits(), hostLimits[service])
		e.addStrays(strays)
		l = append(l, e)
	}
	return l
}

// asked sorts the polls that reached a vendor by their questions.
func (f *fleet) asked(made map[*poll][]vendorsim.Call) map[question][]asked {
	polls := map[question][]asked{}
	for _, p := range f.polls.all() {
		if calls := made[p]; len(calls) > 0 {
			q := question{p.service, accountOf(p.credential), p.question}
			polls[q] = append(polls[q], asked{at: calls[0].Time, failed: p.failed, refused: p.refused})
		}
	}
	return polls
}

// addPolls audits the service's polls.
func (e *entry) addPolls(f *fleet, polls map[question][]asked) {
	a := &audit{down: f.down, trouble: f.trouble[e.service], end: f.clock.Now()}
	for q, polls := range polls {
		if q.service != e.service {
			continue
		}
		e.countPolls(q, polls)
		if _, known := f.schedule.changes[q]; !known {
			e.early += len(polls)
			e.details = append(e.details, fmt.Sprintf("%s %q: nobody ever wanted to know", q.account, q.text))
		}
	}
	for q, changes := range f.schedule.changes {
		if q.service != e.service {
			continue
		}
		v := a.check(q, changes, polls[q])
		e.slots += v.slots
		e.early += v.early
		e.lost += v.lost
		e.details = append(e.details, v.details...)
	}
	slices.Sort(e.details)
}

func (e *entry) countPolls(q question, polls []asked) {
	if q.text == vendors.OpVerify {
		e.verifications += len(polls)
		return
	}
	e.questions++
	e.polls += len(polls)
	for _, p := range polls {
		if p.failed {
			e.failed++
		}
	}
}

// addCalls measures the service's calls against the limits of its accounts, by
// name, and of its host.
func (e *entry) addCalls(calls []vendorsim.Call, limits map[string]int, hostLimit int) {
	byKey := map[string][]time.Time{}
	var all []time.Time
	for _, call := range calls {
		if call.Service != e.service {
			continue
		}
		all = append(all, call.Time)
		byKey[call.Credential] = append(byKey[call.Credential], call.Time)
	}
	delete(byKey, anonymousCredential)
	e.calls = len(all)
	for key, times := range byKey {
		peak, over := rate(times, limits[accountOf(key)])
		e.keyPeak = max(e.keyPeak, peak)
		e.over += over
	}
	peak, over := rate(all, hostLimit)
	e.hostPeak = peak
	e.over += over
}

func (e *entry) addStrays(strays []vendorsim.Call) {
	for _, call := range strays {
		if call.Service == e.service {
			e.strays++
			e.details = append(e.details, fmt.Sprintf("%s %s with %s: no poll accounts for it",
				call.Time.Format(time.TimeOnly), call.Action, call.Credential))
		}
	}
}

// String writes the ledger as a table.
func (l ledger) String() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "VENDOR\tQUESTIONS\tWANTED\tSLOTS\tPOLLS\tFAILED\tVERIFIED\tCALLS\tEARLY\tLOST\tOVER\tSTRAY\tPER KEY\tPER HOST\t")
	for _, e := range l {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%.0f\t%.0f\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d/s\t%d/s\t\n",
			e.service, e.questions, e.wanted, e.slots, e.polls, e.failed, e.verifications, e.calls,
			e.early, e.lost, e.over, e.strays, e.keyPeak, e.hostPeak)
	}
	_ = table.Flush()
	return text.String()
}

// problems are all polls and calls that should not have been, or have been
// missed.
func (l ledger) problems() []string {
	var all []string
	for _, e := range l {
		if e.early+e.lost+e.over+e.strays > 0 {
			all = append(all, fmt.Sprintf("%s: %d early, %d lost, %d above a limit, %d strays", e.service, e.early, e.lost, e.over, e.strays))
			all = append(all, e.details...)
		}
	}
	return all
}
