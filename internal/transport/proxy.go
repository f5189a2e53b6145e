// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

func (p *Pool) proxy(target Target, origin *url.URL) (*url.URL, error) {
	switch {
	case target.ProxyURL == "" && origin.Scheme == schemeHTTPS:
		return p.sharedProxy(origin)
	case target.ProxyURL == "":
		return nil, nil
	case origin.Scheme != schemeHTTPS:
		// There is no tunnel for http, and a proxy that forwards must replace
		// the vendor's Host by the endpoint's (RFC 9112, section 3.2.2).
		return nil, &TargetError{Field: FieldProxyURL, Message: "cannot be used with an http endpoint; use an https one or leave it out"}
	default:
		return p.allowed(FieldProxyURL, target.ProxyURL)
	}
}

func (p *Pool) sharedProxy(origin *url.URL) (*url.URL, error) {
	proxy, err := p.options.Proxy(&url.URL{Scheme: origin.Scheme, Host: origin.Host})
	if err != nil {
		return nil, &Error{Reason: ReasonProxy} // err quotes the proxy's URL
	}
	return proxy, nil
}

// environmentProxy follows HTTPS_PROXY and NO_PROXY as they are now. Package
// httpproxy drops a proxy that is not a URL, and everything would go out
// directly; here it is an error instead.
func environmentProxy() func(*url.URL) (*url.URL, error) {
	config := httpproxy.FromEnvironment()
	if config.HTTPSProxy != "" && !isProxyURL(config.HTTPSProxy) {
		return func(*url.URL) (*url.URL, error) { return nil, errors.New("the proxy is not a URL") }
	}
	return config.ProxyFunc()
}

func isProxyURL(text string) bool {
	everything := (&httpproxy.Config{HTTPSProxy: text}).ProxyFunc()
	proxy, err := everything(&url.URL{Scheme: schemeHTTPS, Host: "vendor.invalid"})
	// Of "http://proxy:bad-port" httpproxy makes the host "http:".
	return err == nil && proxy != nil && proxy.Hostname() != "" && !strings.HasSuffix(proxy.Host, ":")
}
