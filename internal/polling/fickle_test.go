// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// fickle is a vendor that fails, hangs and asks for silence, each credential in
// its own way. It notes what it should not have been asked.
type fickle struct {
	clock  *timerClock
	poller *Poller

	mu       sync.Mutex
	failures map[Key]*vendors.Error // absent while the credential works
	holds    map[Key]chan struct{}  // for what calls wait
	pauses   map[any]pause          // by Key, and by routeID where the address is blocked
	calls    map[Source][]time.Duration
	replies  int
	asking   map[string]int // attempts under way, by question
	protests []string
}

// pause is a time in which the vendor wants no calls. What is sent at the moment
// in which it asks for that may have crossed its answer.
type pause struct{ asked, until time.Time }

func (p pause) covers(now time.Time) bool { return now.After(p.asked) && now.Before(p.until) }

func newFickle(w *world) *fickle {
	return &fickle{
		clock: w.clock, poller: w.poller,
		failures: map[Key]*vendors.Error{}, holds: map[Key]chan struct{}{}, pauses: map[any]pause{},
		calls: map[Source][]time.Duration{}, asking: map[string]int{},
	}
}

// fail has the calls with the credential fail from now on, or work when err is
// nil.
func (f *fickle) fail(source Source, err *vendors.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failures[source.Key] = err
}

// hang has the calls with the credential wait.
func (f *fickle) hang(source Source) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holds[source.Key] == nil {
		f.holds[source.Key] = make(chan struct{})
	}
}

// answer has the calls with the credential go on.
func (f *fickle) answer(source Source) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if hold := f.holds[source.Key]; hold != nil {
		close(hold)
		delete(f.holds, source.Key)
	}
}

// recover has all calls work.
func (f *fickle) recover() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.failures)
	for _, hold := range f.holds {
		close(hold)
	}
	clear(f.holds)
}

// query asks a question of so many pages.
func (f *fickle) query(source Source, op, params string, pages int) Query {
	pace := f.poller.Pace(source)
	return Query{Op: op, Params: params, AnsweredByAny: op == vendors.OpVerify, Ask: func(ctx context.Context) (any, error) {
		defer f.enter(fmt.Sprint(source.ID, source.Route, op, params))()
		for range pages {
			if err := pace(ctx); err != nil {
				return nil, err
			}
			if err := f.call(ctx, source); err != nil {
				return nil, err
			}
		}
		return pages, nil
	}}
}

// enter notes that an attempt at the question begins, until leave is called.
func (f *fickle) enter(question string) (leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asking[question]++
	if f.asking[question] > 1 {
		f.protest("%s is asked twice at once", question)
	}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asking[question]--
	}
}

func (f *fickle) call(ctx context.Context, source Source) error {
	failure, hold := f.receive(source)
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f.reply(source, failure)
}

// receive notes a call and returns how it fails at present, if it does, and what
// its answer waits for, if for anything.
func (f *fickle) receive(source Source) (failure *vendors.Error, hold <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.clock.Now()
	if f.pauses[source.Key].covers(now) || f.pauses[routeID{source.Host, source.Route}].covers(now) {
		f.protest("a call with %s in a pause", source.ID)
	}
	f.calls[source] = append(f.calls[source], now.Sub(began))
	return f.failures[source.Key], f.holds[source.Key]
}

// reply answers a call as the vendor stood when it was received, or, every other
// one, as it stands now.
func (f *fickle) reply(source Source, failure *vendors.Error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replies++
	if f.replies%2 == 0 {
		failure = f.failures[source.Key]
	}
	if failure == nil {
		return nil
	}
	f.silence(source, failure)
	return failure
}

// silence begins the pause that a failure asks for.
func (f *fickle) silence(source Source, failure *vendors.Error) {
	var whom any = source.Key
	if failure.AddressBlocked {
		whom = routeID{source.Host, source.Route}
	}
	now, was := f.clock.Now(), f.pauses[whom]
	is := pause{asked: now, until: latest(was.until, now.Add(min(failure.RetryAfter, maxRetryAfter)))}
	if was.until.After(now) {
		is.asked = was.asked
	}
	f.pauses[whom] = is
}

func (f *fickle) protest(format string, args ...any) {
	f.protests = append(f.protests, fmt.Sprintf("after %s: ", f.clock.Since(began))+fmt.Sprintf(format, args...))
}

// checkContent fails the test when the vendor was asked what it should not have
// been, or faster than it allows.
func (f *fickle) checkContent(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, protest := range f.protests {
		t.Error(protest)
	}
	for source, calls := range f.calls {
		if source.RequestsPerSecond == 0 {
			continue
		}
		if got := tooFast(calls, int(source.RequestsPerSecond)); got != nil {
			t.Errorf("%s: calls faster than %d a second, at %v", source.ID, source.RequestsPerSecond, got)
		}
	}
}
