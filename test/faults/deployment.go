// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

const (
	// restartBackoff is how long after its start a program is not started again,
	// which is how a kubelet treats one that ends.
	restartBackoff = 10 * time.Second
	// leaseDuration is how long a Lease holds. A leader that cannot renew its own
	// gives up a little sooner, and the program ends.
	leaseDuration = 15 * time.Second
)

// deployment is a world in which a manager is replaced when it ends, as a
// Deployment of one replica does.
type deployment struct {
	*world
	kubeconfig string // the path of the managers'
	flags      []string

	manager *manager
	started time.Time // when that was
}

// run starts a manager.
func (d *deployment) run() {
	GinkgoHelper()
	d.manager, d.started = d.startManager(d.kubeconfig, d.flags...), time.Now()
}

// unreachable are the last words of a manager that cannot reach the API server.
var unreachable = Or(
	ContainSubstring("leader election lost"),
	ContainSubstring("connection refused"),
	ContainSubstring("EOF"),
)

// keepRunning starts a manager in place of one that ended because it could not
// reach the API server.
func (d *deployment) keepRunning() {
	GinkgoHelper()
	if d.manager.running() || time.Since(d.started) < restartBackoff {
		return
	}
	Expect(d.manager.Tail(20)).To(unreachable)
	d.manager.asked = true // by the fault
	d.run()
}

// restarts is how often a manager was replaced.
func (d *deployment) restarts() int { return len(d.managers) - 1 }

// eventually waits as world.eventually does, while managers that end are replaced.
func (d *deployment) eventually(
	ctx context.Context, within time.Duration, lacks func(*account, *v1alpha1.QuotaWatch) string, accounts ...*account,
) {
	GinkgoHelper()
	Eventually(func() ([]string, error) {
		d.keepRunning()
		return d.lacking(ctx, lacks, accounts...)
	}, within, often).Should(BeEmpty())
}

// eventuallyLeads waits until a manager leads, which it does when the Lease of one
// that was killed has run out.
func (d *deployment) eventuallyLeads(ctx context.Context) {
	GinkgoHelper()
	Eventually(func() (string, error) {
		d.keepRunning()
		return d.manager.metrics(ctx)
	}, restartBackoff+leaseDuration+patience, often).Should(MatchRegexp(`(?m)^leader_election_master_status\{.*\} 1$`))
}
