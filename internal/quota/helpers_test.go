// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const day = 24 * time.Hour

// start is when every scenario begins: not on a whole second, because clocks
// seldom are.
var start = time.Date(2026, 11, 21, 10, 0, 0, 123456789, time.UTC)

// at returns a time of a status, counted from the second in which start lies.
func at(after time.Duration) metav1.Time {
	return metav1.NewTime(start.Truncate(time.Second).Add(after))
}

func n(i int32) *int32 { return new(i) }

type packageChange func(*vendors.Package)

// pack returns a package of traffic that can be spent from 30 days ago until in
// 300 days, half of it left, with the changes.
func pack(changes ...packageChange) vendors.Package {
	p := vendors.Package{
		ID: "1", Resource: vendors.ResourceTraffic, Unit: vendors.UnitBytes, State: vendors.PackageUsable,
		Remaining: amount.FromInt(500), Total: new(amount.FromInt(1000)),
		Start: new(at(-30 * day).Time), End: new(at(300 * day).Time),
	}
	for _, change := range changes {
		change(&p)
	}
	return p
}

func id(id string) packageChange           { return func(p *vendors.Package) { p.ID = id } }
func subject(subject string) packageChange { return func(p *vendors.Package) { p.Subject = subject } }
func of(resource string) packageChange     { return func(p *vendors.Package) { p.Resource = resource } }
func totalUnknown(p *vendors.Package)      { p.Total = nil }
func startUnknown(p *vendors.Package)      { p.Start = nil }
func endUnknown(p *vendors.Package)        { p.End = nil }

func left(text string) packageChange {
	return func(p *vendors.Package) { p.Remaining = amount.MustParse(text) }
}

func total(text string) packageChange {
	return func(p *vendors.Package) { p.Total = new(amount.MustParse(text)) }
}

func unit(unit vendors.Unit, label string) packageChange {
	return func(p *vendors.Package) { p.Unit, p.UnitLabel = unit, label }
}

func renewal(renewal vendors.Renewal) packageChange {
	return func(p *vendors.Package) { p.Renewal = renewal }
}

func in(state vendors.PackageState) packageChange {
	return func(p *vendors.Package) { p.State = state }
}

// from and until place the window of a package, counted from start.
func from(after time.Duration) packageChange {
	return func(p *vendors.Package) { p.Start = new(at(after).Time) }
}

func until(after time.Duration) packageChange {
	return func(p *vendors.Package) { p.End = new(at(after).Time) }
}

// usage returns so many minutes used of an item, known until two days ago.
func usage(name, amountUsed string) vendors.UsageItem {
	return vendors.UsageItem{
		Name: name, Unit: vendors.UnitMinutes, Amount: amount.MustParse(amountUsed), DataAsOf: vendors.DayAt(start).Add(-2),
	}
}

// line returns a line of a bill, paid from a package.
func line(product, quantity string) vendors.BillLine {
	return vendors.BillLine{
		Product: product, Settlement: vendors.SettlementPackage, Unit: vendors.UnitMinutes, Quantity: amount.MustParse(quantity),
	}
}

type specChange func(*v1alpha1.QuotaWatchSpec)

// thresholds sets spec.thresholds; without any it sets the empty list.
func thresholds(thresholds ...v1alpha1.Threshold) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) {
		spec.Thresholds = new(append([]v1alpha1.Threshold{}, thresholds...))
	}
}

func ignore(names ...string) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) { spec.Packages.Ignore = names }
}

func declare(totals ...v1alpha1.DeclaredTotal) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) { spec.Packages.DeclaredTotals = totals }
}

func interval(d time.Duration) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) { spec.Interval = &metav1.Duration{Duration: d} }
}

func staleAfter(d time.Duration) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) { spec.StaleAfter = &metav1.Duration{Duration: d} }
}

func noPackages(spec *v1alpha1.QuotaWatchSpec) { spec.Packages = nil }

