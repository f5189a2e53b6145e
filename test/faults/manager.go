// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/quotawatch/quotawatch/internal/rig"
)

// buildManager builds the manager until the suite ends, with the race detector
// where there is the C compiler that it needs.
func buildManager() string {
	GinkgoHelper()
	dir, err := os.MkdirTemp("", "quotawatch-manager-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	binary := filepath.Join(dir, "manager")
	args := []string{"build", "-o", binary}
	if hasRaceDetector() {
		args = append(args, "-race")
	} else {
		AddReportEntry("No C compiler found: the manager runs without the race detector.")
	}
	out, err := exec.CommandContext(context.Background(), "go", append(args, "./cmd")...).CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(out))
	return binary
}

// hasRaceDetector tells whether Go may call C here, and finds a compiler of it.
func hasRaceDetector() bool {
	out, err := exec.CommandContext(context.Background(), "go", "env", "CGO_ENABLED", "CC").Output()
	enabled, compiler, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err != nil || enabled != "1" {
		return false
	}
	_, err = exec.LookPath(compiler)
	return err == nil
}

// manager is the operator's own program as it runs in a cluster: with a token of
// its ServiceAccount and leader election, in the namespace of its world. It logs
// everything that it can.
type manager struct {
	*rig.Process
	metricsURL, pprofURL string
	// asked tells that a spec ended it.
	asked bool
}

// startManager runs a manager with these flags besides its usual ones, until the
// world ends. Whoever puts something between it and the API server has a
// kubeconfig of their own.
func (w *world) startManager(kubeconfig string, flags ...string) *manager {
	GinkgoHelper()
	metrics, pprof := freeAddress(), freeAddress()
	log := filepath.Join(w.dir, fmt.Sprintf("manager-%d.log", len(w.managers)))
	process, err := rig.StartProcess(log, nil, program, append([]string{
		"--kubeconfig", kubeconfig,
		"--leader-elect", "--leader-election-namespace", rig.SystemNamespace,
		"--watch-namespaces", w.namespace,
		"--allowed-endpoints", strings.Join(w.endpoints, ","),
		"--metrics-bind-address", metrics, "--metrics-secure=false",
		"--pprof-bind-address", pprof,
		"--health-probe-bind-address", "0",
		"--zap-log-level", "10",
	}, flags...)...)
	Expect(err).NotTo(HaveOccurred())
	m := &manager{Process: process, metricsURL: "http://" + metrics + "/metrics", pprofURL: "http://" + pprof + "/debug/pprof/"}
	w.managers = append(w.managers, m)
	DeferCleanup(func() {
		if m.running() {
			m.stop()
		}
	})
	return m
}

// kill ends a manager as the loss of its machine would.
func (m *manager) kill() {
	m.asked = true
	m.Kill()
}

// stop ends a manager as an update does.
func (m *manager) stop() {
	GinkgoHelper()
	m.asked = true
	Expect(m.Stop()).To(Succeed())
}

// running tells whether a manager has not ended.
func (m *manager) running() bool {
	select {
	case <-m.Done():
		return false
	default:
		return true
	}
}

// raceExitCode is that of a program in which the race detector found something.
const raceExitCode = 66

// alarms are what a manager logs that has done something it must not.
var alarms = []string{"DATA RACE", "panic:", "Observed a panic", "Reading an answer panicked", "fatal error:"}

// expectOrderly expects that a manager that has ended did so only because it was
// asked to, and did nothing that it must not.
func (m *manager) expectOrderly() {
	GinkgoHelper()
	Expect(m.asked).To(BeTrue(), "the manager ended by itself:\n%s", m.Tail(40))
	Expect(m.ExitCode()).NotTo(Equal(raceExitCode), m.Tail(80))
	log := m.logged()
	for _, alarm := range alarms {
		if at := strings.Index(log, alarm); at >= 0 {
			Fail(fmt.Sprintf("the manager logged:\n%s", log[at:min(len(log), at+4000)]))
		}
	}
}

// logged is all that a manager has logged.
func (m *manager) logged() string {
	GinkgoHelper()
	content, err := os.ReadFile(m.Log())
	Expect(err).NotTo(HaveOccurred())
	return string(content)
}

// metrics are a manager's metrics in the Prometheus text format.
func (m *manager) metrics(ctx context.Context) (string, error) { return fetch(ctx, m.metricsURL) }

// profile is a profile of a manager, such as goroutine?debug=2.
func (m *manager) profile(ctx context.Context, name string) (string, error) {
	return fetch(ctx, m.pprofURL+name)
}

// fetchTimeout is generous: a profile of the heap waits for a collection.
const fetchTimeout = 20 * time.Second

// fetch reads a page of a program on this machine, and leaves it no connection.
func fetch(ctx context.Context, url string) (text string, err error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", url, response.Status)
	}
	return string(body), err
}

// freeAddress is one that nobody listens on now.
func freeAddress() string {
	GinkgoHelper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(listener.Close()).To(Succeed()) }()
	return listener.Addr().String()
}
