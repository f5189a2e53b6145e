// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/apimachinery/pkg/api/resource"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// chance makes up lives of a watch. Equal seeds make equal lives.
type chance struct{ *rand.Rand }

func pick[T any](c chance, from ...T) T { return from[c.IntN(len(from))] }

// duration returns one of the lengths that matter somewhere, or one beside it.
func (c chance) duration() time.Duration {
	length := pick(c, 0, time.Second, time.Minute, 5*time.Minute, time.Hour, 3*time.Hour, day, 7*day, 30*day, 400*day)
	return max(length+pick(c, -time.Second, 0, 0, time.Second), 0)
}

// side returns d or its opposite.
func (c chance) side(d time.Duration) time.Duration { return pick(c, -d, d) }

func (c chance) pack(i int) vendors.Package {
	p := pack(
		id(fmt.Sprint(i)),
		of(pick(c, "traffic", "traffic", "live-minutes", "concurrency", "unknown-7")),
		subject(pick(c, "", "", "u-1", "u-2", fmt.Sprint("u-", c.IntN(30)))),
		left(pick(c, "0", "-5", "1", "99.999999999", "200", "500", "1000", "999999999999999999999999")),
		total(pick(c, "1", "1000", "1000", "0", "-1", "999999999999999999999999")),
		in(pick(c, vendors.PackageUsable, vendors.PackageUsable, vendors.PackageUsable, vendors.PackageExhausted,
			vendors.PackageExpired, vendors.PackageFrozen, vendors.PackageRefunded, vendors.PackageStateUnknown, "Gifted")),
		from(c.side(c.duration())), until(c.side(c.duration())+pick(c, 0, 0, 500*time.Millisecond)),
	)
	p.Renewal = pick(c, "", vendors.RenewalNone, vendors.RenewalPending, vendors.RenewalSucceeded, vendors.RenewalFailed)
	for _, change := range []packageChange{totalUnknown, startUnknown, endUnknown} {
		if c.IntN(8) == 0 {
			change(&p)
		}
	}
	return p
}

func (c chance) packages() []vendors.Package {
	packages := make([]vendors.Package, pick(c, 0, 1, 2, 3, 5, 8, 20, 60))
	for i := range packages {
		packages[i] = c.pack(i)
	}
	return packages
}

func (c chance) threshold(name string) v1alpha1.Threshold {
	t := pick(c,
		belowPercent(name, pick[int32](c, 1, 20, 99, 100)),
		below(name, pick(c, "1", "200", "1E")),
		expiresWithin(name, time.Second+c.duration()),
		usageAbove(name, pick(c, "Item00", "Item01", "Item30"), pick(c, "1", "7", "1E")),
		runsOutWithin(name, time.Second+c.duration()),
	)
	t.Severity = pick(c, "", v1alpha1.SeverityWarning, v1alpha1.SeverityCritical)
	if t.UsageAbove != nil {
		return t
	}
	t.Resource = pick(c, t.Resource, "traffic", "concurrency", "mic-link")
	t.Subject = pick(c, nil, nil, new(""), new("*"), new("*"), new("u-1"), new("sales"), new("u-99"))
	return t
}

func (c chance) event(name string) v1alpha1.PlannedDemand {
	from := c.side(c.duration())
	return event(name, pick(c, "traffic", "traffic", "live-minutes", "mic-link"), from, from+time.Second+c.duration(),
		pick(c, "1", "1500m", "200", "1E"))
}

// spec changes one thing in the spec.
func (c chance) spec() specChange {
	return pick(c,
		func(spec *v1alpha1.QuotaWatchSpec) { spec.Thresholds = nil },
		thresholds(),
		thresholds(c.threshold("a"), c.threshold("b"), c.threshold("c")),
		planned(c.event("a"), c.event("b"), c.event("c")),
		planned(),
		ignore(pick(c, "1", "2", "u-1", "sales")),
		ignore(),
		declare(v1alpha1.DeclaredTotal{
			Resource: "traffic", Subject: pick(c, "", "u-1", "sales"), Total: resource.MustParse(pick(c, "1", "800", "1E")),
		}),
		subjectNames(),
		subjectNames("u-1", pick(c, "sales", "u-1", "u-2", "support"), "u-2", pick(c, "sales", "u-1", "u-3")),
		emails("a@example.com"),
		asksUsage, noUsage, asksBill(1), asksBill(2), asksBill(3), noBill,
		interval(pick(c, time.Minute, time.Hour, 30*day)),
		staleAfter(30*day),
	)
}

