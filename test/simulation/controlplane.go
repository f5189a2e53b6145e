// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"

	"github.com/go-logr/logr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// What all worlds share.
var (
	suiteContext context.Context
	config       *rest.Config
	apiServer    client.Client
	scheme       = runtime.NewScheme()
	// overheard hears what client-go logs: its logger can be set only once, before
	// anything is logged.
	overheard = &listener{}
)

// startControlPlane starts an API server with the CRDs of the folder, until the
// suite ends.
func startControlPlane(crds string) {
	GinkgoHelper()
	log.SetLogger(logr.Discard())
	klog.SetLogger(overheard.logger())
	Expect(corev1.AddToScheme(scheme)).To(Succeed())
	Expect(eventsv1.AddToScheme(scheme)).To(Succeed())
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())

	var cancel context.CancelFunc
	suiteContext, cancel = context.WithCancel(context.Background())
	environment := &envtest.Environment{CRDDirectoryPaths: []string{crds}, ErrorIfCRDPathMissing: true}
	// A world writes as fast as it can and outlives no power failure: memory and
	// safety are traded for time.
	GinkgoT().Setenv("GOGC", "400")
	environment.ControlPlane.Etcd = &envtest.Etcd{}
	environment.ControlPlane.Etcd.Configure().Enable("unsafe-no-fsync")
	var err error
	config, err = environment.Start()
	Expect(err).NotTo(HaveOccurred(), "KUBEBUILDER_ASSETS must name a control plane; make test sets it")
	DeferCleanup(func() {
		cancel()
		Expect(environment.Stop()).To(Succeed())
	})
	apiServer, err = client.New(config, client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
}
