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
	DefaultBillMonths        int32 = 2

	// DefaultIsolationBillPath is the best-supported of the paths that the vendor
	// may mean; it publishes none.
	DefaultIsolationBillPath = "/live/v4/group/isolation/billing/list"

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

// GetInterval returns the interval of the reading or its default.
func (u *UsageReading) GetInterval() time.Duration {
	if u.Interval == nil {
		return DefaultUsageInterval
	}
	return u.Interval.Duration
}

// GetWindow returns the window of the reading or its default.
func (u *UsageReading) GetWindow() UsageWindow {
	if u.Window == "" {
		return UsageMonthToDate
	}
	return u.Window
}

// GetInterval returns the interval of the reading or its default.
func (b *BillReading) GetInterval() time.Duration {
	if b.Interval == nil {
		return DefaultBillInterval
	}
	return b.Interval.Duration
}

// GetMonths returns how many months are read, or its default.
func (b *BillReading) GetMonths() int32 {
	if b.Months == 0 {
		return DefaultBillMonths
	}
	return b.Months
}

// GetAccountType returns the type of an account at POLYV, or its default.
func (a *VendorAccount) GetAccountType() PolyvAccountType {
	if p := a.Spec.Polyv; p != nil && p.AccountType != "" {
		return p.AccountType
	}
	return PolyvAccountStandard
}

// GetIsolationBillPath returns the path of the isolation-zone bill, or its
// default.
func (a *VendorAccount) GetIsolationBillPath() string {
	if p := a.Spec.Polyv; p != nil && p.IsolationBillPath != "" {
		return p.IsolationBillPath
	}
	return DefaultIsolationBillPath
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
