// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"context"

	"k8s.io/utils/clock"

	"github.com/quotawatch/quotawatch/internal/transport"
)

// Factory is one vendor: what it needs of a Secret, where it lives, what it
// allows, and how to make the readers of an account there.
type Factory struct {
	// Host is the vendor's API host; it is signed and sent whatever the endpoint.
	Host string
	// RequiredKeys and OptionalKeys are the Secret keys of a credential.
	RequiredKeys, OptionalKeys []string
	// RequestsPerSecond is the vendor's published limit for one credential.
	RequestsPerSecond int32
	// HostRequestsPerSecond bounds all calls of this process to Host together.
	HostRequestsPerSecond int32
	// New makes the readers. It does no I/O.
	New func(Access) *Account
}

// Access is what the readers of one account work with.
type Access struct {
	// Credential holds the values of the required keys and those optional ones
	// that are set.
	Credential map[string]Secret
	// Client reaches Host.
	Client *transport.Client
	Clock  clock.PassiveClock
	// Polyv holds the settings of an account at POLYV.
	Polyv PolyvOptions
	// Pace waits until the limits allow one more call, or returns the error of
	// its context. Readers call it before they sign each request; nil means that
	// there are no limits.
	Pace func(context.Context) error
}

// PolyvOptions are the settings of an account at POLYV.
type PolyvOptions struct {
	// Group tells that the key is that of a group's main account.
	Group bool
	// SHA256 tells to sign with SHA-256 in place of MD5.
	SHA256 bool
	// IsolationBillPath is the path of the isolation-zone bill.
	IsolationBillPath string
}