// subjectNames gives names to user IDs: id, name, id, name and so on.
func subjectNames(idsAndNames ...string) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) {
		spec.Packages.SubjectNames = map[string]v1alpha1.SubjectDisplayName{}
		for pair := range slices.Chunk(idsAndNames, 2) {
			spec.Packages.SubjectNames[pair[0]] = v1alpha1.SubjectDisplayName(pair[1])
		}
	}
}

func emails(emails ...string) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) { spec.Packages.Polyv = &v1alpha1.PolyvPackages{Emails: emails} }
}

func asksUsage(spec *v1alpha1.QuotaWatchSpec) { spec.Usage = &v1alpha1.UsageReading{} }
func noUsage(spec *v1alpha1.QuotaWatchSpec)   { spec.Usage = nil }
func noBill(spec *v1alpha1.QuotaWatchSpec)    { spec.Bill = nil }

// asksBill asks for the bills of so many months.
func asksBill(months int32) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) { spec.Bill = &v1alpha1.BillReading{Months: months} }
}

func belowPercent(name string, percent int32) v1alpha1.Threshold {
	return v1alpha1.Threshold{Name: name, RemainingBelowPercent: &percent}
}

func below(name, limit string) v1alpha1.Threshold {
	return v1alpha1.Threshold{Name: name, Resource: vendors.ResourceTraffic, RemainingBelow: new(resource.MustParse(limit))}
}

func usageAbove(name, item, limit string) v1alpha1.Threshold {
	return v1alpha1.Threshold{Name: name, Resource: item, UsageAbove: new(resource.MustParse(limit))}
}

func expiresWithin(name string, d time.Duration) v1alpha1.Threshold {
	return v1alpha1.Threshold{Name: name, ExpiresWithin: &metav1.Duration{Duration: d}}
}

func runsOutWithin(name string, d time.Duration) v1alpha1.Threshold {
	return v1alpha1.Threshold{Name: name, RunsOutWithin: &metav1.Duration{Duration: d}}
}

// event returns a planned event, from one time counted from start until another.
func event(name, resourceName string, from, until time.Duration, needs string) v1alpha1.PlannedDemand {
	return v1alpha1.PlannedDemand{
		Name: name, Resource: resourceName, Start: at(from), End: at(until), Amount: resource.MustParse(needs),
	}
}

func planned(events ...v1alpha1.PlannedDemand) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) { spec.PlannedDemand = events }
}

func critical(t v1alpha1.Threshold) v1alpha1.Threshold {
	t.Severity = v1alpha1.SeverityCritical
	return t
}

func forResource(t v1alpha1.Threshold, name string) v1alpha1.Threshold {
	t.Resource = name
	return t
}

func forSubject(t v1alpha1.Threshold, subject string) v1alpha1.Threshold {
	t.Subject = &subject
	return t
}

// scenario is a watch over time. Each assessment begins with the status that the
// one before left, as the API server would give it back, and every report is
// checked for what must hold of all of them.
type scenario struct {
	t    *testing.T
	in   Input
	next time.Time
	// changed is what the last assessment found to have happened, for example
	// "PackageAdded 1 (traffic)", and announced whether the summary is to be told.
	changed   []string
	announced bool
}

// watching returns a scenario of a new watch that asks for packages.
func watching(t *testing.T, changes ...specChange) *scenario {
	t.Helper()
	watch := &v1alpha1.QuotaWatch{
		ObjectMeta: metav1.ObjectMeta{Generation: 1},
		Spec:       v1alpha1.QuotaWatchSpec{Packages: &v1alpha1.PackagesReading{}},
		Status:     v1alpha1.QuotaWatchStatus{ObservedGeneration: -1},
	}
	for _, change := range changes {
		change(&watch.Spec)
	}
	s := &scenario{t: t, in: Input{Watch: watch, Vendor: v1alpha1.VendorTencentCloud, Now: start}}
	s.in.Packages.Interval = watch.GetInterval()
	s.forget()
	return s
}

