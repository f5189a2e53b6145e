// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// answerCanaries stand in vendors' answers for what nobody may show.
func answerCanaries() []string {
	return []string{
		vendorsim.CanaryPolyvAppSecret, vendorsim.CanaryPolyvEmail, vendorsim.CanaryPolyvPhone,
		vendorsim.CanaryPolyvContacts, vendorsim.CanaryPolyvMemo, vendorsim.CanaryPolyvRemark,
	}
}

// expectNothingTold expects that nothing secret is in what the managers logged,
// in what is stored, nor in metrics: keys, tokens, signatures, and what answers
// say of people.
func (w *world) expectNothingTold(ctx context.Context) {
	GinkgoHelper()
	secrets := w.secrets()
	for _, m := range w.managers {
		expectNone(secrets, "the manager's log", m.logged())
	}
	for name, list := range map[string]client.ObjectList{
		"QuotaWatches": &v1alpha1.QuotaWatchList{}, "VendorAccounts": &v1alpha1.VendorAccountList{}, "Events": &eventsv1.EventList{},
	} {
		Expect(w.admin.List(ctx, list, client.InNamespace(w.namespace))).To(Succeed())
		text, err := json.Marshal(list)
		Expect(err).NotTo(HaveOccurred())
		expectNone(secrets, name, string(text))
	}
}

// expectNothingMeasured expects that nothing secret is in a running manager's
// metrics.
func (w *world) expectNothingMeasured(ctx context.Context, m *manager) {
	GinkgoHelper()
	metrics, err := m.metrics(ctx)
	Expect(err).NotTo(HaveOccurred())
	expectNone(w.secrets(), "metrics", metrics)
}

// secrets are all there are in a world, as they are and encoded.
func (w *world) secrets() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	plain := append([]string{}, w.canaries...)
	for _, s := range w.simulators {
		plain = append(plain, s.signed()...)
	}
	var secrets []string
	for _, text := range plain {
		encoded := strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(text)), "=")
		secrets = append(secrets, text, encoded)
	}
	return secrets
}

// signed are the signatures of all requests so far.
func (s *simulator) signed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var signatures []string
	for signature := range s.signatures {
		signatures = append(signatures, signature)
	}
	return signatures
}

// expectNone expects that none of the secrets is in a text.
func expectNone(secrets []string, where, text string) {
	GinkgoHelper()
	for _, secret := range secrets {
		at := strings.Index(text, secret)
		if at < 0 {
			continue
		}
		Fail(fmt.Sprintf("%s: a secret is in\n%s", where, text[max(0, at-500):min(len(text), at+200)]))
	}
}
