// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import "strings"

var (
	longestOrigin   = "https://" + strings.Repeat("a", 292)
	longestBillPath = "/live/v4/group/" + strings.Repeat("a", 108) + "/list"
)

// origin is where to connect: scheme, host and port, and nothing that could
// carry a secret or change what is asked.
func origin(field string) []bound {
	says := leaf(field) + " must be https://host[:port] or http://host[:port], port 1 to 65535, " +
		"without user name, path, query or fragment"
	return []bound{
		limit(field, goodOrigins, badOrigins, says),
		limit(field, values(longestOrigin), values(longestOrigin+"a"), tooLong(300)),
		limit(field, nil, values(""), tooShort(1), says),
	}
}

var goodOrigins = values(
	"https://h",
	"https://h:8443",
	"https://live-gw.corp:8443",
	"https://GW.Corp",
	"https://a_b.corp.",
	"https://h:1",
	"https://h:65535",
	"http://10.0.0.1:8080",
	"https://[2001:db8::1]",
	"https://[2001:db8::1]:443",
	"https://[::ffff:10.0.0.1]:443",
)

var badOrigins = values(
	"https://user@h", "https://user:password@h", "https://:password@h", "https://@h", // user names
	"https://h/", "https://h/path", "https://h:8443/", "https://h//", `https://h\path`, // paths
	"https://h?", "https://h?q=1", "https://h#", "https://h#fragment", // queries and fragments
	"ftp://h", "unix:///run/proxy", "socks5://h", "HTTPS://h", "javascript:alert(1)", // schemes
	"h", "h:8443", "//h", "://h", "/h", "https:h", "https:/h", "https:///h", // no scheme or no host
	"https://", "https://:443", "http://:", "https://[]", "https://[]:443",
	"https://h:", "https://h:0", "https://h:65536", "https://h:99999", "https://h:123456", // ports
	"https://h:-1", "https://h:+1", "https://h:1a", "https://h:0x50", "https://h:80:80",
	" https://h", "https://h ", "https://a b", "https:// h", // spaces
	"https://h\n", "https://h\tx", "https://h\x00", "https://h\x01", "https://h\x7f", // control characters
	"https://h\u0085", "https://h\u200b", // characters that do not show
	"https://h,https://i", "https://*.corp", "https://h%41", "https://$(host)", "https://bücher.example", // hosts
	"https://2001:db8::1", "https://[2001:db8::1", "https://[::::]", "https://[fe80::1%25eth0]", "https://[h]", // addresses
)

// billPath is a path in one corner of one vendor's API.
func billPath(field string) []bound {
	says := leaf(field) + " must look like /live/v4/group/<words>/list, in lower-case letters and hyphens"
	return []bound{
		limit(field, goodBillPaths, badBillPaths, says),
		limit(field, values(longestBillPath), values(longestBillPath+"x"), tooLong(128)),
		limit(field, nil, values(""), tooShort(1), says),
	}
}

var goodBillPaths = values(
	"/live/v4/group/isolation/billing/list",
	"/live/v4/group/isolation-billing/list",
	"/live/v4/group/bill/list",
)

var badBillPaths = values(
	"/live/v4/group/list", "/live/v4/group//list", "/live/v4/group/bill", // too few words
	"/live/v4/group/../../v3/user/list", "/live/v4/group/./list", "/live/v4/group/%2e%2e/list", // other corners
	"/live/v4/group/isolation//billing/list", "//live/v4/group/bill/list", // double slashes
	"/live/v4/group/Isolation/billing/list", "/live/v4/group/bill/LIST", // upper case
	"/live/v4/group/bill/list/", "/live/v4/group/bill/list?page=1", "/live/v4/group/bill/list#x", // more behind
	"live/v4/group/bill/list", "https://h/live/v4/group/bill/list", "/live/v3/group/bill/list", // other beginnings
	"/live/v4/group/bill2/list", "/live/v4/group/a_b/list", "/live/v4/group/a b/list", "/live/v4/group/bill/list\n",
)
