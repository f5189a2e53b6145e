// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"k8s.io/utils/clock"

	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// running returns the metrics of a poller at work on the bubble's clock.
func running(t *testing.T) (*Engine, *polling.Poller) {
	engine := NewEngine()
	poller := polling.New(polling.Options{
		Clock: clock.RealClock{}, Wake: func(polling.Owner) {}, Observer: engine, Log: logr.Discard(),
	})
	engine.Watch(poller)
	ended := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { defer close(ended); _ = poller.Start(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return engine, poller
}

func owner(name string) polling.Owner {
	return polling.Owner{Kind: "QuotaWatch", Namespace: "live", Name: name}
}

var keyer = polling.NewKeyer()

func credential(id string) polling.Source {
	return polling.Source{Key: keyer.Key(id), ID: id, Vendor: "Polyv", Host: "vendor.example"}
}

func expect(t *testing.T, engine *Engine, want string, names ...string) {
	t.Helper()
	if err := testutil.CollectAndCompare(engine, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
}

func TestCallsAndSharedAnswersAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, poller := running(t)
		source := credential("id")
		query := polling.Query{Op: vendors.OpPackages, Interval: time.Hour, Ask: func(ctx context.Context) (any, error) {
			for range 3 { // pages
				if err := poller.Pace(source)(ctx); err != nil {
					return nil, err
				}
			}
			return 1, nil
		}}
		poller.Declare(owner("a"), source, query)
		poller.Declare(owner("b"), source, query)
		synctest.Wait()
		poller.Declare(owner("c"), source, query)
		synctest.Wait()
		expect(t, engine, `
# HELP quotawatch_answers_shared_total Answers given to an object without a call of its own, because another asks the same.
# TYPE quotawatch_answers_shared_total counter
quotawatch_answers_shared_total{vendor="Polyv"} 2
# HELP quotawatch_queries Questions that are asked regularly.
# TYPE quotawatch_queries gauge
quotawatch_queries{vendor="Polyv"} 1
# HELP quotawatch_vendor_calls_total Requests sent to the vendor.
# TYPE quotawatch_vendor_calls_total counter
quotawatch_vendor_calls_total{vendor="Polyv"} 3
`, "quotawatch_answers_shared_total", "quotawatch_queries", "quotawatch_vendor_calls_total")
	})
}

func TestFailuresAndBreakersAreShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, poller := running(t)
		failing := func(err *vendors.Error) polling.Query {
			return polling.Query{Op: vendors.OpUsage, Interval: time.Hour, Ask: func(context.Context) (any, error) { return nil, err }}
		}
		throttled := failing(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute})
		poller.Declare(owner("a"), credential("a"), throttled)
		synctest.Wait()
		held := throttled
		held.Params = "held"
		poller.Declare(owner("held"), credential("a"), held)
		blocked := failing(&vendors.Error{Kind: vendors.KindThrottled, RetryAfter: time.Minute, AddressBlocked: true})
		poller.Declare(owner("b"), credential("b"), blocked)
		synctest.Wait()
		expect(t, engine, `
# HELP quotawatch_breakers_open Breakers that hold calls: of credentials, and of blocked addresses.
# TYPE quotawatch_breakers_open gauge
quotawatch_breakers_open{scope="address",vendor="Polyv"} 1
quotawatch_breakers_open{scope="credential",vendor="Polyv"} 1
# HELP quotawatch_queries_waiting Questions that are due, but wait for a runner or are held by a breaker.
# TYPE quotawatch_queries_waiting gauge
quotawatch_queries_waiting{vendor="Polyv"} 1
# HELP quotawatch_vendor_errors_total Attempts that failed, by the kind of the failure.
# TYPE quotawatch_vendor_errors_total counter
quotawatch_vendor_errors_total{kind="Throttled",operation="usage",vendor="Polyv"} 2
# HELP quotawatch_vendor_throttled_total Attempts that failed because the vendor saw too many calls.
# TYPE quotawatch_vendor_throttled_total counter
quotawatch_vendor_throttled_total{vendor="Polyv"} 2
`, "quotawatch_breakers_open", "quotawatch_queries_waiting", "quotawatch_vendor_errors_total", "quotawatch_vendor_throttled_total")
	})
}

func TestSlowAttemptsAndLagAreShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, poller := running(t)
		query := polling.Query{Op: vendors.OpPackages, Interval: time.Hour, Ask: func(context.Context) (any, error) {
			time.Sleep(7 * time.Second) // of the bubble
			return 1, nil
		}}
		for _, params := range []string{"1", "2", "3"} { // the third waits for a runner of its credential
			query.Params = params
			poller.Declare(owner(params), credential("id"), query)
		}
		synctest.Wait()
		expect(t, engine, `
# HELP quotawatch_runners_busy Attempts under way.
# TYPE quotawatch_runners_busy gauge
quotawatch_runners_busy{vendor="Polyv"} 2
`, "quotawatch_runners_busy")
		time.Sleep(20 * time.Second)
		expect(t, engine, `
# HELP quotawatch_poll_lag_seconds Time between when an attempt was due and when it began.
# TYPE quotawatch_poll_lag_seconds histogram
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="0.01"} 2
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="0.1"} 2
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="1"} 2
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="5"} 2
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="15"} 3
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="60"} 3
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="300"} 3
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="1800"} 3
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="7200"} 3
quotawatch_poll_lag_seconds_bucket{vendor="Polyv",le="+Inf"} 3
quotawatch_poll_lag_seconds_sum{vendor="Polyv"} 7
quotawatch_poll_lag_seconds_count{vendor="Polyv"} 3
`, "quotawatch_poll_lag_seconds")
	})
}

func TestNamesKeepTheConventions(t *testing.T) {
	engine := NewEngine()
	engine.Called("Polyv")
	engine.Attempted("Polyv", vendors.OpUsage, 0, 0, &vendors.Error{Kind: vendors.KindThrottled})
	engine.Shared("Polyv", 1)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(engine)
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

func TestEveryMetricIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for _, name := range regexp.MustCompile("(?m)^\\| `([a-z_]+)`").FindAllStringSubmatch(string(page), -1) {
		described[name[1]] = true
	}
	descs := make(chan *prometheus.Desc, 100)
	NewEngine().Describe(descs)
	close(descs)
	for desc := range descs {
		name := regexp.MustCompile(`fqName: "([a-z_]+)"`).FindStringSubmatch(desc.String())[1]
		if !described[name] {
			t.Errorf("docs/metrics.md lacks %s", name)
		}
		delete(described, name)
	}
	for name := range described {
		t.Errorf("docs/metrics.md has %s, which does not exist", name)
	}
}
