// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// told returns the history of the traffic in one line: the last day, and the
// samples, with a dash for a missing one.
func told(status *v1alpha1.QuotaWatchStatus) string {
	for _, h := range status.History {
		if h.Resource != vendors.ResourceTraffic {
			continue
		}
		line := string(h.LastDay)
		for _, sample := range h.Samples {
			if sample == "" {
				sample = "-"
			}
			line += " " + string(sample)
		}
		return line
	}
	return ""
}

func TestOneSampleADay(t *testing.T) {
	tests := map[string]struct {
		then func(*scenario)
		want string
	}{
		"the first reading": {
			func(*scenario) {}, "2026-11-21 500",
		},
		"the last reading of a day counts": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(5 * time.Hour)
				s.answers(pack(left("470")))
			}, "2026-11-21 470",
		},
		"the vendor's day begins at midnight in UTC+8": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(6 * time.Hour) // 16:00 UTC
				s.answers(pack(left("470")))
			}, "2026-11-22 500 470",
		},
		"days without a reading": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(3 * day)
				s.answers(pack(left("470")))
			}, "2026-11-24 500 - - 470",
		},
		"an answer that is read again": {
			func(s *scenario) { s.waits(2 * time.Hour) }, "2026-11-21 500",
		},
		"an answer that is held over midnight": {
			func(s *scenario) {
				s.in.Packages.Interval = day
				s.waits(7 * time.Hour)
			}, "2026-11-21 500",
		},
		"a failure": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(day)
				s.fails(vendors.KindUnavailable, "")
			}, "2026-11-21 500",
		},
		"half an answer": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(day)
				s.fails(vendors.KindMalformed, "")
			}, "2026-11-21 500",
		},
		"an answer without a sub-account that was asked for": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(day)
				answer(s, &s.in.Packages, vendors.PackageReading{Packages: []vendors.Package{pack(left("470"))}, NotFound: 1})
			}, "2026-11-21 500",
		},
		"what was used while a sub-account was missing": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(day)
				answer(s, &s.in.Packages, vendors.PackageReading{Packages: []vendors.Package{pack(left("470"))}, NotFound: 1})
				s.in.Now = s.in.Now.Add(day)
				s.answers(pack(left("430")))
			}, "2026-11-23 500 - 430",
		},
		"a new process": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(day)
				s.answers(pack(left("470")))
				s.restarts()
				s.in.Now = s.in.Now.Add(day)
				s.answers(pack(left("430")))
			}, "2026-11-23 500 470 430",
		},
		"suspended for a day": {
			func(s *scenario) {
				s.meets(suspension)
				s.in.Now = s.in.Now.Add(2 * day)
				s.in.Problem = nil
				s.answers(pack(left("470")))
			}, "2026-11-23 500 - 470",
		},
		"more days than the status holds": {
			func(s *scenario) {
				for i := range 40 {
					s.in.Now = s.in.Now.Add(day)
					s.answers(pack(left(fmt.Sprint(499 - i))))
				}
			}, "2026-12-31" + countdown(489, 460),
		},
		"a gap as long as the status": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(30 * day)
				s.answers(pack(left("470")))
			}, "2026-12-21 470",
		},
		"a gap that is almost as long": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(29 * day)
				s.answers(pack(left("470")))
			}, "2026-12-20 500" + strings.Repeat(" -", 28) + " 470",
		},
		"a gap of years": {
			func(s *scenario) {
				s.in.Now = s.in.Now.Add(290 * day)
				s.answers(pack(left("470")))
			}, "2027-09-07 470",
		},
		"packages are not asked for any more": {
			func(s *scenario) {
				s.edits(func(spec *v1alpha1.QuotaWatchSpec) { asksUsage(spec); noPackages(spec) })
			}, "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			s.answers(pack())
			test.then(s)
			if diff := cmp.Diff(test.want, told(&s.in.Watch.Status)); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
		})
	}
}

// An answer that is stale when it is first seen is shown with its time, and is no
// sample.
func TestStaleAnswerIsNoSample(t *testing.T) {
	s := watching(t)
	s.in.Packages.Value = &vendors.PackageReading{Packages: []vendors.Package{pack()}}
	s.in.Packages.Time, s.in.Packages.Attempt = s.in.Now.Add(-4*time.Hour), s.in.Now.Add(-4*time.Hour)
	if got := told(s.assess()); got != "" {
		t.Errorf("the history is %s", got)
	}
}

