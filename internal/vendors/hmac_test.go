// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHMACSHA256Chain(t *testing.T) {
	tests := map[string]struct {
		key      string
		messages []string
		want     string
	}{
		// https://www.rfc-editor.org/rfc/rfc4231#section-4.3
		"one message": {
			key: "Jefe", messages: []string{"what do ya want for nothing?"},
			want: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		},
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html
		"the key of a day, a region and a service": {
			key:      "AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
			messages: []string{"20120215", "us-east-1", "iam", "aws4_request"},
			want:     "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d",
		},
		"no message": {key: "Jefe", want: hex.EncodeToString([]byte("Jefe"))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := hex.EncodeToString(HMACSHA256Chain(test.key, test.messages...))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHexSHA256(t *testing.T) {
	tests := map[string]string{
		"":    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	}
	for data, want := range tests {
		if got := HexSHA256([]byte(data)); got != want {
			t.Errorf("HexSHA256(%q) = %s, want %s", data, got, want)
		}
	}
}
