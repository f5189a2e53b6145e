// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestVolcengineStrictness(t *testing.T) {
	type change = func(*volcengineDraft)
	body := func(text string) change {
		return func(d *volcengineDraft) {
			d.body = text
			d.header.Set("X-Content-Sha256", hexSHA256([]byte(text)))
		}
	}
	target := func(text string) change { return func(d *volcengineDraft) { d.target = text } }
	header := func(name, value string) change { return func(d *volcengineDraft) { d.header.Set(name, value) } }
	// days adds the days of the seeds to the other parameters.
	days := func(others string) change { return body(others + `,"StartDay":"20261118","EndDay":"20261120"}`) }
	between := func(start, end string) change {
		return body(fmt.Sprintf(`{"ActivityIds":[1],"StartDay":%s,"EndDay":%s}`, start, end))
	}
	rooms := func(n int) string { return strings.TrimSuffix(strings.Repeat("1,", n), ",") }

	tests := map[string]struct {
		change     change
		wantStatus int // 200 when 0
		wantCode   string
	}{
		"one room":                   {change: days(`{"ActivityIds":[1795096013214780]`)},
		"a hundred rooms":            {change: days(`{"ActivityIds":[` + rooms(100) + `]`)},
		"an unknown room":            {change: days(`{"ActivityIds":[1]`)},
		"room above 2^53":            {change: days(`{"ActivityIds":[9007199254740993]`)},
		"main account":               {change: days(`{"ActivityCreator":{"IsMainAccount":true}`)},
		"sub-account":                {change: days(`{"ActivityCreator":{"IsMainAccount":false,"SubAccountName":"a"}`)},
		"sub-account, name alone":    {change: days(`{"ActivityCreator":{"SubAccountName":"a"}`)},
		"both selectors":             {change: days(`{"ActivityIds":[1],"ActivityCreator":{"IsMainAccount":true}`)},
		"no rooms beside a creator":  {change: days(`{"ActivityIds":[],"ActivityCreator":{"IsMainAccount":true}`)},
		"the whole window":           {change: between(`"20261022"`, `"20261121"`)},
		"white space":                {change: days(" {\n \"ActivityIds\" : [ 1 ] ")},
		"charset":                    {change: header("Content-Type", "application/json; charset=utf-8")},
		"query in another order":     {change: target("/?Version=2023-08-01&Action=GetLiveTrafficPostPayData")},
		"host in capitals":           {change: func(d *volcengineDraft) { d.host = strings.ToUpper(d.host) }},
		"region of the query is not": {change: target(volcengineTarget + "&Region=cn-north-1"), wantStatus: 400, wantCode: "InvalidParameter"},

		"no action":             {change: target("/?Version=2023-08-01"), wantStatus: 400, wantCode: "MissingParameter"},
		"no version":            {change: target("/?Action=GetLiveTrafficPostPayData"), wantStatus: 400, wantCode: "MissingParameter"},
		"no query at all":       {change: target("/"), wantStatus: 400, wantCode: "MissingParameter"},
		"another action":        {change: target("/?Action=ListSubAccounts&Version=2023-08-01"), wantStatus: 404, wantCode: "InvalidActionOrVersion"},
		"another version":       {change: target("/?Action=GetLiveTrafficPostPayData&Version=2020-06-01"), wantStatus: 404, wantCode: "InvalidActionOrVersion"},
		"action twice":          {change: target(volcengineTarget + "&Action=GetLiveTrafficPostPayData"), wantStatus: 400, wantCode: "InvalidParameter"},
		"query that is none":    {change: target(volcengineTarget + "&%zz"), wantStatus: 400, wantCode: "InvalidParameter"},
		"another path":          {change: target("/api" + volcengineTarget[1:]), wantStatus: 404, wantCode: "ServiceNotFound"},
		"GET":                   {change: func(d *volcengineDraft) { d.method = http.MethodGet }, wantStatus: 405, wantCode: "MethodNotAllowed"},
		"form":                  {change: header("Content-Type", "application/x-www-form-urlencoded"), wantStatus: 400, wantCode: "InvalidParameter"},
		"action in the body":    {change: days(`{"Action":"GetLiveTrafficPostPayData","ActivityIds":[1]`), wantStatus: 400, wantCode: "InvalidParameter"},
		"empty body":            {change: body(""), wantStatus: 400, wantCode: "InvalidParameter"},
		"body null":             {change: body("null"), wantStatus: 400, wantCode: "InvalidParameter"},
		"body an array":         {change: body("[]"), wantStatus: 400, wantCode: "InvalidParameter"},
		"two bodies":            {change: body(seedsTraffic + "{}"), wantStatus: 400, wantCode: "InvalidParameter"},
		"unknown parameter":     {change: days(`{"ActivityIds":[1],"Limit":10`), wantStatus: 400, wantCode: "InvalidParameter"},
		"other capitals":        {change: days(`{"activityIds":[1]`), wantStatus: 400, wantCode: "InvalidParameter"},
		"rooms null":            {change: days(`{"ActivityIds":null,"ActivityCreator":{"IsMainAccount":true}`), wantStatus: 400, wantCode: "InvalidParameter"},
		"room a string":         {change: days(`{"ActivityIds":["1795096013214780"]`), wantStatus: 400, wantCode: "InvalidParameter"},
		"room a fraction":       {change: days(`{"ActivityIds":[1.0]`), wantStatus: 400, wantCode: "InvalidParameter"},
		"room null":             {change: days(`{"ActivityIds":[null]`), wantStatus: 400, wantCode: "InvalidParameter"},
		"room zero":             {change: days(`{"ActivityIds":[0]`), wantStatus: 400, wantCode: "InvalidParameter"},
		"hundred and one rooms": {change: days(`{"ActivityIds":[` + rooms(101) + `]`), wantStatus: 400, wantCode: "InvalidParameter"},
		"no selector":           {change: body(`{"StartDay":"20261118","EndDay":"20261120"}`), wantStatus: 400, wantCode: "MissingParameter"},
		"no rooms alone":        {change: days(`{"ActivityIds":[]`), wantStatus: 400, wantCode: "MissingParameter"},
		"creator a string":      {change: days(`{"ActivityCreator":"a"`), wantStatus: 400, wantCode: "InvalidParameter"},
		"creator null":          {change: days(`{"ActivityCreator":null`), wantStatus: 400, wantCode: "InvalidParameter"},
		"creator unknown field": {change: days(`{"ActivityCreator":{"IsMainAccount":true,"Name":"a"}`), wantStatus: 400, wantCode: "InvalidParameter"},
		"creator's capitals":    {change: days(`{"ActivityCreator":{"isMainAccount":true}`), wantStatus: 400, wantCode: "InvalidParameter"},
		"creator without name":  {change: days(`{"ActivityCreator":{"IsMainAccount":false}`), wantStatus: 400, wantCode: "MissingParameter"},
		"creator of nothing":    {change: days(`{"ActivityCreator":{}`), wantStatus: 400, wantCode: "MissingParameter"},
		"main account's name":   {change: days(`{"ActivityCreator":{"IsMainAccount":true,"SubAccountName":"a"}`), wantStatus: 400, wantCode: "InvalidParameter"},

		"no start":               {change: body(`{"ActivityIds":[1],"EndDay":"20261120"}`), wantStatus: 400, wantCode: "MissingParameter"},
		"no end":                 {change: body(`{"ActivityIds":[1],"StartDay":"20261120"}`), wantStatus: 400, wantCode: "MissingParameter"},
		"start a number":         {change: between(`20261118`, `"20261120"`), wantStatus: 400, wantCode: "InvalidParameter"},
		"day with hyphens":       {change: between(`"2026-11-18"`, `"20261120"`), wantStatus: 400, wantCode: "InvalidParameter"},
		"day that is none":       {change: between(`"20261118"`, `"20261131"`), wantStatus: 400, wantCode: "InvalidParameter"},
		"end before start":       {change: between(`"20261120"`, `"20261119"`), wantStatus: 400, wantCode: "InvalidParameter"},
		"thirty-two days ago":    {change: between(`"20261021"`, `"20261120"`), wantStatus: 400, wantCode: "InvalidParameter"},
		"today, still yesterday": {change: between(`"20261121"`, `"20261122"`), wantStatus: 400, wantCode: "InvalidParameter"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			d := b.volcengineDraft(seedsTraffic)
			test.change(d)
			answer := b.doVolcengine(t, d)
			if answer.httpStatus != max(test.wantStatus, http.StatusOK) || answer.code() != test.wantCode {
				t.Errorf("status %d, error %+v", answer.httpStatus, answer.ResponseMetadata.Error)
			}
			wantOutcome := test.wantCode
			if wantOutcome == "" {
				wantOutcome = OutcomeOK
			}
			if got := b.sim.Calls()[0].Outcome; got != wantOutcome {
				t.Errorf("recorded outcome %q, want %q", got, wantOutcome)
			}
		})
	}
}

