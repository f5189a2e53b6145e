// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import "fmt"

// Allowlist is what a VendorAccount's endpoint and proxyURL may name, as
// --allowed-endpoints lists it. The zero value and nil allow nothing.
type Allowlist struct {
	origins map[string]struct{}
}

// ParseAllowlist reads values of the form scheme://host[:port], where scheme is
// http or https. Its errors name the value by its place and do not quote it.
func ParseAllowlist(values []string) (*Allowlist, error) {
	list := &Allowlist{origins: make(map[string]struct{}, len(values))}
	for i, value := range values {
		origin, err := parseOrigin(value)
		if err != nil {
			return nil, fmt.Errorf("allowed endpoint %d of %d %w", i+1, len(values), err)
		}
		list.origins[origin.String()] = struct{}{}
	}
	return list, nil
}

// Allows reports whether raw is a listed origin, whatever its letter case and
// whether or not it spells out the default port. A listed https origin does not
// allow the http one.
func (a *Allowlist) Allows(raw string) bool {
	origin, err := parseOrigin(raw)
	return err == nil && a.has(origin.String())
}

func (a *Allowlist) has(origin string) bool {
	if a == nil {
		return false
	}
	_, ok := a.origins[origin]
	return ok
}
