// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import "os"

// inFull tells whether the suite takes the time for what lasts minutes: it does
// for make test-faults, and in make test it does not.
func inFull() bool { return os.Getenv("FAULTS") == "full" }
