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
	// ScenarioSeeds has what the vendors' published sample answers show, with the
	// dates moved to the present: nine packages at Tencent; one sub-account, one
	// row of usage and one isolation-zone bill at POLYV; one live room at
	// Volcengine.
	ScenarioSeeds = "seeds"
	// ScenarioLarge has a thousand packages at Tencent, five thousand sub-accounts
	// at POLYV and two thousand live rooms at Volcengine, of every kind and state.
	// Full pages come out even.
	ScenarioLarge = "large"
)

// scenario is a first state: one function per service, given the time at which
// the scenario starts.
type scenario struct {
	summary    string
	polyv      func(now time.Time) map[string]PolyvAccount
	tencent    func(now time.Time) TencentAccount
	volcengine func(now time.Time) VolcengineAccount
}

var scenarios = map[string]scenario{
	ScenarioSeeds: {
		summary:    "what the vendors' published sample answers show, moved to the present",
		polyv:      polyvSeeds,
		tencent:    tencentSeeds,
		volcengine: volcengineSeeds,
	},
	ScenarioLarge: {
		summary:    "5000 POLYV sub-accounts, 1000 Tencent packages, 2000 Volcengine rooms, of every kind and state",
		polyv:      polyvLarge,
		tencent:    tencentLarge,
		volcengine: volcengineLarge,
	},
}

// Scenarios lists the names of the scenarios.
func Scenarios() []string { return slices.Sorted(maps.Keys(scenarios)) }

// ScenarioSummary describes a scenario in one line; empty for an unknown one.
func ScenarioSummary(name string) string { return scenarios[name].summary }
