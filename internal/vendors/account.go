// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package vendors is the boundary to the vendors' APIs: what can be asked of an
// account, the answers in common terms, and the kinds of failure.
package vendors

import "context"

// Account reads one account at one vendor. Its readers are safe for concurrent
// use, honour their context, and return either a complete answer or an *Error.
type Account struct {
	// Verifier is always set: the cheapest authenticated call the vendor offers.
	Verifier Verifier
	// Packages is nil when this account does not report prepaid packages.
	Packages PackageReader
	// Usage is nil when this account does not report usage.
	Usage UsageReader
	// Bills is nil when this account does not report bills.
	Bills BillReader
}

// Verifier proves that the credential works.
type Verifier interface {
	// Verify makes one cheap authenticated call. A nil error means that the
	// vendor accepted the credential; the answer itself is not looked at.
	Verify(ctx context.Context) error
}

// PackageReader lists prepaid packages.
type PackageReader interface {
	// ReadPackages lists every package of the types asked for, expired and
	// exhausted ones included where the vendor reports them. An empty list means
	// that the vendor said "none"; any doubt is an *Error.
	ReadPackages(ctx context.Context, query PackageQuery) (PackageReading, error)
}

// UsageReader sums up what was used.
type UsageReader interface {
	// ReadUsage sums the usage of the days asked for. No items means that the
	// vendor said "none"; any doubt is an *Error.
	ReadUsage(ctx context.Context, query UsageQuery) (UsageReading, error)
}

// BillReader sums up what was billed.
type BillReader interface {
	// ReadBills sums the bills of the months asked for. No lines means that the
	// vendor said "none"; any doubt is an *Error.
	ReadBills(ctx context.Context, query BillQuery) (BillReading, error)
}
