// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// polyvSecondPage asks for the rows 50 to 99.
var polyvSecondPage = polyvParameters{"pageNumber": "2", "pageSize": "50"}

// The faults that POLYV brings about, as seen in a proper answer.
func TestPolyvFaults(t *testing.T) {
	secondPage := [4]int64{2, 50, 100, 5000}
	tests := map[string]struct {
		fault      Fault
		wantStatus int // of HTTP
		wantCode   int // of the envelope
		wantError  int // error.code, 0 in the legacy envelope
		wantDesc   string
		// of an answer without an error
		wantPaging  [4]int64
		wantFirstID string
	}{
		"throttle": {
			fault: Fault{Name: FaultThrottle}, wantStatus: 400, wantCode: 400, wantError: 400, wantDesc: "qps exceeds number of calls",
		},
		"account frozen": {
			fault: Fault{Name: FaultAccountFrozen}, wantStatus: 400, wantCode: 400, wantDesc: "account is forbidden.",
		},
		"vendor error": {
			fault: Fault{Name: FaultVendorError}, wantStatus: 200, wantCode: 500, wantError: 500, wantDesc: "InternalError",
		},
		"vendor error with a text": {
			fault:      Fault{Name: FaultVendorError, Argument: "账号未开启 X 功能"},
			wantStatus: 200, wantCode: 500, wantError: 500, wantDesc: "账号未开启 X 功能",
		},
		"vendor error with a code": {
			fault:      Fault{Name: FaultVendorError, Argument: "20001"},
			wantStatus: 200, wantCode: 400, wantError: 20001, wantDesc: "This error was injected.",
		},
		"clock skew": {
			fault: Fault{Name: FaultClockSkew, Argument: "-4m"}, wantStatus: 400, wantCode: 400, wantError: 10003, wantDesc: "时间戳过期",
		},
		"null paging": {
			fault: Fault{Name: FaultNullPaging}, wantStatus: 200, wantCode: 200, wantPaging: [4]int64{-1, -1, -1, -1}, wantFirstID: "user0050",
		},
		"zero paging": {
			fault: Fault{Name: FaultZeroPaging}, wantStatus: 200, wantCode: 200, wantPaging: [4]int64{}, wantFirstID: "user0050",
		},
		"repeated page": {
			fault: Fault{Name: FaultRepeatedPage}, wantStatus: 200, wantCode: 200, wantPaging: secondPage, wantFirstID: "user0000",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioLarge)
			test.fault.Count = 1
			b.injectInto(t, ServicePolyv, test.fault)
			answer := b.doPolyv(t, b.packagesDraft(polyvSecondPage))
			if answer.httpStatus != test.wantStatus || answer.Code != test.wantCode ||
				errorCode(answer) != test.wantError || answer.desc() != test.wantDesc {
				t.Errorf("status %d, code %d, error.code %d, %q", answer.httpStatus, answer.Code, errorCode(answer), answer.desc())
			}
			if test.wantDesc == "" {
				expectPolyvPage(t, answer, test.wantPaging, test.wantFirstID)
			}
			healed := b.doPolyv(t, b.packagesDraft(polyvSecondPage))
			expectPolyvPage(t, healed, secondPage, "user0050")
		})
	}
}

func expectPolyvPage(t *testing.T, answer polyvDecoded, wantPaging [4]int64, wantFirstID string) {
	t.Helper()
	page := polyvPageOf[PolyvSubAccount](t, answer)
	if diff := cmp.Diff(wantPaging, page.paging()); diff != "" {
		t.Errorf("number, size, pages, items (-want +got):\n%s", diff)
	}
	if got := page.Contents[0].UserID; got != wantFirstID {
		t.Errorf("the page begins with %s, want %s", got, wantFirstID)
	}
}

// The faults strike every operation with pages alike.
func TestPolyvFaultsOfTheOtherOperations(t *testing.T) {
	tests := map[string]func(*bench) *polyvDraft{
		"usage": func(b *bench) *polyvDraft { return b.usageDraft(polyvSecondPage) },
		"bill":  func(b *bench) *polyvDraft { return b.billDraft(polyvSecondPage) },
	}
	for name, draft := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioLarge)
			first := draft(b)
			first.parameters["pageNumber"] = "1"
			want := polyvPageOf[any](t, b.doPolyv(t, first))
			b.injectInto(t, ServicePolyv, Fault{Name: FaultRepeatedPage})
			b.injectInto(t, ServicePolyv, Fault{Name: FaultZeroPaging})
			got := polyvPageOf[any](t, b.doPolyv(t, draft(b)))
			if diff := cmp.Diff(want.Contents, got.Contents); diff != "" {
				t.Errorf("second page against first (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([4]int64{}, got.paging()); diff != "" {
				t.Errorf("paging (-want +got):\n%s", diff)
			}
		})
	}
}

// A health check has no pages to bend, but a payload.
func TestPolyvHealthKeepsFaultsOfPages(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	b.injectInto(t, ServicePolyv, Fault{Name: FaultNullPaging, Count: 1})
	b.injectInto(t, ServicePolyv, Fault{Name: FaultPayloadNull, Count: 1})
	for _, want := range []string{`null`, `{"health":12.5}`} {
		answer := b.doPolyv(t, b.healthDraft())
		if answer.Code != 200 || string(answer.Data) != want {
			t.Errorf("code %d, data %s, want %s", answer.Code, answer.Data, want)
		}
	}
	active, err := b.sim.ActiveFaults(ServicePolyv)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Fault{{Name: FaultNullPaging, Count: 1}}, active); diff != "" {
		t.Errorf("active faults (-want +got):\n%s", diff)
	}
}

// Faults that are errors strike no request that is refused anyway.
func TestPolyvFaultsHideNoMistake(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	for _, name := range []FaultName{FaultThrottle, FaultAccountFrozen, FaultVendorError, FaultPayloadNull, FaultNullPaging} {
		b.injectInto(t, ServicePolyv, Fault{Name: name, Count: 1})
	}
	answer := b.doPolyv(t, b.billDraft(polyvParameters{"pageSize": "1001"}))
	if answer.desc() != "number range error: pageSize" {
		t.Errorf("%q", answer.desc())
	}
	if active, err := b.sim.ActiveFaults(ServicePolyv); err != nil || len(active) != 5 {
		t.Errorf("active faults %v, error %v", active, err)
	}
}

// What the canaries are for: they are in the answers, so that tests can look for
// them elsewhere.
func TestPolyvCanariesAreSent(t *testing.T) {
	drafts := map[string]func(*bench) *polyvDraft{
		CanaryPolyvAppSecret: func(b *bench) *polyvDraft { return b.packagesDraft(nil) },
		CanaryPolyvEmail:     func(b *bench) *polyvDraft { return b.packagesDraft(nil) },
		CanaryPolyvPhone:     func(b *bench) *polyvDraft { return b.packagesDraft(nil) },
		CanaryPolyvContacts:  func(b *bench) *polyvDraft { return b.packagesDraft(nil) },
		CanaryPolyvMemo:      func(b *bench) *polyvDraft { return b.packagesDraft(nil) },
		CanaryPolyvRemark:    func(b *bench) *polyvDraft { return b.usageDraft(nil) },
	}
	for _, scenario := range Scenarios() {
		b := newBench(t, scenario)
		for canary, draft := range drafts {
			page := polyvPageOf[json.RawMessage](t, b.doPolyv(t, draft(b)))
			for _, row := range page.Contents {
				if !json.Valid(row) || !contains(row, canary) {
					t.Errorf("%s: no %s in %s", scenario, canary, row)
				}
			}
		}
	}
}
