// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/utils/clock"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// poll is one attempt of the operator to have a question answered.
type poll struct {
	service    string
	credential string
	key        string // the fingerprint of the credential as a whole
	question   string
	ended      bool
	failed     bool
	refused    bool // before a call: a breaker kept it from that
	stopped    bool // by the end of its process
	// calls are when the limits let it call the vendor, of which so many were found
	// there.
	calls []time.Time
	found int
	// first and last are when the vendor got the first and the last of them. It
	// answered one with a failure if spoilt, with a wish for fewer calls if throttled,
	// and that in HTTP's words if tooMany.
	first, last                time.Time
	spoilt, throttled, tooMany bool
}

// pollLog notes every poll of the operator, between the poller and the vendors'
// clients.
type pollLog struct {
	clock clock.PassiveClock

	// asking counts polls under way, pacing those of them that wait for the
	// vendor's limits to allow a call.
	asking, pacing atomic.Int64
	// moves counts what begins and ends.
	moves atomic.Int64

	mu    sync.Mutex
	polls []*poll
	kinds map[vendors.Kind]int // of failures
}

// calling tells whether a vendor, rather than the clock, is waited for.
func (l *pollLog) calling() bool { return l.asking.Load() != l.pacing.Load() }

func (l *pollLog) move(count *atomic.Int64, by int64) {
	count.Add(by)
	l.moves.Add(1)
}

// all returns every poll that was not dropped yet.
func (l *pollLog) all() []*poll {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.polls)
}

// drop forgets those polls that are over and done with.
func (l *pollLog) drop(done map[*poll]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.polls = slices.DeleteFunc(l.polls, func(p *poll) bool { return done[p] })
}

// failures returns how many polls failed, by kind.
func (l *pollLog) failures() map[vendors.Kind]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.kinds)
}

type pollKey struct{}

// watch returns a factory whose readers' polls are noted.
func (l *pollLog) watch(service string, factory vendors.Factory) vendors.Factory {
	create := factory.New
	factory.New = func(access vendors.Access) *vendors.Account {
		access.Pace = l.pace(access.Pace)
		account := create(access)
		asker := asker{
			log: l, service: service, credential: access.Credential[factory.RequiredKeys[0]].Reveal(),
			key: fingerprint(revealed(access.Credential)),
		}
		account.Verifier = verifier{account.Verifier, asker}
		if account.Packages != nil {
			account.Packages = packageReader{account.Packages, asker}
		}
		if account.Usage != nil {
			account.Usage = usageReader{account.Usage, asker}
		}
		if account.Bills != nil {
			account.Bills = billReader{account.Bills, asker}
		}
		return account
	}
	return factory
}

// pace notes each call when it may go.
func (l *pollLog) pace(wait func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		l.move(&l.pacing, 1)
		defer l.move(&l.pacing, -1)
		err := wait(ctx)
		l.mu.Lock()
		defer l.mu.Unlock()
		p := ctx.Value(pollKey{}).(*poll) //nolint:forcetypeassert // asker.ask puts it there
		if err != nil {
			p.refused = true
			return err
		}
		p.calls = append(p.calls, l.clock.Now())
		return nil
	}
}

// asker notes the polls of one account.
type asker struct {
	log                      *pollLog
	service, credential, key string
}

func (a asker) ask(ctx context.Context, question string, ask func(context.Context) error) error {
	p := &poll{service: a.service, credential: a.credential, key: a.key, question: question}
	a.log.mu.Lock()
	a.log.polls = append(a.log.polls, p)
	a.log.mu.Unlock()
	a.log.move(&a.log.asking, 1)
	defer a.log.move(&a.log.asking, -1)
	err := ask(context.WithValue(ctx, pollKey{}, p))
	a.log.mu.Lock()
	defer a.log.mu.Unlock()
	p.ended, p.failed, p.stopped = true, err != nil, ctx.Err() != nil
	if err != nil && !p.refused && !p.stopped {
		if a.log.kinds == nil {
			a.log.kinds = map[vendors.Kind]int{}
		}
		a.log.kinds[vendors.AsError(question, err).Kind]++
	}
	return err
}

type verifier struct {
	vendors.Verifier
	asker
}

func (v verifier) Verify(ctx context.Context) error {
	return v.ask(ctx, vendors.OpVerify, v.Verifier.Verify)
}

type packageReader struct {
	vendors.PackageReader
	asker
}

func (r packageReader) ReadPackages(ctx context.Context, query vendors.PackageQuery) (reading vendors.PackageReading, err error) {
	err = r.ask(ctx, packagesQuestion(query), func(ctx context.Context) error {
		reading, err = r.PackageReader.ReadPackages(ctx, query)
		return err
	})
	return reading, err
}

type usageReader struct {
	vendors.UsageReader
	asker
}

func (r usageReader) ReadUsage(ctx context.Context, query vendors.UsageQuery) (reading vendors.UsageReading, err error) {
	err = r.ask(ctx, usageQuestion(query), func(ctx context.Context) error {
		reading, err = r.UsageReader.ReadUsage(ctx, query)
		return err
	})
	return reading, err
}

type billReader struct {
	vendors.BillReader
	asker
}

func (r billReader) ReadBills(ctx context.Context, query vendors.BillQuery) (reading vendors.BillReading, err error) {
	err = r.ask(ctx, r.question(query), func(ctx context.Context) error {
		reading, err = r.BillReader.ReadBills(ctx, query)
		return err
	})
	return reading, err
}

func (r billReader) question(query vendors.BillQuery) string {
	running := vendors.DayAt(r.log.clock.Now()).Month()
	return billQuestion(query.IsolationID, query.Months[0] != running)
}

// The questions, in words that do not depend on the day on which they are asked.

func packagesQuestion(query vendors.PackageQuery) string {
	return fmt.Sprintf("packages %s %s", strings.Join(query.Types, ","), strings.Join(query.Emails, ","))
}

func usageQuestion(query vendors.UsageQuery) string {
	days := query.Days.Last.Start().Sub(query.Days.First.Start()) / (24 * time.Hour)
	return fmt.Sprintf("usage of %d days %s %s", days+1, strings.Join(query.Items, ","), strings.Join(query.ActivityIDs, ","))
}

func billQuestion(isolationID string, closed bool) string {
	if closed {
		return "bills of closed months " + isolationID
	}
	return "bill " + isolationID
}
