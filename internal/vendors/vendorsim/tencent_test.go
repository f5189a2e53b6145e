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

func TestTencentStrictness(t *testing.T) {
	header := func(name, value string) func(*draft) {
		return func(d *draft) { d.header.Set(name, value) }
	}
	body := func(text string) func(*draft) {
		return func(d *draft) { d.body = text }
	}
	tests := map[string]struct {
		change   func(*draft)
		wantCode string
	}{
		"smallest request":           {change: body(`{"PackageType":0}`)},
		"every parameter":            {change: body(`{"OrderBy":"BuyTimeAsc","PackageType":1,"PageNum":1,"PageSize":10}`)},
		"white space in the body":    {change: body(" {\n\"PackageType\" : 0 } ")},
		"largest page":               {change: body(`{"PackageType":0,"PageNum":1,"PageSize":100}`)},
		"page far past the end":      {change: body(`{"PackageType":0,"PageNum":9223372036854775807,"PageSize":100}`)},
		"mic-link by time of buying": {change: body(`{"PackageType":2,"OrderBy":"BuyTimeDesc"}`)},
		"traffic by expiry":          {change: body(`{"PackageType":0,"OrderBy":"ExpireTimeDesc"}`)},
		"region, which has no use":   {change: header("X-Tc-Region", "ap-guangzhou")},
		"host in capitals":           {change: func(d *draft) { d.host = strings.ToUpper(tencentHost) }},
		"host with a port":           {change: func(d *draft) { d.host = tencentHost + ":443" }},

		"GET":                     {change: func(d *draft) { d.method = http.MethodGet }, wantCode: codeUnsupportedProtocol},
		"PUT":                     {change: func(d *draft) { d.method = http.MethodPut }, wantCode: codeUnsupportedProtocol},
		"another path":            {change: func(d *draft) { d.target = "/v1" }, wantCode: codeInvalidRequest},
		"query beside the body":   {change: func(d *draft) { d.target = "/?PackageType=0" }, wantCode: codeInvalidRequest},
		"form":                    {change: header("Content-Type", "application/x-www-form-urlencoded"), wantCode: codeInvalidRequest},
		"JSON in another charset": {change: header("Content-Type", "application/json; charset=gbk"), wantCode: codeInvalidRequest},
		"no content type": {
			change:   func(d *draft) { d.spoil = func(r *http.Request) { r.Header.Del("Content-Type") } },
			wantCode: codeInvalidRequest,
		},
		"two content types": {
			change: func(d *draft) {
				d.spoil = func(r *http.Request) { r.Header.Add("Content-Type", "application/json") }
			},
			wantCode: codeInvalidRequest,
		},
		"body over 10 MB": {change: body(strings.Repeat(" ", 10<<20+1)), wantCode: codeRequestSizeLimitExceeded},
		"another version": {change: header("X-Tc-Version", "2017-03-12"), wantCode: codeNoSuchVersion},
		"no version":      {change: func(d *draft) { d.header.Del("X-Tc-Version") }, wantCode: codeNoSuchVersion},
		"another action":  {change: header("X-Tc-Action", "DescribeLiveDomains"), wantCode: codeInvalidAction},
		"no action": {
			change: func(d *draft) {
				d.header.Del("X-Tc-Action")
				d.signedHeaders = "content-type;host"
			},
			wantCode: codeInvalidAction,
		},

		"empty body":              {change: body(""), wantCode: codeInvalidParameter},
		"body no JSON":            {change: body("PackageType=0"), wantCode: codeInvalidParameter},
		"body null":               {change: body("null"), wantCode: codeInvalidParameter},
		"body an array":           {change: body(`[{"PackageType":0}]`), wantCode: codeInvalidParameter},
		"two bodies":              {change: body(`{"PackageType":0}{}`), wantCode: codeInvalidParameter},
		"unknown parameter":       {change: body(`{"PackageType":0,"Limit":10}`), wantCode: codeUnknownParameter},
		"parameter in lower case": {change: body(`{"packageType":0}`), wantCode: codeUnknownParameter},
		"no PackageType":          {change: body(`{"PageNum":1,"PageSize":100}`), wantCode: codeMissingParameter},
		"PackageType a string":    {change: body(`{"PackageType":"0"}`), wantCode: codeInvalidParameter},
		"PackageType null":        {change: body(`{"PackageType":null}`), wantCode: codeInvalidParameter},
		"PackageType a float":     {change: body(`{"PackageType":0.0}`), wantCode: codeInvalidParameter},
		"PackageType too high":    {change: body(`{"PackageType":3}`), wantCode: codeInvalidParameterValue},
		"PackageType negative":    {change: body(`{"PackageType":-1}`), wantCode: codeInvalidParameterValue},
		"PageNum a string":        {change: body(`{"PackageType":0,"PageNum":"1","PageSize":100}`), wantCode: codeInvalidParameter},
		"PageNum zero":            {change: body(`{"PackageType":0,"PageNum":0,"PageSize":100}`), wantCode: codeInvalidParameterValue},
		"PageNum zero, alone":     {change: body(`{"PackageType":0,"PageNum":0}`), wantCode: codeInvalidParameterValue},
		"PageSize a boolean":      {change: body(`{"PackageType":0,"PageNum":1,"PageSize":true}`), wantCode: codeInvalidParameter},
		"PageSize too small":      {change: body(`{"PackageType":0,"PageNum":1,"PageSize":9}`), wantCode: codeInvalidParameterValue},
		"PageSize too large":      {change: body(`{"PackageType":0,"PageNum":1,"PageSize":101}`), wantCode: codeInvalidParameterValue},
		"OrderBy a number":        {change: body(`{"PackageType":0,"OrderBy":1}`), wantCode: codeInvalidParameter},
		"OrderBy null":            {change: body(`{"PackageType":0,"OrderBy":null}`), wantCode: codeInvalidParameter},
		"OrderBy as in the page's example": {
			change: body(`{"PackageType":0,"OrderBy":"BuyTime desc"}`), wantCode: codeInvalidParameterValue,
		},
		"OrderBy empty":               {change: body(`{"PackageType":0,"OrderBy":""}`), wantCode: codeInvalidParameterValue},
		"mic-link by expiry":          {change: body(`{"PackageType":2,"OrderBy":"ExpireTimeAsc"}`), wantCode: codeInvalidParameterValue},
		"mic-link by expiry backward": {change: body(`{"PackageType":2,"OrderBy":"ExpireTimeDesc"}`), wantCode: codeInvalidParameterValue},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			d := b.draft(`{"PackageType":0}`)
			test.change(d)
			answer := b.do(t, d)
			if answer.code() != test.wantCode {
				t.Errorf("error %+v, want code %q", answer.Error, test.wantCode)
			}
			if answer.RequestID == "" {
				t.Error("no RequestId")
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

func TestTencentPaging(t *testing.T) {
	tests := map[string]struct {
		body       string
		wantRows   int
		wantPaging [4]int64
		wantFlux   string
		wantPage   int64 // as recorded
	}{
		"implicit first page": {
			body: `{"PackageType":0}`, wantRows: 100, wantPaging: [4]int64{4, 400, 1, 100}, wantFlux: "204,204,204,204,-1,-1",
		},
		"PageNum alone has no effect": {
			body: `{"PackageType":0,"PageNum":3}`, wantRows: 100, wantPaging: [4]int64{4, 400, 1, 100}, wantFlux: "204,204,204,204,-1,-1",
		},
		"PageSize alone has no effect": {
			body: `{"PackageType":0,"PageSize":10}`, wantRows: 100, wantPaging: [4]int64{4, 400, 1, 100}, wantFlux: "204,204,204,204,-1,-1",
		},
		"last page is full": {
			body: `{"PackageType":0,"PageNum":4,"PageSize":100}`, wantRows: 100, wantPaging: [4]int64{4, 400, 4, 100},
			wantFlux: "204,204,204,204,-1,-1", wantPage: 4,
		},
		"page past the end is empty": {
			body: `{"PackageType":0,"PageNum":5,"PageSize":100}`, wantRows: 0, wantPaging: [4]int64{4, 400, 5, 100},
			wantFlux: "204,204,204,204,-1,-1", wantPage: 5,
		},
		"last page in part": {
			body: `{"PackageType":1,"PageNum":4,"PageSize":99}`, wantRows: 3, wantPaging: [4]int64{4, 300, 4, 99}, wantPage: 4,
		},
		"mic-link": {
			body: `{"PackageType":2,"PageNum":3,"PageSize":100}`, wantRows: 100, wantPaging: [4]int64{3, 300, 3, 100}, wantPage: 3,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioLarge)
			answer := b.ask(t, test.body)
			if got := len(answer.LivePackageInfoList); got != test.wantRows || answer.LivePackageInfoList == nil {
				t.Errorf("%d rows (null: %t), want %d", got, answer.LivePackageInfoList == nil, test.wantRows)
			}
			if diff := cmp.Diff(test.wantPaging, answer.paging()); diff != "" {
				t.Errorf("TotalPage, TotalNum, PageNum, PageSize (-want +got):\n%s", diff)
			}
			if *answer.PackageBillMode != 204 || *answer.FluxPackageBillMode != test.wantFlux {
				t.Errorf("bill modes %d and %q", *answer.PackageBillMode, *answer.FluxPackageBillMode)
			}
			if got := b.sim.Calls()[0].Page; got != test.wantPage {
				t.Errorf("recorded page %d, want %d", got, test.wantPage)
			}
		})
	}
}

func TestTencentOrder(t *testing.T) {
	account := TencentAccount{Packages: []TencentPackage{
		{ID: "b", Type: packageTraffic, BuyTime: "2026-02-01 00:00:00", ExpireTime: "2026-12-01 00:00:00"},
		{ID: "c", Type: packageTraffic, BuyTime: "2026-03-01 00:00:00", ExpireTime: "2026-11-30 23:59:59"},
		{ID: "a", Type: packageTraffic, BuyTime: "2026-01-01 00:00:00", ExpireTime: "2027-01-01 00:00:00"},
		{ID: "t", Type: packageTopSpeedCodec, BuyTime: "2026-01-02 00:00:00"},
		{ID: "s", Type: packageTranscoding, BuyTime: "2026-01-01 00:00:00"},
		{ID: "m", Type: packageMicLink, BuyTime: "2026-01-01 00:00:00"},
	}}
	tests := map[string]struct {
		body string
		want []string
	}{
		"as listed":              {body: `{"PackageType":0}`, want: []string{"b", "c", "a"}},
		"newest first":           {body: `{"PackageType":0,"OrderBy":"BuyTimeDesc"}`, want: []string{"c", "b", "a"}},
		"oldest first":           {body: `{"PackageType":0,"OrderBy":"BuyTimeAsc"}`, want: []string{"a", "b", "c"}},
		"last to expire first":   {body: `{"PackageType":0,"OrderBy":"ExpireTimeDesc"}`, want: []string{"a", "b", "c"}},
		"first to expire first":  {body: `{"PackageType":0,"OrderBy":"ExpireTimeAsc"}`, want: []string{"c", "b", "a"}},
		"both transcoding types": {body: `{"PackageType":1,"OrderBy":"BuyTimeAsc"}`, want: []string{"s", "t"}},
		"mic-link":               {body: `{"PackageType":2}`, want: []string{"m"}},
	}
	b := newBench(t, ScenarioSeeds)
	b.sim.Tencent().SetAccount(ExampleTencentAccount, account)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, b.ask(t, test.body).ids()); diff != "" {
				t.Errorf("IDs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTencentRate(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	outcomes := func(n int, credential TencentCredential) map[string]int {
		counts := map[string]int{}
		for range n {
			d := b.draft(`{"PackageType":0}`)
			d.credential = credential
			counts[b.do(t, d).code()]++
		}
		return counts
	}
	steps := []struct {
		name       string
		pass       time.Duration
		calls      int
		credential TencentCredential
		want       map[string]int
	}{
		{"a burst over the limit", 0, 22, ExampleTencentCredential(), map[string]int{"": 20, codeRequestLimitExceeded: 2}},
		{"another credential has its own", 0, 20, ExampleTencentTemporaryCredential(), map[string]int{"": 20}},
		{"a tenth of a second later", 100 * time.Millisecond, 3, ExampleTencentCredential(), map[string]int{"": 2, codeRequestLimitExceeded: 1}},
		{"an hour later", time.Hour, 21, ExampleTencentCredential(), map[string]int{"": 20, codeRequestLimitExceeded: 1}},
	}
	for _, step := range steps {
		b.clock.SetTime(b.clock.Now().Add(step.pass))
		if diff := cmp.Diff(step.want, outcomes(step.calls, step.credential)); diff != "" {
			t.Errorf("%s: calls by code (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestTencentRefusalsUseUpNoRate(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	wrong := b.draft(`{"PackageType":0}`)
	wrong.credential.SecretKey = "NOTTHEKEY"
	for range tencentRequestsPerSecond + 1 {
		if got := b.do(t, wrong).code(); got != codeSignatureFailure {
			t.Fatalf("code %q", got)
		}
	}
	if got := b.ask(t, `{"PackageType":0}`).code(); got != "" {
		t.Errorf("code %q after a stranger's calls", got)
	}
}

func TestTencentCredentialsAndAccounts(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	tencent := b.sim.Tencent()
	code := func(credential TencentCredential) string {
		d := b.draft(`{"PackageType":0}`)
		d.credential = credential
		answer := b.do(t, d)
		return fmt.Sprintf("%s %v", answer.code(), answer.ids())
	}
	second := TencentCredential{SecretID: "AKIDSECOND", SecretKey: "SECONDKEY", Account: "second"}
	if got := code(second); got != codeSecretIDNotFound+" []" {
		t.Errorf("before it is added: %s", got)
	}
	tencent.SetCredential(second)
	if got := code(second); got != " []" {
		t.Errorf("a new account: %s", got)
	}
	tencent.SetAccount("second", TencentAccount{Packages: []TencentPackage{{ID: "1"}}})
	if got := code(second); got != " [1]" {
		t.Errorf("with a package: %s", got)
	}
	rotated := second
	rotated.SecretKey = "ROTATEDKEY"
	tencent.SetCredential(rotated)
	if got := code(second); got != codeSignatureFailure+" []" {
		t.Errorf("the key before rotation: %s", got)
	}
	if got := code(rotated); got != " [1]" {
		t.Errorf("the key after rotation: %s", got)
	}
	tencent.RemoveCredential(second.SecretID)
	if got := code(rotated); got != codeSecretIDNotFound+" []" {
		t.Errorf("after it is removed: %s", got)
	}
	if got := len(tencent.Account(ExampleTencentAccount).Packages); got != 9 {
		t.Errorf("%d packages in the other account", got)
	}
}

func TestTencentAccountsAreCopies(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	packages := []TencentPackage{{ID: "1"}}
	b.sim.Tencent().SetAccount(ExampleTencentAccount, TencentAccount{Packages: packages})
	packages[0].ID = "changed afterwards"
	b.sim.Tencent().Account(ExampleTencentAccount).Packages[0].ID = "changed in a copy"
	if diff := cmp.Diff([]string{"1"}, b.ask(t, `{"PackageType":0}`).ids()); diff != "" {
		t.Errorf("IDs (-want +got):\n%s", diff)
	}
}

func TestTencentSetLeft(t *testing.T) {
	tests := map[string]struct {
		id      string
		left    int64
		want    TencentPackage
		wantErr bool
	}{
		"some left": {
			id: "used", left: 40,
			want: TencentPackage{ID: "used", Status: packageInUse, Total: 100, Used: 60, Left: 40},
		},
		"nothing left": {
			id: "used", left: 0,
			want: TencentPackage{ID: "used", Status: packageExhausted, Total: 100, Used: 100},
		},
		"exhausted no more": {
			id: "exhausted", left: 100,
			want: TencentPackage{ID: "exhausted", Status: packageInUse, Total: 100, Left: 100},
		},
		"frozen stays frozen": {
			id: "frozen", left: 1,
			want: TencentPackage{ID: "frozen", Status: packageFrozen, Total: 100, Used: 99, Left: 1},
		},
		"more than the total": {id: "used", left: 101, wantErr: true},
		"negative":            {id: "used", left: -1, wantErr: true},
		"unknown package":     {id: "nobody's", left: 1, wantErr: true},
	}
	start := TencentAccount{Packages: []TencentPackage{
		{ID: "used", Status: packageInUse, Total: 100, Used: 10, Left: 90},
		{ID: "exhausted", Status: packageExhausted, Total: 100, Used: 100},
		{ID: "frozen", Status: packageFrozen, Total: 100, Left: 100},
	}}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tencent := newBench(t, ScenarioSeeds).sim.Tencent()
			tencent.SetAccount(ExampleTencentAccount, start)
			err := tencent.SetLeft(test.id, test.left)
			if (err != nil) != test.wantErr {
				t.Fatalf("error %v, want one: %t", err, test.wantErr)
			}
			want := start.Packages
			if !test.wantErr {
				want = []TencentPackage{test.want}
			}
			var got []TencentPackage
			for _, p := range tencent.Account(ExampleTencentAccount).Packages {
				if test.wantErr || p.ID == test.id {
					got = append(got, p)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("packages (-want +got):\n%s", diff)
			}
		})
	}
}
