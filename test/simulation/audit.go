// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	// maxSlack is how long a poll may wait for its turn after its slot at most, and
	// less where slots are close together. The next one, which does not wait, then
	// follows sooner by as much.
	maxSlack = time.Minute

	// spread is how long it may take to make up for slots that were missed, or two
	// intervals where that is shorter.
	spread = 10 * time.Minute

	// heartbeat is how old the time of numbers may be that a process finds in a
	// status when it starts: where nothing but times changes, that is when they are
	// written.
	heartbeat = 10 * time.Minute

	// refreshSpacing is the least time between two polls that are asked for.
	refreshSpacing = time.Minute

	// Retries of what nobody has an answer to yet wait so long at least, doubling
	// from the first to the last.
	firstBackoff = time.Second
	lastBackoff  = 5 * time.Minute
)

// asked is one poll of a question, as the vendor saw it.
type asked struct {
	at     time.Time // of its first call
	until  time.Time // of its last
	key    string    // the fingerprint of the credential that it was made with
	failed bool
	// refused tells that the operator kept the poll from its next call. Another
	// takes its place.
	refused bool
}

// span is a stretch of time.
type span struct{ from, to time.Time }

// audit compares polls with the schedule.
type audit struct {
	// down is when there was no operator. A leader change is a span of no length.
	down []span
	// trouble is when vendors failed so that polls are held back, and aftermath for
	// how long after that they may still be.
	trouble   []span
	aftermath time.Duration
}

// verdict is what the audit of a question comes to.
type verdict struct {
	// slots is how many polls the schedule has room for.
	slots       float64
	early, lost int
	details     []string
}

// check audits the polls of a question until the end. Both lists are in the order
// of time.
func (a *audit) check(q question, changes []change, polls []asked, end time.Time) verdict {
	r := &review{audit: a, question: q}
	r.take(changes, polls)
	return r.close(end)
}

// review is the audit of a question under way.
//
// A question has one slot in each interval. A poll is early when its slot was
// used already, unless somebody has no answer yet; what has been held back while
// the vendor was in trouble is made up for in its slot. A poll is lost when a
// slot passes without one, unless the last poll was out of its slot, so that the
// next slot comes too soon after it.
type review struct {
	audit    *audit
	question question
	verdict  verdict

	interval time.Duration
	retry    time.Duration // the interval after a failure
	since    time.Time     // of which both hold
	last     *asked
	success  *asked
	// anchor is a poll that was in its slot, by which the others are known, and used
	// the last of them that a poll has used up.
	anchor *asked
	used   int
	// awaited tells that somebody has no answer yet, and failures how often the
	// vendor has failed to give it.
	awaited  bool
	failures int
	// key is that of the credential to ask with, and rekeyed when it changed. One poll
	// with the one before may still be under way.
	key         string
	rekeyed     time.Time
	mayBeOldKey bool
	// besides are the times until which one poll each may come besides the schedule
	// because it was asked for.
	besides []time.Time
	// owed is when a poll is lost if there is none until then, counted from a time;
	// zero for never.
	owed, owedSince time.Time
	trail           trail
}

// take goes on with what followed, in the order of time.
func (r *review) take(changes []change, polls []asked) {
	for i := range polls {
		for len(changes) > 0 && !changes[0].at.After(polls[i].at) {
			r.change(changes[0])
			r.trail.add(changes[0])
			changes = changes[1:]
		}
		r.poll(&polls[i])
		r.trail.add(polls[i])
	}
	for _, c := range changes {
		r.change(c)
		r.trail.add(c)
	}
}

// close ends the audit.
func (r *review) close(at time.Time) verdict {
	r.change(change{at: at})
	return r.verdict
}

// change takes over what is wanted from now on.
func (r *review) change(c change) {
	r.settleUp(c.at)
	if r.interval > 0 && !r.isVerification() {
		r.verdict.slots += float64(r.audit.up(r.since, c.at)) / float64(r.interval)
	}
	isRekeyed, isResumed, served := r.isRekeyed(c), r.interval == 0, r.isServed(c)
	if r.interval != c.interval || isRekeyed {
		r.anchor = nil
	}
	r.interval, r.retry, r.since = c.interval, cmp.Or(c.retry, c.interval), c.at
	if isRekeyed {
		r.key, r.rekeyed, r.mayBeOldKey, r.success = c.key, c.at, !isResumed, nil
	}
	if c.requested {
		r.allowBesides(c.at)
	}
	switch {
	case r.interval == 0:
		r.owed, r.awaited = time.Time{}, false
	case (c.joined > 0 || isRekeyed) && !served:
		r.awaited, r.failures = true, 0
		r.owe(c.at, maxSlack-r.slack()) // many may ask at once
	case isResumed:
		r.awaited, r.failures = true, 0 // the answer may be forgotten with the last who wanted it
		r.owe(c.at, r.interval)
	case r.anchor == nil && r.last != nil:
		r.owe(r.last.at, 2*r.interval)
	}
}

