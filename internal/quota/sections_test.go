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

// allRead returns a scenario in which packages, usage and the bills of two months
// have been read.
func allRead(t *testing.T, changes ...specChange) *scenario {
	t.Helper()
	s := watching(t, append([]specChange{asksUsage, asksBill(2)}, changes...)...)
	s.answers(pack(left("150")))
	s.uses(usage("Duration", "7"))
	bothBills(s)
	return s
}

// What becomes of one section says nothing of the others.
func TestSectionsStandForThemselves(t *testing.T) {
	low := map[string]string{"low": "True LowWarning", "exhausted": "False Sufficient", "expiring": "False NotExpiring"}
	unread := map[string]string{"low": "Unknown NoData", "exhausted": "Unknown NoData", "expiring": "Unknown NoData"}
	staleLow := map[string]string{"low": "True LowWarning", "exhausted": "Unknown DataStale", "expiring": "Unknown DataStale"}
	tests := map[string]struct {
		begin    func(*testing.T) *scenario
		then     func(*scenario)
		ready    string
		message  string
		stale    string
		partial  string
		verdicts map[string]string
		state    v1alpha1.State
	}{
		"all is well": {
			ready: "True Succeeded", message: "The numbers answer the spec and are fresh",
			stale: "False Fresh", partial: "False Complete", verdicts: low, state: v1alpha1.StateLow,
		},
		"nothing is read yet": {
			begin: func(t *testing.T) *scenario { return watching(t, asksUsage, asksBill(2)) },
			ready: "Unknown Progressing, Reconciling", message: "Waiting for the vendor's answer to the present spec",
			stale: "Unknown NoData", partial: "Unknown NoData", verdicts: unread, state: v1alpha1.StateUnknown,
		},
		"usage was never read": {
			begin: func(t *testing.T) *scenario { return watching(t, asksUsage) },
			then:  func(s *scenario) { s.answers(pack(left("150"))) },
			ready: "Unknown Progressing, Reconciling", message: "Waiting for the vendor's answer to the present spec",
			stale: "False Fresh", partial: "False Complete", verdicts: low, state: v1alpha1.StateLow,
		},
		"only usage was ever read": {
			begin: func(t *testing.T) *scenario { return watching(t, asksUsage) },
			then:  func(s *scenario) { s.uses() },
			ready: "Unknown Progressing, Reconciling", message: "Waiting for the vendor's answer to the present spec",
			stale: "False Fresh", partial: "False Complete", verdicts: unread, state: v1alpha1.StateUnknown,
		},
		"usage fails from the start": {
			begin: func(t *testing.T) *scenario { return watching(t, asksUsage) },
			then: func(s *scenario) {
				s.answers(pack(left("150")))
				fail(s, &s.in.Usage, vendors.KindUnavailable, "Timeout")
			},
			ready:   "False Unavailable, Reconciling",
			message: "usage: the vendor cannot be reached or failed (Timeout); the vendor is asked again",
			stale:   "False Fresh", partial: "False Complete", verdicts: low, state: v1alpha1.StateLow,
		},
		"usage fails for a while": {
			then:  func(s *scenario) { fail(s, &s.in.Usage, vendors.KindUnavailable, "Timeout") },
			ready: "True Succeeded", message: "The numbers answer the spec and are fresh; usage: the vendor cannot be reached or failed (Timeout)",
			stale: "False Fresh", partial: "False Complete", verdicts: low, state: v1alpha1.StateLow,
		},
		"usage is refused": {
			then:    func(s *scenario) { fail(s, &s.in.Usage, vendors.KindForbidden, "AccessDenied") },
			ready:   "False Forbidden, Stalled",
			message: "usage: the credential may not make this call; grant it the permission at the vendor (AccessDenied)",
			stale:   "False Fresh", partial: "False Complete", verdicts: low, state: v1alpha1.StateLow,
		},
		"usage is refused while packages were never read": {
			begin: func(t *testing.T) *scenario { return watching(t, asksUsage) },
			then:  func(s *scenario) { fail(s, &s.in.Usage, vendors.KindNotFound, "") },
			ready: "False NotFound, Stalled", message: "usage: what was asked for does not exist at the vendor; check the spec",
			stale: "Unknown NoData", partial: "Unknown NoData", verdicts: unread, state: v1alpha1.StateUnknown,
		},
		"the vendor package knows better what to do": {
			then: func(s *scenario) {
				fail(s, &s.in.Bill, vendors.KindNotFound, "404")
				s.in.Bill.Err.Hint = "the vendor has no such bill; check isolationBillPath"
				s.assess()
			},
			ready: "False NotFound, Stalled", message: "bill: the vendor has no such bill; check isolationBillPath (404)",
			stale: "False Fresh", partial: "False Complete", verdicts: low, state: v1alpha1.StateLow,
		},
		"packages get stale before usage": {
			then:  func(s *scenario) { s.waits(3 * time.Hour) },
			ready: "False DataStale, Reconciling", message: "The numbers are older than staleAfter; the vendor is asked again",
			stale: "True DataStale", partial: "False Complete", verdicts: staleLow, state: v1alpha1.StateLow,
		},
		"usage gets stale, packages do not": {
			then: func(s *scenario) {
				s.in.Now = s.in.Now.Add(18 * time.Hour)
				s.answers(pack(left("150")))
			},
			ready: "False DataStale, Reconciling", message: "The numbers are older than staleAfter; the vendor is asked again",
			stale: "True DataStale", partial: "False Complete", verdicts: low, state: v1alpha1.StateLow,
		},
		"half an answer about usage": {
			then:  func(s *scenario) { fail(s, &s.in.Usage, vendors.KindMalformed, "") },
			ready: "True Succeeded", message: "The numbers answer the spec and are fresh; usage: the vendor's answer was not whole",
			stale: "False Fresh", partial: "True IncompleteAnswer", verdicts: low, state: v1alpha1.StateLow,
		},
		"half an answer about usage, a whole one about packages": {
			then: func(s *scenario) {
				fail(s, &s.in.Usage, vendors.KindMalformed, "")
				s.answers(pack(left("150")))
			},
			ready: "True Succeeded", message: "The numbers answer the spec and are fresh; usage: the vendor's answer was not whole",
			stale: "False Fresh", partial: "True IncompleteAnswer", verdicts: low, state: v1alpha1.StateLow,
		},
		"half an answer about usage, then none": {
			then: func(s *scenario) {
				fail(s, &s.in.Usage, vendors.KindMalformed, "")
				fail(s, &s.in.Usage, vendors.KindUnavailable, "")
			},
			ready: "True Succeeded", message: "The numbers answer the spec and are fresh; usage: the vendor cannot be reached or failed",
			stale: "False Fresh", partial: "True IncompleteAnswer", verdicts: low, state: v1alpha1.StateLow,
		},
		"half an answer about usage, then a whole one": {
			then: func(s *scenario) {
				fail(s, &s.in.Usage, vendors.KindMalformed, "")
				s.uses()
			},
			ready: "True Succeeded", message: "The numbers answer the spec and are fresh",
			stale: "False Fresh", partial: "False Complete", verdicts: low, state: v1alpha1.StateLow,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			begin := test.begin
			if begin == nil {
				begin = func(t *testing.T) *scenario { return allRead(t) }
			}
			s := begin(t)
			s.assess()
			if test.then != nil {
				test.then(s)
			}
			got := &s.in.Watch.Status
			want := map[string]string{
				"ready": test.ready, "message": test.message, "stale": test.stale, "partial": test.partial, "state": string(test.state),
			}
			if diff := cmp.Diff(want, map[string]string{
				"ready": readiness(got.Conditions), "message": message(got.Conditions, v1alpha1.ConditionReady),
				"stale": says(got.Conditions, v1alpha1.ConditionDataStale), "partial": says(got.Conditions, v1alpha1.ConditionPartialData),
				"state": string(got.State),
			}); diff != "" {
				t.Errorf("conditions (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.verdicts, verdicts(got)); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMessagesNameTheSections(t *testing.T) {
	tests := map[string]struct {
		then      func(*scenario)
		condition string
		want      string
	}{
		"stale": {
			then:      func(s *scenario) { s.waits(18 * time.Hour) },
			condition: v1alpha1.ConditionDataStale, want: "These readings are older than staleAfter: packages, usage",
		},
		"all of them stale": {
			then:      func(s *scenario) { s.waits(7 * day) },
			condition: v1alpha1.ConditionDataStale,
			want:      "These readings are older than staleAfter: bill, closed-bills, packages, usage",
		},
		"not whole": {
			then: func(s *scenario) {
				fail(s, &s.in.Usage, vendors.KindMalformed, "")
				fail(s, &s.in.ClosedBills, vendors.KindMalformed, "")
			},
			condition: v1alpha1.ConditionPartialData, want: "The last answer was not whole and is not used: closed-bills, usage",
		},
		"an interval that the operator raises": {
			then:      func(s *scenario) { s.in.Usage.Interval = 8 * time.Hour; s.assess() },
			condition: v1alpha1.ConditionReady,
			want:      "The numbers answer the spec and are fresh; the operator's --min-interval raises usage.interval to 8h0m0s",
		},
		"intervals that the operator raises": {
			then: func(s *scenario) {
				s.in.Packages.Interval, s.in.Usage.Interval, s.in.Bill.Interval = 30*time.Hour, 30*time.Hour, 30*time.Hour
				s.assess()
			},
			condition: v1alpha1.ConditionReady,
			want: "The numbers answer the spec and are fresh; the operator's --min-interval raises " +
				"bill.interval, interval, usage.interval to 30h0m0s",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := allRead(t)
			test.then(s)
			if diff := cmp.Diff(test.want, message(s.in.Watch.Status.Conditions, test.condition)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.condition, diff)
			}
		})
	}
}

// What was not whole is remembered for each section, over restarts and whatever
// becomes of the others.
func TestSectionsRememberHalfAnswers(t *testing.T) {
	const complete = "The numbers come from whole answers"
	const inUsage, inBoth = "The last answer was not whole and is not used: usage", "The last answer was not whole and is not used: bill, usage"
	steps := []struct {
		what string
		do   func(*scenario)
		want string
	}{
		{"half an answer about usage", func(s *scenario) { fail(s, &s.in.Usage, vendors.KindMalformed, "") }, inUsage},
		{"a restart", func(s *scenario) { s.restarts() }, inUsage},
		{"no answer about the bill", func(s *scenario) { fail(s, &s.in.Bill, vendors.KindUnavailable, "") }, inUsage},
		{"a whole answer about packages", func(s *scenario) { s.answers(pack()) }, inUsage},
		{"no answer about usage", func(s *scenario) { fail(s, &s.in.Usage, vendors.KindThrottled, "") }, inUsage},
		{"another restart", func(s *scenario) { s.restarts() }, inUsage},
		{"half an answer about the bill", func(s *scenario) { fail(s, &s.in.Bill, vendors.KindMalformed, "") }, inBoth},
		{"a third restart", func(s *scenario) { s.restarts() }, inBoth},
		{"a whole answer about the bill", func(s *scenario) { s.bills() }, inUsage},
		{"a whole answer about usage", func(s *scenario) { s.uses() }, complete},
		{"no answer about usage after it", func(s *scenario) { fail(s, &s.in.Usage, vendors.KindThrottled, "") }, complete},
		{"a fourth restart", func(s *scenario) { s.restarts() }, complete},
	}
	s := allRead(t)
	for _, step := range steps {
		s.in.Now = s.in.Now.Add(time.Minute)
		step.do(s)
		if diff := cmp.Diff(step.want, message(s.in.Watch.Status.Conditions, v1alpha1.ConditionPartialData)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", step.what, diff)
		}
	}
}

// The row of failures goes on in a new process, and ends with a success that
// nobody looked at.
func TestRowOfFailures(t *testing.T) {
	s := watching(t)
	s.answers(pack())
	s.in.Now = s.in.Now.Add(time.Hour)
	s.fails(vendors.KindMalformed, "")
	s.in.Now = s.in.Now.Add(time.Hour)
	s.restarts()
	got := s.fails(vendors.KindUnavailable, "Timeout").Packages.LastError
	want := &v1alpha1.VendorError{
		Kind: v1alpha1.ErrorUnavailable, Code: "Timeout", Since: at(time.Hour), IncompleteAnswer: true, RetryTime: at(3*time.Hour + time.Minute),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}

	s.in.Now = s.in.Now.Add(time.Hour)
	s.in.Packages.Value, s.in.Packages.Time = &vendors.PackageReading{}, s.in.Now
	s.in.Packages.Since = s.in.Now.Add(time.Minute)
	s.in.Now = s.in.Now.Add(time.Minute)
	got = s.fails(vendors.KindUnavailable, "Timeout").Packages.LastError
	want = &v1alpha1.VendorError{
		Kind: v1alpha1.ErrorUnavailable, Code: "Timeout", Since: at(3*time.Hour + time.Minute), RetryTime: at(4*time.Hour + 2*time.Minute),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after a success (-want +got):\n%s", diff)
	}
}

// Each section gets stale after three of its own intervals, or after staleAfter
// where that leaves room for a poll.
func TestSectionsGetStale(t *testing.T) {
	tests := map[string]struct {
		spec []specChange
		// when they do, counted from the reading
		packages, usage, bill time.Duration
	}{
		"by their own intervals": {packages: 3 * time.Hour, usage: 18 * time.Hour, bill: 72 * time.Hour},
		"by a short staleAfter": {
			spec: []specChange{staleAfter(2 * time.Hour)}, packages: 2 * time.Hour, usage: 18 * time.Hour, bill: 72 * time.Hour,
		},
		"by a long staleAfter": {
			spec: []specChange{staleAfter(30 * time.Hour)}, packages: 30 * time.Hour, usage: 30 * time.Hour, bill: 30 * time.Hour,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := allRead(t, test.spec...)
			got := map[string]time.Duration{}
			for !s.next.IsZero() && len(got) < 4 {
				s.in.Now = s.next
				s.assess()
				for _, name := range s.stale() {
					if _, noted := got[name]; !noted {
						got[name] = s.in.Now.Sub(at(0).Time)
					}
				}
			}
			want := map[string]time.Duration{
				"packages": test.packages, "usage": test.usage, "bill": test.bill, "closed-bills": test.bill,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("stale (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimesOfSections(t *testing.T) {
	s := watching(t, asksUsage, asksBill(1))
	s.bills()
	s.in.Now = s.in.Now.Add(time.Hour)
	s.answers(pack())
	s.in.Now = s.in.Now.Add(time.Hour)
	got := s.uses()
	want := map[string]any{"oldest": at(0), "last": at(2 * time.Hour), "next": at(2*time.Hour + time.Minute)}
	if diff := cmp.Diff(want, map[string]any{
		"oldest": got.LastSuccessTime, "last": got.LastAttemptTime, "next": got.NextPollTime,
	}); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}

	got = s.edits(noBill)
	if want := at(time.Hour); !got.LastSuccessTime.Equal(&want) || !got.NextPollTime.IsZero() {
		t.Errorf("without a bill, the oldest numbers are of %s, and the next poll is at %s", got.LastSuccessTime, got.NextPollTime)
	}
}

// What is no longer asked for goes, and leaves nothing behind.
func TestSectionsThatAreNotAskedForAnyMore(t *testing.T) {
	s := allRead(t)
	fail(s, &s.in.Usage, vendors.KindMalformed, "")
	fail(s, &s.in.Bill, vendors.KindForbidden, "")
	s.answers(pack())
	got := s.edits(noBill)
	if got.Bill != nil || got.Usage == nil || got.Packages == nil {
		t.Errorf("without a bill: %s", asJSON(t, got))
	}
	s.edits(noUsage)
	got = s.answers(pack())
	if got.Bill != nil || got.Usage != nil || got.Packages == nil {
		t.Errorf("without usage: %s", asJSON(t, got))
	}
	want := map[string]string{"ready": "True Succeeded", "stale": "False Fresh", "partial": "False Complete"}
	if diff := cmp.Diff(want, map[string]string{
		"ready": readiness(got.Conditions), "stale": says(got.Conditions, v1alpha1.ConditionDataStale),
		"partial": says(got.Conditions, v1alpha1.ConditionPartialData),
	}); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
}

func TestSubAccountsThatTheVendorDoesNotKnow(t *testing.T) {
	partial := func(s *scenario) [2]string {
		conditions := s.in.Watch.Status.Conditions
		return [2]string{says(conditions, v1alpha1.ConditionPartialData), message(conditions, v1alpha1.ConditionPartialData)}
	}
	unknown := [2]string{"True SubAccountNotFound", "The vendor does not know so many of spec.packages.polyv.emails: 2"}
	complete := [2]string{"False Complete", "The numbers come from whole answers"}
	steps := []struct {
		what string
		do   func(*scenario)
		want [2]string
	}{
		{"two of them", func(s *scenario) { answer(s, &s.in.Packages, vendors.PackageReading{NotFound: 2}) }, unknown},
		{"a hiccup", func(s *scenario) { s.fails(vendors.KindUnavailable, "") }, unknown},
		{"a restart", func(s *scenario) { s.restarts() }, unknown},
		{"a hiccup after it", func(s *scenario) { s.fails(vendors.KindUnavailable, "") }, unknown},
		{"another answer", func(s *scenario) { s.uses() }, unknown},
		{"half an answer", func(s *scenario) { s.fails(vendors.KindMalformed, "") }, [2]string{
			"True IncompleteAnswer", "The last answer was not whole and is not used: packages",
		}},
		{"again two of them", func(s *scenario) { answer(s, &s.in.Packages, vendors.PackageReading{NotFound: 2}) }, unknown},
		{"all are known", func(s *scenario) { s.answers() }, complete},
		{"again two of them", func(s *scenario) { answer(s, &s.in.Packages, vendors.PackageReading{NotFound: 2}) }, unknown},
		{"packages are not asked for any more", func(s *scenario) { s.edits(noPackages) }, complete},
	}
	s := watching(t, asksUsage, emails("a@example.com", "b@example.com", "c@example.com"))
	for _, step := range steps {
		step.do(s)
		if diff := cmp.Diff(step.want, partial(s)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", step.what, diff)
		}
	}
}

// The summary is about the last day that every reading accounts for.
func TestSummaryIsAsOldAsTheOldestReading(t *testing.T) {
	s := watching(t, asksUsage)
	s.answers(pack())
	older := usage("Duration", "1")
	older.DataAsOf = vendors.DayAt(start).Add(-9)
	if got := s.uses(usage("Concurrence", "1"), older).Summary.DataAsOf; got != "2026-11-12" {
		t.Errorf("dataAsOf %s", got)
	}
	if got := s.uses(usage("Concurrence", "1")).Summary.DataAsOf; got != "2026-11-19" {
		t.Errorf("dataAsOf %s, with both readings of the same day", got)
	}
}
