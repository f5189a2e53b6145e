// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"context"
	"time"

	"k8s.io/utils/clock"

	"github.com/quotawatch/quotawatch/internal/transport"
)

// Caller makes the calls of one account: within its limits, each attempt signed
// for its own moment, each failure an *Error.
type Caller struct {
	Client *transport.Client
	Clock  clock.PassiveClock
	// Pace is that of Access.
	Pace func(context.Context) error
}

// Call sends the request that sign makes for the present moment, and hands the
// answer to read, which returns nil when it is a good one.
//
// A timestamp that the vendor refuses (KindClockSkew) is worth one more attempt
// with a fresh one: the request may have waited on its way, or our clock was
// just set right. If that fails as well, the Hint tells by how much the clocks
// differ.
func (c *Caller) Call(
	ctx context.Context, op string, sign func(now time.Time) transport.Request, read func(*transport.Response) *Error,
) error {
	failure := c.attempt(ctx, op, sign, read)
	if failure != nil && failure.Kind == KindClockSkew {
		failure = c.attempt(ctx, op, sign, read)
	}
	if failure == nil {
		return nil
	}
	return failure
}

func (c *Caller) attempt(
	ctx context.Context, op string, sign func(now time.Time) transport.Request, read func(*transport.Response) *Error,
) *Error {
	if err := c.wait(ctx); err != nil {
		return FromTransport(op, err)
	}
	err := c.Client.Exchange(ctx, sign(c.Clock.Now()), func(response *transport.Response) error {
		failure := read(response)
		if failure == nil {
			return nil
		}
		if failure.Kind == KindClockSkew {
			failure.Hint = SkewHint(c.Clock.Now(), response.Date)
		}
		return failure
	})
	return FromTransport(op, err)
}

func (c *Caller) wait(ctx context.Context) error {
	if c.Pace == nil {
		return nil
	}
	return c.Pace(ctx)
}
