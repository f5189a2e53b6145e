// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package rig runs a real control plane and the operator's programs on one machine, for the demo,
// the benchmark and the tests with faults. Its paths are relative to the root of the repository.
package rig