// countdown returns samples from one number down to another.
func countdown(from, to int) string {
	var line strings.Builder
	for i := from; i >= to; i-- {
		fmt.Fprintf(&line, " %d", i)
	}
	return line.String()
}

// Only use makes the amount smaller from one sample to the next; what else
// happens moves the samples before.
func TestOnlyUseIsHistory(t *testing.T) {
	const nextDay = "2026-11-22"
	second := func(changes ...packageChange) vendors.Package {
		return pack(append([]packageChange{id("2"), left("300")}, changes...)...)
	}
	tests := map[string]struct {
		before, after []vendors.Package
		want          string
	}{
		"use": {
			[]vendors.Package{pack(), second()}, []vendors.Package{pack(left("450")), second()}, "800 750",
		},
		"use of both": {
			[]vendors.Package{pack(), second()}, []vendors.Package{pack(left("450")), second(left("200"))}, "800 650",
		},
		"one more is bought": {
			[]vendors.Package{pack()}, []vendors.Package{pack(), second()}, "800 800",
		},
		"one more is bought, and the first used": {
			[]vendors.Package{pack()}, []vendors.Package{pack(left("450")), second()}, "800 750",
		},
		"one is topped up": {
			[]vendors.Package{pack()}, []vendors.Package{pack(left("900"))}, "900 900",
		},
		"one is topped up, and another used": {
			[]vendors.Package{pack(), second()}, []vendors.Package{pack(left("900")), second(left("280"))}, "1200 1180",
		},
		"one is renewed": {
			[]vendors.Package{pack(left("20"), until(time.Hour))}, []vendors.Package{pack(left("1000"), until(300*day))}, "1000 1000",
		},
		"one begins": {
			[]vendors.Package{pack(), second(from(time.Hour))}, []vendors.Package{pack(), second()}, "800 800",
		},
		"one begins and is used": {
			[]vendors.Package{pack(), second(from(time.Hour))}, []vendors.Package{pack(), second(left("260"))}, "800 760",
		},
		"one is used up": {
			[]vendors.Package{pack(), second()}, []vendors.Package{pack(), second(left("0"))}, "800 500",
		},
		"the vendor says that one is used up": {
			[]vendors.Package{pack(), second()}, []vendors.Package{pack(), second(left("0"), in(vendors.PackageExhausted))}, "800 500",
		},
		"one is overdrawn": {
			[]vendors.Package{pack(), second()}, []vendors.Package{pack(), second(left("-40"))}, "800 500",
		},
		"one ends with something left": {
			[]vendors.Package{pack(), second(until(time.Hour))}, []vendors.Package{pack(), second(until(time.Hour))}, "500 500",
		},
		"one ends with something left, and is listed no more": {
			[]vendors.Package{pack(), second(until(time.Hour))}, []vendors.Package{pack()}, "500 500",
		},
		"one ends with something left, and is cleared": {
			[]vendors.Package{pack(), second(until(time.Hour))}, []vendors.Package{pack(), second(until(time.Hour), left("0"))}, "500 500",
		},
		"one is used and ends with something left": {
			[]vendors.Package{pack(), second(until(time.Hour))}, []vendors.Package{pack(), second(until(time.Hour), left("260"))}, "540 500",
		},
		"one ends, and the other is used": {
			[]vendors.Package{pack(), second(until(time.Hour))}, []vendors.Package{pack(left("470"))}, "500 470",
		},
		"one vanishes": {
			[]vendors.Package{pack(), second()}, []vendors.Package{pack()}, "500 500",
		},
		"one is frozen": {
			[]vendors.Package{pack(), second()}, []vendors.Package{pack(), second(in(vendors.PackageFrozen))}, "500 500",
		},
		"one is released": {
			[]vendors.Package{pack(), second(in(vendors.PackageFrozen))}, []vendors.Package{pack(), second()}, "800 800",
		},
		"one is given back": {
			[]vendors.Package{pack(), second()}, []vendors.Package{pack(), second(left("0"), in(vendors.PackageRefunded))}, "500 500",
		},
		"all of one resource vanish": {
			[]vendors.Package{pack(), second()}, nil, "0 0",
		},
		"one of a sub-account": {
			[]vendors.Package{pack(subject("u-1")), second(subject("u-2"))},
			[]vendors.Package{pack(subject("u-1"), left("450"))}, "500 450",
		},
		"one of another resource": {
			[]vendors.Package{pack(), second(of("live-minutes"))}, []vendors.Package{pack(left("450")), second(of("live-minutes"), left("7"))}, "500 450",
		},
		"two with the same ID": {
			[]vendors.Package{pack(), pack(left("300"))}, []vendors.Package{pack(left("480")), pack(left("300"))}, "800 780",
		},
		"two with the same ID, of which one is bought": {
			[]vendors.Package{pack()}, []vendors.Package{pack(), pack(left("300"))}, "800 800",
		},
		"fractions": {
			[]vendors.Package{pack(left("0.3"))}, []vendors.Package{pack(left("0.1")), second(left("0.7"))}, "1 0.8",
		},
		"more digits than a status holds": {
			[]vendors.Package{pack(left("0.3333333333"))}, []vendors.Package{pack(left("0.3333333333"))}, "0.333333333 0.333333333",
		},
		"more than a status holds": {
			[]vendors.Package{pack(left("999999999999999999999999"))},
			[]vendors.Package{pack(left("999999999999999999999999")), second()},
			"999999999999999999999999.999999999 999999999999999999999999.999999999",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			s.answers(test.before...)
			s.in.Now = s.in.Now.Add(day)
			got := told(s.answers(test.after...))
			if diff := cmp.Diff(nextDay+" "+test.want, got); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
			if again := told(s.assess()); again != got {
				t.Errorf("read again, the history is %s", again)
			}
		})
	}
}

