// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// connectProxy is a forward proxy that sends every tunnel to one server.
type connectProxy struct {
	*countingServer
	mu       sync.Mutex
	requests []string // host, credential and user agent of each CONNECT
}

func (p *connectProxy) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

func serveProxy(t *testing.T, upstream *countingServer) *connectProxy {
	t.Helper()
	proxy := &connectProxy{}
	proxy.countingServer = serve(t, func(w http.ResponseWriter, r *http.Request) {
		proxy.mu.Lock()
		proxy.requests = append(proxy.requests, strings.Join([]string{r.Method, r.Host, r.Header.Get("Proxy-Authorization"), r.UserAgent()}, " "))
		proxy.mu.Unlock()
		tunnel(w, r, upstream.Listener.Addr().String())
	})
	return proxy
}

func tunnel(w http.ResponseWriter, r *http.Request, address string) {
	upstream, err := new(net.Dialer).DialContext(r.Context(), "tcp", address)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = upstream.Close() }()
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(upstream, buffered)
		_ = upstream.Close()
	}()
	_, _ = io.Copy(conn, upstream)
}

// environment sets the proxy variables of this test and clears the others.
func environment(t *testing.T, values map[string]string) {
	t.Helper()
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, values[name])
	}
}

// environmentPool is a Pool with the default PoolOptions.Proxy.
func environmentPool(t *testing.T, origins ...string) *Pool {
	t.Helper()
	list, err := ParseAllowlist(origins)
	if err != nil {
		t.Fatal(err)
	}
	pool := NewPool(PoolOptions{Allowlist: list, UserAgent: "quotawatch/test"})
	t.Cleanup(pool.CloseIdleConnections)
	return pool
}

