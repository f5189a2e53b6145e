// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPolyvStrictness(t *testing.T) {
	packages := func(p polyvParameters) func(*bench) *polyvDraft {
		return func(b *bench) *polyvDraft { return b.packagesDraft(p) }
	}
	usage := func(p polyvParameters) func(*bench) *polyvDraft {
		return func(b *bench) *polyvDraft { return b.usageDraft(p) }
	}
	bill := func(p polyvParameters) func(*bench) *polyvDraft {
		return func(b *bench) *polyvDraft { return b.billDraft(p) }
	}
	health := (*bench).healthDraft
	without := func(draft func(*bench) *polyvDraft, name string) func(*bench) *polyvDraft {
		return func(b *bench) *polyvDraft {
			d := draft(b)
			delete(d.parameters, name)
			return d
		}
	}
	with := func(draft func(*bench) *polyvDraft, credential PolyvCredential) func(*bench) *polyvDraft {
		return func(b *bench) *polyvDraft {
			d := draft(b)
			d.credential, d.parameters["appId"] = credential, credential.AppID
			return d
		}
	}
	emails := func(n int) string { return strings.TrimSuffix(strings.Repeat("a@example.com,", n), ",") }
	group, standard := ExamplePolyvGroupCredential(), ExamplePolyvStandardCredential()

	tests := map[string]struct {
		draft      func(*bench) *polyvDraft
		wantStatus int // 200 when 0
		wantDesc   string
	}{
		"packages":                    {draft: packages(nil)},
		"packages, every parameter":   {draft: packages(polyvParameters{"emails": "a@example.com", "pageNumber": "1", "pageSize": "50"})},
		"a hundred emails":            {draft: packages(polyvParameters{"emails": emails(100)})},
		"page far past the end":       {draft: packages(polyvParameters{"pageNumber": "2147483647", "pageSize": "50"})},
		"usage":                       {draft: usage(nil)},
		"usage, every parameter":      {draft: usage(polyvParameters{"channelId": "3346714", "pageNumber": "1", "pageSize": "1000"})},
		"usage of a whole month":      {draft: usage(polyvParameters{"startDate": "2026-10-01", "endDate": "2026-10-31"})},
		"bill":                        {draft: bill(nil)},
		"bill, every parameter":       {draft: bill(polyvParameters{"pageNumber": "1", "pageSize": "1000"})},
		"bill of the first month":     {draft: bill(polyvParameters{"billingDate": "202204"})},
		"health":                      {draft: health},
		"usage of a category with AI": {draft: usage(polyvParameters{"itemCategory": "aiPPTVideoEnabled"})},

		"unknown parameter":    {draft: packages(polyvParameters{"page": "1"}), wantStatus: 400, wantDesc: "param validate error: unknown name"},
		"capitals":             {draft: packages(polyvParameters{"PageSize": "10"}), wantStatus: 400, wantDesc: "param validate error: unknown name"},
		"another operation's":  {draft: bill(polyvParameters{"emails": "a@example.com"}), wantStatus: 400, wantDesc: "param validate error: unknown name"},
		"nonce":                {draft: packages(polyvParameters{"signatureNonce": "x"}), wantStatus: 400, wantDesc: "param validate error: unknown name"},
		"health with paging":   {draft: func(b *bench) *polyvDraft { d := health(b); d.parameters["pageNumber"] = "1"; return d }, wantStatus: 400, wantDesc: "param validate error: unknown name"},
		"empty parameter":      {draft: packages(polyvParameters{"emails": ""}), wantStatus: 400, wantDesc: "param should not be empty: emails"},
		"blank parameter":      {draft: usage(polyvParameters{"channelId": " "}), wantStatus: 400, wantDesc: "param should not be empty: channelId"},
		"hundred and one":      {draft: packages(polyvParameters{"emails": emails(101)}), wantStatus: 400, wantDesc: "param length is incorrect: emails"},
		"email that is none":   {draft: packages(polyvParameters{"emails": "a@example.com,,b@example.com"}), wantStatus: 400, wantDesc: "param validate error: emails"},
		"page of 51":           {draft: packages(polyvParameters{"pageSize": "51"}), wantStatus: 400, wantDesc: "number range error: pageSize"},
		"page of none":         {draft: packages(polyvParameters{"pageSize": "0"}), wantStatus: 400, wantDesc: "number range error: pageSize"},
		"page zero":            {draft: packages(polyvParameters{"pageNumber": "0"}), wantStatus: 400, wantDesc: "number range error: pageNumber"},
		"negative page":        {draft: packages(polyvParameters{"pageNumber": "-1"}), wantStatus: 400, wantDesc: "param is not digit: pageNumber"},
		"page beyond integers": {draft: packages(polyvParameters{"pageNumber": "2147483648"}), wantStatus: 400, wantDesc: "param exceeds maximum value of integer: pageNumber"},
		"page beyond all":      {draft: packages(polyvParameters{"pageNumber": "99999999999999999999"}), wantStatus: 400, wantDesc: "param exceeds maximum value of integer: pageNumber"},
		"bill page of 1001":    {draft: bill(polyvParameters{"pageSize": "1001"}), wantStatus: 400, wantDesc: "number range error: pageSize"},
		"usage page of none":   {draft: usage(polyvParameters{"pageSize": "0"}), wantStatus: 400, wantDesc: "number range error: pageSize"},

		"no category":                {draft: without(usage(nil), "itemCategory"), wantStatus: 400, wantDesc: "param should not be empty: itemCategory"},
		"no start":                   {draft: without(usage(nil), "startDate"), wantStatus: 400, wantDesc: "param should not be empty: startDate"},
		"no end":                     {draft: without(usage(nil), "endDate"), wantStatus: 400, wantDesc: "param should not be empty: endDate"},
		"category by its label":      {draft: usage(polyvParameters{"itemCategory": "直播分钟数"}), wantStatus: 400, wantDesc: "param validate error: itemCategory"},
		"category of the v3 bill":    {draft: usage(polyvParameters{"itemCategory": "seminarDuration"}), wantStatus: 400, wantDesc: "param validate error: itemCategory"},
		"two categories":             {draft: usage(polyvParameters{"itemCategory": "duration,concurrence"}), wantStatus: 400, wantDesc: "param validate error: itemCategory"},
		"start without hyphens":      {draft: usage(polyvParameters{"startDate": "20261101"}), wantStatus: 400, wantDesc: "invalid date time format: startDate"},
		"end on the 31st of a short": {draft: usage(polyvParameters{"endDate": "2026-11-31"}), wantStatus: 400, wantDesc: "invalid date time format: endDate"},
		"day of one digit":           {draft: usage(polyvParameters{"startDate": "2026-11-1"}), wantStatus: 400, wantDesc: "invalid date time format: startDate"},
		"across months":              {draft: usage(polyvParameters{"startDate": "2026-10-31", "endDate": "2026-11-01"}), wantStatus: 400, wantDesc: "date range error: startDate, endDate"},
		"same month of other years":  {draft: usage(polyvParameters{"startDate": "2025-11-01", "endDate": "2026-11-01"}), wantStatus: 400, wantDesc: "date range error: startDate, endDate"},
		"end before start":           {draft: usage(polyvParameters{"startDate": "2026-11-02", "endDate": "2026-11-01"}), wantStatus: 400, wantDesc: "date range error: startDate, endDate"},
		"channel no number":          {draft: usage(polyvParameters{"channelId": "abc"}), wantStatus: 400, wantDesc: "param is not digit: channelId"},
		"channel of another":         {draft: usage(polyvParameters{"channelId": "1"}), wantStatus: 403, wantDesc: "illegal channel id: 1"},

		"no month":               {draft: without(bill(nil), "billingDate"), wantStatus: 400, wantDesc: "param should not be empty: billingDate"},
		"month with a hyphen":    {draft: bill(polyvParameters{"billingDate": "2026-10"}), wantStatus: 400, wantDesc: "invalid date time format: billingDate"},
		"month thirteen":         {draft: bill(polyvParameters{"billingDate": "202613"}), wantStatus: 400, wantDesc: "invalid date time format: billingDate"},
		"month before the first": {draft: bill(polyvParameters{"billingDate": "202203"}), wantStatus: 400, wantDesc: "date range error: billingDate"},
		"no zone":                {draft: without(bill(nil), "isolationId"), wantStatus: 400, wantDesc: "param should not be empty: isolationId"},
		"unknown zone":           {draft: bill(polyvParameters{"isolationId": "nobody"}), wantStatus: 400, wantDesc: "account not found."},

		"packages by an ordinary account": {draft: with(packages(nil), standard), wantStatus: 400, wantDesc: "找不到集团账号"},
		"bill by an ordinary account":     {draft: with(bill(nil), standard), wantStatus: 400, wantDesc: "找不到集团账号"},
		"health by an ordinary account":   {draft: with(health, standard), wantStatus: 400, wantDesc: "找不到集团账号"},
		"usage by a group":                {draft: with(usage(nil), group), wantStatus: 500, wantDesc: "access forbidden"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			answer := b.doPolyv(t, test.draft(b))
			wantStatus := max(test.wantStatus, http.StatusOK)
			if answer.httpStatus != wantStatus || answer.Code != wantStatus || answer.desc() != test.wantDesc {
				t.Errorf("status %d, code %d, %q", answer.httpStatus, answer.Code, answer.desc())
			}
			if succeeded := b.sim.Calls()[0].Outcome == OutcomeOK; succeeded != (test.wantDesc == "") {
				t.Errorf("recorded outcome %q", b.sim.Calls()[0].Outcome)
			}
		})
	}
}

