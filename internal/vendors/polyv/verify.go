// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"context"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

const pathHealthCheck = "/live/v4/group/health-check"

// groupVerifier asks how busy the group's backend is.
type groupVerifier struct {
	client *client
}

// Verify implements vendors.Verifier.
func (v *groupVerifier) Verify(ctx context.Context) error {
	return v.client.get(ctx, vendors.OpVerify, pathHealthCheck, nil, nil)
}

// accountVerifier asks for one row of today's usage: for ordinary accounts, the
// API has no cheaper call.
type accountVerifier struct {
	client *client
}

// Verify implements vendors.Verifier.
func (v *accountVerifier) Verify(ctx context.Context) error {
	today := vendors.DayAt(v.client.now()).String()
	return v.client.get(ctx, vendors.OpVerify, pathUsage, map[string]string{
		paramItemCategory: codeDuration,
		paramStartDate:    today,
		paramEndDate:      today,
		paramPageNumber:   "1",
		paramPageSize:     "1",
	}, nil)
}
