// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"errors"
	"net/netip"
	"syscall"
)

var errAddressNotAllowed = errors.New("address not allowed")

// specialIPv4 are the blocks that are not globally reachable, or not unicast,
// according to https://www.iana.org/assignments/iana-ipv4-special-registry/ and
// https://www.iana.org/assignments/multicast-addresses/.
var specialIPv4 = prefixes(
	"0.0.0.0/8",       // this network
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // shared with carrier-grade NAT
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local, where clouds serve instance credentials
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // IETF protocol assignments
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // deprecated 6to4 relays
	"192.168.0.0/16",  // private
	"198.18.0.0/15",   // benchmarking
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, broadcast
	// Public by number, but answered by the host of every Azure machine:
	// https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
	"168.63.129.16/32",
)

// Of IPv6 only global unicast is public, without the blocks that
// https://www.iana.org/assignments/iana-ipv6-special-registry/ sets apart.
var (
	globalIPv6  = netip.MustParsePrefix("2000::/3")
	specialIPv6 = prefixes(
		"2001::/23",     // IETF protocol assignments, Teredo among them
		"2001:db8::/32", // documentation
		"3fff::/20",     // documentation
	)
)

// These carry an IPv4 address, which is where the packets end up.
var (
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

// isPublic reports whether addr is a unicast address of the public internet.
func isPublic(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return !within(addr, specialIPv4)
	}
	bytes := addr.As16()
	switch {
	case nat64.Contains(addr):
		return isPublic(netip.AddrFrom4([4]byte(bytes[12:16])))
	case sixToFour.Contains(addr):
		return isPublic(netip.AddrFrom4([4]byte(bytes[2:6])))
	default:
		return globalIPv6.Contains(addr) && !within(addr, specialIPv6)
	}
}

func within(addr netip.Addr, list []netip.Prefix) bool {
	for _, prefix := range list {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// onlyPublicHTTPS is a net.Dialer's ControlContext. It sees the address that is
// about to be connected to, so an answer of the DNS that changes between a
// check and the connection makes no difference.
func onlyPublicHTTPS(_ context.Context, _, address string, _ syscall.RawConn) error {
	addrPort, err := netip.ParseAddrPort(address)
	if err != nil || addrPort.Port() != 443 || !isPublic(addrPort.Addr()) {
		return errAddressNotAllowed
	}
	return nil
}