func TestPolyvRepeatedParameters(t *testing.T) {
	tests := map[string]struct {
		query    func(url.Values) string
		wantDesc string
	}{
		"name given twice":           {func(v url.Values) string { return v.Encode() + "&pageSize=10" }, "param validate error: repeated name"},
		"query that is no query":     {func(v url.Values) string { return v.Encode() + "&%zz" }, "param validate error: query"},
		"percent-encoded by its own": {func(v url.Values) string { return strings.ReplaceAll(v.Encode(), "pageSize", "page%53ize") }, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			d := b.packagesDraft(polyvParameters{"pageSize": "20"})
			d.query = test.query
			if got := b.doPolyv(t, d).desc(); got != test.wantDesc {
				t.Errorf("%q, want %q", got, test.wantDesc)
			}
		})
	}
}

func TestPolyvPathsAndMethods(t *testing.T) {
	const path = "/live/v4/group/account/billing-daily/list"
	tests := map[string]struct {
		change     func(*Polyv, *polyvDraft)
		wantStatus int
	}{
		"path by default":              {change: func(*Polyv, *polyvDraft) {}, wantStatus: 200},
		"path of another bill":         {change: func(_ *Polyv, d *polyvDraft) { d.path = path }, wantStatus: 404},
		"slash at the end":             {change: func(_ *Polyv, d *polyvDraft) { d.path += "/" }, wantStatus: 404},
		"POST":                         {change: func(_ *Polyv, d *polyvDraft) { d.method = http.MethodPost }, wantStatus: 405},
		"path by default, after moved": {change: func(p *Polyv, _ *polyvDraft) { p.SetBillPath(path) }, wantStatus: 404},
		"path that it moved to":        {change: func(p *Polyv, d *polyvDraft) { p.SetBillPath(path); d.path = path }, wantStatus: 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			d := b.billDraft(nil)
			test.change(b.sim.Polyv(), d)
			status, contentType, body := b.rawPolyv(t, d)
			if status != test.wantStatus {
				t.Errorf("status %d: %.100s", status, body)
			}
			if isHTML := strings.HasPrefix(contentType, "text/html") && strings.HasPrefix(string(body), "<html>"); isHTML == (status == 200) {
				t.Errorf("content type %s: %.100s", contentType, body)
			}
		})
	}
}

