// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package transport is the only way out to the vendors: one HTTP exchange at a
// time, bounded in time and memory, to allowed addresses only, with nothing
// secret in its errors.
package transport
