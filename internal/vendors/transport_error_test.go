// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quotawatch/quotawatch/internal/transport"
)

func TestFromTransport(t *testing.T) {
	own := &Error{Kind: KindThrottled, Op: OpVerify, Code: "RequestLimitExceeded", RetryAfter: time.Second}
	signed := &url.Error{Op: "Get", URL: "https://vendor.example/?sign=canary"}
	with := func(cause error) error {
		failure := *signed
		failure.Err = cause
		return &failure
	}
	tests := map[string]struct {
		err  error
		want *Error
	}{
		"no failure": {},
		"a refused connection": {
			err:  &transport.Error{Reason: transport.ReasonConnect},
			want: &Error{Kind: KindUnavailable, Op: OpPackages, Code: "Connect"},
		},
		"an answer too large, with a hint when to come back": {
			err: fmt.Errorf("page 2: %w", &transport.Error{
				Reason: transport.ReasonBodyTooLarge, Status: 503, RetryAfter: time.Minute,
			}),
			want: &Error{Kind: KindUnavailable, Op: OpPackages, Code: "BodyTooLarge", RetryAfter: time.Minute},
		},
		"a failure that reading the answer found": {err: own, want: own},
		"the same, wrapped":                       {err: fmt.Errorf("page 2: %w", own), want: own},
		"a caller that gave up": {
			err:  with(context.Canceled),
			want: &Error{Kind: KindUnavailable, Op: OpPackages, Code: "Canceled"},
		},
		"a caller's deadline": {
			err:  with(context.DeadlineExceeded),
			want: &Error{Kind: KindUnavailable, Op: OpPackages, Code: "Timeout"},
		},
		"anything else": {
			err:  with(errors.New("no such thing")),
			want: &Error{Kind: KindUnavailable, Op: OpPackages, Code: "Other"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := FromTransport(OpPackages, test.err)
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(Error{}, "Err")); diff != "" {
				t.Fatalf("FromTransport (-want +got):\n%s", diff)
			}
			if got != nil && strings.Contains(got.Error(), "canary") {
				t.Errorf("the error quotes the URL: %s", got)
			}
		})
	}
}

// A poller that shuts down has to tell its own giving up from the vendor's fault.
func TestFromTransportKeepsTheContextsError(t *testing.T) {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if got := FromTransport(OpVerify, cause); !errors.Is(got, cause) {
			t.Errorf("%v became %v", cause, got)
		}
	}
	timeout := &transport.Error{Reason: transport.ReasonTimeout}
	if got := FromTransport(OpVerify, timeout); !errors.Is(got, context.DeadlineExceeded) {
		t.Errorf("a timeout became %v", got)
	}
}
