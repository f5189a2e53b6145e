// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// life is a random life of a Poller: owners come, edit and go, a vendor fails
// and recovers, time passes. Equal seeds make equal lives, save for jitter and
// for the order of what happens at once.
type life struct {
	*rand.Rand
	w      *world
	vendor *fickle

	credentials, owners, questions int
	requests                       int // for a refresh, so far

	mu   sync.Mutex
	told map[wish]Answer // what each owner saw last
}

// wish is a query as its owner knows it.
type wish struct {
	owner Owner
	op    string
}

var operations = []string{vendors.OpPackages, vendors.OpUsage, vendors.OpVerify}

// longestWish is the longest interval in a life.
const longestWish = 3 * time.Hour

func newLife(w *world, seed uint64) *life {
	l := &life{Rand: rand.New(rand.NewPCG(seed, 7)), w: w, told: map[wish]Answer{}}
	// In few there is time for little things, in many there is a crowd.
	l.credentials, l.owners, l.questions = 1+l.IntN(one(l, 2, 12)), 1+l.IntN(one(l, 5, 60)), 1+l.IntN(6)
	w.restart(Options{Wake: l.look})
	l.vendor = newFickle(w)
	return l
}

func one[T any](l *life, of ...T) T { return of[l.IntN(len(of))] }

// upTo returns a time that is shorter than most.
func (l *life) upTo(most time.Duration) time.Duration {
	return time.Duration(l.Int64N(int64(most)))
}

// look has an owner see its answers, as its reconciler does when it is woken.
func (l *life) look(owner Owner) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, op := range operations {
		l.told[wish{owner, op}] = l.w.poller.Answer(owner, op)
	}
}

func (l *life) owner() Owner { return ownerNamed(fmt.Sprint("owner", l.IntN(l.owners))) }

// source returns one of the credentials, half of which are of either host, used
// on one of the routes there.
func (l *life) source() Source {
	n := l.IntN(l.credentials)
	source := credential(fmt.Sprint("id", n)).at(fmt.Sprint("vendor", n%2, ".example")).through(one(l, "", "proxy"))
	source.RequestsPerSecond = []int32{0, 0, 1, 5}[n%4]
	source.HostRequestsPerSecond = []int32{0, 10}[n%2]
	return source
}

func (l *life) failure() *vendors.Error {
	failure := one(l,
		vendors.Error{Kind: vendors.KindUnavailable},
		vendors.Error{Kind: vendors.KindUnavailable, RetryAfter: 3 * time.Second},
		vendors.Error{Kind: vendors.KindThrottled},
		vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 90 * time.Second},
		vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 20 * time.Minute},
		vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 5 * time.Minute, AddressBlocked: true},
		vendors.Error{Kind: vendors.KindThrottled, RetryAfter: 10 * time.Minute, AddressBlocked: true},
		vendors.Error{Kind: vendors.KindUnauthenticated},
		vendors.Error{Kind: vendors.KindForbidden},
		vendors.Error{Kind: vendors.KindMalformed},
		vendors.Error{Kind: vendors.KindClockSkew},
	)
	return one(l, nil, &failure, &failure, &failure)
}

// step lets one thing happen, and all that follows at once.
func (l *life) step() {
	switch chance := l.IntN(100); {
	case chance < 45:
		l.declare(l.owner(), l.source())
	case chance < 57:
		l.w.poller.Forget(l.owner())
	case chance < 75:
		l.vendor.fail(l.source(), l.failure())
	case chance < 81:
		l.vendor.hang(l.source())
	case chance < 88:
		l.vendor.answer(l.source())
	default:
		l.w.pass(l.upTo(one(l, time.Second, time.Minute, 20*time.Minute)))
	}
	synctest.Wait()
}

// declare has an owner declare some queries and look, as its reconciler does.
func (l *life) declare(owner Owner, source Source) {
	var queries []Query
	for _, op := range operations {
		if l.IntN(2) == 0 {
			queries = append(queries, l.query(source, op))
		}
	}
	l.w.poller.Declare(owner, source, queries...)
	l.look(owner)
}

