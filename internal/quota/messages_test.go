// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestMessages(t *testing.T) {
	tests := map[string]struct {
		spec      []specChange
		packages  []vendors.Package
		then      func(*scenario)
		condition string
		want      string
	}{
		"low": {
			packages:  []vendors.Package{pack(left("99"))},
			condition: v1alpha1.ConditionQuotaLow,
			want:      "Less is left than allowed by default-critical (traffic), default-low (traffic)",
		},
		"low of a sub-account": {
			spec:      []specChange{thresholds(forSubject(belowPercent("subs", 60), "*"))},
			packages:  []vendors.Package{pack(subject("u-1"))},
			condition: v1alpha1.ConditionQuotaLow,
			want:      "Less is left than allowed by subs (u-1/traffic)",
		},
		"exhausted": {
			packages:  []vendors.Package{pack(left("0")), pack(id("2"), of("mic-link"), left("0"))},
			condition: v1alpha1.ConditionQuotaExhausted,
			want:      "Nothing usable is left of mic-link, traffic",
		},
		"as many as can be named": {
			packages: []vendors.Package{
				pack(left("0")), pack(id("2"), of("mic-link"), left("0")), pack(id("3"), of("transcoding"), left("0")),
			},
			condition: v1alpha1.ConditionQuotaExhausted,
			want:      "Nothing usable is left of mic-link, traffic, transcoding",
		},
		"more than can be named": {
			packages: []vendors.Package{
				pack(left("0")), pack(id("2"), of("mic-link"), left("0")), pack(id("3"), of("transcoding"), left("0")),
				pack(id("4"), of("live-minutes"), left("0")), pack(id("5"), of("vod-traffic"), left("0")),
			},
			condition: v1alpha1.ConditionQuotaExhausted,
			want:      "Nothing usable is left of live-minutes, mic-link, traffic and 2 more",
		},
		"expiring": {
			packages:  []vendors.Package{pack(until(2 * day))},
			condition: v1alpha1.ConditionExpiringSoon,
			want:      "What is left expires sooner than allowed by default-expiring (traffic)",
		},
		"no total": {
			spec:      []specChange{thresholds(belowPercent("a", 20), belowPercent("b", 10), forSubject(belowPercent("subs", 20), "*"))},
			packages:  []vendors.Package{pack(totalUnknown), pack(id("2"), subject("u-1"), totalUnknown)},
			condition: v1alpha1.ConditionQuotaLow,
			want:      "No total is known; declare one in spec.packages.declaredTotals for traffic, u-1/traffic",
		},
		"a resource that was never seen": {
			spec:      []specChange{thresholds(forResource(belowPercent("minutes", 20), "live-minutes"))},
			packages:  []vendors.Package{pack()},
			condition: v1alpha1.ConditionQuotaLow,
			want:      "The vendor reports nothing of what the spec names: minutes (live-minutes)",
		},
		"a sub-account that was never seen": {
			spec: []specChange{thresholds(
				forSubject(belowPercent("any", 20), "u-9"), forSubject(forResource(belowPercent("minutes", 20), "live-minutes"), "u-9"),
			)},
			packages:  []vendors.Package{pack()},
			condition: v1alpha1.ConditionQuotaLow,
			want:      "The vendor reports nothing of what the spec names: any (u-9), minutes (u-9/live-minutes)",
		},
		"an interval that the operator raises": {
			spec:      []specChange{interval(time.Minute)},
			packages:  []vendors.Package{pack()},
			then:      func(s *scenario) { s.in.Packages.Interval = 90 * time.Minute; s.assess() },
			condition: v1alpha1.ConditionReady,
			want:      "The numbers answer the spec and are fresh; the operator's --min-interval raises interval to 1h30m0s",
		},
		"an interval that the operator leaves": {
			packages:  []vendors.Package{pack()},
			condition: v1alpha1.ConditionReady,
			want:      "The numbers answer the spec and are fresh",
		},
		"a failure": {
			then:      func(s *scenario) { s.fails(vendors.KindForbidden, "UnauthorizedOperation") },
			condition: v1alpha1.ConditionStalled,
			want: "packages: the credential may not make this call; grant it the permission at the vendor " +
				"(UnauthorizedOperation)",
		},
		"a failure without a code": {
			then:      func(s *scenario) { s.fails(vendors.KindForbidden, "") },
			condition: v1alpha1.ConditionReady,
			want:      "packages: the credential may not make this call; grant it the permission at the vendor",
		},
		"no forecast yet": {
			packages:  []vendors.Package{pack()},
			condition: v1alpha1.ConditionRunOutSoon,
			want:      "No forecast to rely on is known yet for traffic",
		},
		"an event that is not covered": {
			spec:      []specChange{planned(event("show", "traffic", day, 2*day, "501"))},
			packages:  []vendors.Package{pack()},
			condition: v1alpha1.ConditionPlannedDemandShort,
			want:      "The packages do not cover show (traffic)",
		},
		"an event for something that was never seen": {
			spec:      []specChange{planned(event("show", "live-minutes", day, 2*day, "501"))},
			packages:  []vendors.Package{pack()},
			condition: v1alpha1.ConditionPlannedDemandShort,
			want:      "The vendor reports nothing of what the spec names: show (live-minutes)",
		},
		"half an answer without a code": {
			packages:  []vendors.Package{pack()},
			then:      func(s *scenario) { s.fails(vendors.KindMalformed, "") },
			condition: v1alpha1.ConditionPartialData,
			want:      "The last answer was not whole and is not used: packages",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, test.spec...)
			if test.packages != nil {
				s.answers(test.packages...)
			}
			if test.then != nil {
				test.then(s)
			}
			if diff := cmp.Diff(test.want, message(s.in.Watch.Status.Conditions, test.condition)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.condition, diff)
			}
		})
	}
}

