// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/quotawatch/quotawatch/internal/rig"
)

// manager is the operator's own program, run as it runs in a cluster: as its ServiceAccount,
// with leader election, default settings but for the simulator's address.
type manager struct {
	*rig.Process
	metricsURL, pprofURL string
}

// startManager runs the manager.
func (b *bench) startManager(ctx context.Context) error {
	metrics, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	pprof := "0"
	if b.profile > 0 {
		if pprof, err = freeAddress(ctx); err != nil {
			return err
		}
	}
	process, err := rig.StartProcess(filepath.Join(b.dir, "manager.log"), nil, b.manager,
		"--kubeconfig", b.managerKubeconfig(),
		"--leader-elect", "--leader-election-namespace", rig.SystemNamespace,
		"--allowed-endpoints", b.simulator.url,
		"--metrics-bind-address", metrics, "--metrics-secure=false",
		"--pprof-bind-address", pprof,
		"--health-probe-bind-address", "0")
	if err != nil {
		return err
	}
	b.running = &manager{Process: process, metricsURL: "http://" + metrics + "/metrics", pprofURL: "http://" + pprof + "/debug/pprof/"}
	return nil
}

func (b *bench) managerKubeconfig() string { return filepath.Join(b.dir, "manager.kubeconfig") }

func (b *bench) stopManager() error {
	if b.running == nil {
		return nil
	}
	return b.running.Stop()
}

// freeAddress is one that nobody listens on now.
func freeAddress(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// wait lets time pass while the manager runs.
func (b *bench) wait(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-b.running.Done():
		return b.running.Ended()
	}
}

// fetch reads a page of a program on this machine.
func fetch(ctx context.Context, client *http.Client, url string, read func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, response.Status)
	}
	return read(response.Body)
}
