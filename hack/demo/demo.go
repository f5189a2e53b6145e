// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

const (
	systemNamespace = "quotawatch-system" // the manager's, as config/default names it
	sampleNamespace = "live"
)

// demo is everything that runs, and how to stop it.
type demo struct {
	dir          string // temporary: kubeconfigs and logs
	assets       string // etcd, kube-apiserver, kubectl
	controlPlane *envtest.Environment
	kubectl      kubectl
	simulatorURL string
	manager      *process
	closers      []func() error
}

func newDemo() (*demo, error) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		return nil, errors.New("KUBEBUILDER_ASSETS is not set: run make demo")
	}
	dir, err := os.MkdirTemp("", "quotawatch-demo-")
	if err != nil {
		return nil, err
	}
	d := &demo{dir: dir, assets: assets}
	d.atClose(func() error { return os.RemoveAll(dir) })
	return d, nil
}

// setUp starts and installs everything, in the order in which a user would.
func (d *demo) setUp(ctx context.Context) error {
	steps := []struct {
		title string
		do    func(context.Context) error
	}{
		{"Starting etcd and kube-apiserver, installing the CRDs", d.startControlPlane},
		{"Starting the vendor simulator", d.startSimulator},
		{"Granting the manager the roles of config/rbac", d.grantRoles},
		{"Starting the manager as its own ServiceAccount", d.startManager},
		{"Applying config/samples in namespace " + sampleNamespace, d.applySamples},
		{"Waiting until all of them are Ready", d.waitReady},
	}
	for _, step := range steps {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fmt.Println("==>", step.title)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	return nil
}

// atClose registers what close has to undo.
func (d *demo) atClose(undo func() error) {
	d.closers = append(d.closers, undo)
}

// close stops and removes everything, the latest first.
func (d *demo) close() error {
	var errs []error
	for _, undo := range slices.Backward(d.closers) {
		errs = append(errs, undo())
	}
	return errors.Join(errs...)
}

// path is the path of a temporary file.
func (d *demo) path(name string) string {
	return filepath.Join(d.dir, name)
}
