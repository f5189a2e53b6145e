// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"maps"
	"slices"
	"time"
)

// The scenarios.
const (
	// ScenarioSeeds has the nine packages of Tencent's published sample answer,
	// one of them in use and the rest exhausted.
	ScenarioSeeds = "seeds"
	// ScenarioLarge has a thousand packages of every type and state, filling
	// pages of 100 exactly.
	ScenarioLarge = "large"
)

// scenario is a first state: one function per service, given the time at which
// the scenario starts.
type scenario struct {
	summary string
	tencent func(now time.Time) TencentAccount
}

var scenarios = map[string]scenario{
	ScenarioSeeds: {
		summary: "the nine packages of Tencent's published sample, one in use, moved to the present",
		tencent: tencentSeeds,
	},
	ScenarioLarge: {
		summary: "1000 packages of every type and state; pages of 100 come out even",
		tencent: tencentLarge,
	},
}

// Scenarios lists the names of the scenarios.
func Scenarios() []string { return slices.Sorted(maps.Keys(scenarios)) }

// ScenarioSummary describes a scenario in one line; empty for an unknown one.
func ScenarioSummary(name string) string { return scenarios[name].summary }
