// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"net/netip"
	"testing"
)

func TestIsPublic(t *testing.T) {
	tests := map[string]struct {
		public   []string
		reserved []string
	}{
		"this network":    {nil, []string{"0.0.0.0", "0.1.2.3"}},
		"private":         {[]string{"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255"}, []string{"10.0.0.1", "172.16.0.0", "172.31.255.255", "192.168.1.1"}},
		"shared by NAT":   {[]string{"100.63.255.255", "100.128.0.0"}, []string{"100.64.0.0", "100.100.100.200", "100.127.255.255"}},
		"loopback":        {[]string{"126.255.255.255", "128.0.0.0"}, []string{"127.0.0.1", "127.255.255.255"}},
		"link-local":      {[]string{"169.253.255.255", "169.255.0.0"}, []string{"169.254.169.254"}},
		"protocols":       {[]string{"192.0.1.0"}, []string{"192.0.0.0", "192.0.0.192", "192.88.99.1"}},
		"documentation":   {[]string{"203.0.112.255"}, []string{"192.0.2.1", "198.51.100.7", "203.0.113.9"}},
		"benchmarking":    {[]string{"198.17.255.255", "198.20.0.0"}, []string{"198.18.0.0", "198.19.255.255"}},
		"multicast":       {[]string{"223.255.255.255"}, []string{"224.0.0.1", "239.255.255.255"}},
		"reserved":        {nil, []string{"240.0.0.1", "255.255.255.255"}},
		"host agent":      {[]string{"168.63.129.15"}, []string{"168.63.129.16"}},
		"IPv6":            {[]string{"2400:3200::1", "2606:4700::1111"}, []string{"::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "5f00::1", "2001:db8::1", "3fff::1", "2001:2::1"}},
		"IPv4-mapped":     {[]string{"::ffff:119.29.29.29"}, []string{"::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254"}},
		"IPv4-compatible": {nil, []string{"::10.0.0.1", "::119.29.29.29"}},
		"NAT64":           {[]string{"64:ff9b::771d:1d1d"}, []string{"64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::771d:1d1d"}},
		"6to4":            {[]string{"2002:771d:1d1d::1"}, []string{"2002:a00:1::1", "2002:7f00:1::", "2002:c0a8:101::1"}},
		"Teredo":          {nil, []string{"2001::1", "2001:0:771d:1d1d::"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, text := range test.public {
				if !isPublic(netip.MustParseAddr(text)) {
					t.Errorf("%s should be public", text)
				}
			}
			for _, text := range test.reserved {
				if isPublic(netip.MustParseAddr(text)) {
					t.Errorf("%s should not be public", text)
				}
			}
		})
	}
}

func TestOnlyPublicHTTPS(t *testing.T) {
	tests := map[string]struct {
		address string
		want    error
	}{
		"public IPv4":         {"119.29.29.29:443", nil},
		"public IPv6":         {"[2400:3200::1]:443", nil},
		"another port":        {"119.29.29.29:80", errAddressNotAllowed},
		"private":             {"10.0.0.1:443", errAddressNotAllowed},
		"loopback with zone":  {"[::1%lo]:443", errAddressNotAllowed},
		"no address":          {"vendor.example:443", errAddressNotAllowed},
		"nothing":             {"", errAddressNotAllowed},
		"mapped loopback":     {"[::ffff:127.0.0.1]:443", errAddressNotAllowed},
		"metadata over NAT64": {"[64:ff9b::a9fe:a9fe]:443", errAddressNotAllowed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := onlyPublicHTTPS(t.Context(), "tcp", test.address, nil); !errors.Is(err, test.want) {
				t.Errorf("err = %v, want %v", err, test.want)
			}
		})
	}
}
