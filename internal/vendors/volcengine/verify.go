// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"context"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// verifier asks for the main account's traffic of one day: the cheapest call that
// needs no more permission than the reading does.
type verifier struct {
	client *client
}

// Verify implements vendors.Verifier.
func (v *verifier) Verify(ctx context.Context) error {
	yesterday := vendors.DayAt(v.client.now()).Add(-newestDay)
	days := vendors.DayRange{First: yesterday, Last: yesterday}
	return v.client.call(ctx, vendors.OpVerify, newTrafficRequest(days, mainAccount), nil)
}
