// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strings"
	"testing"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

func TestAccessKeyHash(t *testing.T) {
	factory := vendors.Factory{Host: "vendor.example", RequiredKeys: []string{"id", "key"}, OptionalKeys: []string{"token"}}
	hash := func(id, key, token string) string {
		return accessKeyHash(map[string]vendors.Secret{
			"id": vendors.Secret(id), "key": vendors.Secret(key), "token": vendors.Secret(token),
		}, factory)
	}
	known := hash("AKIDExample", "one", "")
	tests := map[string]struct {
		hash string
		same bool
	}{
		"the same key":           {hash("AKIDExample", "one", ""), true},
		"the same ID, a new key": {hash("AKIDExample", "two", ""), true},
		"another ID":             {hash("AKIDOther", "one", ""), false},
		"a temporary credential": {hash("AKIDExample", "one", "token"), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if same := test.hash == known; same != test.same {
				t.Errorf("%q and %q: the same %t, want %t", known, test.hash, same, test.same)
			}
		})
	}
	if hash("AKIDExample", "one", "token") != "" {
		t.Error("the ID of a temporary credential counts")
	}
	if len(known) != 8 || strings.Contains("AKIDExample", known) {
		t.Errorf("the hash is %q, want eight digits", known)
	}
}
