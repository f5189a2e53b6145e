// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package quota turns readings into verdicts. It is pure: what it says depends
// on the spec, the readings, the previous status and the given time, and on
// nothing else.
package quota

import (
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// Reading is what is known about one question to a vendor.
type Reading[T any] struct {
	// Value is the last complete answer; nil when this process has had none.
	Value *T
	// Time is when Value was read.
	Time time.Time
	// Attempt is when the vendor was last asked; zero when it was not yet.
	Attempt time.Time
	// Err is the failure of the last attempt; nil after a success.
	Err *vendors.Error
	// Since is when the present row of failures began.
	Since time.Time
	// Next is when the vendor is asked next; zero when that is not known.
	Next time.Time
	// Interval is how often the question is asked.
	Interval time.Duration
}

// Input is all that an assessment looks at.
type Input struct {
	// Watch holds the spec and the previous status. It is not changed.
	Watch *v1alpha1.QuotaWatch
	// Vendor of the account; empty when the account is not known.
	Vendor v1alpha1.Vendor
	// Problem says why the vendor cannot be asked; nil when it can.
	Problem *Problem
	// Packages, Usage and Bill are the readings of the sections of that name;
	// Bill is about the running month, ClosedBills about those before it.
	Packages    Reading[vendors.PackageReading]
	Usage       Reading[vendors.UsageReading]
	Bill        Reading[vendors.BillReading]
	ClosedBills Reading[vendors.BillReading]
	// CredentialChanged is when the credential last changed; zero when unknown.
	CredentialChanged time.Time
	// AccessKeyHash is a short hash of the access-key ID; empty when not known or
	// when the credential is temporary.
	AccessKeyHash string
	Now           time.Time
}

// Report is what an assessment comes to.
type Report struct {
	// Status is the whole new status.
	Status v1alpha1.QuotaWatchStatus
	// NextChange is when something in Status changes though nothing new is read;
	// zero when nothing will.
	NextChange time.Time
}

// assessment is an assessment under way.
type assessment struct {
	Input
	conditions
	previous *v1alpha1.QuotaWatchStatus
	status   *v1alpha1.QuotaWatchStatus
	sections []section
	names    subjects
	// fired are the findings of the previous status.
	fired []v1alpha1.Finding
	// packages are those that count, and rows what they add up to.
	packages []vendors.Package
	rows     []row
}

// Assess judges the readings. A question that has no new answer keeps its old
// one, with its time; what only the clock decides is decided anew.
func Assess(in Input) Report {
	status := in.Watch.Status.DeepCopy()
	a := &assessment{Input: in, previous: &in.Watch.Status, status: status, conditions: conditions{
		list: &status.Conditions, generation: in.Watch.Generation, now: in.Now,
	}}
	if in.Vendor != "" {
		a.status.Vendor = in.Vendor
	}
	a.status.ObservedGeneration = in.Watch.Generation
	if in.Problem != nil && in.Problem.Class == Suspension {
		a.suspend()
		return a.report()
	}
	a.readPackages()
	a.readUsage()
	a.readBill()
	a.noteTimes()
	a.keepHistory()
	a.foresee()
	a.judge()
	a.judgeReadiness()
	a.summarize()
	return a.report()
}

func (a *assessment) report() Report {
	a.sort()
	return Report{Status: *a.status, NextChange: a.next}
}
