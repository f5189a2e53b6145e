// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"fmt"
	"time"
)

// Reason is why an exchange failed. It is safe to show and small enough for a
// metric label.
type Reason string

// The reasons of an Error.
const (
	// ReasonTimeout: no complete answer in time, ours or the caller's.
	ReasonTimeout Reason = "Timeout"
	// ReasonCanceled: the caller gave up.
	ReasonCanceled Reason = "Canceled"
	// ReasonDNS: the host name could not be resolved.
	ReasonDNS Reason = "DNS"
	// ReasonAddressNotAllowed: the vendor's host name resolves to an address
	// that is not on the public internet.
	ReasonAddressNotAllowed Reason = "AddressNotAllowed"
	// ReasonConnect: no connection, such as refused or unreachable.
	ReasonConnect Reason = "Connect"
	// ReasonTLS: no TLS session, such as a certificate that is not trusted.
	ReasonTLS Reason = "TLS"
	// ReasonProxy: the proxy could not be reached or refused the tunnel.
	ReasonProxy Reason = "Proxy"
	// ReasonReset: the connection broke before the answer was complete. The
	// vendor may have acted on the request.
	ReasonReset Reason = "Reset"
	// ReasonBodyTooLarge: the answer's body is over PoolOptions.MaxBodyBytes.
	ReasonBodyTooLarge Reason = "BodyTooLarge"
	// ReasonMemoryBound: all exchanges together hold as many body bytes as
	// PoolOptions.MaxInFlightBytes allows. It passes by itself.
	ReasonMemoryBound Reason = "MemoryBound"
	// ReasonRedirect: the answer is a redirect, which is never followed.
	ReasonRedirect Reason = "Redirect"
	// ReasonInvalidRequest: the request holds characters that HTTP does not
	// allow, such as the line break at the end of a carelessly made Secret.
	ReasonInvalidRequest Reason = "InvalidRequest"
	// ReasonOther: anything else, such as an answer that is not HTTP.
	ReasonOther Reason = "Other"
)

var reasonTexts = map[Reason]string{
	ReasonTimeout:           "no complete answer in time",
	ReasonCanceled:          "the exchange was canceled",
	ReasonDNS:               "the host name could not be resolved",
	ReasonAddressNotAllowed: "the vendor's host name resolves to an address that is not public",
	ReasonConnect:           "no connection could be made",
	ReasonTLS:               "no TLS session could be made, or the certificate is not trusted",
	ReasonProxy:             "the proxy could not be reached, or refused to connect",
	ReasonReset:             "the connection broke before the answer was complete",
	ReasonBodyTooLarge:      "the body of the answer is too large",
	ReasonMemoryBound:       "too many answers are held in memory at once",
	ReasonRedirect:          "the answer is a redirect, which is not followed",
	ReasonInvalidRequest:    "the request holds characters that HTTP does not allow",
}

// Error is a failed exchange. It keeps nothing of the error that caused it:
// those of net/http and net/url quote URLs, which carry signatures.
type Error struct {
	Reason Reason
	// Status is the HTTP status of the vendor's answer, or of the proxy's with
	// ReasonProxy; zero when there was none.
	Status int
	// RetryAfter is the hint of an answer whose headers arrived; else zero.
	RetryAfter time.Duration
}

// Error describes the failure in words of this package alone.
func (e *Error) Error() string {
	text, ok := reasonTexts[e.Reason]
	if !ok {
		text = "the exchange failed"
	}
	if e.Status != 0 {
		text = fmt.Sprintf("%s (status %d)", text, e.Status)
	}
	return text
}

// Unwrap lets errors.Is find context.DeadlineExceeded and context.Canceled.
func (e *Error) Unwrap() error {
	switch e.Reason {
	case ReasonTimeout:
		return context.DeadlineExceeded
	case ReasonCanceled:
		return context.Canceled
	default:
		return nil
	}
}

// The fields of a TargetError.
const (
	FieldEndpoint = "endpoint"
	FieldProxyURL = "proxyURL"
	FieldCABundle = "caBundle"
	// FieldVendorHost is a fault of the program, not of its user.
	FieldVendorHost = "vendorHost"
)

// TargetError is a Target that may not be used. It stays until the Target or
// the operator's flags change.
type TargetError struct {
	// Field is the member of the Target that is wrong, one of the constants
	// above.
	Field string
	// Message tells what to do. It quotes nothing of the Target.
	Message string
}

// Error returns the field and the message.
func (e *TargetError) Error() string { return e.Field + ": " + e.Message }