func (c chance) kind() vendors.Kind {
	return pick(c, vendors.KindUnauthenticated, vendors.KindForbidden, vendors.KindAccountFrozen, vendors.KindThrottled,
		vendors.KindMalformed, vendors.KindUnavailable)
}

func (c chance) usage() []vendors.UsageItem {
	items := make([]vendors.UsageItem, pick(c, 0, 1, 3, 40))
	for i := range items {
		items[i] = usage(fmt.Sprintf("Item%02d", i), pick(c, "0", "7", "999999999999999999999999"))
		items[i].Name = pick(c, items[i].Name, vendors.UsageTrafficPostpaid, vendors.UsageTrafficPrepaid)
		items[i].Label = pick(c, "", "a", strings.Repeat("直播", 100))
		items[i].Peak = c.IntN(2) == 0
		items[i].DataAsOf = vendors.DayAt(start).Add(-c.IntN(3))
	}
	return items
}

func (c chance) lines() []vendors.BillLine {
	lines := make([]vendors.BillLine, pick(c, 0, 1, 3, 20))
	for i := range lines {
		lines[i] = line(pick(c, "a", strings.Repeat("直播", 100)), pick(c, "0", "-7", "1.5", "999999999999999999999999"))
	}
	return lines
}

// vendorAnswers has the vendor answer one of the questions.
func (c chance) vendorAnswers(s *scenario) {
	spec := &s.in.Watch.Spec
	switch which := c.IntN(6); {
	case which == 0 && spec.Usage != nil:
		s.usesNone(pick(c, nil, []string{"Item30"}), c.usage()...)
	case which == 1 && spec.Bill != nil:
		s.bills(c.lines()...)
	case which == 2 && spec.Bill != nil && spec.Bill.GetMonths() > 1:
		s.closes(c.lines()...)
	default:
		answer(s, &s.in.Packages, vendors.PackageReading{
			Packages: c.packages(), Resources: pick(c, nil, nil, []string{"traffic"}), NotFound: c.IntN(2),
			Billing: map[string]vendors.BillingMode{
				"traffic": pick(c, vendors.BillingUnknown, vendors.BillingNone, vendors.BillingPostpaid),
			},
		})
		checkSums(s)
	}
}

// attemptFails has an attempt to answer one of the questions fail.
func (c chance) attemptFails(s *scenario) *v1alpha1.QuotaWatchStatus {
	spec := &s.in.Watch.Spec
	kind, code := c.kind(), pick(c, "", "Code")
	switch which := c.IntN(6); {
	case which == 0 && spec.Usage != nil:
		return fail(s, &s.in.Usage, kind, code)
	case which == 1 && spec.Bill != nil:
		return fail(s, &s.in.Bill, kind, code)
	case which == 2 && spec.Bill != nil && spec.Bill.GetMonths() > 1:
		return fail(s, &s.in.ClosedBills, kind, code)
	default:
		return s.fails(kind, code)
	}
}

// step lets one thing happen. The scenario checks what follows from it.
func (c chance) step(s *scenario) {
	s.in.Now = s.in.Now.Add(c.duration())
	s.in.AccessKeyHash = pick(c, s.in.AccessKeyHash, s.in.AccessKeyHash, s.in.AccessKeyHash, "", "0123456789abcdef", "a")
	switch c.IntN(12) {
	case 0, 1, 2, 3:
		s.in.Problem = nil
		c.vendorAnswers(s)
	case 4, 5, 6:
		s.in.Problem = nil
		s.assess() // what the clock does is no fault of the failure
		before := s.in.Watch.Status.DeepCopy()
		checkFailure(s.t, before, c.attemptFails(s))
	case 7:
		s.restarts()
	case 8:
		s.edits(c.spec())
	case 9:
		s.meets(pick(c, secretNotFound, otherNotFound, keyMissing, notAllowed, suspension))
	case 10:
		s.in.CredentialChanged = s.in.Now.Truncate(time.Second)
		s.restarts()
	case 11:
		s.assess()
		if !s.next.IsZero() {
			s.in.Now = s.next
			s.assess()
		}
	}
}

