// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// startTimeout is generous: a cold page cache on a busy machine is no reason to fail.
const startTimeout = time.Minute

// ControlPlane is etcd and a kube-apiserver with RBAC on.
type ControlPlane struct {
	// Assets is the directory of their programs, and of kubectl.
	Assets string

	kubectl     Kubectl
	environment *envtest.Environment
}

// NewControlPlane returns the control plane whose programs KUBEBUILDER_ASSETS names. It keeps
// its kubeconfig in dir.
func NewControlPlane(dir string) (*ControlPlane, error) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		return nil, errors.New("KUBEBUILDER_ASSETS is not set: run make, which sets it")
	}
	// Where envtest picks the directory, the certificates and the key of the tokens go when
	// kube-apiserver stops.
	certificates := filepath.Join(dir, "kube-apiserver")
	if err := os.MkdirAll(certificates, 0o700); err != nil {
		return nil, err
	}
	apiServer := &envtest.APIServer{CertDir: certificates}
	// Open watches hold up its end for a minute unless they are ended first.
	apiServer.Configure().Set("shutdown-watch-termination-grace-period", "1s")
	return &ControlPlane{
		Assets: assets,
		kubectl: Kubectl{
			path:       filepath.Join(assets, "kubectl"),
			kubeconfig: filepath.Join(dir, "admin.kubeconfig"),
			cache:      filepath.Join(dir, "kubectl-cache"),
		},
		environment: &envtest.Environment{
			ControlPlane:             envtest.ControlPlane{APIServer: apiServer},
			BinaryAssetsDirectory:    assets,
			CRDDirectoryPaths:        []string{filepath.Join("config", "crd", "bases")},
			ErrorIfCRDPathMissing:    true,
			ControlPlaneStartTimeout: startTimeout,
			ControlPlaneStopTimeout:  startTimeout,
		},
	}, nil
}

// Start runs the programs and installs the CRDs. Call Stop even when it fails.
func (c *ControlPlane) Start() error {
	if _, err := c.environment.Start(); err != nil {
		return err
	}
	return os.WriteFile(c.kubectl.kubeconfig, c.environment.KubeConfig, 0o600)
}

// Stop ends the programs.
func (c *ControlPlane) Stop() error { return c.environment.Stop() }

// StopAPIServer ends kube-apiserver. etcd stays, with all objects.
func (c *ControlPlane) StopAPIServer() error { return c.environment.ControlPlane.APIServer.Stop() }

// StartAPIServer runs kube-apiserver again, at the same address and with the same certificates.
func (c *ControlPlane) StartAPIServer() error { return c.environment.ControlPlane.APIServer.Start() }

// Kubectl returns the administrator's kubectl.
func (c *ControlPlane) Kubectl() Kubectl { return c.kubectl }

// Config returns the administrator's configuration.
func (c *ControlPlane) Config() *rest.Config { return c.environment.Config }

// EtcdURL is where etcd listens.
func (c *ControlPlane) EtcdURL() string { return c.environment.ControlPlane.Etcd.URL.String() }
