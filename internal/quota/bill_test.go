// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// onlyBill asks for nothing but the bills of so many months.
func onlyBill(months int32) specChange {
	return func(spec *v1alpha1.QuotaWatchSpec) {
		spec.Packages, spec.Bill = nil, &v1alpha1.BillReading{Months: months}
	}
}

// novemberEnds is midnight at the vendor.
var novemberEnds = time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC)

// billed tells the bills of a status, for example "2026-11 Open 7", where 7 is the
// quantity of the first line.
func billed(status *v1alpha1.QuotaWatchStatus) []string {
	var bills []string
	for _, p := range status.Bill.Periods {
		text := p.Month + " " + string(p.State)
		if len(p.Lines) > 0 {
			text += " " + string(p.Lines[0].Quantity)
		}
		bills = append(bills, text)
	}
	return bills
}

func TestBillIsShownWhole(t *testing.T) {
	refund := vendors.BillLine{
		Product: "云直播", Category: "连麦", Settlement: vendors.SettlementRefundAdjustment,
		Unit: vendors.UnitVendor, UnitLabel: "次", Quantity: line("", "-3.5").Quantity,
	}
	s := watching(t, onlyBill(2))
	s.closes()
	got := s.bills(refund, line("a", "2"), line("b", "10"), line("c", "2"))
	want := v1alpha1.BillStatus{
		Periods: []v1alpha1.BillPeriodStatus{
			{
				Month: "2026-11", State: v1alpha1.BillOpen, Shown: n(4), Total: n(4),
				Lines: []v1alpha1.BillLineStatus{
					{Product: "b", Settlement: v1alpha1.SettlementPackage, Unit: v1alpha1.UnitMinutes, Quantity: "10"},
					{
						Product: "云直播", Category: "连麦", Settlement: v1alpha1.SettlementRefundAdjustment,
						Unit: v1alpha1.UnitVendor, UnitLabel: "次", Quantity: "-3.5",
					},
					{Product: "a", Settlement: v1alpha1.SettlementPackage, Unit: v1alpha1.UnitMinutes, Quantity: "2"},
					{Product: "c", Settlement: v1alpha1.SettlementPackage, Unit: v1alpha1.UnitMinutes, Quantity: "2"},
				},
			},
			{Month: "2026-10", State: v1alpha1.BillClosed, Shown: n(0), Total: n(0)},
		},
		ObservedGeneration: 1, LastSuccessTime: at(0),
		ClosedMonths: &v1alpha1.ClosedMonthsStatus{ObservedGeneration: 1, LastSuccessTime: at(0)},
	}
	if diff := cmp.Diff(want, *got.Bill); diff != "" {
		t.Errorf("bill (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("True Succeeded", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
}

func TestBillIsBounded(t *testing.T) {
	var lines []vendors.BillLine
	for i := range 20 {
		lines = append(lines, line("a", fmt.Sprint(i)))
	}
	got := watching(t, onlyBill(1)).bills(lines...).Bill.Periods[0]
	if diff := cmp.Diff([]*int32{n(12), n(20)}, []*int32{got.Shown, got.Total}); diff != "" {
		t.Errorf("shown and total (-want +got):\n%s", diff)
	}
	if len(got.Lines) != 12 || got.Lines[0].Quantity != "19" || got.Lines[11].Quantity != "8" {
		t.Errorf("the list is not the 12 largest lines: %s", asJSON(t, got.Lines))
	}
}

// inWhat names the unit of a line.
func inWhat(l v1alpha1.BillLineStatus) string {
	if l.UnitLabel != "" {
		return l.UnitLabel
	}
	return string(l.Unit)
}

// A thousand minutes are not more than a hundred gigabytes.
func TestBillShowsTheLargestOfEachUnit(t *testing.T) {
	in := func(label string, l vendors.BillLine) vendors.BillLine {
		l.Unit, l.UnitLabel = vendors.UnitVendor, label
		return l
	}
	var lines []vendors.BillLine
	for i := range 20 {
		lines = append(lines, line("live", fmt.Sprint(1000+i)))
	}
	lines = append(lines, in("GB", line("vod", "3")), in("GB", line("vod", "4")), in("次", line("calls", "7")))
	period := watching(t, onlyBill(1)).bills(lines...).Bill.Periods[0]
	var got []string
	for _, l := range period.Lines {
		got = append(got, string(l.Quantity)+" "+inWhat(l))
	}
	want := []string{
		"1019 Minutes", "4 GB", "7 次", "1018 Minutes", "3 GB", "1017 Minutes", "1016 Minutes", "1015 Minutes",
		"1014 Minutes", "1013 Minutes", "1012 Minutes", "1011 Minutes",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// A sum of absurd quantities is no reason to lose the whole status.
func TestBillHasBoundedQuantities(t *testing.T) {
	credit, debit := line("a", "-999999999999999999999999"), line("b", "999999999999999999999999")
	credit.Quantity, debit.Quantity = credit.Quantity.Add(credit.Quantity), debit.Quantity.Add(debit.Quantity)
	lines := watching(t, onlyBill(1)).bills(credit, debit).Bill.Periods[0].Lines
	want := []v1alpha1.Amount{"999999999999999999999999.999999999", "-999999999999999999999999.999999999"}
	if diff := cmp.Diff(want, []v1alpha1.Amount{lines[0].Quantity, lines[1].Quantity}); diff != "" {
		t.Errorf("quantities (-want +got):\n%s", diff)
	}
}

func TestBillHasBoundedWords(t *testing.T) {
	long := line(strings.Repeat("直播", 30), "1")
	long.Category, long.Unit, long.UnitLabel = strings.Repeat("连麦", 30), vendors.UnitVendor, strings.Repeat("分钟", 20)
	got := watching(t, onlyBill(1)).bills(long).Bill.Periods[0].Lines[0]
	for what, word := range map[string]struct {
		text string
		most int
	}{"product": {got.Product, 64}, "category": {got.Category, 64}, "unitLabel": {got.UnitLabel, 32}} {
		if len(word.text) > word.most || len(word.text) < word.most-5 || !utf8.ValidString(word.text) || !strings.HasSuffix(word.text, "...") {
			t.Errorf("%s of %d bytes: %q", what, len(word.text), word.text)
		}
	}
}

func TestMonthsOfABill(t *testing.T) {
	tests := map[string]struct {
		months int32
		then   func(*scenario)
		want   []string
		ready  string
	}{
		"the running month only": {
			months: 1, then: func(s *scenario) { s.bills(line("a", "7")) },
			want: []string{"2026-11 Open 7"}, ready: "True Succeeded",
		},
		"the closed months are not read yet": {
			months: 3, then: func(s *scenario) { s.bills(line("a", "7")) },
			want: []string{"2026-11 Open 7"}, ready: "Unknown Progressing, Reconciling",
		},
		"the running month is not read yet": {
			months: 2, then: func(s *scenario) { s.closes(line("a", "70")) },
			want: []string{"2026-10 Closed 70"}, ready: "Unknown Progressing, Reconciling",
		},
		"the closed months fail from the start": {
			months: 2,
			then: func(s *scenario) {
				s.bills(line("a", "7"))
				fail(s, &s.in.ClosedBills, vendors.KindUnavailable, "")
			},
			want: []string{"2026-11 Open 7"}, ready: "False Unavailable, Reconciling",
		},
		"all are read": {
			months: 3, then: bothBills,
			want: []string{"2026-11 Open 7", "2026-10 Closed 70", "2026-09 Closed 70"}, ready: "True Succeeded",
		},
		"the closed months fail later": {
			months: 2,
			then: func(s *scenario) {
				bothBills(s)
				fail(s, &s.in.ClosedBills, vendors.KindUnavailable, "")
				s.bills(line("a", "8"))
			},
			want: []string{"2026-11 Open 8", "2026-10 Closed 70"}, ready: "True Succeeded",
		},
		"the closed months are refused": {
			months: 2,
			then: func(s *scenario) {
				bothBills(s)
				fail(s, &s.in.ClosedBills, vendors.KindForbidden, "")
				s.bills(line("a", "8"))
			},
			want: []string{"2026-11 Open 8", "2026-10 Closed 70"}, ready: "False Forbidden, Stalled",
		},
		"a restart": {
			months: 2, then: func(s *scenario) { bothBills(s); s.restarts() },
			want: []string{"2026-11 Open 7", "2026-10 Closed 70"}, ready: "True Succeeded",
		},
		"the running month is read after a restart": {
			months: 2, then: func(s *scenario) { bothBills(s); s.restarts(); s.bills(line("a", "8")) },
			want: []string{"2026-11 Open 8", "2026-10 Closed 70"}, ready: "True Succeeded",
		},
		"fewer months are asked for": {
			months: 3, then: func(s *scenario) { bothBills(s); s.edits(asksBill(2)) },
			want: []string{"2026-11 Open 7", "2026-10 Closed 70"}, ready: "Unknown Progressing, Reconciling",
		},
		"another bill is asked for": {
			months: 2,
			then: func(s *scenario) {
				bothBills(s)
				s.edits(func(spec *v1alpha1.QuotaWatchSpec) { spec.Bill.Polyv = &v1alpha1.PolyvBill{IsolationID: "zone-2"} })
				s.bills(line("a", "8"))
			},
			want: []string{"2026-11 Open 8"}, ready: "Unknown Progressing, Reconciling",
		},
		"a month closes": {
			months: 2, then: func(s *scenario) { bothBills(s); s.in.Now = novemberEnds; s.assess() },
			want: []string{"2026-11 Closed 7"}, ready: "False DataStale, Reconciling",
		},
		"a month closes, and the next is read": {
			months: 2,
			then: func(s *scenario) {
				s.in.Now = novemberEnds.Add(-time.Hour)
				bothBills(s)
				s.in.Now = novemberEnds
				s.bills(line("a", "1"))
			},
			want: []string{"2026-12 Open 1", "2026-11 Closed 7"}, ready: "True Succeeded",
		},
		"a month closes, and all are read": {
			months: 3,
			then: func(s *scenario) {
				bothBills(s)
				s.in.Now = novemberEnds
				s.bills(line("a", "1"))
				s.closes(line("a", "9"))
			},
			want: []string{"2026-12 Open 1", "2026-11 Closed 9", "2026-10 Closed 9"}, ready: "True Succeeded",
		},
		"a month closes, and is read before the next": {
			months: 2,
			then:   func(s *scenario) { bothBills(s); s.in.Now = novemberEnds; s.closes(line("a", "9")) },
			want:   []string{"2026-11 Closed 9"}, ready: "False DataStale, Reconciling",
		},
		"a month closes after a restart": {
			months: 2, then: func(s *scenario) { bothBills(s); s.in.Now = novemberEnds; s.restarts() },
			want: []string{"2026-11 Closed 7"}, ready: "False DataStale, Reconciling",
		},
		"two months later": {
			months: 2, then: func(s *scenario) { bothBills(s); s.in.Now = novemberEnds.AddDate(0, 2, 0); s.assess() },
			want: nil, ready: "False DataStale, Reconciling",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := watching(t, onlyBill(test.months))
			test.then(s)
			got := &s.in.Watch.Status
			if diff := cmp.Diff(test.want, billed(got)); diff != "" {
				t.Errorf("bills (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.ready, readiness(got.Conditions)); diff != "" {
				t.Errorf("Ready (-want +got):\n%s", diff)
			}
		})
	}
}

func bothBills(s *scenario) {
	s.bills(line("a", "7"))
	s.closes(line("a", "70"))
}

// What is left of the month is too long for the numbers to stay fresh, but the
// bill closes all the same.
func TestMonthClosesByTheClock(t *testing.T) {
	s := watching(t, onlyBill(2), staleAfter(30*day))
	bothBills(s)
	if !s.next.Equal(novemberEnds) {
		t.Fatalf("the next change is at %s, want %s", s.next, novemberEnds)
	}
	s.in.Now = s.next
	if diff := cmp.Diff([]string{"2026-11 Closed 7"}, billed(s.assess())); diff != "" {
		t.Errorf("bills (-want +got):\n%s", diff)
	}
}

// The closed months have an error and a time of their own, and the running one's
// success does not hide them.
func TestFailureOfTheClosedMonths(t *testing.T) {
	s := watching(t, onlyBill(2))
	bothBills(s)
	s.in.Now = s.in.Now.Add(time.Hour)
	fail(s, &s.in.ClosedBills, vendors.KindThrottled, "Slow")
	s.in.Now = s.in.Now.Add(time.Hour)
	got := s.bills(line("a", "8"))
	want := &v1alpha1.ClosedMonthsStatus{
		ObservedGeneration: 1, LastSuccessTime: at(0),
		LastError: &v1alpha1.VendorError{
			Kind: v1alpha1.ErrorThrottled, Code: "Slow", Since: at(time.Hour), RetryTime: at(25*time.Hour + time.Minute),
		},
	}
	if diff := cmp.Diff(want, got.Bill.ClosedMonths); diff != "" {
		t.Errorf("closedMonths (-want +got):\n%s", diff)
	}
	if got.Bill.LastError != nil {
		t.Errorf("the running month has the error %v", got.Bill.LastError)
	}
	if want := at(25*time.Hour + time.Minute); !got.NextPollTime.Equal(&want) {
		t.Errorf("the vendor is asked next at %s, want %s", got.NextPollTime, want)
	}
	if attempt, oldest := at(2*time.Hour), at(0); !got.LastAttemptTime.Equal(&attempt) || !got.LastSuccessTime.Equal(&oldest) {
		t.Errorf("last asked at %s, the oldest numbers are of %s", got.LastAttemptTime, got.LastSuccessTime)
	}

	s.in.Now = s.in.Now.Add(time.Hour)
	s.restarts()
	if got = s.bills(line("a", "9")); got.Bill.ClosedMonths.LastError == nil {
		t.Error("a success of the running month after a restart hides the failure of the closed ones")
	}
	if got = s.closes(line("a", "70")); got.Bill.ClosedMonths.LastError != nil {
		t.Errorf("after an answer: %v", got.Bill.ClosedMonths.LastError)
	}
}

// The running month is read all the time; that keeps the others from nothing.
func TestClosedMonthsGetStale(t *testing.T) {
	s := watching(t, onlyBill(2))
	bothBills(s)
	for range 2 {
		s.in.Now = s.in.Now.Add(day)
		s.bills(line("a", "8"))
		fail(s, &s.in.ClosedBills, vendors.KindUnavailable, "")
	}
	if got := s.stale(); len(got) > 0 {
		t.Errorf("after two days %v are stale", got)
	}
	s.in.Now = s.in.Now.Add(day)
	got := s.bills(line("a", "8"))
	if diff := cmp.Diff([]string{"closed-bills"}, s.stale()); diff != "" {
		t.Errorf("stale after three days (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("False DataStale, Reconciling", readiness(got.Conditions)); diff != "" {
		t.Errorf("Ready (-want +got):\n%s", diff)
	}
}

func TestNobodyAsksForClosedMonths(t *testing.T) {
	s := watching(t, onlyBill(2))
	bothBills(s)
	s.edits(asksBill(1))
	if got := s.bills(line("a", "8")); got.Bill.ClosedMonths != nil {
		t.Errorf("closedMonths %v", got.Bill.ClosedMonths)
	}
}
