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

	"github.com/quotawatch/quotawatch/internal/rig"
)

const sampleNamespace = "live"

// demo is everything that runs, and how to stop it.
type demo struct {
	dir          string // temporary: kubeconfigs and logs
	controlPlane *rig.ControlPlane
	kubectl      rig.Kubectl
	simulatorURL string
	manager      *rig.Process
	closers      []func() error
}

func newDemo() (*demo, error) {
	dir, err := os.MkdirTemp("", "quotawatch-demo-")
	if err != nil {
		return nil, err
	}
	controlPlane, err := rig.NewControlPlane(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	d := &demo{dir: dir, controlPlane: controlPlane, kubectl: controlPlane.Kubectl()}
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
		{"Granting the manager the roles of config/rbac", d.controlPlane.GrantRoles},
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