// checkConditions, which sees every report, bounds the messages; here they are as
// long as the API allows names to be.
func TestMessagesAreBounded(t *testing.T) {
	long := func(i, size int) string { return fmt.Sprintf("n%02d", i) + strings.Repeat("频", (size-3)/3) }
	name := func(i int) string { return fmt.Sprintf("n%02d", i) + strings.Repeat("x", 60) }
	var limits []v1alpha1.Threshold
	var packages []vendors.Package
	for i := range 8 {
		limits = append(limits, forSubject(forResource(belowPercent(name(i), 60), name(i)), long(i, 128)),
			forResource(belowPercent(name(10+i), 60), name(10+i)))
		packages = append(packages,
			pack(id(fmt.Sprint(i)), of(name(i)), subject(long(i, 128)), until(time.Hour)),
			pack(id(fmt.Sprint(10+i)), of(name(10+i)), totalUnknown))
	}
	s := watching(t, thresholds(limits...))
	if got := message(s.answers(packages...).Conditions, v1alpha1.ConditionQuotaLow); !strings.HasSuffix(got, "...") {
		t.Errorf("the message was not too long: %q", got)
	}
	s = watching(t, thresholds(limits...))
	for i := range packages {
		packages[i].Total = nil
	}
	if got := message(s.answers(packages...).Conditions, v1alpha1.ConditionQuotaLow); !strings.HasSuffix(got, "...") {
		t.Errorf("the message was not too long: %q", got)
	}
	s = watching(t, thresholds(limits...))
	if got := message(s.answers().Conditions, v1alpha1.ConditionQuotaLow); !strings.HasSuffix(got, "...") {
		t.Errorf("the message was not too long: %q", got)
	}
	s.meets(&Problem{Class: Missing, Reason: v1alpha1.ReasonSecretNotFound, Message: strings.Repeat("频", 200)})
	s.waits(time.Minute)
	if got := readiness(s.waits(4 * time.Minute).Conditions); got != "False SecretNotFound, Stalled" {
		t.Errorf("a problem told at length is not recognized: %s", got)
	}
}

// Numbers live in fields. A message that held one would change with every poll.
func TestMessagesHoldNoNumber(t *testing.T) {
	var before map[string]string
	for i, remaining := range []string{"99", "98.5", "57"} {
		s := watching(t)
		s.in.Now = s.in.Now.Add(time.Duration(i) * time.Hour)
		got := s.answers(pack(left(remaining), until(time.Duration(i+4)*time.Hour)))
		messages := map[string]string{}
		for _, c := range got.Conditions {
			messages[c.Type] = c.Message
			if strings.ContainsAny(c.Message, "0123456789") {
				t.Errorf("%s says %q", c.Type, c.Message)
			}
		}
		if before != nil {
			if diff := cmp.Diff(before, messages); diff != "" {
				t.Errorf("other numbers, other messages (-before +after):\n%s", diff)
			}
		}
		before = messages
	}
}

func TestClip(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"short":                    {"short", "short"},
		"just fits":                {strings.Repeat("a", 10), strings.Repeat("a", 10)},
		"one too long":             {strings.Repeat("a", 11), strings.Repeat("a", 7) + "..."},
		"cut within a rune":        {"aa频频频频", "aa频..."},
		"cut at the end of a rune": {"a频频频频", "a频频..."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, clip(test.text, 10)); diff != "" {
				t.Errorf("clip (-want +got):\n%s", diff)
			}
		})
	}
}
