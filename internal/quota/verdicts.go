// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// verdict is the answer to one of the questions that a condition asks.
type verdict struct {
	wording
	// notAsked says why nobody asks the question, and unread why there is nothing
	// yet to answer it by; empty otherwise.
	notAsked, unread string
	// held tells that what an earlier process concluded stays, because what it
	// concluded that from is not known any more.
	held bool
	// stale tells that the numbers are too old to say that nothing is wrong.
	stale    bool
	findings []v1alpha1.Finding
	// unknown names the thresholds that could not be tested, by reason.
	unknown map[string][]string
}

func (v *verdict) cannotTell(reason, what string) {
	if v.unknown == nil {
		v.unknown = map[string][]string{}
	}
	v.unknown[reason] = append(v.unknown[reason], what)
}

// wording is how a verdict is put into a condition. That of findings which have
// no condition of their own is empty.
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
	verdicts := a.verdicts()
	if a.forgetUnlisted(findingsOf(verdicts)) {
		verdicts = a.verdicts()
	}
	for _, v := range verdicts {
		a.conclude(v)
	}
	a.listFindings(findingsOf(verdicts))
}

// maxVerdicts is how many questions there are.
const maxVerdicts = 8

// verdicts answers every question, each for itself.
func (a *assessment) verdicts() []verdict {
	return append(a.judgePackages(), a.judgeUsage(), a.judgeAccount())
}

func findingsOf(verdicts []verdict) []v1alpha1.Finding {
	var findings []v1alpha1.Finding
	for _, v := range verdicts {
		findings = append(findings, v.findings...)
	}
	return findings
}

// judgePackages answers the questions about what is left.
func (a *assessment) judgePackages() []verdict {
	var verdicts []verdict
	switch {
	case a.Watch.Spec.Packages == nil:
		verdicts = a.noPackageVerdicts()
	case !a.hasPackages():
		verdicts = packageVerdicts(verdict{unread: "The packages have not been read yet"})
	case a.cannotAddUp():
		verdicts = append(packageVerdicts(verdict{held: true}), verdict{findings: a.heldFindings(a.staysAboutPackages)})
	default:
		verdicts = append(make([]verdict, 0, maxVerdicts),
			a.judgeLow(), a.judgeExhausted(), a.judgeExpiring(), a.judgeRunOut(), a.judgeDemand(), a.judgeMoney())
	}
	for i := range verdicts {
		verdicts[i].stale = a.isStale(vendors.OpPackages)
	}
	return verdicts
}

// packageVerdicts gives the same answer to each of the questions about what is
// left.
func packageVerdicts(same verdict) []verdict {
	var verdicts []verdict
	for _, w := range []wording{lowWording, exhaustedWording, expiringWording, runOutWording, demandWording} {
		same.wording = w
		verdicts = append(verdicts, same)
	}
	return verdicts
}

// noPackageVerdicts says of a spec that does not ask for packages that it does
// not, and that planned events cannot be judged without.
func (a *assessment) noPackageVerdicts() []verdict {
	verdicts := packageVerdicts(verdict{notAsked: "The spec does not ask for packages"})
	if demand := &verdicts[len(verdicts)-1]; len(a.Watch.Spec.PlannedDemand) > 0 {
		demand.notAsked, demand.unread = "", "spec.plannedDemand cannot be judged without spec.packages"
	}
	return verdicts
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
func (a *assessment) conclude(v verdict) {
	switch {
	case v.condition == "":
	case v.notAsked != "":
		a.set(v.condition, metav1.ConditionFalse, v1alpha1.ReasonNotRequested, v.notAsked)
	case v.held && (!v.stale || !a.saysFine(v.condition)):
	case len(v.findings) > 0:
		a.set(v.condition, metav1.ConditionTrue, v.reason(v.findings), v.found+" "+list(names(v.findings)))
	case v.unread != "":
		a.set(v.condition, metav1.ConditionUnknown, v1alpha1.ReasonNoData, v.unread)
	case v.stale:
		a.set(v.condition, metav1.ConditionUnknown, v1alpha1.ReasonDataStale, "The numbers are too old to tell")
	default:
		a.concludeUnfired(v)
	}
}

// saysFine tells whether a condition says of what was asked that nothing is wrong.
func (a *assessment) saysFine(condition string) bool {
	said := meta.FindStatusCondition(*a.list, condition)
	return said != nil && said.Status == metav1.ConditionFalse && said.Reason != v1alpha1.ReasonNotRequested
}

// doubts are the reasons not to know whether a threshold fires, the first that
// holds is told.
var doubts = []struct{ reason, message string }{
	{v1alpha1.ReasonNoTotal, "No total is known; declare one in spec.packages.declaredTotals for "},
	{v1alpha1.ReasonNoForecast, "No forecast to rely on is known yet for "},
	{v1alpha1.ReasonNoCompleteDay, "No day of the window is complete yet, for "},
	{v1alpha1.ReasonResourceNotFound, "The vendor reports nothing of what the spec names: "},
}

// concludeUnfired says that no threshold fires, as far as that is known of all.
func (a *assessment) concludeUnfired(v verdict) {
	for _, doubt := range doubts {
		if what := v.unknown[doubt.reason]; len(what) > 0 {
			a.set(v.condition, metav1.ConditionUnknown, doubt.reason, doubt.message+list(what))
			return
		}
	}
	a.set(v.condition, metav1.ConditionFalse, v.clear, v.none)
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
