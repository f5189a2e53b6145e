// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package volcengine reads the traffic of Volcengine Enterprise Live (企业直播).
//
// The API is described at https://volcengine.com/docs/3019/1249425. It tells what
// was used; it does not tell what is left in a package.
package volcengine

import "github.com/quotawatch/quotawatch/internal/vendors"

const host = "livesaas.volcengineapi.com"

// The keys of the Secret. The token comes with temporary credentials only.
const (
	keyAccessKeyID     = "accessKeyId"
	keySecretAccessKey = "secretAccessKey"
	keySessionToken    = "sessionToken"
)

const (
	// requestsPerSecond is the published limit of GetLiveTrafficPostPayData for one
	// user.
	requestsPerSecond = 10
	// hostRequestsPerSecond bounds all accounts of this process together. The
	// vendor publishes no limit by address, so this is no more than good manners.
	hostRequestsPerSecond = 200
)

// Factory describes Volcengine Enterprise Live.
func Factory() vendors.Factory {
	return vendors.Factory{
		Host:                  host,
		RequiredKeys:          []string{keyAccessKeyID, keySecretAccessKey},
		OptionalKeys:          []string{keySessionToken},
		RequestsPerSecond:     requestsPerSecond,
		HostRequestsPerSecond: hostRequestsPerSecond,
		New:                   newAccount,
	}
}

func newAccount(access vendors.Access) *vendors.Account {
	c := &client{
		caller: vendors.Caller{Client: access.Client, Clock: access.Clock, Pace: access.Pace},
		credential: &credential{
			ID:    access.Credential[keyAccessKeyID],
			Key:   access.Credential[keySecretAccessKey],
			Token: access.Credential[keySessionToken],
		},
	}
	return &vendors.Account{
		Verifier: &verifier{client: c},
		Usage:    &usageReader{client: c},
	}
}
