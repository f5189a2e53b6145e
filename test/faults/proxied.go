// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// proxied is a deployment whose managers reach the API server through a proxy.
type proxied struct {
	*deployment
	proxy *apiProxy
}

// newProxied makes a world as newWorld does. Its manager, which has such flags, is
// still to be started.
func newProxied(c *cluster, flags ...string) *proxied {
	GinkgoHelper()
	proxy, err := startAPIProxy(context.Background(), c.controlPlane.Config())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = proxy.stop() }) // when the managers have ended
	p := &proxied{deployment: &deployment{world: newWorld(c), flags: flags}, proxy: proxy}
	p.kubeconfig = filepath.Join(p.dir, "proxied.kubeconfig")
	direct, err := os.ReadFile(c.kubeconfig)
	Expect(err).NotTo(HaveOccurred())
	through, err := proxy.kubeconfig(direct)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(p.kubeconfig, through, 0o600)).To(Succeed()) //nolint:gosec // in a directory of the world's own
	return p
}
