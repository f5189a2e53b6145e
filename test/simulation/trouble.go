// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"slices"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

const (
	// rowOfFailures is how many polls in a row have to fail before others with the
	// same credential are held back.
	rowOfFailures = 3

	// longestPause is the longest that a vendor asks for in a Retry-After, and
	// polyvPause how long POLYV is left alone when it does not say.
	longestPause = time.Minute
	polyvPause   = 5 * time.Minute
)

// row is a row of failures of an account at its vendor.
type row struct {
	count       int
	began, last time.Time
	trouble     []span
}

// blocks tells whether a vendor's answer has all accounts left alone: POLYV turns
// away an address in no words of its own.
func (p *poll) blocks() bool { return p.service == vendorsim.ServicePolyv && p.tooMany }

// noteBlock notes for how long all accounts at a vendor may be left alone. A probe
// that fails has them wait as long again.
func (r *row) noteBlock(p *poll) {
	isProbe := p.spoilt && len(r.trouble) > 0 && !p.first.After(r.trouble[len(r.trouble)-1].to)
	if p.blocks() || isProbe {
		r.add(span{p.first, p.first.Add(longestPause)})
	}
}

// noteTrouble tells the audits when an operator may hold polls back, by what the
// vendors answered until now. A failure alone is no reason.
func (f *fleet) noteTrouble(polls []*poll) {
	if f.fickle {
		for _, p := range polls {
			f.books.row(accountOf(p.credential)).take(p)
			f.books.row(p.service).noteBlock(p)
		}
	}
	for _, a := range f.accounts {
		audit := f.audit(question{account: a.name})
		audit.down = f.down
		audit.trouble = slices.Concat(f.trouble[a.kind.service()], f.books.row(a.kind.service()).trouble, f.books.row(a.name).trouble)
	}
}

// row returns that of an account or a service.
func (b *books) row(name string) *row {
	if b.rows[name] == nil {
		b.rows[name] = &row{}
	}
	return b.rows[name]
}

// take goes on with a poll, in the order of time. One that ended well at the time
// of a failure may have ended before it.
func (r *row) take(p *poll) {
	if !p.spoilt {
		if p.first.After(r.last) {
			r.count = 0
		}
		return
	}
	if r.count++; r.count == 1 {
		r.began = p.first
	}
	r.last = p.first
	if pause := r.pause(p); pause > 0 {
		r.add(span{p.first, p.first.Add(pause)})
	}
}

// pause is for how long polls may be held back after a failure. The backoff
// doubles and has up to a fifth of jitter, so that it is never much longer than
// the failures have lasted.
func (r *row) pause(p *poll) time.Duration {
	var pause time.Duration
	if p.throttled {
		pause = longestPause
		if p.service == vendorsim.ServicePolyv {
			pause = polyvPause
		}
	}
	if r.count >= rowOfFailures {
		pause = max(pause, min(2*(r.last.Sub(r.began)+firstBackoff), lastBackoff))
	}
	return pause
}

// add adds a span, or makes the last one longer.
func (r *row) add(s span) {
	if n := len(r.trouble); n > 0 && !s.from.Before(r.trouble[n-1].from) && !s.from.After(r.trouble[n-1].to) {
		if s.to.After(r.trouble[n-1].to) {
			r.trouble[n-1].to = s.to
		}
		return
	}
	r.trouble = append(r.trouble, s)
}
