// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"context"
	"errors"

	"github.com/quotawatch/quotawatch/internal/transport"
)

// FromTransport returns what an exchange failed with as an *Error: one that the
// reading of the answer made as it is, and anything else as Unavailable with the
// transport's reason as its code. The text of an error that is neither is
// dropped, because it may quote a signed URL.
func FromTransport(op string, err error) *Error {
	if err == nil {
		return nil
	}
	if vendorErr, ok := errors.AsType[*Error](err); ok {
		return vendorErr
	}
	exchange := exchangeError(err)
	return &Error{
		Kind:       KindUnavailable,
		Op:         op,
		Code:       string(exchange.Reason),
		RetryAfter: exchange.RetryAfter,
		Err:        exchange,
	}
}

func exchangeError(err error) *transport.Error {
	if exchange, ok := errors.AsType[*transport.Error](err); ok {
		return exchange
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &transport.Error{Reason: transport.ReasonTimeout}
	case errors.Is(err, context.Canceled):
		return &transport.Error{Reason: transport.ReasonCanceled}
	default:
		return &transport.Error{Reason: transport.ReasonOther}
	}
}
