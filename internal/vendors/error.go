// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"errors"
	"fmt"
	"time"
)

// Kind is what a failure means for whoever has to act on it.
type Kind string

// The kinds of failure. Each vendor package decides the kind from the vendor's
// own codes.
const (
	// KindUnauthenticated: the vendor does not accept the credential.
	KindUnauthenticated Kind = "Unauthenticated"
	// KindForbidden: the credential is good but may not make this call.
	KindForbidden Kind = "Forbidden"
	// KindClockSkew: our clock and the vendor's differ by more than it accepts.
	KindClockSkew Kind = "ClockSkew"
	// KindThrottled: too many calls.
	KindThrottled Kind = "Throttled"
	// KindAccountFrozen: the account is stopped, in arrears or not yet opened.
	KindAccountFrozen Kind = "AccountFrozen"
	// KindInvalidRequest: the vendor refuses the question itself.
	KindInvalidRequest Kind = "InvalidRequest"
	// KindNotFound: what was asked for does not exist at the vendor.
	KindNotFound Kind = "NotFound"
	// KindMalformed: the answer is not one that the contract allows.
	KindMalformed Kind = "Malformed"
	// KindUnavailable: the vendor or the network failed.
	KindUnavailable Kind = "Unavailable"
)

// Transient reports whether a failure of this kind is expected to pass without
// anyone doing anything.
func (k Kind) Transient() bool {
	switch k {
	case KindThrottled, KindUnavailable, KindMalformed, KindClockSkew:
		return true
	default:
		return false
	}
}

// Operations, as they appear in errors and metrics.
const (
	OpVerify   = "verify"
	OpPackages = "packages"
	OpUsage    = "usage"
	OpBill     = "bill"
	// OpClosedBills reads the bills of months that are over.
	OpClosedBills = "closed-bills"
)

// Error is a failure that the vendor or the network caused.
type Error struct {
	Kind Kind
	// Op is the operation that failed.
	Op string
	// Code is the vendor's own error code, or our word for a failure before the
	// vendor could answer; it is safe to show.
	Code string
	// RequestID is what the vendor's support asks for; safe to log.
	RequestID string
	// RetryAfter is zero when the vendor gave no hint.
	RetryAfter time.Duration
	// AddressBlocked tells that the vendor turns away the address that the call
	// came from, whatever the credential.
	AddressBlocked bool
	// Hint tells a user what to do where Kind alone does not; safe to show, and
	// the same for as long as the failure lasts.
	Hint string
	// Err says more, for logs only: it never goes into status, and it holds no
	// secret, no URL and no part of an answer's body.
	Err error
}

// Error describes the failure for logs.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %s", e.Op, e.Kind)
	if e.Code != "" {
		text += " (" + e.Code + ")"
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// AsError returns err as an *Error. One that is none is a fault of ours or of
// the network, so it counts as Unavailable.
func AsError(op string, err error) *Error {
	if err == nil {
		return nil
	}
	if vendorErr, ok := errors.AsType[*Error](err); ok {
		return vendorErr
	}
	return &Error{Kind: KindUnavailable, Op: op, Err: err}
}
