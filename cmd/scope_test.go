// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/quotawatch/quotawatch/internal/controller"
)

func TestScopeOfFlags(t *testing.T) {
	tests := map[string]struct {
		args []string
		// want is namespaces; objects; secrets.
		want string
	}{
		"everything unless told otherwise": {nil, "all; all; all"},
		"empty flags are no flags": {
			[]string{"--watch-namespaces=", "--watch-label-selector=", "--secret-label-selector="}, "all; all; all",
		},
		"one namespace":                      {[]string{"--watch-namespaces=live"}, "live; all; all"},
		"namespaces in any order, each once": {[]string{"--watch-namespaces", "vod, live,live,"}, "live,vod; all; all"},
		"objects by label":                   {[]string{"--watch-label-selector", "tier in (b,a),shard=1"}, "all; shard=1,tier in (a,b); all"},
		"what no other shard takes":          {[]string{"--watch-label-selector=!shard"}, "all; !shard; all"},
		"Secrets by label": {
			[]string{"--secret-label-selector=quotawatch.dev/credential=true"}, "all; all; quotawatch.dev/credential=true",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o, err := parseFlags(test.args)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, describe(o.scope)); diff != "" {
				t.Errorf("scope (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScopeFlagsThatAreRefused(t *testing.T) {
	tests := map[string]struct {
		args []string
		want []string
	}{
		"an upper-case namespace":         {[]string{"--watch-namespaces=live,Vod"}, []string{"--watch-namespaces", `"Vod"`, "lower case"}},
		"a variable nobody expanded":      {[]string{"--watch-namespaces=$(POD_NAMESPACE)"}, []string{"--watch-namespaces", `"$(POD_NAMESPACE)"`}},
		"a wildcard":                      {[]string{"--watch-namespaces=*"}, []string{"--watch-namespaces", `"*"`}},
		"a list of nothing":               {[]string{"--watch-namespaces", " , "}, []string{"--watch-namespaces", "names no namespace", "leave the flag out"}},
		"a selector that is none":         {[]string{"--watch-label-selector", "team=live,tier in a"}, []string{"--watch-label-selector", `"team=live,tier in a"`, "such as"}},
		"a selector of nothing":           {[]string{"--secret-label-selector", " "}, []string{"--secret-label-selector", "selects by no label"}},
		"a selector in several arguments": {[]string{"--watch-label-selector", "tier", "in", "(a)"}, []string{`unexpected argument "in"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parseFlags(test.args)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestLeaderElectionID(t *testing.T) {
	id := func(args ...string) string {
		o, err := parseFlags(args)
		if err != nil {
			t.Fatal(err)
		}
		return leaderElectionID(o.scope)
	}
	everything := id()
	if everything != "manager.quotawatch.dev" {
		t.Errorf("without flags it is %s", everything)
	}
	same := map[string][2]string{
		"the order of namespaces": {id("--watch-namespaces=live,vod"), id("--watch-namespaces=vod,live")},
		"the order of labels":     {id("--watch-label-selector=a=1,b=2"), id("--watch-label-selector=b=2, a = 1")},
		"which Secrets are seen":  {everything, id("--secret-label-selector=a=1")},
	}
	for what, ids := range same {
		if ids[0] != ids[1] {
			t.Errorf("%s makes a difference: %s and %s", what, ids[0], ids[1])
		}
	}
	shards := []string{
		everything, id("--watch-namespaces=live"), id("--watch-namespaces=live,vod"), id("--watch-label-selector=shard=a"),
		id("--watch-label-selector=shard=b"), id("--watch-label-selector=!shard"), id("--watch-namespaces=live", "--watch-label-selector=shard=a"),
	}
	slices.Sort(shards)
	if distinct := slices.Compact(slices.Clone(shards)); len(distinct) != len(shards) {
		t.Errorf("shards would fight for one Lease: %v", shards)
	}
	for _, shard := range shards {
		if problems := validation.IsDNS1123Subdomain(shard); len(problems) > 0 {
			t.Errorf("%s is no name: %v", shard, problems)
		}
	}
}

// describe writes a scope as namespaces; objects; secrets.
func describe(scope controller.Scope) string {
	parts := []string{strings.Join(scope.Namespaces, ","), "", ""}
	if scope.Objects != nil {
		parts[1] = scope.Objects.String()
	}
	if scope.Secrets != nil {
		parts[2] = scope.Secrets.String()
	}
	for i, part := range parts {
		if part == "" {
			parts[i] = "all"
		}
	}
	return strings.Join(parts, "; ")
}