// The clock alone ends a package before the vendor says so; the next answer finds
// that done.
func TestHistoryWhenAPackageEndsBetweenTwoReadings(t *testing.T) {
	s := watching(t)
	s.answers(pack(), pack(id("2"), left("300"), until(time.Hour)))
	if diff := cmp.Diff("2026-11-21 500", told(s.waits(2*time.Hour))); diff != "" {
		t.Errorf("when it ends (-want +got):\n%s", diff)
	}
	s.restarts()
	s.in.Now = s.in.Now.Add(day)
	if diff := cmp.Diff("2026-11-22 500 440", told(s.answers(pack(left("440"))))); diff != "" {
		t.Errorf("with the next answer (-want +got):\n%s", diff)
	}
}

// Of more packages than the status lists, the sums tell what was used, as long as
// no package came or went.
func TestHistoryOfMorePackagesThanAreListed(t *testing.T) {
	many := func(each string, changes ...packageChange) []vendors.Package {
		var packages []vendors.Package
		for i := range 40 {
			p := pack(id(fmt.Sprint(i)), left(each), until(time.Duration(100+i)*day))
			for _, change := range changes {
				change(&p)
			}
			packages = append(packages, p)
		}
		return packages
	}
	tests := map[string]struct {
		then func(*scenario)
		want string
	}{
		"use":                      {func(s *scenario) { s.answers(many("49")...) }, "2000 1960"},
		"use after a new process":  {func(s *scenario) { s.restarts(); s.answers(many("49")...) }, "2000 1960"},
		"one more is bought":       {func(s *scenario) { s.answers(append(many("50"), pack(id("new")))...) }, "2500 2500"},
		"the first one ends":       {func(s *scenario) { s.answers(many("49")[1:]...) }, "1911 1911"},
		"the first one is used up": {func(s *scenario) { s.answers(append(many("49")[1:], pack(id("0"), left("0")))...) }, "2000 1911"},
		"one begins, and all are used": {
			func(s *scenario) { s.answers(append(many("40"), pack(id("new"), from(time.Hour), left("100")))...) }, "1700 1700",
		},
		"a sub-account is missing": {
			func(s *scenario) {
				answer(s, &s.in.Packages, vendors.PackageReading{Packages: many("50")[:39], NotFound: 1})
				s.answers(many("50")[:39]...)
			}, "1950 1950",
		},
		"one is ignored from now on": {
			func(s *scenario) { s.edits(ignore("39")); s.answers(many("50")...) }, "1950 1950",
		},
		"one is given back": {
			func(s *scenario) {
				packages := many("50")
				packages[0].State = vendors.PackageRefunded
				s.answers(packages...)
			}, "1950 1950",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			s.answers(many("50")...)
			s.in.Now = s.in.Now.Add(day)
			test.then(s)
			if diff := cmp.Diff("2026-11-22 "+test.want, told(&s.in.Watch.Status)); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
		})
	}
}