func TestPolyvPaging(t *testing.T) {
	const rows = 3 + 1 // a day's rows of usage: three channels and none
	tests := map[string]struct {
		draft      func(*bench) *polyvDraft
		wantRows   int
		wantPaging [4]int64 // number, size, pages, items
		wantPage   int64    // as recorded
	}{
		"sub-accounts by default": {
			draft:    func(b *bench) *polyvDraft { return b.packagesDraft(nil) },
			wantRows: 10, wantPaging: [4]int64{1, 10, 500, 5000},
		},
		"last page of sub-accounts is full": {
			draft: func(b *bench) *polyvDraft {
				return b.packagesDraft(polyvParameters{"pageSize": "50", "pageNumber": "100"})
			},
			wantRows: 50, wantPaging: [4]int64{100, 50, 100, 5000}, wantPage: 100,
		},
		"past the end": {
			draft: func(b *bench) *polyvDraft {
				return b.packagesDraft(polyvParameters{"pageSize": "50", "pageNumber": "101"})
			},
			wantRows: 0, wantPaging: [4]int64{101, 50, 100, 5000}, wantPage: 101,
		},
		"sub-accounts by email": {
			draft: func(b *bench) *polyvDraft {
				return b.packagesDraft(polyvParameters{"emails": "user0007-" + CanaryPolyvEmail + ",nobody@example.com"})
			},
			wantRows: 1, wantPaging: [4]int64{1, 10, 1, 1},
		},
		"no sub-account has the email": {
			draft: func(b *bench) *polyvDraft {
				return b.packagesDraft(polyvParameters{"emails": "nobody@example.com"})
			},
			wantRows: 0, wantPaging: [4]int64{1, 10, 0, 0},
		},
		"usage by default": {
			draft:    func(b *bench) *polyvDraft { return b.usageDraft(nil) },
			wantRows: 10, wantPaging: [4]int64{1, 10, 9, 21 * rows},
		},
		"usage has twenty rows at most": {
			draft: func(b *bench) *polyvDraft {
				return b.usageDraft(polyvParameters{"pageSize": "100", "pageNumber": "2"})
			},
			wantRows: 20, wantPaging: [4]int64{2, 20, 5, 21 * rows}, wantPage: 2,
		},
		"usage of a channel": {
			draft:    func(b *bench) *polyvDraft { return b.usageDraft(polyvParameters{"channelId": "3346715"}) },
			wantRows: 10, wantPaging: [4]int64{1, 10, 3, 21},
		},
		"usage of a day": {
			draft:    func(b *bench) *polyvDraft { return b.usageDraft(polyvParameters{"startDate": "2026-11-21"}) },
			wantRows: rows, wantPaging: [4]int64{1, 10, 1, rows},
		},
		"bill by default": {
			draft:    func(b *bench) *polyvDraft { return b.billDraft(nil) },
			wantRows: 10, wantPaging: [4]int64{1, 10, 300, 3000},
		},
		"last page of the bill is full": {
			draft: func(b *bench) *polyvDraft {
				return b.billDraft(polyvParameters{"pageSize": "1000", "pageNumber": "3"})
			},
			wantRows: 1000, wantPaging: [4]int64{3, 1000, 3, 3000}, wantPage: 3,
		},
		"bill of this month": {
			draft: func(b *bench) *polyvDraft {
				return b.billDraft(polyvParameters{"billingDate": "202611", "pageSize": "1000"})
			},
			wantRows: 210, wantPaging: [4]int64{1, 1000, 1, 210},
		},
	}
	b := newBench(t, ScenarioLarge)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			page := polyvPageOf[any](t, b.doPolyv(t, test.draft(b)))
			if len(page.Contents) != test.wantRows || page.Contents == nil {
				t.Errorf("%d rows (null: %t), want %d", len(page.Contents), page.Contents == nil, test.wantRows)
			}
			if diff := cmp.Diff(test.wantPaging, page.paging()); diff != "" {
				t.Errorf("number, size, pages, items (-want +got):\n%s", diff)
			}
			calls := b.sim.Calls()
			if got := calls[len(calls)-1].Page; got != test.wantPage {
				t.Errorf("recorded page %d, want %d", got, test.wantPage)
			}
		})
	}
}

