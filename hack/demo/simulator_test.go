// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

func TestFirstLineIsPutTogether(t *testing.T) {
	first := newFirstLine()
	for _, part := range []string{"vendorsim list", "ening\nsecond", "\nthird\n"} {
		if n, err := first.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("Write(%q) = %d, %v", part, n, err)
		}
	}
	if got := <-first.line; got != "vendorsim listening" {
		t.Errorf("first line %q", got)
	}
}

func TestParseGreeting(t *testing.T) {
	tests := map[string]struct {
		line    string
		want    string
		wantErr bool
	}{
		"address on a free port": {
			line: "vendorsim listening on http://127.0.0.1:40123",
			want: "http://127.0.0.1:40123",
		},
		"something else": {line: "flag provided but not defined: -scenario", wantErr: true},
		"no address":     {line: "vendorsim listening on ", wantErr: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseGreeting(tc.line)
			if got != tc.want || (err != nil) != tc.wantErr {
				t.Errorf("got %q, %v; want %q, error %t", got, err, tc.want, tc.wantErr)
			}
		})
	}
}
