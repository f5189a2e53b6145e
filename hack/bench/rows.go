// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http"
)

// target is what a value should be; the zero value is none.
type target struct {
	text   string
	missed func(value float64, watches int) bool
}

func atMost(most float64) target {
	return target{fmt.Sprintf("≤ %g", most), func(value float64, _ int) bool { return value > most }}
}

func atLeast(least float64) target {
	return target{fmt.Sprintf("≥ %g", least), func(value float64, _ int) bool { return value < least }}
}

// memory is the target for resident memory, in MiB, which is set for two numbers of watches.
var memory = target{"≤ 100 at 5,000, ≤ 160 at 10,000", func(value float64, watches int) bool {
	return watches <= 5000 && value > 100 || watches <= 10_000 && value > 160
}}

// row is a row of the table.
type row struct {
	title  string
	format string
	target target
	value  func(*result) (float64, bool)
}

// rows are those of the table.
var rows = []row{
	{"accounts", "%.0f", target{}, always(func(r *result) float64 { return float64(r.Accounts) })},
	{"status, KiB", "%.1f", target{}, always(func(r *result) float64 { return float64(r.StatusBytes["all"]) / 1024 })},
	{"limit of the vendors, polls/s", "%.0f", target{}, always(func(r *result) float64 { return r.LimiterRate })},
	{"control plane, status writes/s", "%.0f", target{}, always(func(r *result) float64 { return r.WriteRate })},

	{"reference: a status decoded and encoded, CPU µs", "%.0f", target{}, always(func(r *result) float64 { return r.ReferenceMicros })},

	{"cold start: all Ready, s", "%.1f", target{}, ofCold(func(c *coldStart) float64 { return c.Seconds })},
	{"  against N / min(limit, writes)", "%.2f", atMost(1.3), ofCold(func(c *coldStart) float64 { return ratio(c.Seconds, c.IdealSeconds) })},
	{"  CPU, s", "%.1f", target{}, ofCold(func(c *coldStart) float64 { return c.CPUSeconds })},
	{"  peak memory, MiB", "%.0f", target{}, ofCold(func(c *coldStart) float64 { return c.PeakMiB })},

	{"unchanging: CPU, ms per poll", "%.2f", atMost(1), ofUnchanging(func(w *window) float64 { return w.CPUMillisPerPoll })},
	{"  in references", "%.0f", target{}, inReferences(func(r *result) *window { return r.Unchanging })},
	{"  punctuality", "%.3f", atLeast(0.99), ofUnchanging(func(w *window) float64 { return w.Punctuality })},
	{"  begun within a second", "%.3f", target{}, ofUnchanging(func(w *window) float64 { return w.WithinSecond })},
	{"  API requests per poll, Leases aside", "%.3f", atMost(0.001), ofUnchanging((*window).requestsPerPoll)},
	{"  calls per poll", "%.3f", target{}, ofUnchanging(func(w *window) float64 { return ratio(float64(w.Calls), w.Polls) })},
	{"  connections per 1,000 polls", "%.1f", atMost(5), ofUnchanging(connections)},
	{"  memory, MiB", "%.0f", memory, ofUnchanging(func(w *window) float64 { return w.RSSMiB })},
	{"  of it the program's file, MiB", "%.0f", target{}, ofUnchanging(func(w *window) float64 { return w.ProgramMiB })},
	{"  peak memory, MiB", "%.0f", target{}, ofUnchanging(func(w *window) float64 { return w.PeakMiB })},
	{"  busiest second, calls", "%.0f", target{}, ofUnchanging(func(w *window) float64 { return float64(w.BusiestSecond) })},

	{"heartbeats: CPU, ms per write", "%.2f", target{}, (*result).heartbeatMillis},
	{"  unchanging poll with its share, ms", "%.2f", target{}, withHeartbeats},

	{"changing: CPU, ms per poll", "%.2f", atMost(2.5), ofChanging(func(w *window) float64 { return w.CPUMillisPerPoll })},
	{"  in references", "%.0f", target{}, inReferences(func(r *result) *window { return r.Changing })},
	{"  punctuality", "%.3f", atLeast(0.99), ofChanging(func(w *window) float64 { return w.Punctuality })},
	{"  API requests per poll, Leases aside", "%.3f", atMost(1.001), ofChanging((*window).requestsPerPoll)},
	{"  status writes per poll", "%.3f", target{}, ofChanging(func(w *window) float64 { return ratio(w.StatusWrites, w.Polls) })},
	{"  etcd puts per poll", "%.2f", target{}, ofChanging(func(w *window) float64 { return ratio(w.EtcdPuts, w.Polls) })},
	{"  etcd log, KiB per poll", "%.1f", target{}, ofChanging(func(w *window) float64 { return ratio(w.EtcdBytes, w.Polls) / 1024 })},
	{"  connections per 1,000 polls", "%.1f", atMost(5), ofChanging(connections)},
	{"  memory, MiB", "%.0f", memory, ofChanging(func(w *window) float64 { return w.RSSMiB })},
	{"  peak memory, MiB", "%.0f", target{}, ofChanging(func(w *window) float64 { return w.PeakMiB })},

	{"restart: busiest second against the schedule", "%.2f", atMost(1.5), ofRestart(func(x *restart) float64 {
		return ratio(float64(x.BusiestSecond), x.ScheduledRate)
	})},
	{"  calls in two intervals, per watch", "%.2f", target{}, func(r *result) (float64, bool) {
		return ratio(float64(callsOf(r.Restart)), float64(r.Watches)), r.Restart != nil
	}},
	{"  status writes", "%.0f", target{}, ofRestart(func(x *restart) float64 { return x.APIRequests[statusWrites] })},

	{"Retry-After: 60: shortest silence, s", "%.1f", atLeast(60), func(r *result) (float64, bool) {
		if r.RetryAfter == nil {
			return 0, false
		}
		return r.RetryAfter.ShortestSeconds, r.RetryAfter.Credentials > 0
	}},
	{"100 watches, one question: calls per interval", "%.2f", atMost(1.05), func(r *result) (float64, bool) {
		if r.SharedQuestion == nil {
			return 0, false
		}
		return ratio(float64(r.SharedQuestion.Calls), r.SharedQuestion.Intervals), true
	}},

	{"outage: busiest second against the schedule", "%.2f", atMost(1.5), ofOutage(func(o *outage) float64 {
		return ratio(float64(o.BusiestSecond), o.ScheduledRate)
	})},
	{"  mean rate against the schedule", "%.2f", atMost(1), ofOutage(func(o *outage) float64 { return ratio(o.MeanRate, o.ScheduledRate) })},
	{"  calls per credential", "%.1f", target{}, ofOutage(func(o *outage) float64 { return o.Probes.Calls })},
	{"  calls before their step of the backoff", "%.0f", atMost(0), ofOutage(func(o *outage) float64 { return float64(o.Probes.Early) })},
	{"  status writes per watch", "%.2f", target{}, func(r *result) (float64, bool) {
		if r.Outage == nil {
			return 0, false
		}
		return ratio(r.Outage.StatusWrites, float64(r.Watches)), true
	}},
	{"  status writes per account", "%.2f", target{}, func(r *result) (float64, bool) {
		if r.Outage == nil {
			return 0, false
		}
		return ratio(r.Outage.APIRequests[accountWrites], float64(r.Accounts)), true
	}},
	{"  all recovered after, s", "%.1f", atMost(interval.Seconds()), ofOutage(func(o *outage) float64 { return o.RecoverySeconds })},
}

