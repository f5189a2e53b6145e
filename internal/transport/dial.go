// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"
)

// An exchange as a whole is bounded by PoolOptions.Timeout. These bound what
// outlives an exchange: a dial that goes on for the next one, and idle
// connections, which must end before the other side drops them silently.
const (
	dialTimeout         = 10 * time.Second
	tlsHandshakeTimeout = 10 * time.Second
	idleTimeout         = 30 * time.Second
	pingAfter           = 15 * time.Second
	pingTimeout         = 5 * time.Second
)

const (
	// maxIdleConns covers every runner that asks one host at the same time.
	maxIdleConns           = 64
	maxResponseHeaderBytes = 64 << 10
)

func (p *Pool) newTransport(route route) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout}
	if route.publicOnly {
		dialer.ControlContext = onlyPublicHTTPS
	}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: rootCAs(route.caBundle)},
		TLSHandshakeTimeout:    tlsHandshakeTimeout,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		DisableCompression:     true, // the bound counts the bytes that are kept
		MaxIdleConns:           maxIdleConns,
		MaxIdleConnsPerHost:    maxIdleConns,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxResponseHeaderBytes,
	}
	if route.proxy != nil {
		transport.Proxy = http.ProxyURL(route.proxy)
		transport.ProxyConnectHeader = http.Header{"User-Agent": {p.options.UserAgent}}
		transport.OnProxyConnectResponse = checkTunnel
	}
	return transport
}

// rootCAs returns nil, which means the system's, when there is no bundle.
func rootCAs(bundle []byte) *x509.CertPool {
	if len(bundle) == 0 {
		return nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // fewer are trusted, never more
	}
	roots.AppendCertsFromPEM(bundle)
	return roots
}

// checkTunnel stands before net/http's own check, whose error is the proxy's
// own text.
func checkTunnel(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &tunnelError{status: answer.StatusCode}
	}
	return nil
}

// tunnelError is a proxy's refusal to connect.
type tunnelError struct{ status int }

func (*tunnelError) Error() string { return "tunnel refused" }