func (l *life) query(source Source, op string) Query {
	n := l.IntN(l.questions)
	if op == vendors.OpVerify {
		n = 0
	}
	q := l.vendor.query(source, op, fmt.Sprint(n), 1+n%3)
	q.Interval = one(l, time.Minute, 10*time.Minute, 70*time.Minute, longestWish)
	if l.IntN(2) == 0 {
		q.Held = l.w.clock.Now().Add(-l.upTo(2 * longestWish))
	}
	if l.IntN(6) == 0 {
		l.requests++
		q.Refresh = fmt.Sprint(l.requests)
	}
	return q
}

// checkTold fails the test when an owner would see something that it was not
// woken to see. The next time is no news, nor is what an attempt under way shows.
func (l *life) checkTold(t *testing.T) {
	t.Helper()
	for owner, o := range l.w.poller.owners {
		for _, q := range o.queries {
			op := q.question.op
			sees, saw := l.w.poller.Answer(owner, op), l.told[wish{owner, op}]
			sees.Next, saw.Next = time.Time{}, time.Time{}
			if q.stage != running && sees != saw {
				t.Errorf("after %s: %s sees of %s %+v, but saw %+v", l.w.clock.Since(began), owner.Name, op, sees, saw)
			}
		}
	}
}

// checkServed fails the test unless every owner has an answer as young as it
// wants, and no request is left.
func (l *life) checkServed(t *testing.T) {
	t.Helper()
	for owner, o := range l.w.poller.owners {
		for _, q := range o.queries {
			op := q.question.op
			a := l.w.poller.Answer(owner, op)
			if age := l.w.clock.Since(a.Time); a.Err != nil || age > 2*q.interval()+time.Minute {
				t.Errorf("%s: %s, asked every %s, was answered %s ago, and shows %v", owner.Name, op, q.interval(), age, a.Err)
			}
			if got := q.owners[o].refresh.wanted; got != "" {
				t.Errorf("%s: request %s is still open", owner.Name, got)
			}
		}
	}
}

// checkForgotten fails the test when anything is kept.
func (l *life) checkForgotten(t *testing.T) {
	t.Helper()
	p := l.w.poller
	if len(p.lanes)+len(p.owners)+len(p.routes)+len(p.schedule)+p.runners != 0 {
		t.Errorf("when all is forgotten there are %d credentials, %d owners, %d routes, %d alarms and %d runners",
			len(p.lanes), len(p.owners), len(p.routes), len(p.schedule), p.runners)
	}
}

// settle ends all trouble and waits until everybody is served.
func (l *life) settle() {
	l.vendor.recover()
	l.w.pass(2*longestWish + maxRetryAfter)
}

// end has all owners go, and waits until no pause is left.
func (l *life) end() {
	for n := range l.owners {
		l.w.forget(fmt.Sprint("owner", n))
	}
	l.w.pass(2 * maxRetryAfter)
}

// lives returns how many lives to make up. POLLING_LIVES asks for more, and
// -run 'TestLives/^17$' for one of them.
func lives(t *testing.T) uint64 {
	t.Helper()
	asked := os.Getenv("POLLING_LIVES")
	if asked == "" {
		return 20
	}
	count, err := strconv.ParseUint(asked, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// Whatever happens, the poller stays sound, its owners know what they are shown,
// the vendor has no reason to protest, and what is over leaves no trace.
func TestLives(t *testing.T) {
	for seed := range lives(t) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			run(t, func(t *testing.T, w *world) { live(t, newLife(w, seed)) })
		})
	}
}

func live(t *testing.T, l *life) {
	for step := range 300 {
		l.step()
		l.w.checkSound(t)
		if l.checkTold(t); t.Failed() {
			t.Fatalf("at step %d", step)
		}
	}
	l.settle()
	l.w.checkSound(t)
	l.checkTold(t)
	l.checkServed(t)
	l.end()
	l.checkForgotten(t)
	l.vendor.checkContent(t)
}
