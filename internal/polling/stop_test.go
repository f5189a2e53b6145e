// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestStartReturnsWhenAllAttemptsHaveEnded(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		stubborn := Query{Op: "packages", Interval: time.Hour, Ask: func(context.Context) (any, error) {
			<-release
			return 1, nil
		}}
		w.declare("a", credential("id"), stubborn)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			w.stop()
		}()
		synctest.Wait()
		select {
		case <-stopped:
			t.Error("Start returned while an attempt was under way")
		default:
		}
		close(release)
		<-stopped
	})
}

func TestEndOfStartEndsTheWaitForATurn(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var asked []time.Duration
		source := credential("id").limited(1)
		w.declare("a", source, w.pages(source, 100, &asked).of("1"))
		w.declare("b", source, w.pages(source, 100, &asked).of("2"))
		w.pass(5 * time.Second)
		w.stop()
		if got := len(asked); got != 5 {
			t.Errorf("%d pages of 200 in five seconds at one a second", got)
		}
	})
}

func TestAnswersWhileStoppingChangeNothing(t *testing.T) {
	tests := map[string]struct {
		value any
		err   error
	}{
		"a value":   {value: 2},
		"a failure": {err: &vendors.Error{Kind: vendors.KindUnauthenticated}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				var logged strings.Builder
				w.log = funcr.New(func(_, args string) { logged.WriteString(args) }, funcr.Options{})
				w.restart(Options{})
				v := w.vendor()
				w.declare("a", credential("id"), v.packages(time.Hour))
				w.wakes()
				before := w.answer("a", "packages")
				query := v.packages(time.Hour)
				query.Ask = func(ctx context.Context) (any, error) {
					<-ctx.Done()
					return test.value, test.err
				}
				w.declare("a", credential("id"), query)
				w.passTo(before.Next)

				w.stop()
				before.Next = time.Time{}
				if diff := cmp.Diff(before, w.answer("a", "packages")); diff != "" {
					t.Errorf("the answer changed (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]string(nil), w.wakes()); diff != "" {
					t.Errorf("woken (-want +got):\n%s", diff)
				}
				if logged.Len() > 0 {
					t.Errorf("logged: %s", logged.String())
				}
			})
		})
	}
}

func TestNothingIsAskedAfterTheEnd(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 100 {
			v := w.vendor()
			poller := New(Options{Clock: w.clock, Wake: w.wake})
			poller.Declare(ownerNamed("a"), credential("id"), v.packages(time.Hour))
			if err := poller.Start(ctx); err != nil {
				t.Fatal(err)
			}
			if v.count() != 0 {
				t.Fatal("asked after the context ended")
			}
		}
	})
}

func TestFailureIsLoggedWithoutTheCredential(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var logged strings.Builder
		w.log = funcr.New(func(_, args string) { logged.WriteString(args) }, funcr.Options{})
		w.restart(Options{})
		v := w.vendor()
		v.failWith(&vendors.Error{
			Kind: vendors.KindForbidden, Op: vendors.OpPackages, Code: "UnauthorizedOperation", RequestID: "request-1",
		})
		source := credential("canary-id")
		w.declare("a", source, v.packages(time.Hour).of("canary-params"))
		for _, want := range []string{"vendor.example", "packages", "Forbidden", "UnauthorizedOperation", "request-1"} {
			if !strings.Contains(logged.String(), want) {
				t.Errorf("the log does not tell %q: %s", want, logged.String())
			}
		}
		for _, secret := range []string{"canary", string(source.Key[:]), fmt.Sprint(source.Key)} {
			if strings.Contains(logged.String(), secret) {
				t.Errorf("the log tells of the credential: %s", logged.String())
			}
		}
	})
}
