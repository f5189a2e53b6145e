// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

func TestWithTokenDropsTheAdministratorsKey(t *testing.T) {
	admin := clientcmdapi.NewConfig()
	admin.Clusters["envtest"] = &clientcmdapi.Cluster{Server: "https://127.0.0.1:1", CertificateAuthorityData: []byte("ca")}
	admin.AuthInfos["envtest"] = &clientcmdapi.AuthInfo{ClientKeyData: []byte("key"), ClientCertificateData: []byte("cert")}
	admin.Contexts["envtest"] = &clientcmdapi.Context{Cluster: "envtest", AuthInfo: "envtest"}
	admin.CurrentContext = "envtest"
	kubeconfig, err := clientcmd.Write(*admin)
	if err != nil {
		t.Fatal(err)
	}

	kubeconfig, err = withToken(kubeconfig, "token")
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{config.Host, config.BearerToken, string(config.CAData), string(config.CertData), string(config.KeyData)}
	if diff := cmp.Diff([]string{"https://127.0.0.1:1", "token", "ca", "", ""}, got); diff != "" {
		t.Errorf("host, token, CA, certificate, key (-want +got):\n%s", diff)
	}
}
