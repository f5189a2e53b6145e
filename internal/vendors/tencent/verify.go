// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"context"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// verifyPageSize is the least that the vendor accepts.
const verifyPageSize = 10

// verifier asks for one short page of packages: the API has no cheaper call.
type verifier struct {
	client *client
}

// Verify implements vendors.Verifier.
func (v *verifier) Verify(ctx context.Context) error {
	return v.client.call(ctx, vendors.OpVerify, actionPackages, packagesRequest{
		PackageType: trafficNumber,
		PageNum:     1,
		PageSize:    verifyPageSize,
	}, nil)
}