// assess assesses what is known, and stores the status.
func (s *scenario) assess() *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	before := s.in.Watch.DeepCopy()
	report := Assess(s.in)
	if diff := cmp.Diff(before, s.in.Watch); diff != "" {
		s.t.Fatalf("Assess changed the watch (-before +after):\n%s", diff)
	}
	checkReport(s.t, s.in, report)
	s.in.Watch.Status = stored(s.t, report.Status)
	s.next, s.changed, s.announced = report.NextChange, nil, false
	for _, change := range report.Changes {
		if change.Event == v1alpha1.EventSummaryChanged {
			s.announced = true
		} else {
			s.changed = append(s.changed, strings.TrimSpace(change.Event+" "+change.About))
		}
	}
	return &s.in.Watch.Status
}

// answers has the vendor answer with the packages.
func (s *scenario) answers(packages ...vendors.Package) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	return s.answersAbout(nil, packages...)
}

// answersBilled has the vendor answer with the packages, and how it bills traffic
// beyond them.
func (s *scenario) answersBilled(mode vendors.BillingMode, packages ...vendors.Package) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	return answer(s, &s.in.Packages, vendors.PackageReading{
		Packages: packages, DataAsOf: "2026-11-19", Billing: map[string]vendors.BillingMode{"traffic": mode},
	})
}

// answersAbout has the vendor answer a question about some resources only.
func (s *scenario) answersAbout(resources []string, packages ...vendors.Package) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	return answer(s, &s.in.Packages, vendors.PackageReading{Packages: packages, Resources: resources, DataAsOf: "2026-11-19"})
}

// uses has the vendor answer with the usage of the days that the spec asks for.
func (s *scenario) uses(items ...vendors.UsageItem) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	return s.usesNone(nil, items...)
}

// usesNone has the vendor answer that, besides the items, some were not used.
func (s *scenario) usesNone(unused []string, items ...vendors.UsageItem) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	return answer(s, &s.in.Usage, vendors.UsageReading{
		Days: UsageDays(s.in.Watch.Spec.Usage.GetWindow(), s.in.Now), Items: items, Unused: unused,
	})
}

// bills has the vendor answer with the running month's bill.
func (s *scenario) bills(lines ...vendors.BillLine) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	return answer(s, &s.in.Bill, billsOf(BillMonths(s.in.Now, 0, 1), lines))
}

// closes has the vendor answer with the bills of the closed months, which are all
// the same.
func (s *scenario) closes(lines ...vendors.BillLine) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	months := int(s.in.Watch.Spec.Bill.GetMonths()) - 1
	return answer(s, &s.in.ClosedBills, billsOf(BillMonths(s.in.Now, 1, months), lines))
}

func billsOf(months []vendors.Month, lines []vendors.BillLine) vendors.BillReading {
	var reading vendors.BillReading
	for _, month := range months {
		reading.Bills = append(reading.Bills, vendors.Bill{Month: month, Lines: lines})
	}
	return reading
}

// answer has the vendor answer one question.
func answer[T any](s *scenario, r *Reading[T], value T) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	r.Value, r.Time, r.Attempt, r.Next = &value, s.in.Now, s.in.Now, s.in.Now.Add(r.Interval)
	r.Err, r.Since = nil, time.Time{}
	return s.assess()
}

// fails has an attempt to read the packages fail.
func (s *scenario) fails(kind vendors.Kind, code string) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	return fail(s, &s.in.Packages, kind, code)
}

// fail has an attempt to answer one question fail.
func fail[T any](s *scenario, r *Reading[T], kind vendors.Kind, code string) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	r.Attempt, r.Next = s.in.Now, s.in.Now.Add(r.Interval)
	if r.Err == nil {
		r.Since = s.in.Now
	}
	r.Err = &vendors.Error{Kind: kind, Code: code}
	return s.assess()
}

// waits lets time pass.
func (s *scenario) waits(d time.Duration) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	s.in.Now = s.in.Now.Add(d)
	return s.assess()
}

// restarts begins a new process, which knows no answer yet.
func (s *scenario) restarts() *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	s.forget()
	return s.assess()
}

