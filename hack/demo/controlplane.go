// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// startTimeout is generous: a cold page cache on a busy machine is no reason to fail.
const startTimeout = time.Minute

// startControlPlane runs etcd and kube-apiserver, with RBAC on, and installs the CRDs.
func (d *demo) startControlPlane(context.Context) error {
	d.controlPlane = &envtest.Environment{
		BinaryAssetsDirectory:    d.assets,
		CRDDirectoryPaths:        []string{filepath.Join("config", "crd", "bases")},
		ErrorIfCRDPathMissing:    true,
		ControlPlaneStartTimeout: startTimeout,
		ControlPlaneStopTimeout:  startTimeout,
	}
	d.atClose(d.controlPlane.Stop)
	if _, err := d.controlPlane.Start(); err != nil {
		return err
	}
	d.kubectl = kubectl{
		path:       filepath.Join(d.assets, "kubectl"),
		kubeconfig: d.path("admin.kubeconfig"),
		cache:      d.path("kubectl-cache"),
	}
	return os.WriteFile(d.kubectl.kubeconfig, d.controlPlane.KubeConfig, 0o600)
}