// The window of days turns at midnight in Beijing.
func TestVolcengineWindowTurnsAtMidnight(t *testing.T) {
	midnight := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC) // in Beijing
	tests := map[string]struct {
		now                          time.Time
		first, last, tooLate, tooOld string
	}{
		"before": {now: midnight.Add(-time.Second), first: "20261022", last: "20261121", tooLate: "20261122", tooOld: "20261021"},
		"after":  {now: midnight, first: "20261023", last: "20261122", tooLate: "20261123", tooOld: "20261022"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			b.clock.SetTime(test.now)
			code := func(start, end string) string {
				return b.doVolcengine(t, b.volcengineDraft(
					fmt.Sprintf(`{"ActivityIds":[1],"StartDay":%q,"EndDay":%q}`, start, end))).code()
			}
			got := []string{code(test.first, test.last), code(test.first, test.tooLate), code(test.tooOld, test.last)}
			if diff := cmp.Diff([]string{"", "InvalidParameter", "InvalidParameter"}, got); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
		})
	}
}

// summary writes the traffic of a room as "viewers/GB", for each list.
func summary(result map[string][]volcengineTraffic) map[string]string {
	texts := map[string]string{}
	for list, rows := range result {
		for _, row := range rows {
			viewers := int64(-1)
			if row.LiveUV != nil {
				viewers = *row.LiveUV
			}
			gb, _ := row.LiveTraffic.MarshalJSON()
			texts[list] += fmt.Sprintf("%d:%d/%s ", row.ActivityID, viewers, gb)
		}
	}
	return texts
}

