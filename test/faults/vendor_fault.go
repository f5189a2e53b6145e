// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"crypto/x509"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// vendorFault is one way in which all vendors fail, and how users see that.
type vendorFault struct {
	name string // of the simulator
	kind v1alpha1.ErrorKind
	code string // empty where each vendor's answer has its own
	// prepare makes a simulator that can have the fault, and its accounts.
	prepare func(ctx context.Context, w *world) (*simulator, []*account)
	// begin and end have it strike, and no more.
	begin, end func(ctx context.Context, w *world, s *simulator, accounts []*account)

	simulator *simulator
	accounts  []*account
}

// simulated is a fault that the simulator knows, with accounts of these kinds; of
// all when none is named.
func simulated(name string, fault vendorsim.Fault, kind v1alpha1.ErrorKind, code string, kinds ...*accountKind) *vendorFault {
	return &vendorFault{
		name: name, kind: kind, code: code,
		prepare: func(_ context.Context, w *world) (*simulator, []*account) {
			s := w.newSimulator(name)
			return s, w.addAccounts(s, kinds...)
		},
		begin: func(_ context.Context, _ *world, s *simulator, _ []*account) {
			for _, service := range s.Services() {
				Expect(s.Inject(service, fault)).To(Succeed())
			}
		},
		end: func(_ context.Context, _ *world, s *simulator, _ []*account) {
			for _, service := range s.Services() {
				Expect(s.Clear(service, fault.Name)).To(Succeed())
			}
		},
	}
}

// badCertificate is a server that shows a certificate which nobody should trust,
// made from the template by whom the account trusts unless that is a stranger.
func badCertificate(name string, template func() *x509.Certificate, byStranger bool) *vendorFault {
	trusted, shown := &authority{}, &shownCertificate{}
	return &vendorFault{
		name: name, kind: v1alpha1.ErrorUnavailable, code: "TLS",
		prepare: func(ctx context.Context, w *world) (*simulator, []*account) {
			trusted = newAuthority()
			shown.Store(trusted.issue(forThisMachine()))
			s := w.newSimulatorOver(name, shown.config())
			accounts := w.addAccounts(s)
			w.trust(ctx, trusted, accounts)
			return s, accounts
		},
		begin: func(_ context.Context, _ *world, s *simulator, _ []*account) {
			issuer := trusted
			if byStranger {
				issuer = newAuthority()
			}
			shown.Store(issuer.issue(template()))
			s.disconnect()
		},
		end: func(context.Context, *world, *simulator, []*account) { shown.Store(trusted.issue(forThisMachine())) },
	}
}

// trust has accounts trust an authority.
func (w *world) trust(ctx context.Context, trusted *authority, accounts []*account) {
	GinkgoHelper()
	name := accounts[0].simulator.name + "-ca"
	Expect(w.admin.Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name},
		StringData: map[string]string{"ca.crt": trusted.bundle()},
	})).To(Succeed())
	for _, a := range accounts {
		a.object.Spec.CASecretRef = &v1alpha1.SecretReference{Name: name}
	}
}

// unresolvedName is an endpoint whose name nobody knows: RFC 6761 sets it apart.
const unresolvedName = "http://vendor.invalid:8080"

// unknownName is an endpoint of which the name is unknown. The DNS of this machine
// cannot be made to forget one, so the accounts are moved to another.
func unknownName(name string) *vendorFault {
	move := func(ctx context.Context, w *world, endpoint string, accounts []*account) {
		patch := fmt.Appendf(nil, `{"spec":{"endpoint":%q}}`, endpoint)
		for _, a := range accounts {
			Expect(w.admin.Patch(ctx, a.object.DeepCopy(), mergePatch(patch))).To(Succeed())
		}
	}
	return &vendorFault{
		name: name, kind: v1alpha1.ErrorUnavailable, code: "DNS",
		prepare: func(_ context.Context, w *world) (*simulator, []*account) {
			w.endpoints = append(w.endpoints, unresolvedName)
			s := w.newSimulator(name)
			return s, w.addAccounts(s)
		},
		begin: func(ctx context.Context, w *world, _ *simulator, accounts []*account) {
			move(ctx, w, unresolvedName, accounts)
		},
		end: func(ctx context.Context, w *world, s *simulator, accounts []*account) {
			move(ctx, w, s.endpoint, accounts)
		},
	}
}

// shows passes watches of which every reading shows the fault. After a vendor has
// asked for a pause, the other readings are not tried.
func (f *vendorFault) shows(a *account, watch *v1alpha1.QuotaWatch) string {
	readings := 0
	for _, asked := range []bool{a.watch.Spec.Packages != nil, a.watch.Spec.Usage != nil, a.watch.Spec.Bill != nil} {
		if asked {
			readings++
		}
	}
	if f.kind == v1alpha1.ErrorThrottled {
		readings = 1
	}
	if f.kind == v1alpha1.ErrorMalformed && !meta.IsStatusConditionTrue(watch.Status.Conditions, v1alpha1.ConditionPartialData) {
		return "does not say that its data are partial"
	}
	failures := failuresOf(watch)
	for _, failure := range failures {
		if failure.Kind != f.kind || f.code != "" && failure.Code != f.code {
			return fmt.Sprintf("shows %s %s", failure.Kind, failure.Code)
		}
	}
	if len(failures) < readings {
		return fmt.Sprintf("shows a failure of %d readings of %d", len(failures), readings)
	}
	return ""
}
