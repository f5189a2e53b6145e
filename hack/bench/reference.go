// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"syscall"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// references is how often the reference is measured.
const references = 3000

// reference is the CPU time in which this machine decodes and encodes a typical status, by which
// CPU times of another machine, or of another hour on a shared one, may be compared.
func reference() (time.Duration, error) {
	text, err := json.Marshal(typicalStatus(&v1alpha1.QuotaWatch{}, opened))
	if err != nil {
		return 0, err
	}
	before, err := ownCPU()
	if err != nil {
		return 0, err
	}
	for range references {
		status := v1alpha1.QuotaWatchStatus{}
		if err := json.Unmarshal(text, &status); err != nil {
			return 0, err
		}
		if _, err := json.Marshal(status); err != nil {
			return 0, err
		}
	}
	after, err := ownCPU()
	return (after - before) / references, err
}

// ownCPU is the CPU time of this process.
func ownCPU() (time.Duration, error) {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0, err
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), nil
}
