// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/utils/clock"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestFleetSharesWatchesOut(t *testing.T) {
	tests := map[string]struct {
		watches      int
		wantAccounts int
		want         map[v1alpha1.Vendor]int
	}{
		"one account at each vendor": {30, 3, map[v1alpha1.Vendor]int{v1alpha1.VendorTencentCloud: 3, v1alpha1.VendorPolyv: 12, v1alpha1.VendorVolcengine: 15}},
		"the last account has fewer": {34, 5, map[v1alpha1.Vendor]int{v1alpha1.VendorTencentCloud: 6, v1alpha1.VendorPolyv: 13, v1alpha1.VendorVolcengine: 15}},
		"ten to an account":          {6000, 600, map[v1alpha1.Vendor]int{v1alpha1.VendorTencentCloud: 600, v1alpha1.VendorPolyv: 2400, v1alpha1.VendorVolcengine: 3000}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFleet("http://127.0.0.1:1", test.watches)
			got := map[v1alpha1.Vendor]int{}
			names := map[string]bool{}
			for _, a := range f.accounts {
				for _, w := range f.quotaWatches(a) {
					got[f.vendorAccount(a).Spec.Vendor]++
					names[w.Name] = true
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("watches by vendor (-want +got):\n%s", diff)
			}
			if len(f.accounts) != test.wantAccounts || f.watches() != test.watches || len(names) != test.watches {
				t.Errorf("%d accounts, %d watches under %d names", len(f.accounts), f.watches(), len(names))
			}
		})
	}
}

func TestLimitIsThatOfTheVendorUsedUpFirst(t *testing.T) {
	// 150 a second at POLYV, which has 12 of 30 watches; 200 at Volcengine, which has 15.
	if got := newFleet("", 30).limit(); math.Abs(got-375) > 0.01 {
		t.Errorf("limit %v polls a second", got)
	}
}

// Every question takes one call, brings numbers, and brings others when they change.
func TestFleetAsksWhatTheSimulatorAnswers(t *testing.T) {
	v, err := startSimulator(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.stop() })
	f := newFleet(v.url, 30)
	v.add(f)
	for _, a := range f.accounts {
		t.Run(string(a.kind.vendor), func(t *testing.T) {
			account := connected(t, v, a)
			for _, w := range f.quotaWatches(a)[:3] { // more would be too many in a second
				before := v.recorder.count()
				first := read(t, account, &w.Spec)
				if again := read(t, account, &w.Spec); !cmp.Equal(first, again) {
					t.Errorf("%s: unchanging data changed", w.Name)
				}
				v.changeAll()
				if changed := read(t, account, &w.Spec); cmp.Equal(first, changed) {
					t.Errorf("%s: changing data did not change", w.Name)
				}
				if calls := v.recorder.count() - before; calls != 3 {
					t.Errorf("%s: three readings took %d calls", w.Name, calls)
				}
			}
		})
	}
	if got := v.connections.Load(); got != int64(len(f.accounts)) {
		t.Errorf("%d connections for %d clients", got, len(f.accounts))
	}
}

// connected returns the readers of an account of the fleet.
func connected(t *testing.T, v *simulator, a *account) *vendors.Account {
	t.Helper()
	allowlist, err := transport.ParseAllowlist([]string{v.url})
	if err != nil {
		t.Fatal(err)
	}
	pool := transport.NewPool(transport.PoolOptions{Allowlist: allowlist})
	client, err := pool.Client(transport.Target{VendorHost: a.kind.factory.Host, Endpoint: v.url})
	if err != nil {
		t.Fatal(err)
	}
	credential := map[string]vendors.Secret{}
	for key, value := range a.kind.secret(a.number) {
		credential[key] = vendors.Secret(value)
	}
	return a.kind.factory.New(vendors.Access{
		Credential: credential, Client: client, Clock: clock.RealClock{}, Polyv: vendors.PolyvOptions{Group: true},
	})
}

// read asks what the spec asks; amounts are as they are shown.
func read(t *testing.T, account *vendors.Account, spec *v1alpha1.QuotaWatchSpec) []string {
	t.Helper()
	if spec.Usage != nil {
		return readUsage(t, account, spec.Usage)
	}
	var query vendors.PackageQuery
	if spec.Packages.TencentCloud != nil {
		query.Types = []string{string(spec.Packages.TencentCloud.Types[0])}
	} else {
		query.Emails = spec.Packages.Polyv.Emails
	}
	reading, err := account.Packages.ReadPackages(t.Context(), query)
	if err != nil || len(reading.Packages) == 0 || reading.NotFound > 0 {
		t.Fatalf("reading %v, error %v", reading, err)
	}
	var amounts []string
	for _, p := range reading.Packages {
		amounts = append(amounts, p.Resource+p.Remaining.String())
	}
	return amounts
}

func readUsage(t *testing.T, account *vendors.Account, spec *v1alpha1.UsageReading) []string {
	t.Helper()
	today := vendors.DayAt(time.Now())
	reading, err := account.Usage.ReadUsage(t.Context(), vendors.UsageQuery{
		Days: vendors.DayRange{First: today.Add(-volcengineDays), Last: today.Add(-1)}, ActivityIDs: spec.Volcengine.ActivityIDs,
	})
	if err != nil || len(reading.Items) == 0 {
		t.Fatalf("reading %v, error %v", reading, err)
	}
	var amounts []string
	for _, item := range reading.Items {
		amounts = append(amounts, item.Name+item.Amount.String())
	}
	return amounts
}