// What is counted, is told of the account as a whole, in the order of importance.
func TestWhatHasAHistory(t *testing.T) {
	packagesOf := func(resources ...string) []vendors.Package {
		var packages []vendors.Package
		for i, resource := range resources {
			packages = append(packages, pack(id(fmt.Sprint(i)), of(resource)))
		}
		return packages
	}
	all := packagesOf("balance", "channels", "concurrency", "director-minutes", "live-minutes", "mic-link", "mic-minutes",
		"top-speed-codec", "traffic", "transcoding", "unknown-7", "vod-storage", "vod-traffic")
	tests := map[string]struct {
		spec     []specChange
		packages []vendors.Package
		want     []string
	}{
		"what is judged by default, then the rest": {
			packages: all,
			want:     []string{"live-minutes", "mic-link", "top-speed-codec", "traffic", "transcoding", "vod-traffic", "balance", "director-minutes"},
		},
		"what the spec names before the rest": {
			spec:     []specChange{thresholds(forResource(runsOutWithin("a", day), "mic-minutes")), planned(event("b", "unknown-7", day, 2*day, "1"))},
			packages: all,
			want:     []string{"live-minutes", "mic-link", "top-speed-codec", "traffic", "transcoding", "vod-traffic", "mic-minutes", "unknown-7"},
		},
		"what is taken up and set free again has none": {
			packages: packagesOf("channels", "concurrency", "vod-storage"),
		},
		"what is over for long has none": {
			packages: []vendors.Package{pack(until(-100 * day))},
		},
		"what has not begun has none": {
			packages: []vendors.Package{pack(from(day))},
		},
		"sub-accounts have none": {
			packages: []vendors.Package{pack(subject("u-1")), pack(id("2"), subject("u-2"))},
			want:     []string{"traffic"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, test.spec...)
			var got []string
			for _, h := range s.answers(test.packages...).History {
				got = append(got, h.Resource)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
		})
	}
}

// Where nothing is left nothing can be used, so that such days say nothing.
func TestDaysOnWhichNothingIsLeft(t *testing.T) {
	a := using(t, []vendors.Package{pack(left("250"))})
	a.passes(2, 100)
	a.passes(5, 50)
	if diff := cmp.Diff("2026-11-24 250 150 50 0", told(&a.in.Watch.Status)); diff != "" {
		t.Errorf("when it is used up (-want +got):\n%s", diff)
	}
	a.buys(pack(id("2"), left("1000")))
	a.passes(1, 100)
	if diff := cmp.Diff("2026-11-29 1150 1050 950 900 900", told(&a.in.Watch.Status)); diff != "" {
		t.Errorf("when there is more (-want +got):\n%s", diff)
	}
}

func TestHistoryIsForgottenWithItsResource(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	s.in.Now = s.in.Now.Add(day)
	s.answers()
	if diff := cmp.Diff("2026-11-22 0 0", told(&s.in.Watch.Status)); diff != "" {
		t.Errorf("when it vanished (-want +got):\n%s", diff)
	}
	s.in.Now = s.in.Now.Add(30 * day)
	if got := told(s.answers()); got != "" {
		t.Errorf("a month later the history is %s", got)
	}
}

