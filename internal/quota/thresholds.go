// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
)

// everySubject is the subject of a threshold that is about all sub-accounts.
const everySubject = "*"

// hysteresisPercent is how far above its limit a number must rise before a
// threshold that fires stops firing: percentage points of a share, or percent
// of an absolute limit.
const hysteresisPercent = 2

// defaultThresholds apply when spec.thresholds is omitted.
var defaultThresholds = []v1alpha1.Threshold{
	{Name: "default-low", RemainingBelowPercent: ptr.To[int32](20)},
	{Name: "default-critical", RemainingBelowPercent: ptr.To[int32](10), Severity: v1alpha1.SeverityCritical},
	{Name: "default-expiring", ExpiresWithin: hours(168)},
	{Name: "default-expiring-critical", ExpiresWithin: hours(24), Severity: v1alpha1.SeverityCritical},
	{Name: "default-run-out", RunsOutWithin: hours(72)},
}

func hours(n int) *metav1.Duration {
	return &metav1.Duration{Duration: time.Duration(n) * time.Hour}
}

// thresholds returns those of the spec, or the built-in ones.
func (a *assessment) thresholds() []v1alpha1.Threshold {
	if a.Watch.Spec.Thresholds == nil {
		return defaultThresholds
	}
	return *a.Watch.Spec.Thresholds
}

// asks tells whether a threshold makes a test.
func (a *assessment) asks(test func(*v1alpha1.Threshold) bool) bool {
	return slices.ContainsFunc(a.thresholds(), func(t v1alpha1.Threshold) bool { return test(&t) })
}

// matches returns the rows that t is about.
func (a *assessment) matches(t *v1alpha1.Threshold) []*row {
	subject := a.names.name(t.GetSubject())
	var rows []*row
	for i := range a.rows {
		r := &a.rows[i]
		if concerns(t, subject, r) {
			rows = append(rows, r)
		}
	}
	return rows
}

// concerns tells whether t, with its subject as users see it, is about r.
func concerns(t *v1alpha1.Threshold, subject string, r *row) bool {
	if t.Resource == "" && !r.judgedByDefault() || t.Resource != "" && t.Resource != r.resource {
		return false
	}
	return subject == r.subject || subject == everySubject && r.subject != ""
}

// judgeLow tests how much is left.
func (a *assessment) judgeLow() verdict {
	return a.judgeThresholds(lowWording, testsRemaining, v1alpha1.FindingLow, a.isLow)
}

// judgeExpiring tests how long what is left can be spent.
func (a *assessment) judgeExpiring() verdict {
	return a.judgeThresholds(expiringWording, testsExpiry, v1alpha1.FindingExpiring, a.isExpiring)
}

func testsRemaining(t *v1alpha1.Threshold) bool {
	return t.RemainingBelowPercent != nil || t.RemainingBelow != nil
}

func testsExpiry(t *v1alpha1.Threshold) bool { return t.ExpiresWithin != nil }

func testsRunOut(t *v1alpha1.Threshold) bool { return t.RunsOutWithin != nil }

// outcome of one test of one row.
type outcome int

const (
	passes outcome = iota
	fires
	noTotalKnown
	noForecast
)

// noThreshold is why a question about thresholds is not asked.
const noThreshold = "No threshold asks this"

// judgeThresholds applies test with every threshold of its kind to every row
// that the threshold is about.
func (a *assessment) judgeThresholds(
	w wording, ofKind func(*v1alpha1.Threshold) bool, kind v1alpha1.FindingKind,
	test func(*v1alpha1.Threshold, *row, bool) outcome,
) verdict {
	v := verdict{wording: w, notAsked: noThreshold}
	thresholds := a.thresholds()
	for i := range thresholds {
		t := &thresholds[i]
		if !ofKind(t) {
			continue
		}
		v.notAsked = ""
		rows := a.matches(t)
		if len(rows) == 0 && a.neverSeen(t) {
			v.cannotTell(v1alpha1.ReasonResourceNotFound, t.Name+" ("+nameOf(t.GetSubject(), t.Resource)+")")
		}
		for _, r := range rows {
			found := finding(kind, t, r)
			before := a.previousFinding(found)
			switch test(t, r, before != nil) {
			case fires:
				v.findings = append(v.findings, a.since(found, before))
			case noTotalKnown:
				v.cannotTell(v1alpha1.ReasonNoTotal, nameOf(r.subject, r.resource))
			case noForecast:
				v.cannotTell(v1alpha1.ReasonNoForecast, nameOf(r.subject, r.resource))
			}
		}
	}
	return v
}

// neverSeen tells whether t, which is about no row, names something of which the
// vendor does not speak at all.
func (a *assessment) neverSeen(t *v1alpha1.Threshold) bool {
	subject := a.names.name(t.GetSubject())
	switch {
	case t.Resource != "":
		return true
	case subject == "" || subject == everySubject:
		return false
	default:
		return !slices.ContainsFunc(a.rows, func(r row) bool { return r.subject == subject })
	}
}

func finding(kind v1alpha1.FindingKind, t *v1alpha1.Threshold, r *row) v1alpha1.Finding {
	return v1alpha1.Finding{
		Threshold: t.Name, Kind: kind, Subject: r.subject, Resource: r.resource, Severity: t.GetSeverity(),
	}
}

// isLow tests the share or the amount that is left. What fired before goes on
// firing until the number has risen clearly above the limit.
func (a *assessment) isLow(t *v1alpha1.Threshold, r *row, fired bool) outcome {
	if t.RemainingBelow != nil {
		limit := fromQuantity(*t.RemainingBelow)
		if fired {
			limit = percentOf(limit, 100+hysteresisPercent)
		}
		return firesIf(r.remaining.Cmp(limit) < 0)
	}
	if r.remaining.Sign() == 0 {
		return fires
	}
	if r.total == nil {
		if fired {
			return fires // not knowing is no evidence that more is left
		}
		return noTotalKnown
	}
	percent := int64(*t.RemainingBelowPercent)
	if fired {
		percent = min(percent+hysteresisPercent, 100) // more cannot be left
	}
	// Compared as remaining x 100 < percent x total, so that nothing is rounded.
	return firesIf(r.remaining.Mul(amount.FromInt(100)).Cmp(r.total.Mul(amount.FromInt(percent))) < 0)
}

// isExpiring tests whether something is left that nothing later covers.
func (a *assessment) isExpiring(t *v1alpha1.Threshold, r *row, _ bool) outcome {
	if r.remaining.Sign() == 0 || r.coveredUntil == nil {
		return passes
	}
	begins := r.coveredUntil.Add(-t.ExpiresWithin.Duration)
	a.wakeAt(begins)
	return firesIf(!a.Now.Before(begins))
}

// percentOf returns so many percent of a limit, exactly.
func percentOf(limit amount.Amount, percent int64) amount.Amount {
	return limit.Mul(amount.FromInt(percent)).Mul(amount.MustParse("0.01"))
}

func firesIf(condition bool) outcome {
	if condition {
		return fires
	}
	return passes
}

// judgeExhausted looks for resources of the account of which nothing can be
// spent. It needs no threshold.
func (a *assessment) judgeExhausted() verdict {
	v := verdict{wording: exhaustedWording}
	for i := range a.rows {
		r := &a.rows[i]
		if r.subject != "" || !r.judgedByDefault() || r.remaining.Sign() > 0 {
			continue
		}
		found := v1alpha1.Finding{
			Kind: v1alpha1.FindingExhausted, Resource: r.resource, Severity: v1alpha1.SeverityCritical,
		}
		v.findings = append(v.findings, a.since(found, a.previousFinding(found)))
	}
	return v
}
