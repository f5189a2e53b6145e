// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package docs tests that the documentation is true of the API. KUBEBUILDER_ASSETS
// names the folder with etcd, kube-apiserver and kubectl.
//
// Every block of YAML in a Markdown file is an example, and a real API server has
// to accept each, strictly:
//
//   - One with apiVersion and kind is applied as it is. A Kustomization is built,
//     in a folder beside a checkout of this repository named quotawatch, and what
//     comes out is applied.
//   - One without them is a fragment. On docs/spec/v1alpha1/<plural>.md it is merged
//     into the least object of that kind: what begins with metadata, spec or status
//     at the top, everything else into spec. On other pages there are no fragments.
//   - A status is applied to the status of a stored object.
//
// What can be neither applied nor completed fails, and so does a block that does not
// say which language it is in. Blocks in other languages are left alone.
package docs

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
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// root is that of the repository.
var root = filepath.Join("..", "..")

// namespace is where examples are tried, whatever namespace they name.
const namespace = "examples"

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
	kubectl string
	crds    []*apiextensionsv1.CustomResourceDefinition
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
		CRDDirectoryPaths:     []string{filepath.Join(root, "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	startOnce = sync.OnceValues(start)
)

// start starts the control plane and stores the least object of each kind, so that
// a status can be tried on it.
func start() (*apiServer, error) {
	config, err := env.Start()
	if err != nil {
		return nil, err
	}
	lenient, err := client.New(config, client.Options{})
	if err != nil {
		return nil, err
	}
	server := &apiServer{
		Client:  client.WithFieldValidation(lenient, metav1.FieldValidationStrict),
		kubectl: env.ControlPlane.KubectlPath,
		crds:    env.CRDs,
	}
	ctx := context.Background()
	if err := server.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
		return nil, err
	}
	for _, crd := range server.crds {
		object, err := leastOf(crd.Spec.Names.Plural)
		if err != nil {
			return nil, err
		}
		object.SetNamespace(namespace)
		if err := server.Create(ctx, object); err != nil {
			return nil, err
		}
	}
	return server, nil
}
