// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// callRates limits the calls of each credential, by a bucket one second deep.
type callRates struct {
	perSecond int
	buckets   map[string]*rate.Limiter
}

func newCallRates(perSecond int) *callRates {
	return &callRates{perSecond: perSecond, buckets: map[string]*rate.Limiter{}}
}

// allow counts one call of a credential, unless it is one too many.
func (c *callRates) allow(credential string, now time.Time) bool {
	bucket, known := c.buckets[credential]
	if !known {
		bucket = rate.NewLimiter(rate.Limit(c.perSecond), c.perSecond)
		c.buckets[credential] = bucket
	}
	return bucket.AllowN(now, 1)
}

func (c *callRates) forget(credential string) { delete(c.buckets, credential) }

// addressBlocks blocks client addresses that send too many requests within a
// window, whoever signed them.
type addressBlocks struct {
	limit         int
	window, block time.Duration
	recent        map[string][]time.Time
	until         map[string]time.Time
}

func newAddressBlocks(limit int, window, block time.Duration) *addressBlocks {
	return &addressBlocks{
		limit: limit, window: window, block: block,
		recent: map[string][]time.Time{}, until: map[string]time.Time{},
	}
}

// allow counts one request; the one over the limit begins the block.
func (a *addressBlocks) allow(address string, now time.Time) bool {
	if now.Before(a.until[address]) {
		return false
	}
	recent := slices.DeleteFunc(a.recent[address], func(t time.Time) bool { return now.Sub(t) >= a.window })
	if len(recent) >= a.limit {
		a.until[address] = now.Add(a.block)
		delete(a.recent, address)
		return false
	}
	a.recent[address] = append(recent, now)
	return true
}
