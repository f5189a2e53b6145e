// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"strings"
	"testing"
)

func TestKeysTellListsApart(t *testing.T) {
	k := NewKeyer()
	lists := map[string][]string{
		"one text":              {"ab"},
		"the same text split":   {"a", "b"},
		"an empty text before":  {"", "ab"},
		"an empty text after":   {"ab", ""},
		"another order":         {"b", "a"},
		"nothing":               nil,
		"one empty text":        {""},
		"two empty texts":       {"", ""},
		"a length in the text":  {"a\x00\x00\x00\x00\x00\x00\x00\x01b"},
		"a text with a newline": {"ab\n"},
	}
	names := map[Key]string{}
	for name, texts := range lists {
		key := k.Key(texts...)
		if other, ok := names[key]; ok {
			t.Errorf("%s and %s have one key", name, other)
		}
		names[key] = name
		if key != k.Key(texts...) {
			t.Errorf("%s has two keys", name)
		}
	}
}

func TestKeysOfProcessesDiffer(t *testing.T) {
	one, other := NewKeyer(), NewKeyer()
	if one.Key("id", "secret") == other.Key("id", "secret") {
		t.Error("two processes have the same key for one credential")
	}
}

func TestKeyShowsNothing(t *testing.T) {
	key := NewKeyer().Key("canary")
	if strings.Contains(string(key[:]), "canary") {
		t.Error("the key shows the credential")
	}
}
