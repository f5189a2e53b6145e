// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendortest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// CheckFailure compares all of a failure but its Err, which is for logs.
func CheckFailure(t *testing.T, err error, want vendors.Error) {
	t.Helper()
	var got *vendors.Error
	if !errors.As(err, &got) {
		t.Fatalf("got %v, want a *vendors.Error", err)
	}
	if diff := cmp.Diff(want, *got, cmpopts.IgnoreFields(vendors.Error{}, "Err")); diff != "" {
		t.Errorf("failure (-want +got):\n%s", diff)
	}
}

// EverySpelling is what a log could hold of err.
func EverySpelling(t *testing.T, err error) string {
	t.Helper()
	var failure *vendors.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%T is no *vendors.Error", err)
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Error("failed", "err", err, "failure", *failure)
	fmt.Fprintf(&out, "%v %+v %#v %q %+v %#v", err, err, err, err, *failure, *failure)
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		text, _ := json.Marshal(cause)
		fmt.Fprintf(&out, "%v %+v %#v %s", cause, cause, cause, text)
	}
	return out.String()
}

// CheckHidden reports each secret that shows.
func CheckHidden(t *testing.T, shown string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(shown, secret) {
			t.Errorf("%q shows:\n%s", secret, shown)
		}
	}
}