// A resource is listed until its last day in Beijing is over.
func TestPolyvResourcesEndWithTheirDay(t *testing.T) {
	resources := func(ends ...string) []PolyvResource {
		var list []PolyvResource
		for _, end := range ends {
			list = append(list, PolyvResource{Start: "2026-01-01", End: end, Available: 1})
		}
		return list
	}
	midnight := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC) // in Beijing
	tests := map[string]struct {
		now  time.Time
		want []PolyvResource
	}{
		"the last day":           {now: midnight.Add(-time.Second), want: resources("2026-11-22", "2026-11-23")},
		"the last day is over":   {now: midnight, want: resources("2026-11-23")},
		"nothing is left at all": {now: midnight.AddDate(0, 0, 1), want: []PolyvResource{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			b.clock.SetTime(test.now)
			b.sim.Polyv().SetAccount(ExamplePolyvGroupAccount, PolyvAccount{
				Group: true, SubAccounts: []PolyvSubAccount{{Minutes: resources("2026-11-21", "2026-11-22", "2026-11-23")}},
			})
			row := polyvPageOf[PolyvSubAccount](t, b.doPolyv(t, b.packagesDraft(nil))).Contents[0]
			if diff := cmp.Diff(test.want, row.Minutes); diff != "" {
				t.Errorf("minutes (-want +got):\n%s", diff)
			}
			if row.Concurrent == nil || row.Flow == nil || row.Space == nil {
				t.Error("a list is null")
			}
		})
	}
}