// isRekeyed tells whether a change has another credential ask.
func (r *review) isRekeyed(c change) bool { return c.interval > 0 && c.key != r.key }

// isServed tells whether who is new finds an answer that is young enough. A process
// that has just started knows only those that its owners have in their statuses.
func (r *review) isServed(c change) bool {
	return r.success != nil && !r.isRekeyed(c) && c.at.Sub(r.success.until) < c.joined &&
		!r.audit.isRestart(r.success.at, c.at)
}

// allowBesides notes that a poll besides the schedule is asked for, which has to
// come.
func (r *review) allowBesides(at time.Time) {
	by := at.Add(refreshSpacing + r.slack())
	r.besides = append(r.besides, r.delayed(at, by))
	if r.owed.After(by) {
		r.owe(at, refreshSpacing)
	}
}

// poll takes over a poll.
func (r *review) poll(p *asked) {
	r.settleUp(p.at)
	if r.interval == 0 {
		r.pollUnwanted(p)
		return
	}
	if p.key != r.key {
		r.pollWithOldKey(p)
		return
	}
	isBesides := r.isBesides(p)
	isEarly := !isBesides && r.isEarly(p)
	switch {
	case isBesides, isEarly:
	case r.isInSlot(p):
		r.anchor, r.used = p, 0
	case r.anchor != nil:
		r.used = max(r.used, r.freeSlot(p))
	}
	r.last = p
	switch {
	case p.refused:
	case p.failed:
		r.failures++
	default:
		r.success, r.awaited, r.failures = p, false, 0
	}
	if r.anchor == p {
		r.owe(p.at, r.every())
	} else {
		r.owe(p.at, 2*r.every())
	}
}

// pollUnwanted takes over a poll for nobody. One may still have been under way, or
// held, when the last object lost its interest.
func (r *review) pollUnwanted(p *asked) {
	if p.at.After(r.delayed(r.since, r.since.Add(maxSlack))) {
		r.early(p, "nobody wants to know")
	}
}

// pollWithOldKey takes over a poll with another credential than the account's. One
// with that before may still have been under way, or held, when it changed; nobody
// minds its answer.
func (r *review) pollWithOldKey(p *asked) {
	if !r.mayBeOldKey || p.at.After(r.delayed(r.rekeyed, r.rekeyed.Add(r.slack()))) {
		r.early(p, "with a credential that is not the account's")
	}
	r.mayBeOldKey = false
}

// isBesides tells whether a poll may be one besides the schedule. One that is too
// early, or in a slot that is used up, uses up one of those.
func (r *review) isBesides(p *asked) bool {
	r.besides = slices.DeleteFunc(r.besides, func(until time.Time) bool { return p.at.After(until) })
	if r.awaited || r.last == nil || len(r.besides) == 0 {
		return false
	}
	isRegular := p.at.Sub(r.last.at) >= r.least() && r.anchor != nil && r.slotSince(p, 0) > r.used
	if isRegular {
		r.used = r.slotSince(p, 0)
	} else {
		r.besides = r.besides[1:]
	}
	return true
}

// isEarly tells whether a poll is early.
func (r *review) isEarly(p *asked) bool {
	if r.last == nil || r.last.refused || r.isExcused(p) {
		return false
	}
	gap, least := p.at.Sub(r.last.at), r.least()
	if gap >= least {
		return false
	}
	r.early(p, fmt.Sprintf("%s after the last one, not %s", gap, least))
	return true
}

// least is how long after the last poll the next may follow.
func (r *review) least() time.Duration {
	switch {
	case !r.awaited:
		return r.every() - min(maxSlack, r.every()/2) // when thousands ask at once, some wait longer than the slack
	case r.failures == 0:
		return 0
	default:
		return min(firstBackoff<<min(r.failures-1, 9), lastBackoff) - resolution
	}
}

// isExcused tells whether the slot of a poll is not used yet although the last
// poll is less than an interval ago: that one was held back in the slot before.
// A process that has just started knows only when the numbers in the status were
// read, and of short intervals not even that.
func (r *review) isExcused(p *asked) bool {
	switch {
	case r.audit.isRestart(r.last.at, p.at):
		return r.interval < heartbeat || r.last.failed || r.anchor == nil || r.freeSlot(p) > 0
	case r.audit.isHeld(r.last.at):
		isSoon := p.at.Sub(r.last.at) < r.interval/2-r.slack() // for one after an answer
		return r.anchor == nil || r.freeSlot(p) > 0 && (r.last.failed || !isSoon)
	default:
		return false
	}
}

// freeSlot is the slot that a poll uses up: that in which it is, or, because the
// anchor may have waited for its turn, the one that is about to begin; zero when
// both are used up.
func (r *review) freeSlot(p *asked) int {
	for _, slot := range []int{r.slotSince(p, 0), r.slotSince(p, r.slack())} {
		if slot > r.used {
			return slot
		}
	}
	return 0
}

