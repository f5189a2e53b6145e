// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"fmt"
	"testing"
)

func TestTransportsAreShared(t *testing.T) {
	const endpoint, proxy = "https://gateway.example", "http://proxy.example:3128"
	server := serveTLS(t, nil)
	pool := newPool(t, PoolOptions{}, endpoint, proxy)
	use := func(target Target) any {
		return pool.transport(mustClient(t, pool, target).route)
	}
	direct := use(Target{VendorHost: vendorHost})
	gateway := use(Target{VendorHost: vendorHost, Endpoint: endpoint})
	if direct != use(Target{VendorHost: vendorHost}) {
		t.Error("two of one vendor host")
	}
	if gateway != use(Target{VendorHost: "other.example.com", Endpoint: "https://GATEWAY.example:443"}) {
		t.Error("two of one endpoint")
	}
	others := map[string]Target{
		"another vendor host": {VendorHost: "other.example.com"},
		"a proxy":             {VendorHost: vendorHost, ProxyURL: proxy},
		"a CA":                {VendorHost: vendorHost, CABundle: server.caBundle()},
	}
	for name, target := range others {
		if got := use(target); got == direct || got == gateway {
			t.Errorf("%s shares a transport with what it is not", name)
		}
	}
}

// TestListedVendorHostIsStillGuarded lists a vendor's own host as an endpoint:
// only an account that names it so may reach private addresses there.
func TestListedVendorHostIsStillGuarded(t *testing.T) {
	pool := newPool(t, PoolOptions{}, "https://localhost")
	listed := mustClient(t, pool, Target{VendorHost: "localhost", Endpoint: "https://localhost"})
	guarded := mustClient(t, pool, Target{VendorHost: "localhost"})
	if pool.transport(listed.route) == pool.transport(guarded.route) {
		t.Error("the guarded route uses the transport of the endpoint")
	}
	_, err := get(t.Context(), guarded)
	wantReason(t, err, ReasonAddressNotAllowed)
}

func TestTransportsAreBounded(t *testing.T) {
	pool := newPool(t, PoolOptions{})
	route := func(i int) route {
		return mustClient(t, pool, Target{VendorHost: fmt.Sprintf("v%d.example.com", i)}).route
	}
	kept := pool.transport(route(0))
	for i := 1; i < 2*maxTransports; i++ {
		pool.transport(route(i))
		pool.transport(route(0)) // in use all the time
	}
	if len(pool.transports) != maxTransports {
		t.Errorf("%d transports, want %d", len(pool.transports), maxTransports)
	}
	if pool.transport(route(0)) != kept {
		t.Error("the one in use was evicted")
	}
}
