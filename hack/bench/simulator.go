// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/utils/clock"

	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// simulator plays the vendors behind a server of this process, and sees every call and connection.
type simulator struct {
	sim      *vendorsim.Simulator
	recorder *recorder
	server   *http.Server
	url      string
	latency  time.Duration

	connections atomic.Int64
	changing    atomic.Bool // whether every call finds other numbers than the one before

	mu       sync.Mutex
	accounts map[string]*heldAccount // by the credential's public ID
}

// heldAccount is an account at the simulator.
type heldAccount struct {
	*account
	mu   sync.Mutex
	step int
}

func startSimulator(ctx context.Context, latency time.Duration) (*simulator, error) {
	sim, err := vendorsim.New(clock.RealClock{}, vendorsim.ScenarioSeeds)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	v := &simulator{
		sim: sim, recorder: newRecorder(), latency: latency,
		url: "http://" + listener.Addr().String(), accounts: map[string]*heldAccount{},
	}
	sim.Observe(v.observe)
	v.server = &http.Server{Handler: v, ConnState: v.countConnections, ReadHeaderTimeout: time.Minute}
	go func() { _ = v.server.Serve(listener) }() // ends with stop
	return v, nil
}

func (v *simulator) stop() error { return v.server.Close() }

// ServeHTTP answers as the vendors do, a fixed time later.
func (v *simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(v.latency)
	v.sim.ServeHTTP(w, r)
}

func (v *simulator) countConnections(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		v.connections.Add(1)
	}
}

// add makes the accounts of a fleet known.
func (v *simulator) add(f *fleet) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, a := range f.accounts {
		v.accounts[a.kind.register(v.sim, a.number)] = &heldAccount{account: a}
		a.kind.fill(v.sim, a.number, 0)
	}
}

func (v *simulator) observe(c vendorsim.Call) {
	v.recorder.add(c)
	if !v.changing.Load() {
		return
	}
	v.mu.Lock()
	held := v.accounts[c.Credential]
	v.mu.Unlock()
	if held != nil {
		held.change(v.sim)
	}
}

// changeAll has the next call of every account find other numbers.
func (v *simulator) changeAll() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, held := range v.accounts {
		held.change(v.sim)
	}
}

// change has the next call find other numbers.
func (h *heldAccount) change(sim *vendorsim.Simulator) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.step++
	h.kind.fill(sim, h.number, h.step)
}

// fail has the fault strike calls to these services.
func (v *simulator) fail(fault vendorsim.Fault, services ...string) error {
	for _, service := range services {
		if err := v.sim.Inject(service, fault); err != nil {
			return err
		}
	}
	return nil
}

func (v *simulator) recover(name vendorsim.FaultName) error {
	for _, service := range v.sim.Services() {
		if err := v.sim.Clear(service, name); err != nil {
			return err
		}
	}
	return nil
}
