// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// managerAccount is the manager's ServiceAccount, as config/default names it.
const managerAccount = "quotawatch-controller-manager"

// grantRoles installs what config/default says about access: the namespace, the manager's
// ServiceAccount and the roles. The Deployment stays out; here the manager runs as a process.
func (d *demo) grantRoles(ctx context.Context) error {
	manifests, err := d.kubectl.output(ctx, "kustomize", filepath.Join("config", "default"))
	if err != nil {
		return err
	}
	objects, err := decode(manifests)
	if err != nil {
		return err
	}
	access, err := encode(onlyAccess(objects))
	if err != nil {
		return err
	}
	return d.kubectl.apply(ctx, access)
}

// startManager runs the manager with a token of its ServiceAccount, so that a permission that
// config/rbac lacks fails here as it would in a cluster.
func (d *demo) startManager(ctx context.Context) error {
	token, err := d.kubectl.output(ctx, "create", "token", managerAccount, "-n", systemNamespace, "--duration", "24h")
	if err != nil {
		return err
	}
	kubeconfig, err := withToken(d.controlPlane.KubeConfig, strings.TrimSpace(string(token)))
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.path("manager.kubeconfig"), kubeconfig, 0o600); err != nil {
		return err
	}
	d.manager, err = startProcess(d.path("manager.log"), nil, filepath.Join("bin", "manager"),
		"--kubeconfig", d.path("manager.kubeconfig"),
		"--leader-elect",
		"--leader-election-namespace", systemNamespace,
		"--allowed-endpoints", d.simulatorURL,
		"--metrics-bind-address", "0",
		"--health-probe-bind-address", "0")
	if err != nil {
		return err
	}
	d.atClose(d.manager.stop)
	return nil
}

// withToken returns a kubeconfig for the same API server that proves who it is by a token alone.
func withToken(kubeconfig []byte, token string) ([]byte, error) {
	config, err := clientcmd.Load(kubeconfig)
	if err != nil {
		return nil, err
	}
	for name := range config.AuthInfos {
		config.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: token}
	}
	return clientcmd.Write(*config)
}
