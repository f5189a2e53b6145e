// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	covered   = "False DemandCovered"
	short     = "True DemandShort"
	fortnight = 14 * day // after start is when an account of a fortnight was last read
)

// lacks returns the planned events that lack something, and how much.
func lacks(status *v1alpha1.QuotaWatchStatus) map[string]v1alpha1.Amount {
	lacks := map[string]v1alpha1.Amount{}
	if status.Findings == nil {
		return lacks
	}
	for _, f := range status.Findings.Items {
		if f.Kind == v1alpha1.FindingPlannedDemandShort {
			lacks[f.Threshold] = f.Shortfall
		}
	}
	return lacks
}

// nobodyLacks is what lacks returns when nothing is lacking.
var nobodyLacks = map[string]v1alpha1.Amount{}

// The account used 100 on each of 14 days, 1000 are left, and it is six in the
// evening of the vendor's day, so that the burn begins to count six hours later.
func TestPlannedDemand(t *testing.T) {
	// show is an event three and a quarter days from then.
	show := func(needs string) v1alpha1.PlannedDemand {
		return event("show", "traffic", fortnight+3*day+6*time.Hour, fortnight+4*day, needs)
	}
	tests := map[string]struct {
		events []v1alpha1.PlannedDemand
		then   func(*account)
		want   string
		lacks  map[string]v1alpha1.Amount
	}{
		"covered": {
			events: []v1alpha1.PlannedDemand{show("700")}, want: covered, lacks: nobodyLacks,
		},
		"lacking one": {
			events: []v1alpha1.PlannedDemand{show("701")}, want: short, lacks: map[string]v1alpha1.Amount{"show": "1"},
		},
		"what is lacking is rounded up": {
			events: []v1alpha1.PlannedDemand{show("1000000")}, want: short, lacks: map[string]v1alpha1.Amount{"show": "999300"},
		},
		"over": {
			events: []v1alpha1.PlannedDemand{event("show", "traffic", day, fortnight, "5000")}, want: covered, lacks: nobodyLacks,
		},
		"two for the same": {
			events: []v1alpha1.PlannedDemand{
				show("500"), event("talk", "traffic", fortnight+3*day+7*time.Hour, fortnight+4*day, "300"),
			}, want: short, lacks: map[string]v1alpha1.Amount{"talk": "104.2"},
		},
		"two for what is not the same": {
			events: []v1alpha1.PlannedDemand{show("700"), event("talk", "live-minutes", fortnight+day, fortnight+2*day, "400")},
			then:   func(a *account) { a.buys(pack(id("2"), of("live-minutes"))); a.polls() },
			want:   "Unknown NoForecast", lacks: nobodyLacks,
		},
		"of what was never seen": {
			events: []v1alpha1.PlannedDemand{event("talk", "live-minutes", fortnight+day, fortnight+2*day, "1")},
			want:   "Unknown ResourceNotFound", lacks: nobodyLacks,
		},
		"of what was never seen, and another is short": {
			events: []v1alpha1.PlannedDemand{show("701"), event("talk", "live-minutes", fortnight+day, fortnight+2*day, "1")},
			want:   short, lacks: map[string]v1alpha1.Amount{"show": "1"},
		},
		"the package ends during the event": {
			events: []v1alpha1.PlannedDemand{show("1")},
			then:   func(a *account) { a.packages[0].End = new(a.in.Now.Add(4*day - time.Hour)); a.polls() },
			want:   short, lacks: map[string]v1alpha1.Amount{"show": "1"},
		},
		"another begins in time": {
			events: []v1alpha1.PlannedDemand{show("880")},
			then:   func(a *account) { a.buys(pack(id("2"), from(fortnight+3*day), left("200"))); a.polls() },
			want:   covered, lacks: nobodyLacks,
		},
		"another begins during the event": {
			events: []v1alpha1.PlannedDemand{show("900")},
			then:   func(a *account) { a.buys(pack(id("2"), from(fortnight+3*day+7*time.Hour), left("200"))); a.polls() },
			want:   short, lacks: map[string]v1alpha1.Amount{"show": "200"},
		},
		"the burn uses up what ends before the event": {
			events: []v1alpha1.PlannedDemand{show("980")},
			then:   func(a *account) { a.buys(pack(id("2"), until(fortnight+3*day+6*time.Hour), left("300"))); a.polls() },
			want:   covered, lacks: nobodyLacks,
		},
		"a frozen package": {
			events: []v1alpha1.PlannedDemand{show("900")},
			then:   func(a *account) { a.buys(pack(id("2"), in(vendors.PackageFrozen))); a.polls() },
			want:   short, lacks: map[string]v1alpha1.Amount{"show": "200"},
		},
		"all is used up": {
			events: []v1alpha1.PlannedDemand{show("10")},
			then:   func(a *account) { a.spends(2000); a.polls() },
			want:   short, lacks: map[string]v1alpha1.Amount{"show": "10"},
		},
		"short, and a little more is bought": {
			events: []v1alpha1.PlannedDemand{show("710")},
			then:   func(a *account) { a.buys(pack(id("2"), left("15"))); a.polls() },
			want:   short, lacks: map[string]v1alpha1.Amount{"show": "9.2"},
		},
		"short, and enough is bought": {
			events: []v1alpha1.PlannedDemand{show("710")},
			then:   func(a *account) { a.buys(pack(id("2"), left("25"))); a.polls() },
			want:   covered, lacks: nobodyLacks,
		},
		"short, and nobody answers any more": {
			events: []v1alpha1.PlannedDemand{show("710")}, then: func(a *account) { a.waits(2 * day) },
			want: short, lacks: map[string]v1alpha1.Amount{"show": "10"},
		},
		"covered, and nobody answers any more": {
			events: []v1alpha1.PlannedDemand{show("700")}, then: func(a *account) { a.waits(2 * day) },
			want: "Unknown DataStale", lacks: nobodyLacks,
		},
		"short, and it is over without an answer": {
			events: []v1alpha1.PlannedDemand{show("710")}, then: func(a *account) { a.waits(4 * day) },
			want: "Unknown DataStale", lacks: nobodyLacks,
		},
		"short, and there is another access key": {
			events: []v1alpha1.PlannedDemand{show("710")},
			then:   func(a *account) { a.in.AccessKeyHash = "b"; a.restarts(); a.polls() },
			want:   "Unknown NoForecast", lacks: nobodyLacks,
		},
		"a new process": {
			events: []v1alpha1.PlannedDemand{show("710")}, then: func(a *account) { a.restarts() },
			want: short, lacks: map[string]v1alpha1.Amount{"show": "10"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := aFortnight(t, 1000, thresholds(), planned(test.events...))
			if test.then != nil {
				test.then(a)
			}
			got := &a.in.Watch.Status
			if diff := cmp.Diff(test.want, says(got.Conditions, v1alpha1.ConditionPlannedDemandShort)); diff != "" {
				t.Errorf("PlannedDemandShort (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.lacks, lacks(got)); diff != "" {
				t.Errorf("shortfalls (-want +got):\n%s", diff)
			}
		})
	}
}

// Without a history nobody knows what is used until the event, but less than it
// needs is too little in any case.
func TestPlannedDemandWithoutAForecast(t *testing.T) {
	tests := map[string]struct {
		event v1alpha1.PlannedDemand
		want  string
		lacks map[string]v1alpha1.Amount
	}{
		"enough for now":   {event("show", "traffic", day, 2*day, "500"), "Unknown NoForecast", nobodyLacks},
		"less than needed": {event("show", "traffic", day, 2*day, "501"), short, map[string]v1alpha1.Amount{"show": "1"}},
		"it has begun":     {event("show", "traffic", -time.Hour, time.Hour, "1000"), covered, nobodyLacks},
		"begun, and less than needed": {
			event("show", "traffic", -time.Hour, time.Hour, "1100"), short, map[string]v1alpha1.Amount{"show": "50"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, planned(test.event))
			got := answer(s, &s.in.Packages, vendors.PackageReading{Packages: []vendors.Package{pack()}})
			if diff := cmp.Diff(test.want, says(got.Conditions, v1alpha1.ConditionPlannedDemandShort)); diff != "" {
				t.Errorf("PlannedDemandShort (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.lacks, lacks(got)); diff != "" {
				t.Errorf("shortfalls (-want +got):\n%s", diff)
			}
		})
	}
}

// Of an event that goes on, what counts is what can be spent from now on.
func TestPlannedDemandWhileThePackageBeginsDuringTheEvent(t *testing.T) {
	s := watching(t, thresholds(), planned(event("show", "traffic", -time.Hour, 3*time.Hour, "400")), staleAfter(day))
	answer(s, &s.in.Packages, vendors.PackageReading{Packages: []vendors.Package{pack(from(time.Hour))}})
	got := []map[string]v1alpha1.Amount{lacks(&s.in.Watch.Status), lacks(s.waits(time.Hour))}
	want := []map[string]v1alpha1.Amount{{"show": "300"}, nobodyLacks}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shortfalls before and after the package begins (-want +got):\n%s", diff)
	}
}

