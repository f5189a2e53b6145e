// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
)

func TestOldTLSIsRefused(t *testing.T) {
	server := unstarted(t, func(http.ResponseWriter, *http.Request) { t.Error("the request was sent") })
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	server.StartTLS()
	pool := newPool(t, PoolOptions{}, server.URL)
	client := mustClient(t, pool, Target{VendorHost: vendorHost, Endpoint: server.URL, CABundle: server.caBundle()})
	_, err := get(t.Context(), client)
	wantReason(t, err, ReasonTLS)
}

func TestPlainServerBehindHTTPSIsATLSFailure(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	client := endpointClient(t, PoolOptions{}, strings.Replace(server.URL, "http:", "https:", 1))
	_, err := get(t.Context(), client)
	wantReason(t, err, ReasonTLS)
}

func TestNobodyListens(t *testing.T) {
	client := endpointClient(t, PoolOptions{}, nobody(t, "https"))
	_, err := get(t.Context(), client)
	wantReason(t, err, ReasonConnect)
}
