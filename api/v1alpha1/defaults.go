// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import "time"

// Defaults of fields that are omitted. They are resolved here and not by the
// CRD, so that what is stored is what was written.
const (
	DefaultRequestsPerSecond int32 = 5
	DefaultVerifyInterval          = time.Hour
	DefaultInterval                = time.Hour
	DefaultUsageInterval           = 6 * time.Hour
	DefaultBillInterval            = 24 * time.Hour

	// minStaleAfter is the least staleAfter that is derived from an interval.
	minStaleAfter = 30 * time.Minute
)

// GetRequestsPerSecond returns spec.requestsPerSecond or its default.
func (a *VendorAccount) GetRequestsPerSecond() int32 {
	if a.Spec.RequestsPerSecond == 0 {
		return DefaultRequestsPerSecond
	}
	return a.Spec.RequestsPerSecond
}

// GetVerifyInterval returns spec.verifyInterval or its default.
func (a *VendorAccount) GetVerifyInterval() time.Duration {
	if a.Spec.VerifyInterval == nil {
		return DefaultVerifyInterval
	}
	return a.Spec.VerifyInterval.Duration
}

// GetInterval returns spec.interval or its default.
func (w *QuotaWatch) GetInterval() time.Duration {
	if w.Spec.Interval == nil {
		return DefaultInterval
	}
	return w.Spec.Interval.Duration
}

// GetStaleAfter returns the age at which the numbers of a reading with the
// given interval are stale: spec.staleAfter where that leaves room for a poll,
// otherwise three intervals and at least half an hour.
func (w *QuotaWatch) GetStaleAfter(interval time.Duration) time.Duration {
	if w.Spec.StaleAfter != nil && w.Spec.StaleAfter.Duration >= interval {
		return w.Spec.StaleAfter.Duration
	}
	return max(3*interval, minStaleAfter)
}

// GetSeverity returns the severity of the threshold or its default.
func (t *Threshold) GetSeverity() Severity {
	if t.Severity == "" {
		return SeverityWarning
	}
	return t.Severity
}

// GetSubject returns the subject of the threshold, "" for the account as a
// whole.
func (t *Threshold) GetSubject() string {
	if t.Subject == nil {
		return ""
	}
	return *t.Subject
}
