// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"errors"
	"fmt"
	"testing"
)

func TestTransient(t *testing.T) {
	tests := map[Kind]bool{
		KindUnauthenticated: false,
		KindForbidden:       false,
		KindClockSkew:       true,
		KindThrottled:       true,
		KindAccountFrozen:   false,
		KindInvalidRequest:  false,
		KindNotFound:        false,
		KindMalformed:       true,
		KindUnavailable:     true,
		Kind("new"):         false,
	}
	for kind, want := range tests {
		if got := kind.Transient(); got != want {
			t.Errorf("%s passes by itself: %t, want %t", kind, got, want)
		}
	}
}

func TestErrorText(t *testing.T) {
	cause := errors.New("row 3 has no Left")
	tests := map[string]struct {
		err  *Error
		want string
	}{
		"a kind alone": {err: &Error{Op: OpVerify, Kind: KindThrottled}, want: "verify: Throttled"},
		"with a code": {
			err:  &Error{Op: OpVerify, Kind: KindThrottled, Code: "RequestLimitExceeded"},
			want: "verify: Throttled (RequestLimitExceeded)",
		},
		"with code and cause": {
			err:  &Error{Op: OpPackages, Kind: KindMalformed, Code: "IncompleteAnswer", Err: cause},
			want: "packages: Malformed (IncompleteAnswer): row 3 has no Left",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("Error() = %q, want %q", got, test.want)
			}
			if got := test.err.Unwrap(); !errors.Is(got, test.err.Err) {
				t.Errorf("Unwrap() = %v", got)
			}
		})
	}
}

func TestAsError(t *testing.T) {
	if got := AsError(OpVerify, nil); got != nil {
		t.Errorf("no failure became %v", got)
	}
	own := &Error{Op: OpPackages, Kind: KindForbidden}
	if got := AsError(OpVerify, fmt.Errorf("page 2: %w", own)); got != own {
		t.Errorf("an Error became %v", got)
	}
	cause := errors.New("other")
	got := AsError(OpVerify, cause)
	if got.Kind != KindUnavailable || got.Op != OpVerify || !errors.Is(got, cause) {
		t.Errorf("another error became %v", got)
	}
}
