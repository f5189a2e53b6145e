// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestVerdicts(t *testing.T) {
	const (
		sufficient  = "False Sufficient"
		notExpiring = "False NotExpiring"
		notAsked    = "False NotRequested"
	)
	// fine is what is said where nothing fires and everything is asked.
	fine := func(changes ...string) map[string]string {
		want := map[string]string{"low": sufficient, "exhausted": sufficient, "expiring": notExpiring}
		for i := 0; i < len(changes); i += 2 {
			want[changes[i]] = changes[i+1]
		}
		return want
	}
	tests := map[string]struct {
		spec     []specChange
		packages []vendors.Package
		want     map[string]string
		found    []string
	}{
		"no package": {want: fine()},
		"half left":  {packages: []vendors.Package{pack()}, want: fine()},
		"just enough left": {
			packages: []vendors.Package{pack(left("200"))},
			want:     fine(),
		},
		"a little less than enough left": {
			packages: []vendors.Package{pack(left("199.999999999"))},
			want:     fine("low", "True LowWarning"),
			found:    []string{"Warning Low /traffic by default-low"},
		},
		"far too little left": {
			packages: []vendors.Package{pack(left("99"))},
			want:     fine("low", "True LowCritical"),
			found:    []string{"Critical Low /traffic by default-critical", "Warning Low /traffic by default-low"},
		},
		"nothing left": {
			packages: []vendors.Package{pack(left("0"))},
			want:     fine("low", "True LowCritical", "exhausted", "True Exhausted"),
			found: []string{
				"Critical Exhausted /traffic", "Critical Low /traffic by default-critical", "Warning Low /traffic by default-low",
			},
		},
		"nothing left, and no total known": {
			packages: []vendors.Package{pack(left("0"), totalUnknown)},
			want:     fine("low", "True LowCritical", "exhausted", "True Exhausted"),
			found: []string{
				"Critical Exhausted /traffic", "Critical Low /traffic by default-critical", "Warning Low /traffic by default-low",
			},
		},
		"no total known": {
			packages: []vendors.Package{pack(totalUnknown)},
			want:     fine("low", "Unknown NoTotal"),
		},
		"no total known of one of two resources": {
			packages: []vendors.Package{pack(), pack(id("2"), of("live-minutes"), totalUnknown)},
			want:     fine("low", "Unknown NoTotal"),
		},
		"no total known of one, and the other low": {
			packages: []vendors.Package{pack(left("150")), pack(id("2"), of("live-minutes"), totalUnknown)},
			want:     fine("low", "True LowWarning"),
			found:    []string{"Warning Low /traffic by default-low"},
		},
		"no total known of what is not judged": {
			packages: []vendors.Package{pack(), pack(id("2"), of("balance"), totalUnknown)},
			want:     fine(),
		},
		"packages that were over years before the first day": {
			packages: []vendors.Package{pack(until(-700 * day)), pack(id("2"), of("mic-link"), left("0"), until(-400*day))},
			want:     fine(),
		},
		"a package that was over a week before the first day": {
			packages: []vendors.Package{pack(until(-7 * day))},
			want:     fine("low", "True LowCritical", "exhausted", "True Exhausted"),
			found: []string{
				"Critical Exhausted /traffic", "Critical Low /traffic by default-critical", "Warning Low /traffic by default-low",
			},
		},
		"what is no consumable runs empty": {
			packages: []vendors.Package{
				pack(of("concurrency"), left("0")), pack(id("2"), of("vod-storage"), left("0")),
				pack(id("3"), of(vendors.UnknownResource(9)), left("0")), pack(id("4"), of("balance"), left("1"), until(day)),
			},
			want: fine(),
		},
		"a sub-account runs empty": {
			packages: []vendors.Package{pack(subject("u-1"), left("0")), pack(id("2"), subject("u-2"))},
			want:     fine(),
		},
		"every sub-account runs empty": {
			packages: []vendors.Package{pack(subject("u-1"), left("0")), pack(id("2"), subject("u-2"), left("0"))},
			want:     fine("low", "True LowCritical", "exhausted", "True Exhausted"),
			found: []string{
				"Critical Exhausted /traffic", "Critical Low /traffic by default-critical", "Warning Low /traffic by default-low",
			},
		},
		"ends in a week": {
			packages: []vendors.Package{pack(until(7 * day))},
			want:     fine("expiring", "True ExpiringWarning"),
			found:    []string{"Warning Expiring /traffic by default-expiring"},
		},
		"ends in a little more than a week": {
			packages: []vendors.Package{pack(until(7*day + time.Second))},
			want:     fine(),
		},
		"ends within a day": {
			packages: []vendors.Package{pack(until(23 * time.Hour))},
			want:     fine("expiring", "True ExpiringCritical"),
			found:    []string{"Critical Expiring /traffic by default-expiring-critical", "Warning Expiring /traffic by default-expiring"},
		},
		"ends today, and another covers the rest": {
			packages: []vendors.Package{pack(until(time.Hour)), pack(id("2"))},
			want:     fine(),
		},
		"ends today, and the next begins at that moment": {
			packages: []vendors.Package{pack(until(time.Hour)), pack(id("2"), from(time.Hour))},
			want:     fine(),
		},
		"ends today, and the next begins a second later": {
			packages: []vendors.Package{pack(until(time.Hour)), pack(id("2"), from(time.Hour+time.Second))},
			want:     fine("expiring", "True ExpiringCritical"),
			found:    []string{"Critical Expiring /traffic by default-expiring-critical", "Warning Expiring /traffic by default-expiring"},
		},
		"one after another without a break, but not for long": {
			packages: []vendors.Package{
				pack(id("3"), from(3*day), until(5*day)), pack(until(day)), pack(id("2"), from(12*time.Hour), until(3*day)),
			},
			want:  fine("expiring", "True ExpiringWarning"),
			found: []string{"Warning Expiring /traffic by default-expiring"},
		},
		"ends today, and a frozen one does not cover the rest": {
			packages: []vendors.Package{pack(until(time.Hour)), pack(id("2"), in(vendors.PackageFrozen))},
			want:     fine("expiring", "True ExpiringCritical"),
			found:    []string{"Critical Expiring /traffic by default-expiring-critical", "Warning Expiring /traffic by default-expiring"},
		},
		"ends today with nothing left": {
			packages: []vendors.Package{pack(left("0"), until(time.Hour))},
			want:     fine("low", "True LowCritical", "exhausted", "True Exhausted"),
			found: []string{
				"Critical Exhausted /traffic", "Critical Low /traffic by default-critical", "Warning Low /traffic by default-low",
			},
		},
		"never ends, as far as is known": {
			packages: []vendors.Package{pack(endUnknown, startUnknown)},
			want:     fine(),
		},
		"one ends today, another never": {
			packages: []vendors.Package{pack(until(time.Hour)), pack(id("2"), endUnknown, left("1"))},
			want:     fine(),
		},
		"no thresholds": {
			spec:     []specChange{thresholds()},
			packages: []vendors.Package{pack(left("1"), until(time.Hour))},
			want:     fine("low", notAsked, "expiring", notAsked),
		},
		"no thresholds, and nothing left": {
			spec:     []specChange{thresholds()},
			packages: []vendors.Package{pack(left("0"))},
			want:     fine("low", notAsked, "expiring", notAsked, "exhausted", "True Exhausted"),
			found:    []string{"Critical Exhausted /traffic"},
		},
		"own thresholds in place of the built-in ones": {
			spec:     []specChange{thresholds(belowPercent("mine", 60))},
			packages: []vendors.Package{pack(until(time.Hour))},
			want:     fine("low", "True LowWarning", "expiring", notAsked),
			found:    []string{"Warning Low /traffic by mine"},
		},
		"a threshold for expiry only": {
			spec:     []specChange{thresholds(critical(expiresWithin("mine", 2*time.Hour)))},
			packages: []vendors.Package{pack(left("1"), until(time.Hour))},
			want:     fine("low", notAsked, "expiring", "True ExpiringCritical"),
			found:    []string{"Critical Expiring /traffic by mine"},
		},
		"an amount": {
			spec:     []specChange{thresholds(below("enough", "500"), below("short", "500001m"))},
			packages: []vendors.Package{pack(totalUnknown)},
			want:     fine("low", "True LowWarning", "expiring", notAsked),
			found:    []string{"Warning Low /traffic by short"},
		},
		"a threshold that names what the built-in ones leave alone": {
			spec:     []specChange{thresholds(forResource(belowPercent("seats", 60), "concurrency"))},
			packages: []vendors.Package{pack(of("concurrency"))},
			want:     fine("low", "True LowWarning", "expiring", notAsked),
			found:    []string{"Warning Low /concurrency by seats"},
		},
		"a threshold that names what was over years ago": {
			spec:     []specChange{thresholds(forResource(belowPercent("minutes", 20), "live-minutes"))},
			packages: []vendors.Package{pack(), pack(id("2"), of("live-minutes"), until(-700*day))},
			want:     fine("low", "True LowWarning", "expiring", notAsked),
			found:    []string{"Warning Low /live-minutes by minutes"},
		},
		"a threshold that names what was never seen": {
			spec:     []specChange{thresholds(forResource(belowPercent("minutes", 20), "live-minutes"), belowPercent("any", 20))},
			packages: []vendors.Package{pack()},
			want:     fine("low", "Unknown ResourceNotFound", "expiring", notAsked),
		},
		"a threshold for the expiry of what was never seen": {
			spec: []specChange{thresholds(forResource(expiresWithin("minutes", day), "live-minutes"))},
			want: fine("low", notAsked, "expiring", "Unknown ResourceNotFound"),
		},
		"a threshold that names what was never seen, and another fires": {
			spec:     []specChange{thresholds(forResource(belowPercent("minutes", 20), "live-minutes"), belowPercent("any", 60))},
			packages: []vendors.Package{pack()},
			want:     fine("low", "True LowWarning", "expiring", notAsked),
			found:    []string{"Warning Low /traffic by any"},
		},
		"a threshold for every sub-account": {
			spec:     []specChange{thresholds(forSubject(belowPercent("subs", 60), "*"))},
			packages: []vendors.Package{pack(), pack(id("2"), subject("u-2")), pack(id("3"), subject("u-1"), left("900"))},
			want:     fine("low", "True LowWarning", "expiring", notAsked),
			found:    []string{"Warning Low u-2/traffic by subs"},
		},
		"a threshold for every sub-account where there is none": {
			spec:     []specChange{thresholds(forSubject(belowPercent("subs", 60), "*"))},
			packages: []vendors.Package{pack()},
			want:     fine("expiring", notAsked),
		},
		"a threshold for one sub-account": {
			spec:     []specChange{thresholds(forSubject(forResource(belowPercent("sub", 60), "traffic"), "u-1"))},
			packages: []vendors.Package{pack(left("1")), pack(id("2"), subject("u-2"), left("1")), pack(id("3"), subject("u-1"))},
			want:     fine("low", "True LowWarning", "expiring", notAsked),
			found:    []string{"Warning Low u-1/traffic by sub"},
		},
		"a threshold for a sub-account that was never seen": {
			spec:     []specChange{thresholds(forSubject(belowPercent("sub", 60), "u-9"))},
			packages: []vendors.Package{pack(), pack(id("2"), subject("u-1"))},
			want:     fine("low", "Unknown ResourceNotFound", "expiring", notAsked),
		},
		"a threshold for the account as a whole, written out": {
			spec:     []specChange{thresholds(forSubject(belowPercent("account", 60), ""))},
			packages: []vendors.Package{pack(), pack(id("2"), subject("u-1"))},
			want:     fine("low", "True LowWarning", "expiring", notAsked),
			found:    []string{"Warning Low /traffic by account"},
		},
		"a sub-account without a total": {
			spec:     []specChange{thresholds(forSubject(belowPercent("subs", 60), "*"))},
			packages: []vendors.Package{pack(subject("u-1"), totalUnknown)},
			want:     fine("low", "Unknown NoTotal", "expiring", notAsked),
		},
		"less than all of it": {
			spec:     []specChange{thresholds(belowPercent("any", 100))},
			packages: []vendors.Package{pack(left("999.999999999"))},
			want:     fine("low", "True LowWarning", "expiring", notAsked),
			found:    []string{"Warning Low /traffic by any"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := watching(t, test.spec...).answers(test.packages...)
			if diff := cmp.Diff(test.want, verdicts(got)); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.found, found(got)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConsumables(t *testing.T) {
	tests := map[string]bool{
		vendors.ResourceTraffic: true, vendors.ResourceTranscoding: true, vendors.ResourceTopSpeedCodec: true,
		vendors.ResourceMicLink: true, vendors.ResourceLiveMinutes: true, vendors.ResourceVODTraffic: true,
		vendors.ResourceConcurrency: false, vendors.ResourceVODStorage: false, vendors.ResourceMicMinutes: false,
		vendors.ResourceDirectorMinutes: false, vendors.ResourceChannels: false, vendors.ResourceBalance: false,
		vendors.UnknownResource(9): false,
	}
	for name, want := range tests {
		got := watching(t).answers(pack(of(name), left("0")))
		for _, kind := range []v1alpha1.FindingKind{v1alpha1.FindingExhausted, v1alpha1.FindingLow} {
			if judged := firstFinding(got, kind) != nil; judged != want {
				t.Errorf("%s is found %s without a threshold that names it: %t, want %t", name, kind, judged, want)
			}
		}
	}
}

// What fired goes on firing until the number is clearly above the limit.
func TestHysteresis(t *testing.T) {
	type step struct {
		left  string
		fires bool
	}
	tests := map[string]struct {
		threshold v1alpha1.Threshold
		steps     []step
	}{
		"a share": {
			threshold: belowPercent("low", 20),
			steps: []step{
				{"200", false}, {"199", true}, {"200", true}, {"210", true}, {"219.999999999", true}, {"220", false},
				{"210", false}, {"200", false}, {"199.999999999", true}, {"190", true}, {"300", false},
			},
		},
		"an amount": {
			threshold: below("low", "500"),
			steps: []step{
				{"500", false}, {"499", true}, {"500", true}, {"509.999999999", true}, {"510", false}, {"500", false}, {"499.999999999", true},
			},
		},
		"all of it": {
			threshold: belowPercent("low", 100),
			steps:     []step{{"1000", false}, {"999", true}, {"999.9", true}, {"1000", false}},
		},
		"nearly all of it": {
			threshold: belowPercent("low", 99),
			steps:     []step{{"990", false}, {"989", true}, {"999", true}, {"1000", false}},
		},
		"run empty and bought anew": {
			threshold: belowPercent("low", 20),
			steps:     []step{{"1000", false}, {"0", true}, {"1000", false}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, thresholds(test.threshold))
			var since metav1.Time
			for i, step := range test.steps {
				s.in.Now = s.in.Now.Add(time.Hour)
				got := s.answers(pack(left(step.left)))
				finding := firstFinding(got, v1alpha1.FindingLow)
				if (finding != nil) != step.fires {
					t.Fatalf("step %d, with %s left: found %v, want one: %t", i, step.left, finding, step.fires)
				}
				switch {
				case finding == nil:
					since = metav1.Time{}
				case since.IsZero():
					since = finding.Since
				case !finding.Since.Equal(&since):
					t.Errorf("step %d: fires since %s, want %s", i, finding.Since, since)
				}
			}
		})
	}
}

// Not knowing the total any more is no evidence that more is left.
func TestLowStaysWhenTheTotalIsNotKnownAnyMore(t *testing.T) {
	s := watching(t)
	s.answers(pack(left("150")))
	s.in.Now = s.in.Now.Add(time.Hour)
	got := s.answers(pack(left("150"), totalUnknown))
	if diff := cmp.Diff([]string{"Warning Low /traffic by default-low"}, found(got)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("True LowWarning", says(got.Conditions, v1alpha1.ConditionQuotaLow)); diff != "" {
		t.Errorf("QuotaLow (-want +got):\n%s", diff)
	}
}

func TestLowEscalates(t *testing.T) {
	s := watching(t)
	var got []string
	for _, remaining := range []string{"150", "99", "115", "120", "219", "220"} {
		s.in.Now = s.in.Now.Add(time.Hour)
		got = append(got, says(s.answers(pack(left(remaining))).Conditions, v1alpha1.ConditionQuotaLow))
	}
	want := []string{"True LowWarning", "True LowCritical", "True LowCritical", "True LowWarning", "True LowWarning", "False Sufficient"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("QuotaLow (-want +got):\n%s", diff)
	}
}

func TestLaterQuestions(t *testing.T) {
	quantity := new(resource.MustParse("500"))
	tests := map[string]struct {
		spec []specChange
		want map[string]string
	}{
		"the built-in thresholds": {
			want: map[string]string{"runOut": "Unknown NoForecast", "planned": "False NotRequested", "usage": "False NotRequested"},
		},
		"no thresholds": {
			spec: []specChange{thresholds()},
			want: map[string]string{"runOut": "False NotRequested", "planned": "False NotRequested", "usage": "False NotRequested"},
		},
		"a threshold for running out": {
			spec: []specChange{thresholds(v1alpha1.Threshold{Name: "out", RunsOutWithin: &metav1.Duration{Duration: day}})},
			want: map[string]string{"runOut": "Unknown NoForecast", "planned": "False NotRequested", "usage": "False NotRequested"},
		},
		"planned demand": {
			spec: []specChange{thresholds(), func(spec *v1alpha1.QuotaWatchSpec) {
				spec.PlannedDemand = []v1alpha1.PlannedDemand{{Name: "event", Resource: "traffic", Start: at(day), End: at(2 * day), Amount: *quantity}}
			}},
			want: map[string]string{"runOut": "False NotRequested", "planned": "Unknown NoForecast", "usage": "False NotRequested"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := watching(t, test.spec...).answers(pack())
			if diff := cmp.Diff(test.want, map[string]string{
				"runOut":  says(got.Conditions, v1alpha1.ConditionRunOutSoon),
				"planned": says(got.Conditions, v1alpha1.ConditionPlannedDemandShort),
				"usage":   says(got.Conditions, v1alpha1.ConditionUsageHigh),
			}); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
			if got.State != v1alpha1.StateOK {
				t.Errorf("state %s: that nothing is forecast yet says nothing of what is left", got.State)
			}
		})
	}
}
