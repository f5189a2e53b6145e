// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestTargetsThatMayNotBeUsed(t *testing.T) {
	const listed, plain = "https://gateway.example:8443", "http://sim.example:8080"
	tests := map[string]struct {
		target      Target
		field, want string
	}{
		"an endpoint that is not listed":  {Target{VendorHost: vendorHost, Endpoint: "https://other.example"}, "endpoint", "--allowed-endpoints"},
		"a listed endpoint as plain http": {Target{VendorHost: vendorHost, Endpoint: "http://gateway.example:8443"}, "endpoint", "--allowed-endpoints"},
		"an endpoint with a password":     {Target{VendorHost: vendorHost, Endpoint: "https://me:canary@gateway.example:8443"}, "endpoint", "user information"},
		"an endpoint with a path":         {Target{VendorHost: vendorHost, Endpoint: listed + "/canary"}, "endpoint", "path"},
		"a proxy that is not listed":      {Target{VendorHost: vendorHost, ProxyURL: "http://proxy.example:3128"}, "proxyURL", "--allowed-endpoints"},
		"a proxy with a password":         {Target{VendorHost: vendorHost, ProxyURL: "http://me:canary@sim.example:8080"}, "proxyURL", "user information"},
		"a proxy of another kind":         {Target{VendorHost: vendorHost, ProxyURL: "socks5://sim.example:8080"}, "proxyURL", "scheme"},
		"a proxy to a plain endpoint":     {Target{VendorHost: vendorHost, Endpoint: plain, ProxyURL: listed}, "proxyURL", "http endpoint"},
		"a bundle without certificate":    {Target{VendorHost: vendorHost, CABundle: []byte("canary")}, "caBundle", "PEM"},
		"no vendor host":                  {Target{}, "vendorHost", "host name"},
		"a vendor host with a port":       {Target{VendorHost: "vendor.example:8443"}, "vendorHost", "host name"},
		"a vendor host with a path":       {Target{VendorHost: "vendor.example/canary"}, "vendorHost", "host name"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := newPool(t, PoolOptions{}, listed, plain).Client(test.target)
			var targetErr *TargetError
			if !errors.As(err, &targetErr) || targetErr.Field != test.field || !strings.Contains(targetErr.Message, test.want) {
				t.Fatalf("err = %v, want a TargetError of %s about %q", err, test.field, test.want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("err quotes the target: %v", err)
			}
		})
	}
}

func TestVendorHostOnThisMachineIsNotDialled(t *testing.T) {
	for _, host := range []string{"localhost", "127.0.0.1"} {
		t.Run(host, func(t *testing.T) {
			client := mustClient(t, newPool(t, PoolOptions{}), Target{VendorHost: host})
			_, err := get(t.Context(), client)
			wantReason(t, err, ReasonAddressNotAllowed)
		})
	}
}

func TestOnlyNamedRoutesReachPrivateAddresses(t *testing.T) {
	const endpoint, proxy = "https://gateway.example:8443", "http://proxy.example:3128"
	tests := map[string]struct {
		target Target
		want   bool
	}{
		"the vendor itself":    {Target{VendorHost: vendorHost}, true},
		"an endpoint":          {Target{VendorHost: vendorHost, Endpoint: endpoint}, false},
		"a proxy":              {Target{VendorHost: vendorHost, ProxyURL: proxy}, false},
		"an endpoint by proxy": {Target{VendorHost: vendorHost, Endpoint: endpoint, ProxyURL: proxy}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client := mustClient(t, newPool(t, PoolOptions{}, endpoint, proxy), test.target)
			if client.route.publicOnly != test.want {
				t.Errorf("publicOnly = %v, want %v", client.route.publicOnly, test.want)
			}
		})
	}
}

func TestCertificateIsVerifiedForTheEndpoint(t *testing.T) {
	server := serveTLS(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Host != vendorHost {
			t.Errorf("Host = %q, want the vendor's", r.Host)
		}
	})
	// httptest's certificate is for 127.0.0.1 and the vendor's name.
	unnamed := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	tests := map[string]struct {
		endpoint string
		bundle   []byte
		want     Reason
	}{
		"with its CA":                            {server.URL, server.caBundle(), ""},
		"without its CA":                         {server.URL, nil, ReasonTLS},
		"a name only the vendor's would satisfy": {unnamed, server.caBundle(), ReasonTLS},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			pool := newPool(t, PoolOptions{}, server.URL, unnamed)
			client := mustClient(t, pool, Target{VendorHost: vendorHost, Endpoint: test.endpoint, CABundle: test.bundle})
			_, err := get(t.Context(), client)
			if test.want == "" && err != nil {
				t.Fatal(err)
			}
			if test.want != "" {
				wantReason(t, err, test.want)
			}
		})
	}
}

func TestHTTP2CarriesTheVendorsHost(t *testing.T) {
	server := unstarted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 || r.Host != vendorHost {
			t.Errorf("%s for %q, want HTTP/2 for the vendor's host", r.Proto, r.Host)
		}
		if r.URL.Path == "/abort" {
			_, _ = w.Write([]byte("x"))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	})
	server.EnableHTTP2 = true
	server.StartTLS()
	pool := newPool(t, PoolOptions{}, server.URL)
	client := mustClient(t, pool, Target{VendorHost: vendorHost, Endpoint: server.URL, CABundle: server.caBundle()})
	wantReason(t, client.Exchange(t.Context(), Request{Path: "/abort"}, ignore), ReasonReset)
	for range 2 {
		if _, err := get(t.Context(), client); err != nil {
			t.Fatal(err)
		}
	}
	if _, made := server.connections(); made != 1 {
		t.Errorf("%d connections, want 1", made)
	}
}
