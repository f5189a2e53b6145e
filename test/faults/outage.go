// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	// outageInShort is long enough for every question to have a slot within it, and
	// outageInFull for backoffs to become as long as they get.
	outageInShort = interval + 15*time.Second
	outageInFull  = 10 * time.Minute
)

func outageDuration() time.Duration {
	if inFull() {
		return outageInFull
	}
	return outageInShort
}

// outage is a world whose manager does not reach the API server for a while.
type outage struct {
	*proxied
	before       footprint
	began, ended time.Time
}

// newOutage makes the world and starts its manager.
func newOutage(ctx context.Context, c *cluster, name string, flags ...string) *outage {
	GinkgoHelper()
	o := &outage{proxied: newProxied(c, flags...)}
	o.apply(ctx, o.addAccounts(o.newSimulator(name))...)
	o.run()
	return o
}

// begin takes the API server away. The vendors have something new from then on.
func (o *outage) begin(ctx context.Context) {
	GinkgoHelper()
	o.before = o.restingFootprint(ctx, o.manager)
	Expect(o.proxy.stop()).To(Succeed())
	o.began = time.Now()
	o.use(o.accounts...)
}

// awaitEnd waits until the API server has been away for long enough, and replaces
// managers that end meanwhile.
func (o *outage) awaitEnd() {
	GinkgoHelper()
	Eventually(func() time.Duration {
		o.keepRunning()
		return time.Since(o.began)
	}, outageDuration()+patience, often).Should(BeNumerically(">", outageDuration()))
}

// end brings the API server back.
func (o *outage) end(ctx context.Context) {
	GinkgoHelper()
	// Somebody may have got the port meanwhile, for as long as a connection lasts.
	Eventually(func() error { return o.proxy.start(ctx) }, patience, often).Should(Succeed())
	o.ended = time.Now()
}
