// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
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
	// unfounded are polls that failed although the vendor did not.
	unfounded int
	// keyPeak and hostPeak are the most calls in a second with one credential and
	// in all; of keyLimit and hostLimit that are allowed.
	keyPeak, hostPeak int
	details           []string
}

// ledger draws up the account.
func (f *fleet) ledger() ledger {
	GinkgoHelper()
	f.schedule.revise(f.clock.Now(), f.schedule.wanted) // adds up until now
	f.book()
	var l ledger
	for _, service := range f.vendors.Services() {
		e := *f.entry(service)
		e.wanted = f.schedule.answers[service]
		l = append(l, e)
	}
	for q, r := range f.books.reviews {
		place := slices.IndexFunc(l, func(e entry) bool { return e.service == q.service })
		l[place].addVerdict(q, r.close(f.clock.Now()))
	}
	for i := range l {
		l[i].addMeters(f.books)
		slices.Sort(l[i].details)
	}
	return l
}

// addVerdict adds what the audit of a question came to.
func (e *entry) addVerdict(q question, v verdict) {
	if q.text != vendors.OpVerify {
		e.questions++
	}
	e.slots += v.slots
	e.early += v.early
	e.lost += v.lost
	e.details = append(e.details, v.details...)
}

// count counts a poll.
func (e *entry) count(p *poll) {
	if p.failed && !p.spoilt && !p.refused && !p.stopped {
		e.unfounded++
		e.details = append(e.details, fmt.Sprintf("%s %s %q failed, although the vendor answered",
			p.first.Format(time.TimeOnly), p.credential, p.question))
	}
	if p.question == vendors.OpVerify {
		e.verifications++
		return
	}
	e.polls++
	if p.failed {
		e.failed++
	}
}

// addMeters takes over how often the service was called.
func (e *entry) addMeters(b *books) {
	for key, m := range b.keys {
		if key.service == e.service {
			e.keyPeak = max(e.keyPeak, m.peak)
			e.over += m.over
		}
	}
	if m := b.hosts[e.service]; m != nil {
		e.hostPeak = m.peak
		e.over += m.over
	}
}

// addStray takes over a call that no poll accounts for.
func (e *entry) addStray(call vendorsim.Call) {
	e.strays++
	e.details = append(e.details, fmt.Sprintf("%s %s with %s: no poll accounts for it",
		call.Time.Format(time.TimeOnly), call.Action, call.Credential))
}

// String writes the ledger as a table.
func (l ledger) String() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "VENDOR\tQUESTIONS\tWANTED\tSLOTS\tPOLLS\tFAILED\tVERIFIED\tCALLS\tEARLY\tLOST\tOVER\tSTRAY\tUNFOUNDED\tPER KEY\tPER HOST\t")
	for _, e := range l {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%.0f\t%.0f\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d/s\t%d/s\t\n",
			e.service, e.questions, e.wanted, e.slots, e.polls, e.failed, e.verifications, e.calls,
			e.early, e.lost, e.over, e.strays, e.unfounded, e.keyPeak, e.hostPeak)
	}
	_ = table.Flush()
	return text.String()
}

// problems are all polls and calls that should not have been, or have been
// missed, each on a line of its own; empty when there are none.
func (l ledger) problems() string {
	var all []string
	for _, e := range l {
		if e.early+e.lost+e.over+e.strays+e.unfounded > 0 {
			all = append(all, fmt.Sprintf("%s: %d early, %d lost, %d above a limit, %d strays, %d unfounded failures",
				e.service, e.early, e.lost, e.over, e.strays, e.unfounded))
			all = append(all, e.details...)
		}
	}
	return strings.Join(all, "\n")
}