func TestVolcengineTraffic(t *testing.T) {
	account := VolcengineAccount{Rooms: []VolcengineRoom{
		{ID: 1, Days: []VolcengineDay{
			{Day: "20261110", Viewers: 5, Estimated: 100, PostPaid: 110},
			{Day: "20261111", Viewers: 7, Estimated: 200, PostPaid: 220},
			{Day: "20261112", Viewers: 6, Prepaid: 1500},
		}},
		{ID: 2, Days: []VolcengineDay{{Day: "20261111", Viewers: 1, PostPaid: 1}}},
		{ID: 3, SubAccount: "sub", Days: []VolcengineDay{{Day: "20261111", Viewers: 2, Prepaid: 2000}}},
		{ID: 4, Days: []VolcengineDay{{Day: "20261111"}}},
	}}
	query := func(selector, start, end string) string {
		return fmt.Sprintf(`{%s,"StartDay":%q,"EndDay":%q}`, selector, start, end)
	}
	tests := map[string]struct {
		body string
		want map[string]string
	}{
		"sums over the days, most viewers of a day": {
			body: query(`"ActivityIds":[1]`, "20261110", "20261112"),
			want: map[string]string{"EstimatedResult": "1:7/0.3 ", "ActualResult": "1:7/0.33 ", "ActualPrePayResult": "1:6/1.5 "},
		},
		"one day": {
			body: query(`"ActivityIds":[1]`, "20261110", "20261110"),
			want: map[string]string{"EstimatedResult": "1:5/0.1 ", "ActualResult": "1:5/0.11 "},
		},
		"several rooms, in the account's order, each once": {
			body: query(`"ActivityIds":[3,2,1,3]`, "20261111", "20261111"),
			want: map[string]string{"EstimatedResult": "1:7/0.2 ", "ActualResult": "1:7/0.22 2:1/0.001 ", "ActualPrePayResult": "3:2/2 "},
		},
		"main account's rooms": {
			body: query(`"ActivityCreator":{"IsMainAccount":true}`, "20261111", "20261111"),
			want: map[string]string{"EstimatedResult": "1:7/0.2 ", "ActualResult": "1:7/0.22 2:1/0.001 "},
		},
		"sub-account's rooms": {
			body: query(`"ActivityCreator":{"IsMainAccount":false,"SubAccountName":"sub"}`, "20261110", "20261112"),
			want: map[string]string{"ActualPrePayResult": "3:2/2 "},
		},
		"rooms go before the creator": {
			body: query(`"ActivityIds":[2],"ActivityCreator":{"SubAccountName":"sub"}`, "20261110", "20261112"),
			want: map[string]string{"ActualResult": "2:1/0.001 "},
		},
		"unknown sub-account": {body: query(`"ActivityCreator":{"SubAccountName":"nobody"}`, "20261110", "20261112"), want: map[string]string{}},
		"days without any":    {body: query(`"ActivityIds":[1]`, "20261113", "20261120"), want: map[string]string{}},
	}
	b := newBench(t, ScenarioSeeds)
	b.sim.Volcengine().SetAccount(ExampleVolcengineAccount, account)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			result := b.askVolcengine(t, test.body)
			if diff := cmp.Diff(test.want, summary(result)); diff != "" {
				t.Errorf("traffic (-want +got):\n%s", diff)
			}
			for list, rows := range result {
				if rows == nil || len(result) != 3 {
					t.Errorf("list %s of %d is null", list, len(result))
				}
			}
		})
	}
}

