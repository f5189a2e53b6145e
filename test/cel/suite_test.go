// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cel tests what a real API server accepts, refuses, stores and shows
// of the kinds in api/v1alpha1, with the CRDs that a cluster gets. KUBEBUILDER_ASSETS
// names the folder with etcd and kube-apiserver.
package cel

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/quotawatch/quotawatch/api/v1alpha1"
)

// namespace holds every object of the tests.
const namespace = "live"

var testScheme = newScheme()

func TestMain(m *testing.M) {
	code := m.Run()
	if err := env.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "cannot stop the control plane:", err)
	}
	os.Exit(code)
}

// apiServer is a client of the API server, as strict as kubectl about fields
// that do not exist.
type apiServer struct {
	client.Client
	config *rest.Config
	crds   map[string]*apiextensionsv1.CustomResourceDefinition // by kind
}

// api returns the API server, which the first test starts. TestMain does not:
// go test caches results unless a file changes that a test has opened, and the
// CRDs are such files.
func api(t *testing.T) *apiServer {
	t.Helper()
	server, err := startOnce()
	if err != nil {
		t.Fatal("cannot start the control plane: ", err)
	}
	return server
}

var (
	env = &envtest.Environment{
		CRDDirectoryPaths:     []string{filepath.Join("..", "..", "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	startOnce = sync.OnceValues(start)
)

func start() (*apiServer, error) {
	config, err := env.Start()
	if err != nil {
		return nil, err
	}
	lenient, err := client.New(config, client.Options{Scheme: testScheme})
	if err != nil {
		return nil, err
	}
	server := &apiServer{
		Client: client.WithFieldValidation(lenient, metav1.FieldValidationStrict),
		config: config,
		crds:   map[string]*apiextensionsv1.CustomResourceDefinition{},
	}
	for _, crd := range env.CRDs {
		server.crds[crd.Spec.Names.Kind] = crd
	}
	return server, server.Create(context.Background(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
}

func newScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(scheme.AddToScheme(s))
	utilruntime.Must(v1alpha1.AddToScheme(s))
	return s
}
