// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package tencent reads the prepaid packages of Tencent Cloud Live (CSS).
//
// The API is described at https://cloud.tencent.com/document/api/267/40942.
package tencent

import "github.com/quotawatch/quotawatch/internal/vendors"

const host = "live.tencentcloudapi.com"

// The keys of the Secret. The token comes with temporary credentials only.
const (
	keySecretID  = "secretId"
	keySecretKey = "secretKey"
	keyToken     = "token"
)

const (
	// requestsPerSecond is the published limit of DescribeLivePackageInfo. The page
	// does not say what it is counted by; the error codes know limits by account.
	requestsPerSecond = 20
	// hostRequestsPerSecond bounds all accounts of this process together. The
	// vendor publishes no limit by address, only an error code for one, so this is
	// no more than good manners.
	hostRequestsPerSecond = 400
)

// Factory describes Tencent Cloud Live.
func Factory() vendors.Factory {
	return vendors.Factory{
		Host:                  host,
		RequiredKeys:          []string{keySecretID, keySecretKey},
		OptionalKeys:          []string{keyToken},
		RequestsPerSecond:     requestsPerSecond,
		HostRequestsPerSecond: hostRequestsPerSecond,
		New:                   newAccount,
	}
}

func newAccount(access vendors.Access) *vendors.Account {
	c := &client{
		caller: vendors.Caller{Client: access.Client, Clock: access.Clock, Pace: access.Pace},
		credential: &credential{
			ID:    access.Credential[keySecretID],
			Key:   access.Credential[keySecretKey],
			Token: access.Credential[keyToken],
		},
	}
	return &vendors.Account{
		Verifier: &verifier{client: c},
		Packages: &packageReader{client: c},
	}
}
