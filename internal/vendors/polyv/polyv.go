// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package polyv reads POLYV (保利威) Live: what is left to the sub-accounts of a
// group, the usage of an account, and the bill of an isolation zone.
//
// The API is described at https://help.polyv.net/index.html#/live/api/.
package polyv

import (
	"cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

const host = "api.polyv.net"

// The keys of the Secret.
const (
	keyAppID     = "appId"
	keyAppSecret = "appSecret"
)

// requestsPerSecond is the published limit: 1500 requests within ten seconds from
// one client address, to all of the host together. None is published by account,
// so one account alone may use all of it.
const requestsPerSecond = 150

// Factory describes POLYV.
func Factory() vendors.Factory {
	return vendors.Factory{
		Host:                  host,
		RequiredKeys:          []string{keyAppID, keyAppSecret},
		RequestsPerSecond:     requestsPerSecond,
		HostRequestsPerSecond: requestsPerSecond,
		New:                   newAccount,
	}
}

// newAccount makes the readers that the key may use: the vendor answers the
// group's questions to the key of a group's main account only, and documents the
// others for ordinary accounts.
func newAccount(access vendors.Access) *vendors.Account {
	c := &client{
		caller: vendors.Caller{Client: access.Client, Clock: access.Clock, Pace: access.Pace},
		credential: &credential{
			AppID:     access.Credential[keyAppID],
			AppSecret: access.Credential[keyAppSecret],
			SHA256:    access.Polyv.SHA256,
		},
	}
	if !access.Polyv.Group {
		return &vendors.Account{
			Verifier: &accountVerifier{client: c},
			Usage:    &usageReader{client: c},
		}
	}
	return &vendors.Account{
		Verifier: &groupVerifier{client: c},
		Packages: &packageReader{client: c},
		Bills: &billReader{
			client: c,
			path:   cmp.Or(access.Polyv.IsolationBillPath, defaultIsolationBillPath),
		},
	}
}
