// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// trouble is a world in which the API server is in one trouble after another,
// each of which has accounts of its own to be asked about.
type trouble struct {
	*proxied
	bystanders, slow, contested, disturbed, unheard, refused []*account
	before                                                   footprint
}

// newTrouble makes the world and starts its manager.
func newTrouble(ctx context.Context, c *cluster) *trouble {
	GinkgoHelper()
	t := &trouble{proxied: newProxied(c)}
	for name, accounts := range map[string]*[]*account{
		"bystanders": &t.bystanders, "slow": &t.slow, "contested": &t.contested, "disturbed": &t.disturbed,
		"unheard": &t.unheard, "refused": &t.refused,
	} {
		*accounts = t.addAccounts(t.newSimulator(name))
		t.apply(ctx, *accounts...)
	}
	t.run()
	return t
}

// ask asks for what is new at the vendors.
func (t *trouble) ask(ctx context.Context, accounts ...*account) {
	GinkgoHelper()
	t.use(accounts...)
	t.refresh(ctx, accounts...)
}

// refusals are how an API server refuses what it cannot do now.
func refusals() spoiltService {
	const retryAfter = time.Second
	return inTurns(
		refusal(http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, "too many requests, please try again later", retryAfter),
		refusal(http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, "too many requests, please try again later", 0),
		refusal(http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, "apiserver is shutting down", retryAfter),
		refusal(http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, "apiserver is shutting down", 0),
		refusal(http.StatusInternalServerError, metav1.StatusReasonInternalError, "etcdserver: request timed out", 0),
	)
}

// informers is how many watches a manager has: of both kinds, and of Secrets.
const informers = 3

// closeWatches ends all watches once they are there: in turn between what they
// tell, and in the middle of it.
func (t *trouble) closeWatches(how func()) {
	GinkgoHelper()
	Eventually(t.proxy.open, patience, often).Should(Equal(informers))
	how()
}
