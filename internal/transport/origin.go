// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

const (
	schemeHTTP  = "http"
	schemeHTTPS = "https"
)

var defaultPorts = map[string]string{schemeHTTP: "80", schemeHTTPS: "443"}

var (
	hostName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
	// numericLabel is a last label that a resolver may read as an IPv4 address
	// in one of its old spellings (127.1, 0x7f000001).
	numericLabel = regexp.MustCompile(`(^|\.)([0-9]+|0x[0-9a-f]*)$`)
)

const maxHostLength = 253

// parseOrigin reads scheme://host[:port] in one canonical form: lower case, no
// trailing dot, the port always there. Its errors quote nothing of raw, which
// may hold a password.
func parseOrigin(raw string) (*url.URL, error) {
	scheme, authority, found := strings.Cut(raw, "://")
	if !found {
		return nil, errors.New("is not of the form scheme://host[:port]")
	}
	scheme = strings.ToLower(scheme)
	if defaultPorts[scheme] == "" {
		return nil, errors.New("has a scheme other than http and https")
	}
	if strings.Contains(authority, "@") {
		return nil, errors.New("has user information, which is not allowed")
	}
	if strings.ContainsAny(authority, `/?#\`) {
		return nil, errors.New("has a path, query or fragment, which is not allowed")
	}
	host, port, err := splitAuthority(authority, defaultPorts[scheme])
	if err != nil {
		return nil, err
	}
	return &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port)}, nil
}

func splitAuthority(authority, defaultPort string) (host, port string, err error) {
	host, port = authority, defaultPort
	bracketed := strings.HasSuffix(authority, "]")
	if !bracketed && strings.Contains(authority, ":") {
		if host, port, err = net.SplitHostPort(authority); err != nil {
			return "", "", errors.New("has no valid host and port")
		}
		bracketed = strings.HasPrefix(authority, "[")
	} else if bracketed {
		host = strings.TrimSuffix(strings.TrimPrefix(authority, "["), "]")
	}
	if port, err = canonicalPort(port); err != nil {
		return "", "", err
	}
	host, err = canonicalHost(host, bracketed)
	return host, port, err
}

func canonicalPort(port string) (string, error) {
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return "", errors.New("has a port that is not in 1 to 65535")
	}
	return strconv.FormatUint(number, 10), nil
}

func canonicalHost(host string, bracketed bool) (string, error) {
	addr, err := netip.ParseAddr(host)
	switch {
	case err == nil && addr.Zone() == "" && addr.Is6() == bracketed:
		return addr.Unmap().String(), nil
	case err == nil || bracketed:
		return "", errors.New("has no valid host")
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if len(host) > maxHostLength || !hostName.MatchString(host) || numericLabel.MatchString(host) {
		return "", errors.New("has no valid host")
	}
	return host, nil
}
