// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"os"
	"path/filepath"

	"github.com/go-logr/logr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/rig"
)

// What all worlds share.
var (
	// program is the manager's binary.
	program string
	// shared is the cluster of all specs but those that would spoil it.
	shared *cluster
)

// cluster is a real control plane with the CRDs and the manager's roles, and a
// token of its ServiceAccount.
type cluster struct {
	controlPlane *rig.ControlPlane
	// admin is the administrator's client, which no fault stands in the way of.
	admin client.WithWatch
	// kubeconfig is the path of the manager's.
	kubeconfig string
}

// startCluster starts a cluster that is there until the suite or the container
// ends whose node calls it.
func startCluster() *cluster {
	GinkgoHelper()
	log.SetLogger(logr.Discard())
	dir, err := os.MkdirTemp("", "quotawatch-faults-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	c := &cluster{kubeconfig: filepath.Join(dir, "manager.kubeconfig")}
	c.controlPlane, err = rig.NewControlPlane(dir)
	Expect(err).NotTo(HaveOccurred(), "make test and make test-faults set KUBEBUILDER_ASSETS")
	DeferCleanup(c.controlPlane.Stop)
	Expect(c.controlPlane.Start()).To(Succeed())

	ctx := context.Background()
	Expect(c.controlPlane.GrantRoles(ctx)).To(Succeed())
	Expect(c.controlPlane.WriteManagerKubeconfig(ctx, c.kubeconfig)).To(Succeed())
	config := rest.CopyConfig(c.controlPlane.Config())
	config.QPS = -1 // no limit
	c.admin, err = client.NewWithWatch(config, client.Options{Scheme: newScheme()})
	Expect(err).NotTo(HaveOccurred())
	return c
}

func newScheme() *runtime.Scheme {
	GinkgoHelper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, eventsv1.AddToScheme, apiextensionsv1.AddToScheme, v1alpha1.AddToScheme,
	} {
		Expect(add(scheme)).To(Succeed())
	}
	return scheme
}

// newNamespace creates a namespace and returns its name.
func (c *cluster) newNamespace(ctx context.Context) string {
	GinkgoHelper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "faults-"}}
	Expect(c.admin.Create(ctx, namespace)).To(Succeed())
	return namespace.Name
}