// forget leaves no answer known, and the intervals of the spec in force.
func (s *scenario) forget() {
	spec := &s.in.Watch.Spec
	s.in.Packages = Reading[vendors.PackageReading]{Interval: s.in.Packages.Interval}
	s.in.Usage, s.in.Bill, s.in.ClosedBills = Reading[vendors.UsageReading]{}, Reading[vendors.BillReading]{}, Reading[vendors.BillReading]{}
	if spec.Usage != nil {
		s.in.Usage.Interval = spec.Usage.GetInterval()
	}
	if spec.Bill != nil {
		s.in.Bill.Interval = spec.Bill.GetInterval()
		s.in.ClosedBills.Interval = max(day, s.in.Bill.Interval)
	}
}

// stale names the sections that DataStale is about.
func (s *scenario) stale() []string {
	_, names, _ := strings.Cut(message(s.in.Watch.Status.Conditions, v1alpha1.ConditionDataStale), ": ")
	return strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' })
}

// edits changes the spec, so that there is no answer to it yet.
func (s *scenario) edits(change specChange) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	change(&s.in.Watch.Spec)
	s.in.Watch.Generation++
	return s.restarts()
}

// meets sets or ends a problem, in which the poller knows nothing.
func (s *scenario) meets(p *Problem) *v1alpha1.QuotaWatchStatus {
	s.t.Helper()
	s.in.Problem = p
	s.forget()
	return s.assess()
}

// stored returns a status as the API server would give it back.
func stored[T any](t *testing.T, status T) T {
	t.Helper()
	var back T
	if err := json.Unmarshal(asJSON(t, status), &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func asJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// compact returns a status as it goes over the wire.
func compact(t *testing.T, status any) []byte {
	t.Helper()
	text, err := json.Marshal(status)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// says returns the status and the reason of a condition, for example
// "True LowWarning"; "absent" when there is none.
func says(conditions []metav1.Condition, conditionType string) string {
	c := meta.FindStatusCondition(conditions, conditionType)
	if c == nil {
		return "absent"
	}
	return string(c.Status) + " " + c.Reason
}

// readiness returns what Ready says, and which of Reconciling and Stalled there
// is, for example "False Forbidden, Stalled".
func readiness(conditions []metav1.Condition) string {
	text := says(conditions, v1alpha1.ConditionReady)
	for _, marker := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
		if meta.IsStatusConditionTrue(conditions, marker) {
			text += ", " + marker
		}
	}
	return text
}

func message(conditions []metav1.Condition, conditionType string) string {
	if c := meta.FindStatusCondition(conditions, conditionType); c != nil {
		return c.Message
	}
	return ""
}

// verdicts returns what the three conditions about packages say.
func verdicts(status *v1alpha1.QuotaWatchStatus) map[string]string {
	return map[string]string{
		"low":       says(status.Conditions, v1alpha1.ConditionQuotaLow),
		"exhausted": says(status.Conditions, v1alpha1.ConditionQuotaExhausted),
		"expiring":  says(status.Conditions, v1alpha1.ConditionExpiringSoon),
	}
}

// found returns the findings, for example "Low low Warning traffic".
func found(status *v1alpha1.QuotaWatchStatus) []string {
	if status.Findings == nil {
		return nil
	}
	var lines []string
	for _, f := range status.Findings.Items {
		line := string(f.Severity) + " " + string(f.Kind) + " " + f.Subject + "/" + f.Resource
		if f.Threshold != "" {
			line += " by " + f.Threshold
		}
		lines = append(lines, line)
	}
	return lines
}

// firstFinding returns the first finding of a kind, or nil.
func firstFinding(status *v1alpha1.QuotaWatchStatus, kind v1alpha1.FindingKind) *v1alpha1.Finding {
	if status.Findings == nil {
		return nil
	}
	for i := range status.Findings.Items {
		if status.Findings.Items[i].Kind == kind {
			return &status.Findings.Items[i]
		}
	}
	return nil
}
