// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

var _ = Describe("An operator with nothing but the rights of config/namespaced", func() {
	var o *operator
	BeforeEach(func() {
		o = prepareOperator(vendorsim.ScenarioSeeds)
		for _, object := range rendered("namespaced", o.namespace) {
			Expect(object.GetNamespace()).To(Equal(o.namespace), "%s %s", object.GetKind(), object.GetName())
			if object.GetKind() == "Deployment" {
				Expect(object.MarshalJSON()).To(ContainSubstring(`"--watch-namespaces=$(POD_NAMESPACE)"`))
				continue // the operator runs in this process
			}
			Expect(apiServer.Create(suiteContext, object)).To(Succeed())
		}
		o.config = serviceAccount(o.namespace, "quotawatch-controller-manager")
		o.elects = true
		o.start()
	})

	It("does all of its work in its own namespace", func() {
		o.applied(o.secret(), o.account(), o.watch())
		o.eventuallyWatch(And(beReady(), haveSeeds()))
		o.eventuallyAccount(beReady())
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ContainElement(v1alpha1.EventSummaryChanged))
		Expect(o.requests.answered(http.StatusForbidden)).To(BeZero())
	})

	It("can do nothing else, and nothing elsewhere", func() {
		elsewhere := o.another()
		elsewhere.namespace = newNamespace()
		elsewhere.applied(elsewhere.secret(), elsewhere.watch())
		itself, err := client.New(o.config, client.Options{Scheme: scheme})
		Expect(err).NotTo(HaveOccurred())
		forbidden := WithTransform(apierrors.IsForbidden, BeTrue())
		Expect(itself.Get(suiteContext, client.ObjectKeyFromObject(elsewhere.secret()), &corev1.Secret{})).To(forbidden)
		Expect(itself.Get(suiteContext, client.ObjectKeyFromObject(elsewhere.watch()), &v1alpha1.QuotaWatch{})).To(forbidden)
		Expect(itself.List(suiteContext, &v1alpha1.QuotaWatchList{})).To(forbidden)
		Expect(itself.List(suiteContext, &corev1.SecretList{})).To(forbidden)
		Expect(itself.Delete(suiteContext, o.watch())).To(forbidden)
		Expect(itself.Create(suiteContext, o.secret())).To(forbidden)

		Expect(allowed(o.config, o.namespace)).To(ConsistOf(
			"get secrets", "list secrets", "watch secrets",
			"get quotawatch.dev/vendoraccounts", "list quotawatch.dev/vendoraccounts", "watch quotawatch.dev/vendoraccounts",
			"get quotawatch.dev/quotawatches", "list quotawatch.dev/quotawatches", "watch quotawatch.dev/quotawatches",
			"patch quotawatch.dev/vendoraccounts/status", "patch quotawatch.dev/quotawatches/status",
			"create events.k8s.io/events", "patch events.k8s.io/events",
			"get coordination.k8s.io/leases", "create coordination.k8s.io/leases", "update coordination.k8s.io/leases",
			"create events", "patch events", // of the leader election
		))
	})
})

// rendered are the objects of a kustomization in config, as an overlay for a
// namespace has them.
func rendered(kustomization, namespace string) []*unstructured.Unstructured {
	GinkgoHelper()
	dir, err := filepath.EvalSymlinks(GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	base, err := filepath.Abs(filepath.Join("..", "..", "config", kustomization))
	Expect(err).NotTo(HaveOccurred())
	base, err = filepath.Rel(dir, base)
	Expect(err).NotTo(HaveOccurred())
	overlay := fmt.Sprintf("namespace: %s\nresources: [%s]\n", namespace, base)
	Expect(os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(overlay), 0o600)).To(Succeed())
	manifests, err := exec.CommandContext(suiteContext, kubectl, "kustomize", dir).Output()
	Expect(err).NotTo(HaveOccurred())
	return decoded(manifests)
}

func decoded(manifests []byte) []*unstructured.Unstructured {
	GinkgoHelper()
	var objects []*unstructured.Unstructured
	for decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifests), 1<<12); ; {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		Expect(err).NotTo(HaveOccurred())
		objects = append(objects, object)
	}
}

// serviceAccount is how a ServiceAccount reaches the API server.
func serviceAccount(namespace, name string) *rest.Config {
	GinkgoHelper()
	clients, err := kubernetes.NewForConfig(config)
	Expect(err).NotTo(HaveOccurred())
	request, err := clients.CoreV1().ServiceAccounts(namespace).CreateToken(
		suiteContext, name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	Expect(err).NotTo(HaveOccurred())
	itself := rest.AnonymousClientConfig(config)
	itself.BearerToken = request.Status.Token
	return itself
}

// allowed is all that somebody may do with the resources of a namespace, but for
// asking about themselves, which everybody may.
func allowed(config *rest.Config, namespace string) []string {
	GinkgoHelper()
	clients, err := kubernetes.NewForConfig(config)
	Expect(err).NotTo(HaveOccurred())
	review, err := clients.AuthorizationV1().SelfSubjectRulesReviews().Create(suiteContext,
		&authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: namespace}},
		metav1.CreateOptions{})
	Expect(err).NotTo(HaveOccurred())
	Expect(review.Status.Incomplete).To(BeFalse())
	var rights []string
	for _, rule := range review.Status.ResourceRules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				for _, verb := range rule.Verbs {
					if !strings.HasPrefix(resource, "selfsubject") {
						rights = append(rights, verb+" "+strings.TrimPrefix(group+"/"+resource, "/"))
					}
				}
			}
		}
	}
	return rights
}
