// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Target is where a Client connects to.
type Target struct {
	// VendorHost is the vendor's host name, which requests carry and sign
	// whatever Endpoint says.
	VendorHost string
	// Endpoint is where to connect in place of https://VendorHost, as
	// scheme://host[:port]; empty for the vendor itself. The certificate is
	// verified for the name given here.
	Endpoint string
	// ProxyURL is the forward proxy to use in place of the environment's, as
	// scheme://host[:port].
	ProxyURL string
	// CABundle holds PEM certificates to trust beside the system's.
	CABundle []byte
}

// routeKey tells routes apart. It is a digest, so it shows no proxy credential.
type routeKey [sha256.Size]byte

// route is a checked Target: all that a connection depends on.
type route struct {
	key routeKey
	// origin is the scheme, host and port to connect to.
	origin *url.URL
	// proxy is nil for a direct connection.
	proxy    *url.URL
	caBundle []byte
	// publicOnly is set when nobody with a say over the cluster named the
	// address that will be dialled.
	publicOnly bool
}

func (p *Pool) route(target Target) (route, error) {
	origin, err := p.origin(target)
	if err != nil {
		return route{}, err
	}
	proxy, err := p.proxy(target, origin)
	if err != nil {
		return route{}, err
	}
	if len(target.CABundle) > 0 && !x509.NewCertPool().AppendCertsFromPEM(target.CABundle) {
		return route{}, &TargetError{Field: FieldCABundle, Message: "holds no PEM certificate"}
	}
	checked := route{
		origin:     origin,
		proxy:      proxy,
		caBundle:   slices.Clone(target.CABundle),
		publicOnly: target.Endpoint == "" && proxy == nil,
	}
	checked.key = checked.digest()
	return checked, nil
}

func (p *Pool) origin(target Target) (*url.URL, error) {
	vendor, err := parseOrigin(schemeHTTPS + "://" + target.VendorHost)
	if err != nil || strings.Contains(target.VendorHost, ":") {
		return nil, &TargetError{Field: FieldVendorHost, Message: "is not a host name"}
	}
	if target.Endpoint == "" {
		return vendor, nil
	}
	return p.allowed(FieldEndpoint, target.Endpoint)
}

func (p *Pool) allowed(field, raw string) (*url.URL, error) {
	origin, err := parseOrigin(raw)
	if err != nil {
		return nil, &TargetError{Field: field, Message: err.Error()}
	}
	if !p.options.Allowlist.has(origin.String()) {
		return nil, &TargetError{Field: field, Message: "is not allowed; the operator's --allowed-endpoints must list it"}
	}
	return origin, nil
}

// digest covers all of the route. An endpoint may be the vendor's own host, so
// without publicOnly a guarded route would share the transport of another.
func (r route) digest() routeKey {
	proxy := ""
	if r.proxy != nil {
		proxy = r.proxy.String()
	}
	return sha256.Sum256(fmt.Appendf(nil, "%t\n%s\n%s\n%s", r.publicOnly, r.origin, proxy, r.caBundle))
}
