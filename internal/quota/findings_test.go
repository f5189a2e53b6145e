// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestFindingsBeginWithTheMostSevere(t *testing.T) {
	s := watching(t, thresholds(
		expiresWithin("b-soon", 7*day), critical(expiresWithin("a-very-soon", day)),
		belowPercent("low", 60), critical(belowPercent("very-low", 55)), forSubject(belowPercent("subs", 60), "*"),
	))
	got := s.answers(
		pack(until(time.Hour)),
		pack(id("2"), of("mic-link"), left("0")),
		pack(id("3"), of("transcoding")),
		pack(id("4"), subject("u-1"), until(time.Hour)),
	)
	want := []string{
		"Critical Exhausted /mic-link",
		"Critical Low /mic-link by very-low",
		"Critical Low /traffic by very-low",
		"Critical Low /transcoding by very-low",
		"Critical Expiring /traffic by a-very-soon",
		"Warning Low /mic-link by low",
		"Warning Low /traffic by low",
		"Warning Low /transcoding by low",
		"Warning Low u-1/traffic by subs",
		"Warning Expiring /traffic by b-soon",
	}
	if diff := cmp.Diff(want, found(got)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]*int32{n(10), n(10)}, []*int32{got.Findings.Shown, got.Findings.Total}); diff != "" {
		t.Errorf("shown and total (-want +got):\n%s", diff)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	var packages []vendors.Package
	for i := range 20 {
		packages = append(packages, pack(id(fmt.Sprint(i)), subject(fmt.Sprintf("u-%02d", i)), left("1")))
	}
	s := watching(t, thresholds(forSubject(belowPercent("subs", 20), "*"), critical(forSubject(belowPercent("bad", 10), "u-19"))))
	got := s.answers(packages...)
	if diff := cmp.Diff([]*int32{n(16), n(21)}, []*int32{got.Findings.Shown, got.Findings.Total}); diff != "" {
		t.Errorf("shown and total (-want +got):\n%s", diff)
	}
	if lines := found(got); len(lines) != 16 || lines[0] != "Critical Low u-19/traffic by bad" {
		t.Errorf("the list does not begin with the most severe: %v", lines)
	}
}

func TestFindingIsDated(t *testing.T) {
	s := watching(t)
	s.answers(pack(left("150")))
	s.waits(90 * time.Minute)
	got := s.answers(pack(left("99")))
	want := []v1alpha1.Finding{
		{Threshold: "default-critical", Kind: v1alpha1.FindingLow, Resource: "traffic", Severity: v1alpha1.SeverityCritical, Since: at(90 * time.Minute)},
		{Threshold: "default-low", Kind: v1alpha1.FindingLow, Resource: "traffic", Severity: v1alpha1.SeverityWarning, Since: at(0)},
	}
	if diff := cmp.Diff(want, got.Findings.Items); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestFindingEnds(t *testing.T) {
	s := watching(t)
	s.answers(pack(left("150")))
	s.in.Now = s.in.Now.Add(time.Hour)
	if got := s.answers(pack()); got.Findings != nil {
		t.Errorf("findings stay: %v", found(got))
	}
}
