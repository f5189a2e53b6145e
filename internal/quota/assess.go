// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package quota turns readings into verdicts. It is pure: what it says depends
// on the spec, the readings, the previous status and the given time, and on
// nothing else.
package quota

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"

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
	// Changes are worth an Event each, once Status is stored.
	Changes []Change
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
	// fired are the findings of the previous status, with those on packages brought
	// up to date by what happened since.
	fired []v1alpha1.Finding
	// packages are those that count, as far as they are known, and happened what
	// became of them since the previous status.
	packages []vendors.Package
	happened packageChanges
	rows     []row
	// announced tells that the summary is worth an Event.
	announced bool
	// before are the rows of the previous status.
	before map[rowKey]*v1alpha1.ResourceStatus
}

// Assess judges the readings. A question that has no new answer keeps its old
// one, with its time; what only the clock decides is decided anew.
func Assess(in Input) Report {
	report, trimmed := assess(in)
	if trimmed {
		settle(in, &report)
	}
	return report
}

// maxTrims bounds how often a status that is too large is judged anew. It comes
// to rest with the first time, unless something sits on the edge.
const maxTrims = 4

// settle judges anew what had no room for all: what found no place is forgotten
// from now on, which may change a verdict on it.
func settle(in Input, report *Report) {
	for range maxTrims {
		again := in
		again.Watch = &v1alpha1.QuotaWatch{ObjectMeta: in.Watch.ObjectMeta, Spec: in.Watch.Spec, Status: report.Status}
		next, _ := assess(again)
		settled := equality.Semantic.DeepEqual(report.Status, next.Status)
		report.Status, report.NextChange = next.Status, next.NextChange
		if settled {
			return
		}
	}
}

// assess judges the readings once, and tells whether the status was too large for
// all that there is to say.
func assess(in Input) (Report, bool) {
	status := in.Watch.Status.DeepCopy()
	a := &assessment{Input: in, previous: &in.Watch.Status, status: status, conditions: conditions{
		list: &status.Conditions, generation: in.Watch.Generation, now: in.Now,
	}}
	if in.Watch.Status.Findings != nil {
		a.fired = slices.Clone(in.Watch.Status.Findings.Items)
	}
	if in.Vendor != "" {
		a.status.Vendor = in.Vendor
	}
	a.status.ObservedGeneration = in.Watch.Generation
	if in.Problem != nil && in.Problem.Class == Suspension {
		a.suspend()
		return a.report(), false
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
	a.announce()
	trimmed := a.fit()
	return a.report(), trimmed
}

func (a *assessment) report() Report {
	a.sort()
	return Report{Status: *a.status, Changes: a.changes(), NextChange: a.next}
}
