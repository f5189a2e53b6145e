// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package metrics names and collects the operator's own metrics.
package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	namespace = "quotawatch"

	labelVendor    = "vendor"
	labelOperation = "operation"
	labelKind      = "kind"
	labelScope     = "scope"
)

// Scopes of a breaker.
const (
	scopeCredential = "credential"
	scopeAddress    = "address"
)

// Engine holds the metrics of the polling engine. It is a polling.Observer, and
// a prometheus.Collector once it knows the poller.
type Engine struct {
	calls    *prometheus.CounterVec
	attempts *prometheus.HistogramVec
	errors   *prometheus.CounterVec
	throttle *prometheus.CounterVec
	lag      *prometheus.HistogramVec
	shared   *prometheus.CounterVec

	loads    func() map[string]polling.Load
	queries  *prometheus.Desc
	waiting  *prometheus.Desc
	busy     *prometheus.Desc
	breakers *prometheus.Desc
}

// NewEngine returns the metrics of an engine that has done nothing yet.
func NewEngine() *Engine {
	return &Engine{
		calls: counter("vendor_calls_total",
			"Requests sent to the vendor.", labelVendor),
		attempts: histogram("vendor_attempt_duration_seconds",
			"Time that one attempt to answer a question took, all its calls and their waits for the limits included.",
			[]float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800}, labelVendor, labelOperation),
		errors: counter("vendor_errors_total",
			"Attempts that failed, by the kind of the failure.", labelVendor, labelOperation, labelKind),
		throttle: counter("vendor_throttled_total",
			"Attempts that failed because the vendor saw too many calls.", labelVendor),
		lag: histogram("poll_lag_seconds",
			"Time between when an attempt was due and when it began.",
			[]float64{.01, .1, 1, 5, 15, 60, 300, 1800, 7200}, labelVendor),
		shared: counter("answers_shared_total",
			"Answers given to an object without a call of its own, because another asks the same.", labelVendor),

		loads:    func() map[string]polling.Load { return nil },
		queries:  gauge("queries", "Questions that are asked regularly.", labelVendor),
		waiting:  gauge("queries_waiting", "Questions that are due, but wait for a runner or are held by a breaker.", labelVendor),
		busy:     gauge("runners_busy", "Attempts under way.", labelVendor),
		breakers: gauge("breakers_open", "Breakers that hold calls: of credentials, and of blocked addresses.", labelVendor, labelScope),
	}
}

// Watch has the gauges tell of a poller.
func (e *Engine) Watch(poller *polling.Poller) { e.loads = poller.Loads }

// Called implements polling.Observer.
func (e *Engine) Called(vendor string) { e.calls.WithLabelValues(vendor).Inc() }

// Attempted implements polling.Observer.
func (e *Engine) Attempted(vendor, op string, lag, took time.Duration, err *vendors.Error) {
	e.lag.WithLabelValues(vendor).Observe(lag.Seconds())
	e.attempts.WithLabelValues(vendor, op).Observe(took.Seconds())
	if err == nil {
		return
	}
	e.errors.WithLabelValues(vendor, op, string(err.Kind)).Inc()
	if err.Kind == vendors.KindThrottled {
		e.throttle.WithLabelValues(vendor).Inc()
	}
}

// Shared implements polling.Observer.
func (e *Engine) Shared(vendor string, owners int) {
	e.shared.WithLabelValues(vendor).Add(float64(owners))
}

// Describe implements prometheus.Collector.
func (e *Engine) Describe(descs chan<- *prometheus.Desc) {
	for _, c := range e.vectors() {
		c.Describe(descs)
	}
	for _, desc := range []*prometheus.Desc{e.queries, e.waiting, e.busy, e.breakers} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (e *Engine) Collect(metrics chan<- prometheus.Metric) {
	for _, c := range e.vectors() {
		c.Collect(metrics)
	}
	for vendor, load := range e.loads() {
		metrics <- value(e.queries, load.Queries, vendor)
		metrics <- value(e.waiting, load.Waiting, vendor)
		metrics <- value(e.busy, load.Running, vendor)
		metrics <- value(e.breakers, load.OpenCredentials, vendor, scopeCredential)
		metrics <- value(e.breakers, load.OpenRoutes, vendor, scopeAddress)
	}
}

func (e *Engine) vectors() []prometheus.Collector {
	return []prometheus.Collector{e.calls, e.attempts, e.errors, e.throttle, e.lag, e.shared}
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: buckets,
	}, labels)
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

func value(desc *prometheus.Desc, n int, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), labels...)
}
