// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// verdict is the answer to one of the questions that a condition asks.
type verdict struct {
	requested bool
	findings  []v1alpha1.Finding
	// unknown names the thresholds that could not be tested, by reason.
	unknown map[string][]string
}

func (v *verdict) cannotTell(reason, what string) {
	if v.unknown == nil {
		v.unknown = map[string][]string{}
	}
	v.unknown[reason] = append(v.unknown[reason], what)
}

// wording is how a verdict is put into a condition.
type wording struct {
	condition                string
	warning, critical, clear string // reasons
	found, none              string // messages
}

var (
	lowWording = wording{
		condition: v1alpha1.ConditionQuotaLow,
		warning:   v1alpha1.ReasonLowWarning, critical: v1alpha1.ReasonLowCritical, clear: v1alpha1.ReasonSufficient,
		found: "Less is left than allowed by", none: "No threshold for what is left fires",
	}
	exhaustedWording = wording{
		condition: v1alpha1.ConditionQuotaExhausted,
		warning:   v1alpha1.ReasonExhausted, critical: v1alpha1.ReasonExhausted, clear: v1alpha1.ReasonSufficient,
		found: "Nothing usable is left of", none: "Every resource in use has something usable left",
	}
	expiringWording = wording{
		condition: v1alpha1.ConditionExpiringSoon,
		warning:   v1alpha1.ReasonExpiringWarning, critical: v1alpha1.ReasonExpiringCritical, clear: v1alpha1.ReasonNotExpiring,
		found: "What is left expires sooner than allowed by", none: "No threshold for expiry fires",
	}
)

// judge brings every verdict up to date.
func (a *assessment) judge() {
	a.judgeFreshness()
	a.judgePackages()
	a.judgeLaterQuestions()
}

// judgePackages answers the questions about what is left.
func (a *assessment) judgePackages() {
	wordings := []wording{lowWording, exhaustedWording, expiringWording, runOutWording, demandWording}
	switch {
	case a.Watch.Spec.Packages == nil:
		a.judgeNothing(wordings)
	case !a.hasPackages():
		for _, w := range wordings {
			a.set(w.condition, metav1.ConditionUnknown, v1alpha1.ReasonNoData, "The packages have not been read yet")
		}
	case a.cannotAddUp():
		a.doubtStale(wordings)
	default:
		verdicts, findings := a.testAll()
		if a.forgetUnlisted(findings) {
			verdicts, findings = a.testAll()
		}
		for i, w := range wordings {
			a.conclude(w, verdicts[i])
		}
		a.listFindings(findings)
	}
}

// judgeNothing says of a spec that does not ask for packages that it does not, and
// that planned events cannot be judged without.
func (a *assessment) judgeNothing(wordings []wording) {
	for _, w := range wordings {
		if w.condition == v1alpha1.ConditionPlannedDemandShort && len(a.Watch.Spec.PlannedDemand) > 0 {
			a.set(w.condition, metav1.ConditionUnknown, v1alpha1.ReasonNoData, "spec.plannedDemand cannot be judged without spec.packages")
			continue
		}
		a.set(w.condition, metav1.ConditionFalse, v1alpha1.ReasonNotRequested, "The spec does not ask for packages")
	}
	a.status.Findings = nil
}

// testAll answers the questions about what is left, each for itself.
func (a *assessment) testAll() ([]verdict, []v1alpha1.Finding) {
	verdicts := []verdict{a.judgeLow(), a.judgeExhausted(), a.judgeExpiring(), a.judgeRunOut(), a.judgeDemand()}
	var findings []v1alpha1.Finding
	for _, v := range verdicts {
		findings = append(findings, v.findings...)
	}
	return verdicts, findings
}

// cannotAddUp tells whether the rows are those that an earlier process wrote,
// because its status does not list every package. Then they and the verdicts on
// them stay until the packages are read again.
func (a *assessment) cannotAddUp() bool {
	return a.rows == nil && len(a.status.Resources) > 0
}

// hasPackages tells whether the packages were ever read.
func (a *assessment) hasPackages() bool {
	return a.status.Packages != nil && !a.status.Packages.LastSuccessTime.IsZero()
}

// conclude puts a verdict into its condition. What fires stays, whatever else is
// not known; what does not fire is only good as long as the data is fresh.
func (a *assessment) conclude(w wording, v verdict) {
	switch {
	case len(v.findings) > 0:
		a.set(w.condition, metav1.ConditionTrue, w.reason(v.findings), w.found+" "+list(names(v.findings)))
	case !v.requested:
		a.set(w.condition, metav1.ConditionFalse, v1alpha1.ReasonNotRequested, "The spec does not ask this")
	case a.packagesStale():
		a.setStale(w)
	case len(v.unknown[v1alpha1.ReasonNoTotal]) > 0:
		a.set(w.condition, metav1.ConditionUnknown, v1alpha1.ReasonNoTotal,
			"No total is known; declare one in spec.packages.declaredTotals for "+list(v.unknown[v1alpha1.ReasonNoTotal]))
	case len(v.unknown[v1alpha1.ReasonResourceNotFound]) > 0:
		a.set(w.condition, metav1.ConditionUnknown, v1alpha1.ReasonResourceNotFound,
			"The vendor reports nothing of what the spec names: "+list(v.unknown[v1alpha1.ReasonResourceNotFound]))
	case len(v.unknown[v1alpha1.ReasonNoForecast]) > 0:
		a.set(w.condition, metav1.ConditionUnknown, v1alpha1.ReasonNoForecast,
			"No forecast to rely on is known yet for "+list(v.unknown[v1alpha1.ReasonNoForecast]))
	default:
		a.set(w.condition, metav1.ConditionFalse, w.clear, w.none)
	}
}

// doubtStale turns what is asked and does not fire into Unknown when the data is
// stale.
func (a *assessment) doubtStale(wordings []wording) {
	if !a.packagesStale() {
		return
	}
	for _, w := range wordings {
		said := meta.FindStatusCondition(*a.list, w.condition)
		if said != nil && said.Status == metav1.ConditionFalse && said.Reason != v1alpha1.ReasonNotRequested {
			a.setStale(w)
		}
	}
}

func (a *assessment) setStale(w wording) {
	a.set(w.condition, metav1.ConditionUnknown, v1alpha1.ReasonDataStale, "The numbers are too old to tell")
}

// reason is that of the most severe finding.
func (w wording) reason(findings []v1alpha1.Finding) string {
	for _, f := range findings {
		if f.Severity == v1alpha1.SeverityCritical {
			return w.critical
		}
	}
	return w.warning
}

// names names what findings are about.
func names(findings []v1alpha1.Finding) []string {
	var names []string
	for _, f := range findings {
		name := nameOf(f.Subject, f.Resource)
		if f.Threshold != "" {
			name = f.Threshold + " (" + name + ")"
		}
		names = append(names, name)
	}
	return names
}

// judgeLaterQuestions says of the questions that this version does not answer
// that it does not.
func (a *assessment) judgeLaterQuestions() {
	a.later(v1alpha1.ConditionUsageHigh, v1alpha1.ReasonNotTested,
		a.asks(func(t *v1alpha1.Threshold) bool { return t.UsageAbove != nil }),
		"This version does not test thresholds with usageAbove")
}

func (a *assessment) later(condition, reason string, asked bool, message string) {
	if asked {
		a.set(condition, metav1.ConditionUnknown, reason, message)
		return
	}
	a.set(condition, metav1.ConditionFalse, v1alpha1.ReasonNotRequested, "The spec does not ask this")
}
