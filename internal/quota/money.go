// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// lossStands is for how long it is found that a package is gone with something
// left in it: nothing later says otherwise.
const lossStands = 7 * 24 * time.Hour

// judgeMoney finds what costs money with packages. It needs no threshold, and has
// no condition of its own.
func (a *assessment) judgeMoney() verdict {
	return verdict{findings: slices.Concat(
		a.overages(), a.failedRenewals(), a.losses(v1alpha1.FindingPackageExpired), a.losses(v1alpha1.FindingPackageDisappeared),
	)}
}

// overages finds resources of the account of which nothing usable is left and
// that the vendor bills all the same. That it does not say how is no evidence
// that it does not.
func (a *assessment) overages() []v1alpha1.Finding {
	var findings []v1alpha1.Finding
	for i := range a.rows {
		r := &a.rows[i]
		if r.subject != "" || !r.judgedByDefault() || r.remaining.Sign() > 0 {
			continue
		}
		found := v1alpha1.Finding{
			Kind: v1alpha1.FindingOverageBilling, Resource: r.resource, Severity: v1alpha1.SeverityCritical,
		}
		before := a.previousFinding(found)
		mode := a.billing(r.resource)
		if mode == vendors.BillingPostpaid || mode == vendors.BillingUnknown && before != nil {
			findings = append(findings, a.since(found, before))
		}
	}
	return findings
}

// billing is how usage beyond the packages of a resource is paid.
func (a *assessment) billing(resource string) vendors.BillingMode {
	if a.Packages.Value == nil {
		return vendors.BillingUnknown
	}
	return a.Packages.Value.Billing[resource]
}

// failedRenewals finds packages that the vendor could not renew, by resource.
func (a *assessment) failedRenewals() []v1alpha1.Finding {
	var findings []v1alpha1.Finding
	seen := map[rowKey]bool{}
	for i := range a.packages {
		p := &a.packages[i]
		if key := (rowKey{p.Subject, p.Resource}); a.failsToRenew(p) && !seen[key] {
			seen[key] = true
			found := packageFinding(v1alpha1.FindingRenewalFailed, p)
			findings = append(findings, a.since(found, a.previousFinding(found)))
		}
	}
	return findings
}

// failsToRenew tells whether it matters that p was not renewed.
func (a *assessment) failsToRenew(p *vendors.Package) bool {
	return p.Renewal == vendors.RenewalFailed && p.State != vendors.PackageRefunded && matters(p, a.Now)
}

// losses finds packages that are gone with something left in them, by resource:
// what an earlier status tells, and what the vendor still lists.
func (a *assessment) losses(kind v1alpha1.FindingKind) []v1alpha1.Finding {
	var findings []v1alpha1.Finding
	ended := a.endsOfExpired(kind)
	for _, f := range a.fired {
		if f.Kind != kind || a.ignores(f.Subject) {
			continue
		}
		key := rowKey{f.Subject, f.Resource}
		if end, known := ended[key]; known && end.After(f.Since.Time) {
			f.Since = stamp(end)
		}
		delete(ended, key)
		findings = append(findings, f)
	}
	for key, end := range ended {
		findings = append(findings, v1alpha1.Finding{
			Kind: kind, Subject: key.subject, Resource: key.resource, Severity: v1alpha1.SeverityWarning, Since: stamp(end),
		})
	}
	return slices.DeleteFunc(findings, a.isSettled)
}

// endsOfExpired returns the latest end of the packages that the vendor lists as
// over, by resource, where that is what is looked for.
func (a *assessment) endsOfExpired(kind v1alpha1.FindingKind) map[rowKey]time.Time {
	ends := map[rowKey]time.Time{}
	if kind != v1alpha1.FindingPackageExpired {
		return ends
	}
	for i := range a.packages {
		p := &a.packages[i]
		key := rowKey{p.Subject, p.Resource}
		if hasEnded(p, a.Now) && expiredUnused(p) && stateAt(p, a.Now) == expired && p.End.After(ends[key]) {
			ends[key] = *p.End
		}
	}
	return ends
}

// isSettled tells whether f is on a loss that nobody needs to hear of any more.
func (a *assessment) isSettled(f v1alpha1.Finding) bool {
	return isLoss(f) && !a.Now.Before(f.Since.Add(lossStands))
}

func isLoss(f v1alpha1.Finding) bool {
	return f.Kind == v1alpha1.FindingPackageExpired || f.Kind == v1alpha1.FindingPackageDisappeared
}

// judgeAccount finds what is wrong with the account as a whole.
func (a *assessment) judgeAccount() verdict {
	return verdict{findings: slices.Concat(a.frozen(), a.postpaidUsage())}
}

// frozen finds an account that the vendor stopped. That a reading fails otherwise
// since then is no evidence that it goes on.
func (a *assessment) frozen() []v1alpha1.Finding {
	found := v1alpha1.Finding{Kind: v1alpha1.FindingAccountFrozen, Severity: v1alpha1.SeverityCritical}
	before := a.previousFinding(found)
	switch failure := a.frozenFailure(); {
	case before != nil && (failure != nil || !a.succeedsSince(before.Since.Time)):
		return []v1alpha1.Finding{*before}
	case failure != nil:
		found.Since = failure.Since
		return []v1alpha1.Finding{found}
	default:
		return nil
	}
}

// frozenFailure returns the failure of a section that says that the account is
// frozen; nil when none does.
func (a *assessment) frozenFailure() *v1alpha1.VendorError {
	for _, s := range a.sections {
		if failure := *s.lastError; failure != nil && failure.Kind == v1alpha1.ErrorAccountFrozen {
			return failure
		}
	}
	return nil
}

// succeedsSince tells whether a section was read since then, with the present
// spec and credential, and none that could be read before fails.
func (a *assessment) succeedsSince(t time.Time) bool {
	var succeeded bool
	for _, s := range a.sections {
		if failure := *s.lastError; failure != nil && !failure.Since.Time.Before(t) {
			return false
		}
		succeeded = succeeded || *s.observedGeneration == a.Watch.Generation &&
			!s.lastSuccess.Time.Before(t) && !s.lastSuccess.Time.Before(a.CredentialChanged)
	}
	return succeeded
}

// postpaidUsage finds usage that was paid as you go beside usage that packages
// paid, so that these did not cover all. Once found, that one of the two is not
// known says nothing.
func (a *assessment) postpaidUsage() []v1alpha1.Finding {
	usage := a.status.Usage
	if usage == nil || usage.Start == "" {
		return nil
	}
	found := v1alpha1.Finding{
		Kind: v1alpha1.FindingOverageBilling, Resource: vendors.UsageTrafficPostpaid, Severity: v1alpha1.SeverityWarning,
	}
	before := a.previousFinding(found)
	postpaid, known := shownUsage(usage, vendors.UsageTrafficPostpaid)
	prepaid, alsoKnown := shownUsage(usage, vendors.UsageTrafficPrepaid)
	unknown := !known || !alsoKnown
	if postpaid.Sign() > 0 && prepaid.Sign() > 0 || unknown && before != nil {
		return []v1alpha1.Finding{a.since(found, before)}
	}
	return nil
}

// shownUsage returns how much of an item the status shows; false when it shows
// none.
func shownUsage(usage *v1alpha1.UsageStatus, name string) (amount.Amount, bool) {
	for _, item := range usage.Items {
		if item.Name == name {
			used, err := amount.Parse(string(item.Amount))
			return used, err == nil
		}
	}
	return amount.Amount{}, false
}
