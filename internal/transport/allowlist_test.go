// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"strings"
	"testing"
)

func TestAllowlistAllows(t *testing.T) {
	list, err := ParseAllowlist([]string{
		"https://Gateway.Corp.example", "https://gateway.corp.example:8443", "http://sim.example:80",
		"https://[2001:DB8::1]:8443", "http://127.0.0.1:8080",
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		raw  string
		want bool
	}{
		"as listed":                      {"https://gateway.corp.example:8443", true},
		"another letter case":            {"HTTPS://GATEWAY.corp.example", true},
		"the default port spelt out":     {"https://gateway.corp.example:443", true},
		"the default port left out":      {"http://sim.example", true},
		"a trailing dot":                 {"https://gateway.corp.example.", true},
		"a port with leading zeros":      {"https://gateway.corp.example:08443", true},
		"another spelling of IPv6":       {"https://[2001:db8:0::0:1]:8443", true},
		"IPv4 inside IPv6":               {"http://[::ffff:127.0.0.1]:8080", true},
		"another port":                   {"https://gateway.corp.example:9443", false},
		"http where https is listed":     {"http://gateway.corp.example:443", false},
		"https where http is listed":     {"https://sim.example:80", false},
		"a subdomain":                    {"https://a.gateway.corp.example", false},
		"a longer name":                  {"https://gateway.corp.example.evil.example", false},
		"user information":               {"https://user:pass@gateway.corp.example", false},
		"the listed host as user":        {"https://gateway.corp.example@evil.example", false},
		"a path":                         {"https://gateway.corp.example/", false},
		"a query":                        {"https://gateway.corp.example?", false},
		"a fragment":                     {"https://gateway.corp.example#", false},
		"a backslash":                    {`https://gateway.corp.example\@evil.example`, false},
		"nothing":                        {"", false},
		"an old spelling of an address":  {"http://127.1:8080", false},
		"an address as one number":       {"http://2130706433:8080", false},
		"IPv6 without brackets":          {"https://2001:db8::1", false},
		"a line break":                   {"https://gateway.corp.example\n", false},
		"an encoded character":           {"https://gateway%2ecorp.example", false},
		"a letter that looks like ASCII": {"https://gatew\u0430y.corp.example", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := list.Allows(test.raw); got != test.want {
				t.Errorf("Allows(%q) = %v, want %v", test.raw, got, test.want)
			}
		})
	}
}

func TestAllowlistOfNothing(t *testing.T) {
	var none *Allowlist
	if none.Allows("https://gateway.corp.example") || (&Allowlist{}).Allows("https://gateway.corp.example") {
		t.Error("an empty list allows something")
	}
}

func TestParseAllowlistRefuses(t *testing.T) {
	tests := map[string]struct{ value, want string }{
		"nothing":            {"", "not of the form"},
		"no scheme":          {"gateway.example:443", "not of the form"},
		"another scheme":     {"socks5://gateway.example", "scheme other than"},
		"user information":   {"https://me:canary@gateway.example", "user information"},
		"a path":             {"https://gateway.example/canary", "path, query or fragment"},
		"a query":            {"https://gateway.example?canary", "path, query or fragment"},
		"a fragment":         {"https://gateway.example#canary", "path, query or fragment"},
		"no host":            {"https://", "no valid host"},
		"only a port":        {"https://:443", "no valid host"},
		"only a dot":         {"https://.", "no valid host"},
		"an empty port":      {"https://gateway.example:", "port"},
		"port zero":          {"https://gateway.example:0", "port"},
		"a port too high":    {"https://gateway.example:65536", "port"},
		"a port of letters":  {"https://gateway.example:https", "port"},
		"two ports":          {"https://gateway.example:1:2", "no valid host and port"},
		"a wildcard":         {"https://*.example", "no valid host"},
		"IPv6 with a zone":   {"https://[fe80::1%25eth0]", "no valid host"},
		"a name in brackets": {"https://[gateway.example]", "no valid host"},
		"half a bracket":     {"https://[2001:db8::1", "no valid host"},
		"a space":            {"https://gateway.example ", "no valid host"},
		"a label too long":   {"https://" + strings.Repeat("a", 64) + ".example", "no valid host"},
		"a name too long":    {"https://" + strings.Repeat("a.", 127) + "example", "no valid host"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParseAllowlist([]string{"https://fine.example", test.value})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "2 of 2") {
				t.Fatalf("err = %v, want one about %q that names value 2 of 2", err, test.want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("err quotes the value: %v", err)
			}
		})
	}
}
