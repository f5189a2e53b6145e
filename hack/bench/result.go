// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "time"

// result is what was measured with one number of watches. What was not measured is nil.
type result struct {
	Watches  int `json:"watches"`
	Accounts int `json:"accounts"`
	// StatusBytes is the mean size of a status as JSON, by vendor and of all.
	StatusBytes map[string]int `json:"statusBytes"`
	// LimiterRate is how many polls a second the vendors' limits let through, WriteRate how many
	// status writes a second the control plane took before the manager ran.
	LimiterRate float64 `json:"limiterRate"`
	WriteRate   float64 `json:"writeRate"`
	// ReferenceMicros is the CPU time in which the machine decodes and encodes a status.
	ReferenceMicros float64 `json:"referenceMicros"`

	Cold           *coldStart      `json:"cold,omitempty"`
	Unchanging     *window         `json:"unchanging,omitempty"`
	Changing       *window         `json:"changing,omitempty"`
	Heartbeats     *window         `json:"heartbeats,omitempty"`
	Restart        *restart        `json:"restart,omitempty"`
	RetryAfter     *retryAfter     `json:"retryAfter,omitempty"`
	SharedQuestion *sharedQuestion `json:"oneQuestion,omitempty"`
	Outage         *outage         `json:"outage,omitempty"`
}

// start is a start of the manager.
type start struct {
	from, to time.Time

	Seconds     float64            `json:"seconds"`
	CPUSeconds  float64            `json:"cpuSeconds"`
	PeakMiB     float64            `json:"peakMiB"`
	APIRequests map[string]float64 `json:"apiRequests"`
}

// coldStart is one with objects that nobody has looked at yet, until all are Ready.
type coldStart struct {
	start
	IdealSeconds float64 `json:"idealSeconds"`
}
