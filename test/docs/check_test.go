// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// check tells what the API server has against an example. Nothing is stored.
func (s *apiServer) check(t *testing.T, e example) error {
	t.Helper()
	objects, err := e.objects()
	if err != nil {
		return err
	}
	for _, object := range objects {
		if object.GetKind() == "Kustomization" {
			err = s.checkOverlay(t, e.text)
		} else {
			err = s.accepts(t, object)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// accepts tells what the API server has against an object.
func (s *apiServer) accepts(t *testing.T, object *unstructured.Unstructured) error {
	t.Helper()
	namespaced, err := s.IsObjectNamespaced(object)
	if err != nil {
		return err
	}
	if namespaced {
		object.SetNamespace(namespace)
	}
	err = s.Create(t.Context(), object.DeepCopy(), client.DryRunAll)
	if err != nil && !apierrors.IsAlreadyExists(err) { // which it finds out last
		return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
	}
	return s.acceptsStatus(t, object)
}

// acceptsStatus tells what the API server has against the status of an object, if
// it has one: in a new object it is not even looked at.
func (s *apiServer) acceptsStatus(t *testing.T, object *unstructured.Unstructured) error {
	t.Helper()
	status, found := object.Object["status"]
	if !found {
		return nil
	}
	stored := &unstructured.Unstructured{}
	stored.SetGroupVersionKind(object.GroupVersionKind())
	if err := s.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "example"}, stored); err != nil {
		return err
	}
	stored.Object["status"] = status
	if err := s.Status().Update(t.Context(), stored, client.DryRunAll); err != nil {
		return fmt.Errorf("status of %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	return nil
}

// checkOverlay builds a Kustomization beside a checkout of the repository, and
// checks what comes out.
func (s *apiServer) checkOverlay(t *testing.T, kustomization string) error {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "overlay")
	checkout := filepath.Join(filepath.Dir(dir), "quotawatch")
	if err := os.CopyFS(filepath.Join(checkout, "config"), os.DirFS(filepath.Join(root, "config"))); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(kustomization), 0o600); err != nil {
		return err
	}
	manifests, err := s.build(t, dir)
	if err != nil {
		return err
	}
	return s.check(t, example{text: manifests})
}

// build returns the manifests of a Kustomization.
func (s *apiServer) build(t *testing.T, dir string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), s.kubectl, "kustomize", dir)
	manifests, err := command.Output()
	if failure, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("kubectl kustomize: %s", failure.Stderr)
	}
	return string(manifests), err
}