// Another key may be that of another account.
func TestAnotherAccessKey(t *testing.T) {
	const first, second = "0123456789abcdef", "fedcba9876543210"
	tests := map[string]struct {
		keys []string // of the reading of each day
		want string
		hash string
	}{
		"the same key":                     {[]string{first, first, first}, "500 490 480", first},
		"another key":                      {[]string{first, first, second}, "480", second},
		"a key and back":                   {[]string{first, second, first}, "480", first},
		"a key that was not known":         {[]string{"", "", first}, "500 490 480", first},
		"a temporary key in between":       {[]string{first, "", first}, "500 490 480", first},
		"a temporary key":                  {[]string{first, "", ""}, "500 490 480", first},
		"another one after a temporary":    {[]string{first, "", second}, "480", second},
		"temporary ones from the first on": {[]string{"", "", ""}, "500 490 480", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t)
			for i, key := range test.keys {
				s.in.AccessKeyHash = key
				s.restarts()
				s.answers(pack(left(fmt.Sprint(500 - 10*i))))
				s.in.Now = s.in.Now.Add(day)
			}
			got := &s.in.Watch.Status
			if diff := cmp.Diff("2026-11-23 "+test.want, told(got)); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.hash, got.AccessKeyHash); diff != "" {
				t.Errorf("accessKeyHash (-want +got):\n%s", diff)
			}
		})
	}
}

// A new key that does not work says nothing.
func TestAccessKeyThatFails(t *testing.T) {
	a := using(t, []vendors.Package{pack(left("3000"))})
	a.in.AccessKeyHash = "aaaa"
	want := a.passes(10, 100).DeepCopy()
	a.in.AccessKeyHash = "bbbb"
	a.in.CredentialChanged = a.in.Now
	a.restarts()
	a.fails(vendors.KindUnauthenticated, "")
	a.waits(10 * time.Minute)
	got := &a.in.Watch.Status
	if diff := cmp.Diff(want.History, got.History); diff != "" {
		t.Errorf("history (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(want.Resources, got.Resources); diff != "" {
		t.Errorf("resources (-before +after):\n%s", diff)
	}
	if got.AccessKeyHash != "aaaa" {
		t.Errorf("accessKeyHash is %s", got.AccessKeyHash)
	}
}

// A history that somebody tampered with begins anew, and breaks nothing else.
func TestHistoryThatCannotBeRead(t *testing.T) {
	tests := map[string]func(*v1alpha1.ResourceHistory){
		"a sample": func(h *v1alpha1.ResourceHistory) { h.Samples[2] = "-" },
		"the day":  func(h *v1alpha1.ResourceHistory) { h.LastDay = "2026-13-01" },
	}
	for name, tamper := range tests {
		t.Run(name, func(t *testing.T) {
			a := using(t, []vendors.Package{pack(left("3000"))})
			a.passes(10, 100)
			tamper(&a.in.Watch.Status.History[0])
			a.in.Now = a.in.Now.Add(day)
			a.buys(pack(id("2"), left("7")))
			a.in.Packages.Value = &vendors.PackageReading{Packages: slices.Clone(a.packages)}
			a.in.Packages.Time = a.in.Now
			got := Assess(a.in).Status
			if diff := cmp.Diff("2026-12-02 2007", told(&got)); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
			if got.Resources[0].Remaining != "2007" || got.Resources[0].BurnPerDay != "" {
				t.Errorf("%s is left, %s a day used", got.Resources[0].Remaining, got.Resources[0].BurnPerDay)
			}
		})
	}
}

// However much changes, the status holds no more than it may.
func TestHistoryAtItsMaximum(t *testing.T) {
	s := watching(t)
	var packages []vendors.Package
	for i := range 12 {
		packages = append(packages, pack(id(fmt.Sprint(i)), of(vendors.UnknownResource(int64(i))), left("999999999999999999999.123456789")))
	}
	for range 40 {
		s.in.Now = s.in.Now.Add(day)
		for i := range packages {
			packages[i].Remaining = packages[i].Remaining.Sub(amount.MustParse("9999999999999.987654321"))
		}
		s.answers(packages...)
	}
	got := &s.in.Watch.Status
	if len(got.History) != 8 {
		t.Fatalf("there are %d histories", len(got.History))
	}
	for _, h := range got.History {
		if len(h.Samples) != 30 {
			t.Errorf("%s has %d samples", h.Resource, len(h.Samples))
		}
	}
	if size := len(compact(t, got)); size > 24<<10 {
		t.Errorf("the status has %d bytes", size)
	}
}
