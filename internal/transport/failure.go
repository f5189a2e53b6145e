// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
)

// failure turns an error of net/http into ours.
func failure(ctx context.Context, err error) *Error {
	failed := &Error{Reason: reasonOf(ctx, err)}
	if refused := (*tunnelError)(nil); errors.As(err, &refused) {
		failed.Status = refused.status
	}
	return failed
}

// bodyReason returns why a body could not be read, and "" without an error.
func bodyReason(ctx context.Context, err error) Reason {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errBodyTooLarge):
		return ReasonBodyTooLarge
	case errors.Is(err, errMemoryBound):
		return ReasonMemoryBound
	}
	if reason := reasonOf(ctx, err); reason != ReasonOther {
		return reason
	}
	return ReasonReset
}

func reasonOf(ctx context.Context, err error) Reason {
	switch {
	case errors.Is(context.Cause(ctx), errSentBefore):
		return ReasonReset
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ReasonTimeout
	case ctx.Err() != nil:
		return ReasonCanceled
	case errors.Is(err, errAddressNotAllowed):
		return ReasonAddressNotAllowed
	case isProxy(err):
		return ReasonProxy
	default:
		return networkReason(err)
	}
}

func networkReason(err error) Reason {
	var dnsErr *net.DNSError
	var netErr net.Error
	switch {
	case errors.As(err, &dnsErr):
		return ReasonDNS
	case isTLS(err):
		return ReasonTLS
	case errors.As(err, &netErr) && netErr.Timeout():
		return ReasonTimeout
	case isOp(err, "dial"):
		return ReasonConnect
	case isBroken(err):
		return ReasonReset
	default:
		return ReasonOther
	}
}

// isProxy knows the operations that net/http names when it wraps what went
// wrong on the way to a proxy.
func isProxy(err error) bool {
	var refused *tunnelError
	return errors.As(err, &refused) || isOp(err, "proxyconnect", "socks connect")
}

// isTLS also looks at the text, because crypto/tls has no type for most of what
// ends a handshake; all of it starts alike.
func isTLS(err error) bool {
	var (
		untrusted *tls.CertificateVerificationError
		hostname  x509.HostnameError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	return errors.As(err, &untrusted) || errors.As(err, &hostname) || errors.As(err, &record) ||
		errors.As(err, &alert) || errors.Is(err, http.ErrSchemeMismatch) ||
		isOp(err, "remote error", "local error") || strings.HasPrefix(err.Error(), "tls: ")
}

func isBroken(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, net.ErrClosed) || isOp(err, "read", "write")
}

func isOp(err error, ops ...string) bool {
	var opErr *net.OpError
	return errors.As(err, &opErr) && slices.Contains(ops, opErr.Op)
}
