// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"encoding/json"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// maxStatusBytes bounds the JSON of a status. It leaves a little below 32 KiB to
// what is written besides an assessment.
const maxStatusBytes = 31 << 10

// fit takes elements from the ends of the lists, the least important list first,
// until the status is small enough: sub-accounts, packages, lines of bills, and
// where that is not enough, usage items and findings. The account's own rows and
// the history always stay. It tells whether it took any.
func (a *assessment) fit() bool {
	if atMost(a.status) <= maxStatusBytes {
		return false
	}
	over := sizeOf(a.status) - maxStatusBytes
	if over <= 0 {
		return false
	}
	for _, trim := range []func(*v1alpha1.QuotaWatchStatus) int{
		trimSubAccount, trimPackage, trimBillLine, trimUsageItem, trimFinding,
	} {
		for over > 0 {
			size := trim(a.status)
			if size == 0 {
				break
			}
			over -= size
		}
	}
	return true
}

// sizeOf returns the size of the JSON of a part of a status.
func sizeOf(part any) int {
	text, err := json.Marshal(part)
	if err != nil {
		return 0 // no part of a status is such
	}
	return len(text)
}

// trimSubAccount takes away the last row, unless it is one of the account as a
// whole, and returns its size.
func trimSubAccount(status *v1alpha1.QuotaWatchStatus) int {
	if last := len(status.Resources) - 1; last < 0 || status.Resources[last].Subject == "" {
		return 0
	}
	return trimLast(&status.Resources)
}

// trimPackage takes away the last package.
func trimPackage(status *v1alpha1.QuotaWatchStatus) int {
	p := status.Packages
	if p == nil || len(p.Items) == 0 {
		return 0
	}
	size := trimLast(&p.Items)
	p.Shown, p.Truncated = count(len(p.Items)), true
	return size
}

// trimBillLine takes away the last line of the oldest month that has one.
func trimBillLine(status *v1alpha1.QuotaWatchStatus) int {
	if status.Bill == nil {
		return 0
	}
	for i := len(status.Bill.Periods) - 1; i >= 0; i-- {
		if p := &status.Bill.Periods[i]; len(p.Lines) > 0 {
			size := trimLast(&p.Lines)
			p.Shown = count(len(p.Lines))
			return size
		}
	}
	return 0
}

// trimUsageItem takes away the last usage item.
func trimUsageItem(status *v1alpha1.QuotaWatchStatus) int {
	u := status.Usage
	if u == nil || len(u.Items) == 0 {
		return 0
	}
	size := trimLast(&u.Items)
	u.Shown = count(len(u.Items))
	return size
}

// trimFinding takes away the least severe finding.
func trimFinding(status *v1alpha1.QuotaWatchStatus) int {
	f := status.Findings
	if f == nil || len(f.Items) == 0 {
		return 0
	}
	size := trimLast(&f.Items)
	f.Shown = count(len(f.Items))
	return size
}

// trimLast takes away the last element of a list, and returns the size of its
// JSON. The comma before it is left out of account.
func trimLast[T any](list *[]T) int {
	last := len(*list) - 1
	size := sizeOf((*list)[last])
	*list = (*list)[:last]
	return size
}

// The most that the JSON of an element takes besides the texts that others chose:
// its keys, and values of full length.
const (
	mostBesides    = 2 << 10 // all that is in no list
	mostCondition  = 256
	mostRow        = 640
	mostPackage    = 384
	mostUsageItem  = 192
	mostBillPeriod = 128
	mostBillLine   = 192
	mostFinding    = 256
	mostHistory    = 96
	mostSample     = 38
	// mostEscaped is how many bytes one of a text becomes at most.
	mostEscaped = 6
)

// atMost returns a size that the JSON of the status surely does not exceed. It is
// much cheaper to find than the size itself, and for most watches small enough.
func atMost(status *v1alpha1.QuotaWatchStatus) int {
	size := mostBesides + escaped(status.LastHandledReconcileAt)
	for i := range status.Conditions {
		size += mostCondition + escaped(status.Conditions[i].Message)
	}
	for i := range status.Resources {
		r := &status.Resources[i]
		size += mostRow + escaped(r.Subject, r.Name, r.UnitLabel)
	}
	if status.Findings != nil {
		for i := range status.Findings.Items {
			f := &status.Findings.Items[i]
			size += mostFinding + escaped(f.Threshold, f.Subject, f.Resource)
		}
	}
	for _, h := range status.History {
		size += mostHistory + escaped(h.Resource) + mostSample*len(h.Samples)
	}
	return size + readingsAtMost(status)
}

// readingsAtMost is atMost for what the readings list.
func readingsAtMost(status *v1alpha1.QuotaWatchStatus) int {
	var size int
	if status.Packages != nil {
		for i := range status.Packages.Items {
			p := &status.Packages.Items[i]
			size += mostPackage + escaped(p.ID, p.Subject, p.Resource, p.UnitLabel)
		}
	}
	if status.Usage != nil {
		for i := range status.Usage.Items {
			u := &status.Usage.Items[i]
			size += mostUsageItem + escaped(u.Name, u.Label, u.UnitLabel)
		}
	}
	if status.Bill != nil {
		for _, period := range status.Bill.Periods {
			size += mostBillPeriod
			for i := range period.Lines {
				l := &period.Lines[i]
				size += mostBillLine + escaped(l.Product, l.Category, l.UnitLabel)
			}
		}
	}
	return size
}

// escaped returns how long texts become at most.
func escaped(texts ...string) int {
	var size int
	for _, text := range texts {
		size += mostEscaped * len(text)
	}
	return size
}