// checkSums checks that a row shows what can be spent, and no more.
func checkSums(s *scenario) {
	s.t.Helper()
	sums := map[rowKey]amount.Amount{}
	spec := s.in.Watch.Spec.Packages
	names := shownNames(s)
	for _, p := range s.in.Packages.Value.Packages {
		spendable := p.State == vendors.PackageUsable && p.Remaining.Sign() > 0 &&
			(p.Start == nil || !p.Start.After(s.in.Now)) && (p.End == nil || p.End.After(s.in.Now)) &&
			!slices.Contains(spec.Ignore, p.ID) && !slices.Contains(spec.Ignore, p.Subject) && !slices.Contains(spec.Ignore, names[p.Subject])
		if spendable {
			key := rowKey{names[p.Subject], p.Resource}
			sums[key] = sums[key].Add(p.Remaining)
			if whole := (rowKey{"", p.Resource}); key != whole && p.Resource != vendors.ResourceConcurrency {
				sums[whole] = sums[whole].Add(p.Remaining)
			}
		}
	}
	seen := map[rowKey]bool{}
	for _, r := range s.in.Watch.Status.Resources {
		key := rowKey{r.Subject, r.Name}
		if seen[key] {
			s.t.Errorf("there are two rows of %v", key)
		}
		seen[key] = true
		if want := shown(sums[key]); r.Remaining != want {
			s.t.Errorf("%s of %v is left, want %s", r.Remaining, key, want)
		}
	}
	for key := range sums {
		if !seen[key] && (key.subject == "" || len(seen) < 24) {
			s.t.Errorf("there is no row of %v", key)
		}
	}
}

// shownNames returns how the sub-accounts of the answer are shown: by the name
// from the spec, where it is nobody else's name or user ID.
func shownNames(s *scenario) map[string]string {
	given := s.in.Watch.Spec.Packages.SubjectNames
	taken := func(user string) bool {
		for other, name := range given {
			if given[user] == v1alpha1.SubjectDisplayName(other) || other != user && name == given[user] {
				return true
			}
		}
		return slices.ContainsFunc(s.in.Packages.Value.Packages, func(p vendors.Package) bool {
			return p.Subject == string(given[user]) && matters(&p, s.in.Now)
		})
	}
	names := map[string]string{}
	for _, p := range s.in.Packages.Value.Packages {
		names[p.Subject] = p.Subject
		if given[p.Subject] != "" && !taken(p.Subject) {
			names[p.Subject] = string(given[p.Subject])
		}
	}
	return names
}

// checkFailure checks that a failure changed no number and cleared no finding.
func checkFailure(t *testing.T, before, after *v1alpha1.QuotaWatchStatus) {
	t.Helper()
	numbers := func(s *v1alpha1.QuotaWatchStatus) []any {
		return []any{
			s.Resources, firstFindings(s), s.Summary, s.Packages, s.Usage, s.Bill, s.History, verdicts(s),
			says(s.Conditions, v1alpha1.ConditionUsageHigh),
		}
	}
	errors := cmp.Options{cmpopts.IgnoreTypes(&v1alpha1.VendorError{}), cmpopts.EquateEmpty()}
	if diff := cmp.Diff(numbers(before), numbers(after), errors); diff != "" {
		t.Errorf("a failure changes the numbers (-before +after):\n%s", diff)
	}
}

// firstFindings returns the findings that the one on the account leaves in the
// list, also where that is full.
func firstFindings(s *v1alpha1.QuotaWatchStatus) []string {
	lines := withoutFrozen(found(s))
	return lines[:min(len(lines), maxFindings-1)]
}

// lives returns how many lives to make up. QUOTA_LIVES asks for more.
func lives(t *testing.T) uint64 {
	t.Helper()
	asked := os.Getenv("QUOTA_LIVES")
	if asked == "" {
		return 20
	}
	count, err := strconv.ParseUint(asked, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// Whatever happens, every report is one that checkReport accepts.
func TestLives(t *testing.T) {
	for seed := range lives(t) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c := chance{rand.New(rand.NewPCG(seed, 1))}
			s := watching(t, c.spec(), c.spec(), c.spec())
			for step := range 20 {
				if c.step(s); t.Failed() {
					t.Fatalf("at step %d", step)
				}
			}
		})
	}
}

func TestAccountLives(t *testing.T) {
	for seed := range lives(t) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c := chance{rand.New(rand.NewPCG(seed, 2))}
			s := newAccount(t)
			for step := range 20 {
				if c.accountStep(s); t.Failed() {
					t.Fatalf("at step %d", step)
				}
			}
		})
	}
}

func (c chance) accountStep(s *accountScenario) {
	s.in.Now = s.in.Now.Add(c.duration())
	s.in.Watches = c.Int32N(3)
	s.in.CountAgain = s.in.Now.Add(c.side(c.duration()))
	switch c.IntN(7) {
	case 0:
		s.in.Problem = nil
		s.accepted()
	case 1:
		s.in.Problem = nil
		s.fails(c.kind())
	case 2:
		s.restarts()
	case 3:
		s.rotates()
	case 4:
		s.edits()
	case 5:
		s.meets(pick(c, secretNotFound, otherNotFound, keyMissing, notAllowed, suspension))
	case 6:
		s.waits(c.duration())
	}
}