func always(value func(*result) float64) func(*result) (float64, bool) {
	return func(r *result) (float64, bool) { return value(r), true }
}

// of makes a row's value of a part of the result that may not have been measured.
func of[T any](part func(*result) *T, value func(*T) float64) func(*result) (float64, bool) {
	return func(r *result) (float64, bool) {
		measured := part(r)
		if measured == nil {
			return 0, false
		}
		return value(measured), true
	}
}

func ofCold(value func(*coldStart) float64) func(*result) (float64, bool) {
	return of(func(r *result) *coldStart { return r.Cold }, value)
}

func ofUnchanging(value func(*window) float64) func(*result) (float64, bool) {
	return of(func(r *result) *window { return r.Unchanging }, value)
}

func ofChanging(value func(*window) float64) func(*result) (float64, bool) {
	return of(func(r *result) *window { return r.Changing }, value)
}

func ofRestart(value func(*restart) float64) func(*result) (float64, bool) {
	return of(func(r *result) *restart { return r.Restart }, value)
}

func ofOutage(value func(*outage) float64) func(*result) (float64, bool) {
	return of(func(r *result) *outage { return r.Outage }, value)
}

// inReferences is what a poll costs by what the machine could do in that time.
func inReferences(part func(*result) *window) func(*result) (float64, bool) {
	return func(r *result) (float64, bool) {
		w := part(r)
		if w == nil {
			return 0, false
		}
		return ratio(1000*w.CPUMillisPerPoll, r.ReferenceMicros), true
	}
}

// requestsPerPoll is what polls cost the API server. Leases are the only things that are PUT.
func (w *window) requestsPerPoll() float64 {
	var total float64
	for method, count := range w.Requests {
		if method != http.MethodPut {
			total += count
		}
	}
	return ratio(total, w.Polls)
}

func connections(w *window) float64 { return 1000 * ratio(float64(w.Connections), w.Polls) }

func callsOf(r *restart) int {
	if r == nil {
		return 0
	}
	return r.Calls
}

// withHeartbeats is what an unchanged poll costs in the long run.
func withHeartbeats(r *result) (float64, bool) {
	heartbeat, ok := r.heartbeatMillis()
	if !ok {
		return 0, false
	}
	return r.Unchanging.CPUMillisPerPoll + heartbeat/pollsPerHeartbeat, true
}