func TestProxyIsAskedForTheVendor(t *testing.T) {
	vendor := serveTLS(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Host != vendorHost {
			t.Errorf("Host = %q, want the vendor's", r.Host)
		}
	})
	credential := "Basic " + base64.StdEncoding.EncodeToString([]byte("me:pass"))
	tests := map[string]struct {
		environment func(proxy string) map[string]string
		target      func(proxy string) Target
		want        string
	}{
		"the account's": {
			environment: func(string) map[string]string { return nil },
			target:      func(proxy string) Target { return Target{ProxyURL: proxy} },
			want:        "CONNECT vendor.example.com:443  quotawatch/test",
		},
		"the account's before the environment's": {
			environment: func(string) map[string]string {
				return map[string]string{"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": vendorHost}
			},
			target: func(proxy string) Target { return Target{ProxyURL: proxy} },
			want:   "CONNECT vendor.example.com:443  quotawatch/test",
		},
		"the environment's, with a credential": {
			environment: func(proxy string) map[string]string {
				return map[string]string{"HTTPS_PROXY": strings.Replace(proxy, "http://", "http://me:pass@", 1)}
			},
			target: func(string) Target { return Target{} },
			want:   "CONNECT vendor.example.com:443 " + credential + " quotawatch/test",
		},
		"an endpoint by the environment's": {
			environment: func(proxy string) map[string]string { return map[string]string{"https_proxy": proxy} },
			target:      func(string) Target { return Target{Endpoint: "https://gateway.example.com:8443"} },
			want:        "CONNECT gateway.example.com:8443  quotawatch/test",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := serveProxy(t, vendor)
			environment(t, test.environment(proxy.URL))
			pool := environmentPool(t, proxy.URL, "https://gateway.example.com:8443")
			target := test.target(proxy.URL)
			target.VendorHost, target.CABundle = vendorHost, vendor.caBundle()
			client := mustClient(t, pool, target)
			for range 2 {
				if _, err := get(t.Context(), client); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff([]string{test.want}, proxy.seen()); diff != "" {
				t.Errorf("requests to the proxy (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhenTheEnvironmentsProxyIsUsed(t *testing.T) {
	const proxy = "http://proxy.example:3128"
	tests := map[string]struct {
		environment map[string]string
		target      Target
		want        bool
	}{
		"HTTPS_PROXY":                 {map[string]string{"HTTPS_PROXY": proxy}, Target{}, true},
		"https_proxy":                 {map[string]string{"https_proxy": proxy}, Target{}, true},
		"HTTP_PROXY only":             {map[string]string{"HTTP_PROXY": proxy, "http_proxy": proxy}, Target{}, false},
		"NO_PROXY names the vendor":   {map[string]string{"HTTPS_PROXY": proxy, "NO_PROXY": vendorHost}, Target{}, false},
		"NO_PROXY names the domain":   {map[string]string{"HTTPS_PROXY": proxy, "no_proxy": ".example.com"}, Target{}, false},
		"NO_PROXY names another host": {map[string]string{"HTTPS_PROXY": proxy, "NO_PROXY": "other.example.com"}, Target{}, true},
		"NO_PROXY names everything":   {map[string]string{"HTTPS_PROXY": proxy, "NO_PROXY": "*"}, Target{}, false},
		"NO_PROXY names the endpoint": {map[string]string{"HTTPS_PROXY": proxy, "NO_PROXY": "gateway.example"}, Target{Endpoint: "https://gateway.example"}, false},
		"a plain endpoint":            {map[string]string{"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy}, Target{Endpoint: "http://sim.example"}, false},
		"nothing set":                 {nil, Target{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			environment(t, test.environment)
			pool := environmentPool(t, "https://gateway.example", "http://sim.example")
			test.target.VendorHost = vendorHost
			client := mustClient(t, pool, test.target)
			if got := client.route.proxy != nil; got != test.want {
				t.Errorf("uses a proxy: %v, want %v", got, test.want)
			}
			if guarded := client.route.publicOnly; guarded != (test.target.Endpoint == "" && !test.want) {
				t.Errorf("publicOnly = %v", guarded)
			}
		})
	}
}

func TestEnvironmentIsReadOnce(t *testing.T) {
	environment(t, nil)
	pool := environmentPool(t)
	t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
	if client := mustClient(t, pool, Target{VendorHost: vendorHost}); client.route.proxy != nil {
		t.Error("the environment was read again")
	}
}

func TestProxyFailures(t *testing.T) {
	tests := map[string]struct {
		proxy  func(t *testing.T) string
		status int
	}{
		"nobody listens": {func(t *testing.T) string { return nobody(t, "http") }, 0},
		"wants a credential": {func(t *testing.T) string {
			return serveText(t, "HTTP/1.1 407 canary\r\nContent-Length: 6\r\n\r\ncanary")
		}, 407},
		"forbids": {func(t *testing.T) string {
			return serveText(t, "HTTP/1.1 403 canary\r\nX-Canary: canary\r\n\r\n")
		}, 403},
		"redirects": {func(t *testing.T) string {
			return serveText(t, "HTTP/1.1 302 Found\r\nLocation: http://canary.example\r\n\r\n")
		}, 302},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := test.proxy(t)
			pool := newPool(t, PoolOptions{}, proxy)
			client := mustClient(t, pool, Target{VendorHost: vendorHost, ProxyURL: proxy})
			_, err := get(t.Context(), client)
			if failed := failureWith(t, err, ReasonProxy); failed.Status != test.status {
				t.Errorf("status = %d, want %d", failed.Status, test.status)
			}
		})
	}
}

func TestBrokenProxyInTheEnvironmentIsNotPassedBy(t *testing.T) {
	tests := map[string]string{
		"a port of letters":          "http://me:canary@proxy.example:port",
		"a password with a percent":  "http://me:canary%zz@proxy.example:3128",
		"no host":                    "http://",
		"a space instead of a value": " ",
	}
	for name, value := range tests {
		t.Run(name, func(t *testing.T) {
			environment(t, map[string]string{"HTTPS_PROXY": value})
			_, err := environmentPool(t).Client(Target{VendorHost: vendorHost})
			wantReason(t, err, ReasonProxy)
		})
	}
}

func TestProxyFunctionThatFails(t *testing.T) {
	fails := func(*url.URL) (*url.URL, error) { return nil, errors.New("canary") }
	_, err := NewPool(PoolOptions{Proxy: fails}).Client(Target{VendorHost: vendorHost})
	wantReason(t, err, ReasonProxy)
	wantNoCanary(t, err)
}
