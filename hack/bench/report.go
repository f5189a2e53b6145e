// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is everything that was measured, as it is written to a file.
type report struct {
	Time          time.Time `json:"time"`
	Machine       machine   `json:"machine"`
	Command       []string  `json:"command"`
	Interval      string    `json:"interval"`
	Latency       string    `json:"latency"`
	WindowMinutes float64   `json:"windowMinutes"`
	Results       []*result `json:"results"`

	path string
}

func newReport(o options) *report {
	now := time.Now().UTC()
	return &report{
		Time: now, Machine: thisMachine(), Command: os.Args, Interval: interval.String(), Latency: o.latency.String(),
		WindowMinutes: o.window.Minutes(), path: filepath.Join(o.out, now.Format("20060102-150405")+".json"),
	}
}

// publish writes the file, and the table to out.
func (r *report) publish(out io.Writer) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(r.path, append(text, '\n'), 0o600); err != nil { //nolint:gosec // whoever runs it says where
		return err
	}
	r.print(out)
	_, err = fmt.Fprintf(out, "\nEverything, as JSON: %s\n", r.path)
	return err
}

// print writes a table with a column for each number of watches. A value that misses its
// target has a mark.
func (r *report) print(out io.Writer) {
	m := r.Machine
	_, _ = fmt.Fprintf(out, "\n%s, %d cores (%s), %.0f GiB, %s; interval %s, vendors answer in %s\n\n",
		r.Time.Format(time.RFC3339), m.Cores, m.CPU, m.MemoryGiB, m.Go, r.Interval, r.Latency)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	header := []string{"watches"}
	for _, each := range r.Results {
		header = append(header, fmt.Sprint(each.Watches))
	}
	writeRow(table, append(header, "target"))
	for _, each := range rows {
		if cells, measured := each.cells(r.Results); measured {
			writeRow(table, append([]string{each.title}, append(cells, each.target.text)...))
		}
	}
	_ = table.Flush()
	_, _ = fmt.Fprintln(out, "\n! misses the target")
	for _, each := range r.Results {
		each.printRequests(out)
	}
}

func writeRow(table io.Writer, cells []string) {
	_, _ = fmt.Fprintln(table, strings.Join(cells, "\t"))
}

// cells are a row's values; false when no result has one.
func (x row) cells(results []*result) (cells []string, measured bool) {
	for _, r := range results {
		value, ok := x.value(r)
		if !ok {
			cells = append(cells, "-")
			continue
		}
		measured = true
		text := fmt.Sprintf(x.format, value)
		if x.target.missed != nil && x.target.missed(value, r.Watches) {
			text += " !"
		}
		cells = append(cells, text)
	}
	return cells, measured
}

// printRequests lists what the API server was asked in each state.
func (r *result) printRequests(out io.Writer) {
	for _, state := range []struct {
		title  string
		window *window
	}{{"unchanging", r.Unchanging}, {"changing", r.Changing}, {"heartbeats", r.Heartbeats}} {
		if state.window == nil {
			continue
		}
		_, _ = fmt.Fprintf(out, "\n%d watches, %s: %.0f polls; requests of the manager %s; of everyone by resource %s\n",
			r.Watches, state.title, state.window.Polls, counts(state.window.Requests), counts(state.window.APIRequests))
	}
}

func counts(requests map[string]float64) string {
	var texts []string
	for _, key := range slices.Sorted(maps.Keys(requests)) {
		texts = append(texts, fmt.Sprintf("%s %.0f", key, requests[key]))
	}
	return strings.Join(texts, ", ")
}