// every is how often is polled now.
func (r *review) every() time.Duration {
	if r.last != nil && r.last.failed {
		return r.retry
	}
	return r.interval
}

// slotSince numbers the slots from that of the anchor on, which may have waited so
// long.
func (r *review) slotSince(p *asked, waited time.Duration) int {
	return int((p.at.Sub(r.anchor.at) + waited) / r.every())
}

// isInSlot tells whether nothing but its slot can be the reason of a poll.
func (r *review) isInSlot(p *asked) bool {
	return r.last != nil && !r.awaited && !p.refused && !r.last.refused &&
		!r.audit.isRestart(r.last.at, p.at) && !r.audit.isHeld(p.at)
}

func (r *review) isVerification() bool { return r.question.text == vendors.OpVerify }

func (r *review) early(p *asked, why string) {
	r.verdict.early++
	r.detail(p.at, "early, "+why)
}

// owe notes that there must be a poll within so much of a time, or as soon as
// nothing holds it back. Whether the credential works, any other poll answers.
func (r *review) owe(from time.Time, within time.Duration) {
	if r.interval == 0 || r.isVerification() {
		r.owed = time.Time{}
		return
	}
	r.owed, r.owedSince = from.Add(within+r.slack()), from
}

// settleUp counts the polls that were owed before now and did not come.
func (r *review) settleUp(now time.Time) {
	if r.owed.IsZero() || !now.After(r.owed) {
		return
	}
	by := r.delayed(r.owedSince, r.owed)
	if r.takesOldNumbers(now) {
		by = r.rekeyed.Add(2*r.interval + r.slack())
	}
	if !now.After(by) {
		return
	}
	r.verdict.lost += 1 + int(now.Sub(by)/r.interval)
	r.detail(by, "lost, none until "+now.Format(time.TimeOnly))
	r.owed = time.Time{}
}

// takesOldNumbers tells whether a process that has just started takes numbers that
// were read with the key before for those of the present one. When a key changed is
// known from its Secret, whose times are the API server's: of the real day, which
// is before that of the simulation.
func (r *review) takesOldNumbers(now time.Time) bool {
	return r.last != nil && r.last.key != r.key && r.audit.isRestart(r.rekeyed, now)
}

// slack is how long a poll may wait for its turn.
func (r *review) slack() time.Duration { return min(maxSlack, r.interval/4) }

// delayed returns until when a poll has to come that would have to by then, were
// it not for the times when it could not.
func (r *review) delayed(from, by time.Time) time.Time {
	put := func(spans []span, aftermath time.Duration) {
		for _, s := range spans {
			if latest := s.to.Add(aftermath + r.slack()); s.from.Before(by) && !s.to.Before(from) && latest.After(by) {
				by = latest
			}
		}
	}
	put(r.audit.down, min(spread, 2*r.interval)) // what was last read out of its slot has two intervals
	put(r.audit.trouble, r.audit.aftermath)
	return by
}

// detail says what is wrong, and what came before it.
func (r *review) detail(at time.Time, text string) {
	r.verdict.details = append(r.verdict.details, fmt.Sprintf("%s %s %q: %s%s%s",
		at.Format(time.TimeOnly), r.question.account, r.question.text, text, r.trail, r.audit.around(at)))
}

// isRestart tells whether an operator started between two polls. What was polled
// at that very time, the one before may have polled.
func (a *audit) isRestart(from, to time.Time) bool {
	return slices.ContainsFunc(a.down, func(s span) bool { return !s.to.Before(from) && !s.to.After(to) })
}

// isHeld tells whether a poll at that time may have been held back.
func (a *audit) isHeld(at time.Time) bool {
	return slices.ContainsFunc(a.trouble, func(s span) bool { return !at.Before(s.from) && !at.After(s.to.Add(a.aftermath)) })
}

// nearby is how far from a time trouble may have to do with it.
const nearby = 15 * time.Minute

// around tells of the trouble around a time, and of when there was no operator.
func (a *audit) around(at time.Time) string {
	var text strings.Builder
	put := func(what string, spans []span) {
		for _, s := range spans {
			if at.Sub(s.to) < nearby && s.from.Sub(at) < nearby {
				_, _ = fmt.Fprintf(&text, "\n    %s %s", what, s)
			}
		}
	}
	put("no operator", a.down)
	put("trouble", a.trouble)
	return text.String()
}

// up is how much of the time between two moments there was an operator.
func (a *audit) up(from, to time.Time) time.Duration {
	total := to.Sub(from)
	for _, s := range a.down {
		begin, end := s.from, s.to
		if begin.Before(from) {
			begin = from
		}
		if end.After(to) {
			end = to
		}
		total -= max(end.Sub(begin), 0)
	}
	return total
}
