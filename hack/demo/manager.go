// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"path/filepath"

	"github.com/quotawatch/quotawatch/internal/rig"
)

// startControlPlane runs etcd and kube-apiserver, with RBAC on, and installs the CRDs.
func (d *demo) startControlPlane(context.Context) error {
	d.atClose(d.controlPlane.Stop)
	return d.controlPlane.Start()
}

// startManager runs the manager as its own ServiceAccount.
func (d *demo) startManager(ctx context.Context) error {
	if err := d.controlPlane.WriteManagerKubeconfig(ctx, d.path("manager.kubeconfig")); err != nil {
		return err
	}
	manager, err := rig.StartProcess(d.path("manager.log"), nil, filepath.Join("bin", "manager"),
		"--kubeconfig", d.path("manager.kubeconfig"),
		"--leader-elect",
		"--leader-election-namespace", rig.SystemNamespace,
		"--allowed-endpoints", d.simulatorURL,
		"--metrics-bind-address", "0",
		"--health-probe-bind-address", "0")
	if err != nil {
		return err
	}
	d.manager = manager
	d.atClose(manager.Stop)
	return nil
}
