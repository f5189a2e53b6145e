// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// A watch over some hours: the summary is told when it moved materially since it
// was told last, and not twice an hour.
func TestSummaryIsAnnounced(t *testing.T) {
	empty, minutes := pack(left("0")), pack(id("2"), of("live-minutes"), left("990"))
	steps := []struct {
		what     string
		after    time.Duration
		packages []vendors.Package
		want     bool
	}{
		{"the first reading", 0, []vendors.Package{pack(left("800"))}, true},
		{"nothing happens for a day", day, []vendors.Package{pack(left("800"))}, false},
		{"a little is used", time.Hour, []vendors.Package{pack(left("750"))}, false},
		{"ten points less than was told", time.Hour, []vendors.Package{pack(left("700"))}, true},
		{"ten points less, too soon", 20 * time.Minute, []vendors.Package{pack(left("600"))}, false},
		{"still too soon", 39*time.Minute + 59*time.Second, []vendors.Package{pack(left("599"))}, false},
		{"after an hour", time.Second, []vendors.Package{pack(left("599"))}, true},
		{"nine points more", 2 * time.Hour, []vendors.Package{pack(left("680"))}, false},
		{"ten points more", 2 * time.Hour, []vendors.Package{pack(left("690"))}, true},
		{"another resource", 2 * time.Hour, []vendors.Package{pack(left("690")), minutes}, true},
		{"one resource is used up", 2 * time.Hour, []vendors.Package{empty, minutes}, true},
		{"and stays so", 2 * time.Hour, []vendors.Package{empty, minutes}, false},
		{"it is bought anew", 2 * time.Hour, []vendors.Package{empty, pack(id("3")), minutes}, true},
		{"it is sold without a total", 2 * time.Hour, []vendors.Package{pack(id("3"), totalUnknown)}, true},
	}
	for how, between := range map[string]func(*scenario){
		"in one process":     func(*scenario) {},
		"with restarts":      func(s *scenario) { s.restarts() },
		"with failures":      func(s *scenario) { s.fails(vendors.KindUnavailable, "") },
		"with other edits":   func(s *scenario) { s.edits(interval(time.Hour)) },
		"with a suspension":  func(s *scenario) { s.meets(suspension); s.in.Problem = nil },
		"with a second look": func(s *scenario) { s.assess() },
	} {
		t.Run(how, func(t *testing.T) {
			s := watching(t, asksUsage)
			if s.uses(); s.announced {
				t.Fatal("told before all was read")
			}
			for _, step := range steps {
				s.in.Now = s.in.Now.Add(step.after)
				s.answers(step.packages...)
				if s.announced != step.want {
					t.Errorf("%s: told %t, want %t", step.what, s.announced, step.want)
				}
				between(s)
			}
		})
	}
}

// What moved too soon is told when the hour is over, also without an answer.
func TestSummaryIsAnnouncedLater(t *testing.T) {
	s := watching(t)
	s.answers(pack(left("800")))
	s.in.Now = s.in.Now.Add(10 * time.Minute)
	s.answers(pack(left("500")))
	if want := at(time.Hour).Time; s.announced || !s.next.Equal(want) {
		t.Fatalf("told %t, and again looked at %s, want %s", s.announced, s.next, want)
	}
	s.in.Now = s.next
	got := s.assess().LastAnnouncement
	want := &v1alpha1.SummaryAnnouncement{Time: at(time.Hour), LowestPercent: n(50), Resources: n(1)}
	if diff := cmp.Diff(want, got); diff != "" || !s.announced {
		t.Errorf("told %t (-want +got):\n%s", s.announced, diff)
	}
}

// A section that is asked for later is told when it was read.
func TestSummaryIsAnnouncedWithANewSection(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	if got := s.edits(asksUsage); got.LastAnnouncement != nil || s.announced {
		t.Errorf("told %t before all was read: %v", s.announced, got.LastAnnouncement)
	}
	if s.uses(usage("Duration", "7")); !s.announced {
		t.Error("not told when all was read")
	}
	if s.uses(usage("Duration", "7000")); s.announced {
		t.Error("told because of what was used")
	}
}

func TestSummaryOfTheClosedMonthsIsAwaited(t *testing.T) {
	s := watching(t, onlyBill(2))
	if s.bills(line("a", "7")); s.announced {
		t.Error("told before the closed months were read")
	}
	if s.closes(line("a", "70")); !s.announced {
		t.Error("not told when all was read")
	}
}
