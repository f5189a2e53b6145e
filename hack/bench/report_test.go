// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSinceTellsWhatHappenedBetween(t *testing.T) {
	scrape := func(polls, within, requests, patches string) (manager, api samples) {
		manager = mustParse(t, metricAttempts+`{vendor="a"} `+polls+"\n"+metricLag+`{le="1"} `+within+"\n"+metricLags+" "+polls+"\n"+
			metricRequests+`{method="PATCH"} `+requests+"\n"+metricRequests+`{method="GET"} 5`)
		api = mustParse(t, metricAPIRequests+`{verb="PATCH",resource="quotawatches",subresource="status"} `+patches+"\n"+
			metricAPIRequests+`{verb="GET",resource=""} 99`)
		return manager, api
	}
	before, after := snapshot{at: at(0), usage: usage{cpu: time.Second}}, snapshot{
		at: at(60), calls: 101, connections: 2, usage: usage{cpu: 3 * time.Second, rss: 80 << 20, peak: 90 << 20, program: 40 << 20},
		etcd: mustParse(t, metricPuts+" 12\n"+metricWALBytes+" 2048"),
	}
	before.manager, before.apiServer = scrape("10", "10", "1", "7")
	after.manager, after.apiServer = scrape("110", "60", "3", "9")
	got := after.since(before, 100)
	want := window{
		Seconds: 60, Polls: 100, Punctuality: 1, WithinSecond: 0.5, CPUSeconds: 2, CPUMillisPerPoll: 20,
		RSSMiB: 80, PeakMiB: 90, ProgramMiB: 40,
		Requests: map[string]float64{"PATCH": 2}, APIRequests: map[string]float64{statusWrites: 2}, StatusWrites: 2,
		EtcdPuts: 12, EtcdBytes: 2048, Calls: 101, Connections: 2, MeanRate: 101.0 / 60,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("window (-want +got):\n%s", diff)
	}
}

func mustParse(t *testing.T, text string) samples {
	t.Helper()
	all, err := parseSamples(strings.NewReader(text), metricAttempts, metricLag, metricLags, metricRequests,
		metricAPIRequests, metricPuts, metricWALBytes)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestHeartbeatsAreSplitOut(t *testing.T) {
	quiet := &window{Polls: 1000, CPUMillisPerPoll: 1}
	tests := map[string]struct {
		result       result
		want         float64
		wantLongRun  float64
		wantMeasured bool
	}{
		"half of the polls wrote":  {result: result{Unchanging: quiet, Heartbeats: &window{Polls: 1000, CPUMillisPerPoll: 2, StatusWrites: 500}}, want: 2, wantLongRun: 1.2, wantMeasured: true},
		"none wrote":               {result: result{Unchanging: quiet, Heartbeats: &window{Polls: 1000, CPUMillisPerPoll: 2}}},
		"nothing to compare with":  {result: result{Heartbeats: &window{Polls: 1000, StatusWrites: 500}}},
		"heartbeats not measured":  {result: result{Unchanging: quiet}},
		"every poll wrote as well": {result: result{Unchanging: quiet, Heartbeats: &window{Polls: 1000, CPUMillisPerPoll: 3, StatusWrites: 1000}}, want: 2, wantLongRun: 1.2, wantMeasured: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, measured := test.result.heartbeatMillis()
			longRun, _ := withHeartbeats(&test.result)
			if measured != test.wantMeasured || math.Abs(got-test.want) > 1e-9 || math.Abs(longRun-test.wantLongRun) > 1e-9 {
				t.Errorf("%v ms a write, %v ms a poll, measured: %t", got, longRun, measured)
			}
		})
	}
}

func TestTableMarksMissedTargets(t *testing.T) {
	r := &report{Results: []*result{
		{Watches: 1000, Cold: &coldStart{start: start{Seconds: 5}, IdealSeconds: 4}, Unchanging: &window{Polls: 100, Punctuality: 0.98, RSSMiB: 120}},
		{Watches: 10_000, Cold: &coldStart{start: start{Seconds: 6}, IdealSeconds: 4}, Unchanging: &window{Polls: 100, Punctuality: 0.99, RSSMiB: 120}},
	}}
	var out strings.Builder
	r.print(&out)
	got := map[string][]string{}
	for line := range strings.Lines(out.String()) {
		for _, title := range []string{"watches", "against N / min(limit, writes)", "punctuality", "memory, MiB"} {
			if rest, found := strings.CutPrefix(strings.TrimSpace(line), title+" "); found {
				got[title] = strings.Fields(rest)
			}
		}
	}
	want := map[string][]string{
		"watches":                        {"1000", "10000", "target"},
		"against N / min(limit, writes)": {"1.25", "1.50", "!", "≤", "1.3"},
		"punctuality":                    {"0.980", "!", "0.990", "≥", "0.99"},
		"memory, MiB":                    {"120", "!", "120", "≤", "100", "at", "5,000,", "≤", "160", "at", "10,000"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows of the table (-want +got):\n%s", diff)
	}
	if strings.Contains(out.String(), "outage") {
		t.Error("the table has a row that was not measured")
	}
}
