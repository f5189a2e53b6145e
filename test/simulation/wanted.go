// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"slices"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/quota"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// closedBillInterval is how often the bills of closed months are asked for at
// most.
const closedBillInterval = 24 * time.Hour

// revise notes in the schedule what the objects want from now on.
func (f *fleet) revise() {
	wanted := demand{}
	for _, a := range f.accounts {
		if a.object.Spec.Suspend {
			continue
		}
		wanted.add(f.question(a, vendors.OpVerify), a.name, wish{interval: a.object.GetVerifyInterval(), key: a.fingerprint})
		for _, w := range f.active(a) {
			for text, wish := range f.questions(w.QuotaWatch) {
				wish.key, wish.refresh = a.fingerprint, w.Annotations[v1alpha1.AnnotationRequestedAt]
				wanted.add(f.question(a, text), specOf(w), wish)
			}
		}
	}
	f.schedule.revise(f.clock.Now(), wanted)
}

// specOf names the watch as it is specified. After an edit it wants to know anew,
// also what it wanted to know before.
func specOf(w *watch) string { return fmt.Sprintf("%s, generation %d", w.Name, w.Generation) }

func (f *fleet) question(a *account, text string) question {
	return question{service: a.kind.service(), account: a.name, text: text}
}

// questions are what a watch asks, with the intervals.
func (f *fleet) questions(w *v1alpha1.QuotaWatch) map[string]wish {
	questions := map[string]wish{}
	if packages := w.Spec.Packages; packages != nil {
		questions[packagesQuestion(packagesQuery(packages))] = wish{interval: w.GetInterval()}
	}
	if usage := w.Spec.Usage; usage != nil {
		query := usageQuery(usage)
		query.Days = quota.UsageDays(usage.GetWindow(), f.clock.Now())
		questions[usageQuestion(query)] = wish{interval: usage.GetInterval()}
	}
	if bill := w.Spec.Bill; bill != nil {
		questions[billQuestion(bill.Polyv.IsolationID, false)] = wish{interval: bill.GetInterval()}
		questions[billQuestion(bill.Polyv.IsolationID, true)] = wish{interval: max(bill.GetInterval(), closedBillInterval), retry: bill.GetInterval()}
	}
	return questions
}

func packagesQuery(packages *v1alpha1.PackagesReading) vendors.PackageQuery {
	var query vendors.PackageQuery
	if packages.TencentCloud != nil {
		query.Types = sorted(packages.TencentCloud.Types)
	}
	if packages.Polyv != nil {
		query.Emails = sorted(packages.Polyv.Emails)
	}
	return query
}

func usageQuery(usage *v1alpha1.UsageReading) vendors.UsageQuery {
	var query vendors.UsageQuery
	if usage.Polyv != nil {
		query.Items = sorted(usage.Polyv.Items)
	}
	if usage.Volcengine != nil {
		query.ActivityIDs = sorted(usage.Volcengine.ActivityIDs)
	}
	return query
}

// sorted makes equal questions one.
func sorted[T ~string](elements []T) []string {
	var texts []string
	for _, e := range elements {
		texts = append(texts, string(e))
	}
	slices.Sort(texts)
	return texts
}