// While an event goes on it needs less and less, as of the numbers: without a
// reading nobody knows what it used.
func TestPlannedDemandDuringTheEvent(t *testing.T) {
	type moment struct {
		After  time.Duration
		Left   v1alpha1.Amount
		Says   string
		Lacks  map[string]v1alpha1.Amount
		Leaves bool // without an answer
	}
	a := aFortnight(t, 1000, thresholds(), planned(event("show", "traffic", fortnight, fortnight+10*time.Hour, "1000")), staleAfter(3*time.Hour))
	var got []moment
	tell := func(after time.Duration, asked bool) {
		status := &a.in.Watch.Status
		got = append(got, moment{
			after, status.Resources[0].Remaining, says(status.Conditions, v1alpha1.ConditionPlannedDemandShort), lacks(status), !asked,
		})
	}
	begin := a.in.Now
	tell(0, true)
	for _, step := range []struct {
		after time.Duration
		used  int64
		asked bool
	}{
		{time.Hour, 100, true},               // as planned
		{2 * time.Hour, 160, true},           // more than planned
		{4 * time.Hour, 0, false},            // nobody asks
		{4*time.Hour + 1, 140, true},         // as planned in the end, which leaves no margin
		{5 * time.Hour, 50, true},            // less than planned
		{5*time.Hour + time.Minute, 0, true}, // hardly later
		{10 * time.Hour, 0, false},           // over
	} {
		a.in.Now = begin.Add(step.after)
		a.spends(step.used)
		if step.asked {
			a.polls()
		} else {
			a.assess()
		}
		tell(step.after, step.asked)
	}
	want := []moment{
		{0, "1000", covered, nobodyLacks, false},
		{time.Hour, "900", covered, nobodyLacks, false},
		{2 * time.Hour, "740", short, map[string]v1alpha1.Amount{"show": "60"}, false},
		{4 * time.Hour, "740", short, map[string]v1alpha1.Amount{"show": "60"}, true},
		{4*time.Hour + 1, "600", short, map[string]v1alpha1.Amount{"show": "12"}, false},
		{5 * time.Hour, "550", covered, nobodyLacks, false},
		{5*time.Hour + time.Minute, "550", covered, nobodyLacks, false},
		{10 * time.Hour, "550", "Unknown DataStale", nobodyLacks, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("moments (-want +got):\n%s", diff)
	}
}

// A vendor that books the use of a day on the next one does not know of the event
// while it goes on: nothing is taken off what it needs.
func TestPlannedDemandAtAVendorThatIsLate(t *testing.T) {
	s := watching(t, thresholds(), planned(event("show", "traffic", -time.Hour, time.Hour, "501")))
	got := s.answers(pack()) // complete up to the day before yesterday
	if diff := cmp.Diff(map[string]v1alpha1.Amount{"show": "1"}, lacks(got)); diff != "" {
		t.Errorf("shortfalls (-want +got):\n%s", diff)
	}
}

// An event wakes the watch when it is over, and a package that ends before it does
// at its end; the time that passes alone does not.
func TestPlannedDemandByTheClock(t *testing.T) {
	s := watching(t, thresholds(), staleAfter(90*day), interval(30*day),
		planned(event("show", "traffic", time.Hour, 5*time.Hour, "600"), event("talk", "traffic", 10*time.Hour, 20*time.Hour, "100")))
	s.in.Packages.Interval = 30 * day
	s.answers(pack(), pack(id("2"), until(7*time.Hour), left("50")))
	type chapter struct {
		At    time.Duration
		Says  string
		Lacks map[string]v1alpha1.Amount
	}
	var got []chapter
	for !s.next.IsZero() && s.next.Before(at(20*day).Time) {
		status := &s.in.Watch.Status
		got = append(got, chapter{s.in.Now.Sub(start).Round(time.Minute), says(status.Conditions, v1alpha1.ConditionPlannedDemandShort), lacks(status)})
		s.in.Now = s.next
		s.assess()
	}
	want := []chapter{
		{0, short, map[string]v1alpha1.Amount{"show": "50", "talk": "100"}},
		{5 * time.Hour, "Unknown NoForecast", nobodyLacks},
		{7 * time.Hour, "Unknown NoForecast", nobodyLacks}, // of the package, too, something is left over
		{20 * time.Hour, covered, nobodyLacks},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chapters (-want +got):\n%s", diff)
	}
}

func TestPlannedDemandWithoutPackages(t *testing.T) {
	s := watching(t, asksUsage, noPackages, planned(event("show", "traffic", day, 2*day, "500")))
	got := s.uses()
	if diff := cmp.Diff("Unknown NoData", says(got.Conditions, v1alpha1.ConditionPlannedDemandShort)); diff != "" {
		t.Errorf("PlannedDemandShort (-want +got):\n%s", diff)
	}
}

// A longer list of needs is never easier to meet.
func TestPlannedDemandIsMonotone(t *testing.T) {
	lacking := func(needs string) int64 {
		a := aFortnight(t, 1000, thresholds(), planned(
			event("show", "traffic", fortnight+2*day, fortnight+3*day, needs),
			event("talk", "traffic", fortnight+4*day, fortnight+5*day, "300")))
		var sum int64
		for _, amount := range lacks(&a.in.Watch.Status) {
			quantity := resource.MustParse(string(amount))
			sum += quantity.MilliValue()
		}
		return sum
	}
	var before int64
	for _, needs := range []string{"1", "100", "300", "301", "500", "799", "801", "2k", "1M"} {
		now := lacking(needs)
		if now < before {
			t.Errorf("to need %s lacks %dm, and to need less %dm", needs, now, before)
		}
		before = now
	}
	if before == 0 {
		t.Error("nothing was ever lacking")
	}
}
