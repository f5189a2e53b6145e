// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// The metrics that are read, by whose they are.
const (
	metricAttempts = "quotawatch_vendor_attempt_duration_seconds_count"
	metricLag      = "quotawatch_poll_lag_seconds_bucket"
	metricLags     = "quotawatch_poll_lag_seconds_count"
	metricRequests = "rest_client_requests_total"

	metricAPIRequests = "apiserver_request_total"

	// statusWrites are the status writes of QuotaWatches among the API requests.
	statusWrites  = "PATCH quotawatches/status"
	accountWrites = "PATCH vendoraccounts/status"

	metricPuts     = "etcd_mvcc_put_total"
	metricWALBytes = "etcd_disk_wal_write_bytes_total"
)

// snapshot is everything that is counted, at one moment.
type snapshot struct {
	at          time.Time
	usage       usage
	calls       int
	connections int64
	manager     samples
	apiServer   samples
	etcd        samples
}

// snapshot reads all counters.
func (b *bench) snapshot(ctx context.Context) (snapshot, error) {
	var s snapshot
	var err error
	if s.manager, err = scrape(ctx, http.DefaultClient, b.running.metricsURL,
		metricAttempts, metricLag, metricLags, metricRequests); err != nil {
		return s, err
	}
	if s.apiServer, err = scrape(ctx, b.apiServer, b.apiMetrics(), metricAPIRequests); err != nil {
		return s, err
	}
	if s.etcd, err = scrape(ctx, http.DefaultClient, b.controlPlane.EtcdURL()+"/metrics", metricPuts, metricWALBytes); err != nil {
		return s, err
	}
	s.at, s.calls, s.connections = time.Now(), b.simulator.recorder.count(), b.simulator.connections.Load()
	s.usage, err = usageOf(b.running.PID())
	return s, err
}

func (b *bench) apiMetrics() string {
	return strings.TrimSuffix(b.controlPlane.Config().Host, "/") + "/metrics"
}

func scrape(ctx context.Context, client *http.Client, url string, names ...string) (found samples, err error) {
	err = fetch(ctx, client, url, func(body io.Reader) error {
		found, err = parseSamples(body, names...)
		return err
	})
	return found, err
}

// window is what happened between two snapshots.
type window struct {
	Seconds     float64 `json:"seconds"`
	Polls       float64 `json:"polls"`
	Punctuality float64 `json:"punctuality"`
	// WithinSecond is the share of the polls that began within a second of their slot.
	WithinSecond float64 `json:"withinSecond"`

	CPUSeconds float64 `json:"cpuSeconds"`
	// CPUMillisPerPoll is CPU-seconds per 1,000 polls.
	CPUMillisPerPoll float64 `json:"cpuMillisPerPoll"`
	RSSMiB           float64 `json:"rssMiB"`
	PeakMiB          float64 `json:"peakMiB"`
	// ProgramMiB is the part of RSSMiB that is the program, mapped from its file.
	ProgramMiB float64 `json:"programMiB"`

	// Requests are those of the manager by method, and APIRequests those that the API server
	// answered to anyone by verb and resource.
	Requests    map[string]float64 `json:"requests"`
	APIRequests map[string]float64 `json:"apiRequests"`
	// StatusWrites are those of QuotaWatches.
	StatusWrites float64 `json:"statusWrites"`
	EtcdPuts     float64 `json:"etcdPuts"`
	// EtcdBytes are those written to etcd's log.
	EtcdBytes float64 `json:"etcdBytes"`

	Calls       int   `json:"calls"`
	Connections int64 `json:"connections"`
	// MeanRate and BusiestSecond are calls a second.
	MeanRate      float64 `json:"meanRate"`
	BusiestSecond int     `json:"busiestSecond"`
}

// since returns what happened from before to s, for so many watches.
func (s snapshot) since(before snapshot, watches int) window {
	length := s.at.Sub(before.at)
	polls := s.manager.total(metricAttempts) - before.manager.total(metricAttempts)
	cpu := (s.usage.cpu - before.usage.cpu).Seconds()
	api := difference(apiRequests(s.apiServer), apiRequests(before.apiServer))
	return window{
		Seconds: length.Seconds(), Polls: polls, Punctuality: punctuality(polls, watches, length),
		WithinSecond: ratio(s.lagged("1")-before.lagged("1"), s.manager.total(metricLags)-before.manager.total(metricLags)),
		CPUSeconds:   cpu, CPUMillisPerPoll: 1000 * ratio(cpu, polls),
		RSSMiB: mebibytes(s.usage.rss), PeakMiB: mebibytes(s.usage.peak), ProgramMiB: mebibytes(s.usage.program),
		Requests:     difference(s.requests(), before.requests()),
		APIRequests:  api,
		StatusWrites: api[statusWrites],
		EtcdPuts:     s.etcd.total(metricPuts) - before.etcd.total(metricPuts),
		EtcdBytes:    s.etcd.total(metricWALBytes) - before.etcd.total(metricWALBytes),
		Calls:        s.calls - before.calls, Connections: s.connections - before.connections,
		MeanRate: ratio(float64(s.calls-before.calls), length.Seconds()),
	}
}

// lagged is how many polls began within so many seconds of their slot, as a bucket says it.
func (s snapshot) lagged(bucket string) float64 { return s.manager.total(metricLag, "le", bucket) }

// requests are the manager's requests to the API server by method.
func (s snapshot) requests() map[string]float64 {
	return s.manager.by(metricRequests, func(labels map[string]string) string { return labels["method"] })
}

// apiRequests are the requests to the API server by verb and resource. Those of the API server
// to itself, and of whoever reads its metrics, have no resource or another one.
func apiRequests(apiServer samples) map[string]float64 {
	return apiServer.by(metricAPIRequests, func(labels map[string]string) string {
		if labels["resource"] == "" {
			return ""
		}
		return strings.TrimSuffix(labels["verb"]+" "+labels["resource"]+"/"+labels["subresource"], "/")
	})
}

// difference leaves out what did not grow.
func difference(after, before map[string]float64) map[string]float64 {
	grown := map[string]float64{}
	for key, value := range after {
		if value > before[key] {
			grown[key] = value - before[key]
		}
	}
	return grown
}

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
