// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// A hundred accounts whose calls hang, of one vendor, beside a hundred that
// answer: neither at the start nor later does one of these wait for those.
func TestHungAccountsDelayNobody(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		const accounts, timeout = 100, 20 * time.Second
		var hung, good []time.Duration
		for i := range accounts {
			bad := credential(fmt.Sprint("hung", i))
			w.declare(fmt.Sprint("hung", i), bad, Query{Op: "packages", Interval: time.Minute, Ask: func(context.Context) (any, error) {
				w.note(&hung)
				<-w.clock.After(timeout)
				return nil, &vendors.Error{Kind: vendors.KindUnavailable}
			}})
			w.declare(fmt.Sprint("good", i), credential(fmt.Sprint("good", i)), Query{
				Op: "packages", Interval: time.Minute,
				Ask: func(context.Context) (any, error) { w.note(&good); return 1, nil },
			})
		}
		w.pass(10 * time.Minute)
		for i := range accounts {
			a := w.answer(fmt.Sprint("good", i), "packages")
			if age := w.clock.Since(a.Time); a.Value == nil || age > time.Minute+4*slowAfter {
				t.Errorf("account %d has an answer of %s ago beside those that hang", i, age)
			}
		}
		if got, want := len(good), 9*accounts; got < want {
			t.Errorf("%d calls of those that answer, want at least %d", got, want)
		}
		if got, limit := len(hung), (10+tripAfter)*accounts; got > limit { // with the impatience of those without numbers
			t.Errorf("%d calls of those that hang, want no more than the schedule's %d", got, limit)
		}
	})
}

// note notes the time of a call.
func (w *world) note(calls *[]time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*calls = append(*calls, w.clock.Now().Sub(began))
}

func TestSlowAttemptsAreBounded(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		hung := w.vendor()
		release := hung.hang()
		for i := range 2 * maxSlow {
			w.declare(fmt.Sprint(i), credential(fmt.Sprint(i)), hung.packages(time.Hour))
		}
		w.pass(time.Minute)
		if got := hung.busy(); got != maxSlow+hostRunners {
			t.Errorf("%d calls at once, want %d slow ones and %d more", got, maxSlow, hostRunners)
		}
		release()
		w.pass(time.Second)
		if got := hung.count(); got != 2*maxSlow {
			t.Errorf("%d of %d questions were asked in the end", got, 2*maxSlow)
		}
		if h := w.poller.hosts["vendor.example"]; h.running != 0 || h.slow != 0 || w.poller.runners != 0 {
			t.Errorf("runners left over: %d, slow %d, of the process %d", h.running, h.slow, w.poller.runners)
		}
	})
}

func TestSlowAttemptsGiveUpTheirRunnersAsSoonAsThereIsRoom(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		first, last, good := w.vendor(), w.vendor(), w.vendor()
		releaseFirst := first.hang()
		for i := range maxSlow {
			w.declare(fmt.Sprint("first", i), credential(fmt.Sprint("first", i)), first.packages(time.Hour))
		}
		w.pass(time.Minute)
		releaseLast := last.hang()
		for i := range hostRunners {
			w.declare(fmt.Sprint("last", i), credential(fmt.Sprint("last", i)), last.packages(time.Hour))
		}
		w.pass(time.Minute) // these are slow too, but there are as many as may be
		releaseFirst()
		w.declare("good", credential("good"), good.packages(time.Hour))
		w.pass(time.Minute)
		if good.count() == 0 {
			t.Errorf("a good account waits for a runner, though only %d of %d attempts are slow", last.busy(), maxSlow)
		}
		releaseLast()
	})
}

func TestTwoVendorsThatHangDelayNoThird(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		hung, good := w.vendor(), w.vendor()
		release := hung.hang()
		for i := range maxSlow + hostRunners {
			for _, host := range []string{"one.example", "two.example"} {
				w.declare(host+fmt.Sprint(i), credential(fmt.Sprint(i)).at(host), hung.packages(time.Hour))
			}
		}
		w.pass(time.Minute)
		w.declare("good", credential("good").at("three.example"), good.packages(time.Hour))
		if good.count() == 0 {
			t.Error("a third vendor is not asked while two hang")
		}
		release()
	})
}
