// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// The manager's namespace and ServiceAccount, as config/default names them.
const (
	SystemNamespace = "quotawatch-system"
	managerAccount  = "quotawatch-controller-manager"
)

// GrantRoles installs what config/default says about access: the namespace, the manager's
// ServiceAccount and the roles. The Deployment stays out; here the manager runs as a process.
func (c *ControlPlane) GrantRoles(ctx context.Context) error {
	manifests, err := c.kubectl.Output(ctx, "kustomize", filepath.Join("config", "default"))
	if err != nil {
		return err
	}
	objects, err := Decode(manifests)
	if err != nil {
		return err
	}
	access, err := Encode(onlyAccess(objects))
	if err != nil {
		return err
	}
	return c.kubectl.Apply(ctx, access)
}

// WriteManagerKubeconfig writes a kubeconfig with a token of the manager's ServiceAccount, so
// that a permission that config/rbac lacks fails here as it would in a cluster.
func (c *ControlPlane) WriteManagerKubeconfig(ctx context.Context, path string) error {
	token, err := c.kubectl.Output(ctx, "create", "token", managerAccount, "-n", SystemNamespace, "--duration", "24h")
	if err != nil {
		return err
	}
	kubeconfig, err := withToken(c.environment.KubeConfig, strings.TrimSpace(string(token)))
	if err != nil {
		return err
	}
	return os.WriteFile(path, kubeconfig, 0o600)
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
