// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUnknownHostIsToldTheKnownOnes(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	for _, host := range []string{"", "tencentcloudapi.com", "live.tencentcloudapi.com.evil.invalid"} {
		d := b.draft(`{"PackageType":0}`)
		d.host = host // empty: that of the URL, as when a client forgot
		response, err := b.client.Do(b.request(t, d))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var hint struct {
			Error      string
			KnownHosts []string
		}
		if err := json.NewDecoder(response.Body).Decode(&hint); err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusMisdirectedRequest || hint.Error == "" {
			t.Errorf("host %q: status %d, error %q", host, response.StatusCode, hint.Error)
		}
		if diff := cmp.Diff([]string{"api.polyv.net", "live.tencentcloudapi.com", "livesaas.volcengineapi.com"}, hint.KnownHosts); diff != "" {
			t.Errorf("known hosts (-want +got):\n%s", diff)
		}
	}
	if got := b.sim.CallCount(); got != 0 {
		t.Errorf("%d calls recorded", got)
	}
}

func TestCallsAreRecorded(t *testing.T) {
	b := newBench(t, ScenarioLarge)
	b.ask(t, `{"PackageType":1,"PageNum":2,"PageSize":50}`)
	b.clock.SetTime(testStart.Add(time.Minute))
	b.ask(t, `{"PackageType":2}`)
	temporary := b.draft(`{}`)
	temporary.credential = ExampleTencentTemporaryCredential()
	b.do(t, temporary)
	other := b.draft(`{"PackageType":0}`)
	other.header.Set("X-Tc-Action", "DescribeLiveDomains")
	b.do(t, other)

	id := ExampleTencentCredential().SecretID
	later := testStart.Add(time.Minute)
	want := []Call{
		{ServiceTencent, actionDescribeLivePackageInfo, "PackageType=1", 2, testStart, id, OutcomeOK},
		{ServiceTencent, actionDescribeLivePackageInfo, "PackageType=2", 0, later, id, OutcomeOK},
		{ServiceTencent, actionDescribeLivePackageInfo, "", 0, later, ExampleTencentTemporaryCredential().SecretID, codeMissingParameter},
		{ServiceTencent, unknown, "", 0, later, id, codeInvalidAction},
	}
	if diff := cmp.Diff(want, b.sim.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if got := b.sim.CallCount(); got != len(want) {
		t.Errorf("%d calls counted", got)
	}
}

func TestCallLogIsBounded(t *testing.T) {
	var log callLog
	for page := range int64(maxCallsKept + 5) {
		log.add(Call{Page: page})
	}
	calls := log.list()
	if len(calls) != maxCallsKept || log.count() != maxCallsKept+5 {
		t.Fatalf("%d kept, %d counted", len(calls), log.count())
	}
	for i, call := range calls {
		if call.Page != int64(i+5) {
			t.Fatalf("the call at %d is that of page %d", i, call.Page)
		}
	}
}

func TestObserverIsToldBeforeTheAnswerLeaves(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	var seen []Call
	b.sim.Observe(func(call Call) {
		seen = append(seen, call)
		b.sim.Tencent().SetAccount(ExampleTencentAccount, TencentAccount{})
	})
	first, second := b.ask(t, `{"PackageType":0}`), b.ask(t, `{"PackageType":0}`)
	if len(first.LivePackageInfoList) == 0 || len(second.LivePackageInfoList) != 0 {
		t.Errorf("%d packages in the first answer, %d in the second", len(first.LivePackageInfoList), len(second.LivePackageInfoList))
	}
	if diff := cmp.Diff(b.sim.Calls(), seen); diff != "" {
		t.Errorf("calls (-recorded +observed):\n%s", diff)
	}
}

// Even with the ID and the key swapped, nothing secret is recorded or answered.
func TestSecretsAreNotShown(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	swapped := ExampleTencentCredential()
	swapped.SecretID, swapped.SecretKey = swapped.SecretKey.Reveal(), "AKIDEXAMPLEEXAMPLEEXAMPLE"
	wrongToken := ExampleTencentTemporaryCredential()
	wrongToken.Token = "ANOTHERTOKEN"
	credentials := []TencentCredential{
		ExampleTencentCredential(), ExampleTencentTemporaryCredential(), swapped, wrongToken,
	}
	var shown strings.Builder
	for _, credential := range credentials {
		d := b.draft(`{"PackageType":0}`)
		d.credential = credential
		response, err := b.client.Do(b.request(t, d))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(&shown, response.Body)
		_ = response.Body.Close()
	}
	_, state := control(t, b, http.MethodGet, "/-/sim/state", "")
	fmt.Fprintf(&shown, "%+v %s %+v", b.sim.Calls(), state, ExampleTencentTemporaryCredential())
	for _, secret := range secretsOf(ExampleTencentCredential(), ExampleTencentTemporaryCredential(), wrongToken) {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("%s is shown in %s", secret, shown.String())
		}
	}
}

func TestReset(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	first := b.ask(t, `{"PackageType":0}`)
	b.inject(t, Fault{Name: FaultHang})
	tencent := b.sim.Tencent()
	tencent.SetAccount(ExampleTencentAccount, TencentAccount{})
	tencent.RemoveCredential(ExampleTencentCredential().SecretID)
	b.sim.Reset()
	if diff := cmp.Diff([]Call{}, append([]Call{}, b.sim.Calls()...)); diff != "" || b.sim.CallCount() != 0 {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(first, b.ask(t, `{"PackageType":0}`)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	b.clock.SetTime(testStart.AddDate(0, 0, 10))
	b.sim.Reset()
	if got := b.ask(t, `{"PackageType":0}`).LivePackageInfoList[0].BuyTime; got != "2026-08-04 18:46:08" {
		t.Errorf("bought %s after a Reset ten days later", got)
	}
}

// Everything at once, for the race detector; the counts have to agree.
func TestConcurrentUse(t *testing.T) {
	const callers, callsEach = 8, 10
	b := newBench(t, ScenarioLarge)
	b.inject(t, Fault{Name: FaultVendorError, Count: callers})
	var group sync.WaitGroup
	for caller := range callers {
		credential := TencentCredential{SecretID: fmt.Sprintf("AKID%d", caller), SecretKey: "KEY", Account: ExampleTencentAccount}
		b.sim.Tencent().SetCredential(credential)
		group.Go(func() {
			for range callsEach {
				d := b.draft(secondPage)
				d.credential = credential
				b.do(t, d)
			}
		})
		group.Go(func() {
			for left := range int64(callsEach) {
				_ = b.sim.Tencent().SetLeft("300100", left)
				_ = b.sim.Calls()
				_, _ = b.sim.ActiveFaults(ServiceTencent)
			}
		})
	}
	group.Wait()
	outcomes := map[string]int{}
	for _, call := range b.sim.Calls() {
		outcomes[call.Outcome]++
	}
	want := map[string]int{OutcomeOK: callers*callsEach - callers, "InternalError": callers}
	if diff := cmp.Diff(want, outcomes); diff != "" {
		t.Errorf("calls by outcome (-want +got):\n%s", diff)
	}
}