// A day's traffic appears at 12:00, 17:00 and 18:00 of the next day in Beijing.
func TestVolcenginePublication(t *testing.T) {
	const earlier = "1:3/1 "
	tests := map[string]struct {
		now  string // UTC
		want map[string]string
	}{
		"midnight":             {now: "2026-11-21T16:00:00Z", want: map[string]string{"EstimatedResult": earlier, "ActualResult": earlier, "ActualPrePayResult": earlier}},
		"before the estimate":  {now: "2026-11-22T03:59:59Z", want: map[string]string{"EstimatedResult": earlier, "ActualResult": earlier, "ActualPrePayResult": earlier}},
		"the estimate":         {now: "2026-11-22T04:00:00Z", want: map[string]string{"EstimatedResult": "1:3/1.1 ", "ActualResult": earlier, "ActualPrePayResult": earlier}},
		"before the post-paid": {now: "2026-11-22T08:59:59Z", want: map[string]string{"EstimatedResult": "1:3/1.1 ", "ActualResult": earlier, "ActualPrePayResult": earlier}},
		"the post-paid":        {now: "2026-11-22T09:00:00Z", want: map[string]string{"EstimatedResult": "1:3/1.1 ", "ActualResult": "1:3/1.2 ", "ActualPrePayResult": earlier}},
		"before the prepaid":   {now: "2026-11-22T09:59:59Z", want: map[string]string{"EstimatedResult": "1:3/1.1 ", "ActualResult": "1:3/1.2 ", "ActualPrePayResult": earlier}},
		"the prepaid":          {now: "2026-11-22T10:00:00Z", want: map[string]string{"EstimatedResult": "1:3/1.1 ", "ActualResult": "1:3/1.2 ", "ActualPrePayResult": "1:3/1.4 "}},
	}
	account := VolcengineAccount{Rooms: []VolcengineRoom{{ID: 1, Days: []VolcengineDay{
		{Day: "20261120", Viewers: 3, Estimated: 1000, PostPaid: 1000, Prepaid: 1000},
		{Day: "20261121", Viewers: 3, Estimated: 100, PostPaid: 200, Prepaid: 400},
	}}}}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, test.now)
			if err != nil {
				t.Fatal(err)
			}
			b := newBench(t, ScenarioSeeds)
			b.clock.SetTime(now)
			b.sim.Volcengine().SetAccount(ExampleVolcengineAccount, account)
			got := summary(b.askVolcengine(t, `{"ActivityIds":[1],"StartDay":"20261120","EndDay":"20261121"}`))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("traffic (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVolcengineOptionsOfAnAccount(t *testing.T) {
	tests := map[string]struct {
		change func(*VolcengineAccount)
		want   string
	}{
		"as in the sample": {
			change: func(*VolcengineAccount) {},
			want: `"ActualPrePayResult":[],"ActualResult":[{"ActivityId":1,"ActivityCreator":{"IsMainAccount":true},"LiveUV":3,"LiveTraffic":0.001}],` +
				`"EstimatedResult":[{"ActivityId":1,"ActivityCreator":{"IsMainAccount":true},"LiveUV":3,"LiveTraffic":1.1}]`,
		},
		"null": {
			change: func(a *VolcengineAccount) { a.EmptyLists = VolcengineListNull },
			want: `"ActualPrePayResult":null,"ActualResult":[{"ActivityId":1,"ActivityCreator":{"IsMainAccount":true},"LiveUV":3,"LiveTraffic":0.001}],` +
				`"EstimatedResult":[{"ActivityId":1,"ActivityCreator":{"IsMainAccount":true},"LiveUV":3,"LiveTraffic":1.1}]`,
		},
		"absent": {
			change: func(a *VolcengineAccount) { a.EmptyLists = VolcengineListAbsent },
			want: `"ActualResult":[{"ActivityId":1,"ActivityCreator":{"IsMainAccount":true},"LiveUV":3,"LiveTraffic":0.001}],` +
				`"EstimatedResult":[{"ActivityId":1,"ActivityCreator":{"IsMainAccount":true},"LiveUV":3,"LiveTraffic":1.1}]`,
		},
		"estimates without viewers": {
			change: func(a *VolcengineAccount) { a.EstimatesWithoutViewers = true },
			want: `"ActualPrePayResult":[],"ActualResult":[{"ActivityId":1,"ActivityCreator":{"IsMainAccount":true},"LiveUV":3,"LiveTraffic":0.001}],` +
				`"EstimatedResult":[{"ActivityId":1,"ActivityCreator":{"IsMainAccount":true},"LiveTraffic":1.1}]`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			account := VolcengineAccount{Rooms: []VolcengineRoom{{ID: 1, Days: []VolcengineDay{
				{Day: "20261120", Viewers: 3, Estimated: 1100, PostPaid: 1},
			}}}}
			test.change(&account)
			b.sim.Volcengine().SetAccount(ExampleVolcengineAccount, account)
			body := `{"ActivityIds":[1],"StartDay":"20261120","EndDay":"20261120"}`
			reply, _ := b.sim.Volcengine().answer(b.volcengineRequest(t, b.volcengineDraft(body)), []byte(body))
			want := `{"ResponseMetadata":{"RequestId":"202611220406260000000000000000001",` +
				`"Action":"GetLiveTrafficPostPayData","Version":"2023-08-01","Service":"livesaas","Region":"cn-north-1",` +
				`"SystemTime":1795291586},"Result":{` + test.want + `}}`
			if diff := cmp.Diff(want, string(reply.body)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVolcengineFailureOnTheWire(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	d := b.volcengineDraft("{}")
	reply, _ := b.sim.Volcengine().answer(b.volcengineRequest(t, d), []byte(d.body))
	const want = `{"ResponseMetadata":{"RequestId":"202611220406260000000000000000001",` +
		`"Action":"GetLiveTrafficPostPayData","Version":"2023-08-01","Service":"livesaas","Region":"cn-north-1",` +
		`"Error":{"CodeN":100002,"Code":"MissingParameter","Message":"The parameter StartDay is missing."}}}`
	if diff := cmp.Diff(want, string(reply.body)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// A sub-account's key sees that sub-account's rooms, whoever is asked for.
func TestVolcengineSubAccountKey(t *testing.T) {
	key := VolcengineCredential{AccessKeyID: "AKLTSUB", SecretAccessKey: "KEY", Account: ExampleVolcengineAccount, SubAccount: "sub"}
	account := VolcengineAccount{Rooms: []VolcengineRoom{
		{ID: 1, Days: []VolcengineDay{{Day: "20261120", Viewers: 1, PostPaid: 1000}}},
		{ID: 2, SubAccount: "sub", Days: []VolcengineDay{{Day: "20261120", Viewers: 1, PostPaid: 2000}}},
	}}
	tests := map[string]struct {
		selector string
		want     string
		wantCode string
	}{
		"no selector":         {selector: ``, want: "2:1/2 "},
		"main account":        {selector: `"ActivityCreator":{"IsMainAccount":true},`, want: "2:1/2 "},
		"another sub-account": {selector: `"ActivityCreator":{"SubAccountName":"other"},`, want: "2:1/2 "},
		"its own room":        {selector: `"ActivityIds":[2],`, want: "2:1/2 "},
		"another's room":      {selector: `"ActivityIds":[2,1],`, wantCode: "AccessDenied"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			b.sim.Volcengine().SetCredential(key)
			b.sim.Volcengine().SetAccount(ExampleVolcengineAccount, account)
			d := b.volcengineDraft(`{` + test.selector + `"StartDay":"20261120","EndDay":"20261120"}`).as(key)
			answer := b.doVolcengine(t, d)
			if answer.code() != test.wantCode || summary(answer.Result)["ActualResult"] != test.want {
				t.Errorf("error %+v, traffic %v", answer.ResponseMetadata.Error, summary(answer.Result))
			}
		})
	}
}

func TestVolcengineRate(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	outcomes := func(n int, credential VolcengineCredential) map[string]int {
		counts := map[string]int{}
		for range n {
			answer := b.doVolcengine(t, b.volcengineDraft(seedsTraffic).as(credential))
			counts[fmt.Sprint(answer.httpStatus, answer.code())]++
		}
		return counts
	}
	steps := []struct {
		name       string
		pass       time.Duration
		calls      int
		credential VolcengineCredential
		want       map[string]int
	}{
		{"a burst over the limit", 0, 12, ExampleVolcengineCredential(), map[string]int{"200": 10, "429FlowLimitExceeded": 2}},
		{"another credential has its own", 0, 10, ExampleVolcengineTemporaryCredential(), map[string]int{"200": 10}},
		{"a tenth of a second later", 100 * time.Millisecond, 2, ExampleVolcengineCredential(), map[string]int{"200": 1, "429FlowLimitExceeded": 1}},
	}
	for _, step := range steps {
		b.clock.SetTime(b.clock.Now().Add(step.pass))
		if diff := cmp.Diff(step.want, outcomes(step.calls, step.credential)); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestVolcengineCredentialsAndAccounts(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	volcengine := b.sim.Volcengine()
	second := VolcengineCredential{AccessKeyID: "AKLTSECOND", SecretAccessKey: "SECONDKEY", Account: "second"}
	expect := func(when string, credential VolcengineCredential, want string) {
		t.Helper()
		answer := b.doVolcengine(t, b.volcengineDraft(seedsTraffic).as(credential))
		if got := answer.code() + summary(answer.Result)["ActualResult"]; got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	const traffic = "1795096013214780:1/0.5 "
	expect("before it is added", second, "InvalidAccessKey")
	volcengine.SetCredential(second)
	expect("a new account", second, "")
	volcengine.SetAccount("second", VolcengineAccount{Rooms: []VolcengineRoom{
		{ID: ExampleVolcengineRoomID, Days: []VolcengineDay{{Day: "20261119", Viewers: 1, PostPaid: 500}}},
	}})
	expect("with a room", second, traffic)
	rotated := second
	rotated.SecretAccessKey = "ROTATEDKEY"
	volcengine.SetCredential(rotated)
	expect("the key before rotation", second, "SignatureDoesNotMatch")
	expect("the key after rotation", rotated, traffic)
	volcengine.RemoveCredential(second.AccessKeyID)
	expect("after it is removed", rotated, "InvalidAccessKey")
}

func TestVolcengineAccountsAreCopies(t *testing.T) {
	volcengine := newBench(t, ScenarioSeeds).sim.Volcengine()
	before := volcengine.Account(ExampleVolcengineAccount)
	changed := volcengine.Account(ExampleVolcengineAccount)
	changed.Rooms[0].Days[0].PostPaid = 1
	changed.Rooms[0].ID = 1
	if diff := cmp.Diff(before, volcengine.Account(ExampleVolcengineAccount)); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
}

func TestVolcengineSetDay(t *testing.T) {
	first := VolcengineDay{Day: "20261119", Viewers: 1, PostPaid: 1000}
	tests := map[string]struct {
		room    int64
		day     VolcengineDay
		want    []VolcengineDay
		wantErr bool
	}{
		"another day":    {room: 1, day: VolcengineDay{Day: "20261120", Prepaid: 5}, want: []VolcengineDay{first, {Day: "20261120", Prepaid: 5}}},
		"the same day":   {room: 1, day: VolcengineDay{Day: "20261119", Prepaid: 5}, want: []VolcengineDay{{Day: "20261119", Prepaid: 5}}},
		"unknown room":   {room: 2, day: first, want: []VolcengineDay{first}, wantErr: true},
		"no day":         {room: 1, day: VolcengineDay{Day: "2026-11-20"}, want: []VolcengineDay{first}, wantErr: true},
		"negative":       {room: 1, day: VolcengineDay{Day: "20261120", Estimated: -1}, want: []VolcengineDay{first}, wantErr: true},
		"fewer than one": {room: 1, day: VolcengineDay{Day: "20261120", Viewers: -1}, want: []VolcengineDay{first}, wantErr: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			volcengine := newBench(t, ScenarioSeeds).sim.Volcengine()
			volcengine.SetAccount("a", VolcengineAccount{Rooms: []VolcengineRoom{{ID: 1, Days: []VolcengineDay{first}}}})
			if err := volcengine.SetDay(test.room, test.day); (err != nil) != test.wantErr {
				t.Errorf("error %v, want one: %t", err, test.wantErr)
			}
			if diff := cmp.Diff(test.want, volcengine.Account("a").Rooms[0].Days); diff != "" {
				t.Errorf("days (-want +got):\n%s", diff)
			}
		})
	}
}

// What is asked is recorded without the name of a sub-account.
func TestVolcengineCallsAreRecorded(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	b.askVolcengine(t, seedsTraffic)
	b.askVolcengine(t, `{"ActivityCreator":{"SubAccountName":"`+CanaryVolcengineSubAccount+`"},"StartDay":"20261118","EndDay":"20261120"}`)
	d := b.volcengineDraft(seedsTraffic)
	d.target = "/?Action=Other&Version=2023-08-01"
	b.doVolcengine(t, d)
	id := ExampleVolcengineCredential().AccessKeyID
	want := []Call{
		{ServiceVolcengine, "GetLiveTrafficPostPayData", "StartDay=20261118 EndDay=20261120 ActivityIds=1", 0, testStart, id, OutcomeOK},
		{ServiceVolcengine, "GetLiveTrafficPostPayData", "StartDay=20261118 EndDay=20261120 ActivityCreator", 0, testStart, id, OutcomeOK},
		{ServiceVolcengine, unknown, "", 0, testStart, id, "InvalidActionOrVersion"},
	}
	if diff := cmp.Diff(want, b.sim.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
