// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/rig"
)

const (
	// calibration is how long the control plane's writes are measured.
	calibration = 5 * time.Second
	// patience bounds the wait for all watches.
	patience = 15 * time.Minute
	// settling is how long the schedule takes to come into its stride after all was asked at
	// once: until then, nothing is due.
	settling = interval + 5*time.Second
)

// bench is everything that runs for one number of watches, and how to stop it.
type bench struct {
	options
	dir          string // temporary: kubeconfigs and logs
	controlPlane *rig.ControlPlane
	client       client.WithWatch
	apiServer    *http.Client
	simulator    *simulator
	fleet        *fleet
	running      *manager
	started      time.Time // when all watches were Ready first
	closers      []func() error
}

func newBench(o options) (*bench, error) {
	dir, err := os.MkdirTemp("", "quotawatch-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, dir: dir}
	b.atClose(func() error { return os.RemoveAll(dir) })
	b.controlPlane, err = rig.NewControlPlane(dir)
	return b, err
}

// setUp starts all but the manager, and creates the objects of so many watches.
func (b *bench) setUp(ctx context.Context, watches int) error {
	b.say("starting etcd and kube-apiserver")
	b.atClose(b.controlPlane.Stop)
	if err := b.controlPlane.Start(); err != nil {
		return err
	}
	if err := b.controlPlane.GrantRoles(ctx); err != nil {
		return err
	}
	if err := b.controlPlane.WriteManagerKubeconfig(ctx, b.managerKubeconfig()); err != nil {
		return err
	}
	if err := b.connect(); err != nil {
		return err
	}
	var err error
	if b.simulator, err = startSimulator(ctx, b.latency); err != nil {
		return err
	}
	b.atClose(b.simulator.stop)
	b.fleet = newFleet(b.simulator.url, watches)
	b.simulator.add(b.fleet)
	b.say("creating %d watches over %d accounts", watches, len(b.fleet.accounts))
	return deploy(ctx, b.client, b.fleet)
}

// connect makes the administrator's clients.
func (b *bench) connect() error {
	config := rest.CopyConfig(b.controlPlane.Config())
	config.QPS = -1 // as fast as the control plane can
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return err
	}
	var err error
	if b.client, err = client.NewWithWatch(config, client.Options{Scheme: scheme}); err != nil {
		return err
	}
	b.apiServer, err = rest.HTTPClientFor(config)
	return err
}

// atClose registers what close has to undo.
func (b *bench) atClose(undo func() error) { b.closers = append(b.closers, undo) }

// close stops and removes everything, the latest first.
func (b *bench) close() error {
	errs := []error{b.stopManager()}
	for _, undo := range slices.Backward(b.closers) {
		errs = append(errs, undo())
	}
	return errors.Join(errs...)
}

// say tells how far the benchmark is.
func (b *bench) say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, values...))
}

// statusBytes is the mean size of the statuses, as JSON, over all and by vendor.
func (b *bench) statusBytes(ctx context.Context) (map[string]int, error) {
	list := &v1alpha1.QuotaWatchList{}
	if err := b.client.List(ctx, list, client.InNamespace(b.fleet.namespace)); err != nil {
		return nil, err
	}
	sums, counts := map[string]int{}, map[string]int{}
	for i := range list.Items {
		text, err := json.Marshal(list.Items[i].Status)
		if err != nil {
			return nil, err
		}
		for _, key := range []string{"all", string(list.Items[i].Status.Vendor)} {
			sums[key] += len(text)
			counts[key]++
		}
	}
	for key := range sums {
		sums[key] /= counts[key]
	}
	return sums, nil
}
