// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// aFortnight returns an account that used 100 on each of 14 days and has so much
// left, at six in the evening of the vendor's day.
func aFortnight(t *testing.T, remaining int, changes ...specChange) *account {
	t.Helper()
	a := using(t, []vendors.Package{pack(left(fmt.Sprint(remaining+1400)), total("10000"))}, changes...)
	a.in.AccessKeyHash = "a"
	a.passes(14, 100)
	return a
}

func TestRunOutSoon(t *testing.T) {
	notAsked := "False NotRequested"
	tests := map[string]struct {
		spec      []specChange
		remaining int
		then      func(*account)
		want      string
		found     []string
	}{
		"within three days":           {remaining: 274, want: runningOut, found: []string{"Warning RunningOut /traffic by default-run-out"}},
		"in a little more than three": {remaining: 280, want: notRunningOut},
		"by a threshold of the spec": {
			spec: []specChange{thresholds(runsOutWithin("week", 7*day))}, remaining: 600,
			want: runningOut, found: []string{"Warning RunningOut /traffic by week"},
		},
		"by a grave threshold": {
			spec: []specChange{thresholds(runsOutWithin("week", 7*day), critical(runsOutWithin("soon", 3*day)))}, remaining: 250,
			want: "True RunningOutCritical", found: []string{"Critical RunningOut /traffic by soon", "Warning RunningOut /traffic by week"},
		},
		"nobody asks": {spec: []specChange{thresholds(below("low", "1"))}, remaining: 250, want: notAsked},
		"of what was never seen": {
			spec:      []specChange{thresholds(forResource(runsOutWithin("minutes", day), "live-minutes"))},
			remaining: 250, want: "Unknown ResourceNotFound",
		},
		"of what has no history": {
			spec: []specChange{thresholds(forResource(runsOutWithin("seats", day), "concurrency"))}, remaining: 250,
			then: func(a *account) { a.buys(pack(id("2"), of("concurrency"))); a.polls() },
			want: notForeseen,
		},
		"it expires before": {
			remaining: 280, then: func(a *account) { a.packages[0].End = new(a.in.Now.Add(2 * day)); a.polls() }, want: notRunningOut,
		},
		"the vendor is asked again": {
			remaining: 250, then: func(a *account) { a.polls() },
			want: runningOut, found: []string{"Warning RunningOut /traffic by default-run-out"},
		},
		"it expires before, now": {
			remaining: 250, then: func(a *account) { a.packages[0].End = new(a.in.Now.Add(2 * day)); a.polls() }, want: notRunningOut,
		},
		"more is bought": {
			remaining: 250, then: func(a *account) { a.buys(pack(id("2"), left("1000"))); a.polls() }, want: notRunningOut,
		},
		"hardly more is bought": {
			remaining: 272, then: func(a *account) { a.buys(pack(id("2"), left("10"))); a.polls() },
			want: runningOut, found: []string{"Warning RunningOut /traffic by default-run-out"},
		},
		"all of it is used": {
			remaining: 250, then: func(a *account) { a.spends(1000); a.polls() },
			want: runningOut, found: []string{"Warning RunningOut /traffic by default-run-out"},
		},
		"nobody answers any more": {
			remaining: 250, then: func(a *account) { a.waits(day) },
			want: runningOut, found: []string{"Warning RunningOut /traffic by default-run-out"},
		},
		"nobody answers any more, and it was fine": {
			remaining: 600, then: func(a *account) { a.waits(3 * time.Hour) }, want: "Unknown DataStale",
		},
		"a new process": {
			remaining: 250, then: func(a *account) { a.restarts() },
			want: runningOut, found: []string{"Warning RunningOut /traffic by default-run-out"},
		},
		"another access key": {
			remaining: 250, then: func(a *account) { a.in.AccessKeyHash = "b"; a.restarts(); a.polls() }, want: notForeseen,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := aFortnight(t, test.remaining, test.spec...)
			if test.then != nil {
				test.then(a)
			}
			got := &a.in.Watch.Status
			if diff := cmp.Diff(test.want, says(got.Conditions, v1alpha1.ConditionRunOutSoon)); diff != "" {
				t.Errorf("RunOutSoon (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.found, foundRunningOut(got)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// foundRunningOut returns the findings on what is running out.
func foundRunningOut(status *v1alpha1.QuotaWatchStatus) []string {
	var lines []string
	for _, line := range found(status) {
		if strings.Contains(line, string(v1alpha1.FindingRunningOut)) {
			lines = append(lines, line)
		}
	}
	return lines
}

// What is forecast is shown while the numbers are fresh, and only of the account.
func TestForecastIsShownWhileFresh(t *testing.T) {
	a := aFortnight(t, 600, staleAfter(3*time.Hour))
	want := foreseen("100", "0", 6*day+6*time.Hour, "Medium")
	if diff := cmp.Diff(want, a.outlook()); diff != "" {
		t.Errorf("fresh (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(a.in.Watch.Status.Resources[0].RunOutTime, a.in.Watch.Status.Summary.NextRunOut); diff != "" {
		t.Errorf("summary.nextRunOut (-row +summary):\n%s", diff)
	}
	a.waits(3 * time.Hour)
	if diff := cmp.Diff(outlook{}, a.outlook()); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
	if !a.in.Watch.Status.Summary.NextRunOut.IsZero() {
		t.Error("stale, and summary.nextRunOut is there")
	}
	a.polls()
	want.RunOut -= 3 * time.Hour
	if diff := cmp.Diff(want, a.outlook()); diff != "" {
		t.Errorf("fresh again (-want +got):\n%s", diff)
	}
}

// A history that ended long ago, because no answer since was whole, tells nothing.
func TestForecastFromAnOldHistory(t *testing.T) {
	a := aFortnight(t, 600)
	got := map[int]outlook{}
	for d := 1; d <= 8; d++ {
		a.in.Now = a.in.Now.Add(day)
		answer(a.scenario, &a.in.Packages, vendors.PackageReading{Packages: a.packages, NotFound: 1})
		got[d] = a.outlook()
	}
	want := foreseen("100", "0", 5*day+6*time.Hour, "Medium")
	if diff := cmp.Diff(want, got[7]); diff != "" {
		t.Errorf("after a week (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(outlook{}, got[8]); diff != "" {
		t.Errorf("after more than a week (-want +got):\n%s", diff)
	}
}

// Of more packages than are listed a new process knows only what the one before
// wrote, until it is stale.
func TestForecastOfAnEarlierProcess(t *testing.T) {
	var packages []vendors.Package
	for i := range 20 {
		packages = append(packages, pack(id(fmt.Sprint(i)), left("100"), total("100")))
	}
	a := using(t, packages)
	a.passes(14, 100)
	want := foreseen("100", "0", 6*day+6*time.Hour, "Medium")
	a.restarts()
	if diff := cmp.Diff(want, a.outlook()); diff != "" {
		t.Errorf("fresh (-want +got):\n%s", diff)
	}
	got := a.waits(3 * time.Hour)
	if diff := cmp.Diff(outlook{}, a.outlook()); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
	if !got.Summary.NextRunOut.IsZero() {
		t.Error("stale, and summary.nextRunOut is there")
	}
}

func TestForecastIsOfTheAccount(t *testing.T) {
	a := using(t, []vendors.Package{pack(left("1400"), subject("u-1")), pack(left("900"), id("2"), subject("u-2"))})
	for _, row := range a.passes(10, 100).Resources {
		if forecast := row.BurnPerDay != ""; forecast != (row.Subject == "") {
			t.Errorf("of %q is forecast: %t", row.Subject, forecast)
		}
	}
}

// A slow day is no reason to move anything: what is usual is still expected of it.
// One that uses more is.
func TestForecastWithinADay(t *testing.T) {
	tests := map[string]struct {
		used []int64 // between the readings, three hours apart from two in the morning
		want []time.Duration
	}{
		"nothing":  {[]int64{0, 0, 0, 0, 0}, []time.Duration{0, 0, 0, 0, 0}},
		"as usual": {[]int64{25, 12, 13, 12, 13}, []time.Duration{0, 0, 0, 0, 0}},
		"late":     {[]int64{0, 0, 0, 50, 50}, []time.Duration{0, 0, 0, 0, 0}},
		"more":     {[]int64{50, 50, 50, 0, 50}, []time.Duration{0, 0, -12 * time.Hour, -12 * time.Hour, -day}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := aFortnight(t, 600, staleAfter(day))
			a.waits(2 * time.Hour) // the rest of the day
			expected := a.in.Watch.Status.Resources[0].RunOutTime
			a.in.Now = a.in.Now.Add(3 * time.Hour)
			var got []time.Duration
			for _, n := range test.used {
				a.in.Now = a.in.Now.Add(3 * time.Hour)
				a.spends(n)
				got = append(got, a.polls().Resources[0].RunOutTime.Sub(expected.Time))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("moves (-want +got):\n%s", diff)
			}
		})
	}
}

// Identical answers change nothing but the day of the last sample.
func TestIdenticalAnswers(t *testing.T) {
	a := aFortnight(t, 600, planned(event("show", "traffic", 20*day, 21*day, "500")))
	for range 48 {
		before := a.in.Watch.Status.DeepCopy()
		a.in.Now = a.in.Now.Add(time.Hour)
		got := a.polls()
		sameDay := vendors.DayAt(before.LastSuccessTime.Time) == vendors.DayAt(a.in.Now)
		for _, s := range []*v1alpha1.QuotaWatchStatus{before, got} {
			s.LastAttemptTime, s.LastSuccessTime, s.NextPollTime, s.Packages.LastSuccessTime =
				metav1.Time{}, metav1.Time{}, metav1.Time{}, metav1.Time{}
		}
		diff := cmp.Diff(before, got)
		if sameDay != (diff == "") {
			t.Errorf("at %s, same day %t (-before +after):\n%s", a.in.Now, sameDay, diff)
		}
		a.in.Watch.Status.Packages.LastSuccessTime = metav1.NewTime(a.in.Now.Truncate(time.Second))
		a.in.Watch.Status.LastSuccessTime = a.in.Watch.Status.Packages.LastSuccessTime
	}
}

// A vendor that books the use of a day on the next one still owes what was used
// since.
func TestForecastOfAVendorThatIsLate(t *testing.T) {
	a := using(t, []vendors.Package{pack(left("3000"))})
	for range 14 {
		a.in.Now = a.in.Now.Add(day)
		a.spends(100)
		a.tells(vendors.DayAt(a.in.Now).Add(-2).String())
	}
	// 1600 are left, with what was used until the end of the day before yesterday
	// in, and the booking of this day.
	want := foreseen("100", "0", 15*day+6*time.Hour, "Medium")
	if diff := cmp.Diff(want, a.outlook()); diff != "" {
		t.Errorf("outlook (-want +got):\n%s", diff)
	}
}

// What should be used up by now, and is not, is expected to be by the end of the
// day.
func TestRunOutTimeIsNotOverWhileSomethingIsLeft(t *testing.T) {
	a := aFortnight(t, 10)
	a.in.Now = a.in.Now.Add(20 * time.Hour) // two in the afternoon of the next day
	a.polls()
	if diff := cmp.Diff(foreseen("100", "0", 10*time.Hour, "High"), a.outlook()); diff != "" {
		t.Errorf("outlook (-want +got):\n%s", diff)
	}
}

// The clock alone makes a threshold fire, at the time that was announced.
func TestRunOutByTheClock(t *testing.T) {
	a := aFortnight(t, 400, staleAfter(10*day))
	begins := a.in.Watch.Status.Resources[0].RunOutTime.Add(-3 * day)
	if !a.next.Equal(begins) {
		t.Errorf("the next change is at %s, want %s", a.next, begins)
	}
	a.in.Now = begins
	if diff := cmp.Diff(runningOut, says(a.assess().Conditions, v1alpha1.ConditionRunOutSoon)); diff != "" {
		t.Errorf("RunOutSoon (-want +got):\n%s", diff)
	}
}

// An alarm that was called off is raised again at its limit, not at the margin.
func TestRunOutAgain(t *testing.T) {
	a := aFortnight(t, 250, staleAfter(10*day))
	a.buys(pack(id("2"), left("60")))
	got := a.polls()
	if diff := cmp.Diff(notRunningOut, says(got.Conditions, v1alpha1.ConditionRunOutSoon)); diff != "" {
		t.Fatalf("RunOutSoon (-want +got):\n%s", diff)
	}
	if begins := got.Resources[0].RunOutTime.Add(-3 * day); !a.next.Equal(begins) {
		t.Errorf("the next change is at %s, want %s", a.next, begins)
	}
}

// A guess is shown, and raises no alarm.
func TestLowConfidence(t *testing.T) {
	a := using(t, []vendors.Package{pack(left("600"), total("700"))})
	a.passes(4, 100)
	if diff := cmp.Diff(foreseen("100", "0", 2*day+6*time.Hour, "Low"), a.outlook()); diff != "" {
		t.Errorf("outlook (-want +got):\n%s", diff)
	}
	got := &a.in.Watch.Status
	if diff := cmp.Diff(notForeseen, says(got.Conditions, v1alpha1.ConditionRunOutSoon)); diff != "" {
		t.Errorf("RunOutSoon (-want +got):\n%s", diff)
	}
	if got.State != v1alpha1.StateOK {
		t.Errorf("state %s", got.State)
	}
}

// One day that is unlike the others makes the forecast a guess. As long as it
// agrees that enough is left, that is no news.
func TestGuessThatAgreesChangesNothing(t *testing.T) {
	tests := map[string]struct {
		remaining int
		used      int64
		want      string
	}{
		"enough is left by the guess, too": {90_000, 3000, notRunningOut},
		"too little is left by the guess":  {4200, 3000, notForeseen},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := using(t, []vendors.Package{pack(left(fmt.Sprint(test.remaining)), total("100000"))})
			a.passes(9, 100)
			if got := says(a.in.Watch.Status.Conditions, v1alpha1.ConditionRunOutSoon); got != notRunningOut {
				t.Fatalf("before: %s", got)
			}
			a.passes(1, test.used)
			a.passes(1, 100)
			if got := a.outlook().Confidence; got != v1alpha1.ConfidenceLow {
				t.Fatalf("the confidence is %s", got)
			}
			if got := says(a.in.Watch.Status.Conditions, v1alpha1.ConditionRunOutSoon); got != test.want {
				t.Errorf("RunOutSoon is %s, want %s", got, test.want)
			}
		})
	}
}