// askFrom sends health checks from an address, without the network.
func askFrom(t *testing.T, b *bench, address string, n int) map[int]int {
	t.Helper()
	statuses := map[int]int{}
	for range n {
		r := b.polyvRequest(t, b.healthDraft())
		r.RemoteAddr = address + ":40000"
		recorder := httptest.NewRecorder()
		b.sim.ServeHTTP(recorder, r)
		statuses[recorder.Code]++
	}
	return statuses
}

func TestPolyvBlocksAddresses(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	steps := []struct {
		name    string
		pass    time.Duration
		address string
		calls   int
		want    map[int]int
	}{
		{"as many as allowed", 0, "192.0.2.1", 1500, map[int]int{200: 1500}},
		{"not yet ten seconds later", 10*time.Second - 1, "192.0.2.1", 2, map[int]int{429: 2}},
		{"another address has its own", 0, "192.0.2.2", 2, map[int]int{200: 2}},
		{"the block lasts", 5*time.Minute - 1, "192.0.2.1", 2, map[int]int{429: 2}},
		{"the block ends", 1, "192.0.2.1", 1500, map[int]int{200: 1500}},
		{"ten seconds later", 10 * time.Second, "192.0.2.1", 1500, map[int]int{200: 1500}},
	}
	for _, step := range steps {
		b.clock.SetTime(b.clock.Now().Add(step.pass))
		if diff := cmp.Diff(step.want, askFrom(t, b, step.address, step.calls)); diff != "" {
			t.Errorf("%s: calls by status (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestPolyvCredentialsAndAccounts(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	polyv := b.sim.Polyv()
	second := PolyvCredential{AppID: "second", AppSecret: "SECONDSECRET", Account: "second"}
	ask := func(credential PolyvCredential) string {
		d := b.polyvDraft(polyvPackagesPath, credential, nil)
		answer := b.doPolyv(t, d)
		if answer.desc() != "" {
			return answer.desc()
		}
		return fmt.Sprint(len(polyvPageOf[PolyvSubAccount](t, answer).Contents))
	}
	expect := func(when string, credential PolyvCredential, want string) {
		t.Helper()
		if got := ask(credential); got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	expect("before it is added", second, "application not found.")
	polyv.SetCredential(second)
	expect("a new account is an ordinary one", second, "找不到集团账号")
	polyv.SetAccount("second", PolyvAccount{Group: true, SubAccounts: []PolyvSubAccount{{UserID: "1"}}})
	expect("with a sub-account", second, "1")
	rotated := second
	rotated.AppSecret = "ROTATEDSECRET"
	polyv.SetCredential(rotated)
	expect("the secret before rotation", second, "invalid signature.")
	expect("the secret after rotation", rotated, "1")
	polyv.RemoveCredential(second.AppID)
	expect("after it is removed", rotated, "application not found.")
}

func TestPolyvAccountsAreCopies(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	polyv := b.sim.Polyv()
	before := polyv.Account(ExamplePolyvGroupAccount)
	changed := polyv.Account(ExamplePolyvGroupAccount)
	changed.SubAccounts[0].Minutes[0].Available = -1
	changed.SubAccounts[0].UserID = "changed in a copy"
	changed.Zones[0].Bill[0].TradeType = -1
	if diff := cmp.Diff(before, polyv.Account(ExamplePolyvGroupAccount)); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
	polyv.SetAccount(ExamplePolyvGroupAccount, changed)
	changed.SubAccounts[0].Minutes[0].Available = -2
	if got := polyv.Account(ExamplePolyvGroupAccount).SubAccounts[0].Minutes[0].Available; got != -1 {
		t.Errorf("available %d", got)
	}
}

func TestPolyvSetAvailable(t *testing.T) {
	tests := map[string]struct {
		userID, resource string
		available        int64
		want             func(*PolyvSubAccount)
		wantErr          bool
	}{
		"minutes of today":            {userID: "a", resource: "minutes", available: 5, want: func(s *PolyvSubAccount) { s.Minutes[1].Available = 5 }},
		"mic minutes":                 {userID: "a", resource: "linkMicMinutes", available: 6, want: func(s *PolyvSubAccount) { s.LinkMicMinutes = 6 }},
		"director's minutes":          {userID: "a", resource: "guideMinutes", available: 0, want: func(s *PolyvSubAccount) { s.GuideMinutes = 0 }},
		"traffic that has not begun":  {userID: "a", resource: "flow", available: 5, wantErr: true},
		"storage, of which none is":   {userID: "a", resource: "space", available: 5, wantErr: true},
		"unknown resource":            {userID: "a", resource: "balance", available: 5, wantErr: true},
		"unknown sub-account":         {userID: "nobody", resource: "minutes", available: 5, wantErr: true},
		"negative":                    {userID: "a", resource: "minutes", available: -1, wantErr: true},
		"negative director's minutes": {userID: "a", resource: "guideMinutes", available: -1, wantErr: true},
	}
	account := PolyvAccount{Group: true, SubAccounts: []PolyvSubAccount{{
		UserID: "a", GuideMinutes: 9,
		Minutes: []PolyvResource{
			{Start: "2026-11-01", End: "2026-11-21", Available: 1},
			{Start: "2026-11-22", End: "2026-11-22", Available: 2},
			{Start: "2026-11-22", End: "2026-12-22", Available: 3},
		},
		Flow: []PolyvResource{{Start: "2026-11-23", End: "2026-12-22", Available: 4}},
	}}}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			polyv := newBench(t, ScenarioSeeds).sim.Polyv()
			polyv.SetAccount("a", account)
			if err := polyv.SetAvailable(test.userID, test.resource, test.available); (err != nil) != test.wantErr {
				t.Errorf("error %v, want one: %t", err, test.wantErr)
			}
			want := account.clone()
			if test.want != nil {
				test.want(&want.SubAccounts[0])
			}
			if diff := cmp.Diff(want, polyv.Account("a")); diff != "" {
				t.Errorf("account (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPolyvCallsAreRecorded(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	b.doPolyv(t, b.packagesDraft(polyvParameters{"emails": "a@example.com,b@example.com", "pageNumber": "2"}))
	b.doPolyv(t, b.usageDraft(polyvParameters{"channelId": "3346714"}))
	b.doPolyv(t, b.billDraft(nil))
	b.doPolyv(t, b.healthDraft())
	b.rawPolyv(t, b.polyvDraft("/nowhere", ExamplePolyvGroupCredential(), nil))
	group, standard := ExamplePolyvGroupCredential().AppID, ExamplePolyvStandardCredential().AppID
	want := []Call{
		{ServicePolyv, "package-validity", "emails=2", 2, testStart, group, OutcomeOK},
		{ServicePolyv, "use-detail", "itemCategory=duration startDate=2026-11-01 endDate=2026-11-21 channelId=3346714", 0, testStart, standard, OutcomeOK},
		{ServicePolyv, "isolation-bill", "billingDate=202610 isolationId=iso-example", 0, testStart, group, OutcomeOK},
		{ServicePolyv, "health-check", "", 0, testStart, group, OutcomeOK},
		{ServicePolyv, unknown, "", 0, testStart, unknown, "HTTP 404"},
	}
	if diff := cmp.Diff(want, b.sim.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// Names, numbers and nulls are as published, in every envelope.
func TestPolyvAnswersOnTheWire(t *testing.T) {
	const requestID = `"requestId":"00000000000000000000000000000001.54.1"`
	tests := map[string]struct {
		draft func(*bench) *polyvDraft
		want  string
	}{
		"packages": {
			draft: func(b *bench) *polyvDraft { return b.packagesDraft(nil) },
			want: `{"code":200,"status":"success",` + requestID + `,"data":{"pageNumber":1,"pageSize":10,"totalPages":1,"totalItems":1,` +
				`"contents":[{"userId":"subaccountexample","appId":"subappexample","appSecret":"` + CanaryPolyvAppSecret + `",` +
				`"email":"` + CanaryPolyvEmail + `","balance":"0","phone":"` + CanaryPolyvPhone + `","memo":"` + CanaryPolyvMemo + `",` +
				`"chargeType":"minutes","concurrent":[],"minutes":[{"start":"2026-11-19","end":"2026-12-02","available":1100},` +
				`{"start":"2026-12-03","end":"2026-12-07","available":100}],"flow":[{"start":"2026-12-12","end":"2026-12-22","available":2147483648}],` +
				`"space":[],"expireDate":null,"status":"normal","contacts":"` + CanaryPolyvContacts + `","expireType":"group",` +
				`"linkMicMinutes":0,"guideMinutes":0,"maxChannels":0,"linkMicLimit":1,"pureRtcEnabled":"Y"}]},"success":true}`,
		},
		"usage": {
			draft: func(b *bench) *polyvDraft { return b.usageDraft(nil) },
			want: `{"code":200,"status":"success",` + requestID + `,"data":{"pageNumber":1,"pageSize":10,"totalPages":1,"totalItems":1,` +
				`"contents":[{"statDate":"2026-11-21","production":"直播","itemCategory":"直播分钟数","itemName":"国内观看时长",` +
				`"channelId":3346714,"recordId":"test-001234","consumed":1,"consumeUnit":"分钟","startTime":"2026-11-21 13:03:01",` +
				`"endTime":"2026-11-21 14:48:36","remark":"` + CanaryPolyvRemark + `","sessionId":"","avgBitRate":""}]},"success":true}`,
		},
		"bill": {
			draft: func(b *bench) *polyvDraft { return b.billDraft(polyvParameters{"pageSize": "1", "pageNumber": "4"}) },
			want: `{"code":200,"status":"success",` + requestID + `,"data":{"pageNumber":4,"pageSize":1,"totalPages":7,"totalItems":7,` +
				`"contents":[{"unionId":"unionexample","accountPeriod":"2026-10","email":null,"memo":null,"production":"点播","category":"存储空间",` +
				`"itemConsumed":0.50,"itemConsumedUnit":"GB","statAt":"2026-10-17","tradeType":2}]},"success":true}`,
		},
		"health": {
			draft: (*bench).healthDraft,
			want:  `{"code":200,"status":"success",` + requestID + `,"data":{"health":12.5},"success":true}`,
		},
		"failure of a group's operation": {
			draft: func(b *bench) *polyvDraft { return b.packagesDraft(polyvParameters{"timestamp": "1660214429000"}) },
			want:  `{"code":400,"status":"error","error":{"code":10003,"desc":"时间戳过期"},"success":false}`,
		},
		"failure of another": {
			draft: func(b *bench) *polyvDraft { return b.usageDraft(polyvParameters{"appId": "nobody"}) },
			want:  `{"code":400,"status":"error",` + requestID + `,"error":{"code":20001,"desc":"application not found."},"success":false}`,
		},
		"failure at the door": {
			draft: func(b *bench) *polyvDraft {
				d := b.packagesDraft(nil)
				d.credential.AppSecret = "NOTTHESECRET"
				return d
			},
			want: `{"code":400,"status":"error","message":"invalid signature.","data":""}`,
		},
		"missing rights": {
			draft: func(b *bench) *polyvDraft {
				d := b.usageDraft(nil)
				d.credential = ExamplePolyvGroupCredential()
				d.parameters["appId"] = d.credential.AppID
				return d
			},
			want: `{"code":500,"status":"fail","message":"access forbidden","data":""}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			_, _, body := b.rawPolyv(t, test.draft(b))
			if diff := cmp.Diff(test.want, string(body)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}
