// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/quotawatch/quotawatch/internal/rig"
)

// readyTimeout bounds the wait for the samples. A first reading takes seconds.
const readyTimeout = 90 * time.Second

// applySamples applies config/samples with one difference: accounts connect to the simulator.
func (d *demo) applySamples(ctx context.Context) error {
	samples, err := readSamples(filepath.Join("config", "samples"))
	if err != nil {
		return err
	}
	if err := pointAt(d.simulatorURL, samples); err != nil {
		return err
	}
	for _, sample := range samples {
		sample.SetNamespace(sampleNamespace)
	}
	manifests, err := rig.Encode(samples)
	if err != nil {
		return err
	}
	if _, err := d.kubectl.Output(ctx, "create", "namespace", sampleNamespace); err != nil {
		return err
	}
	return d.kubectl.Apply(ctx, manifests)
}

func readSamples(dir string) ([]*unstructured.Unstructured, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var samples []*unstructured.Unstructured
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		objects, err := rig.Decode(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		samples = append(samples, objects...)
	}
	if len(samples) == 0 {
		return nil, fmt.Errorf("no samples in %s", dir)
	}
	return samples, nil
}

// pointAt lets every VendorAccount connect to endpoint instead of its vendor's host.
func pointAt(endpoint string, objects []*unstructured.Unstructured) error {
	for _, object := range objects {
		if object.GetKind() != "VendorAccount" {
			continue
		}
		if err := unstructured.SetNestedField(object.Object, endpoint, "spec", "endpoint"); err != nil {
			return err
		}
	}
	return nil
}

// waitReady waits until every sample is Ready, and shows what there is to know when one is not.
func (d *demo) waitReady(ctx context.Context) error {
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	ready := make(chan error, 1)
	go func() {
		_, err := d.kubectl.Output(waiting, "wait", "vendoraccounts,quotawatches", "--all", "-n", sampleNamespace,
			"--for", "condition=Ready", "--timeout", readyTimeout.String())
		ready <- err
	}()

	select {
	case err := <-ready:
		if err == nil || ctx.Err() != nil {
			return err
		}
		return errors.Join(err, d.diagnose(ctx))
	case <-d.manager.Done():
		return d.manager.Ended()
	}
}

// diagnose prints the state of the samples and the end of the manager's log.
func (d *demo) diagnose(ctx context.Context) error {
	err := errors.Join(
		d.kubectl.Show(ctx, "get", "vendoraccounts,quotawatches", "-n", sampleNamespace, "-o", "wide"),
		d.kubectl.Show(ctx, "describe", "vendoraccounts,quotawatches", "-n", sampleNamespace),
		d.kubectl.Show(ctx, "events", "-n", sampleNamespace),
	)
	fmt.Printf("\nThe end of the manager's log:\n%s\n", d.manager.Tail(40))
	return err
}
