// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestMain lets the test binary stand in for the command.
func TestMain(m *testing.M) {
	if os.Getenv("VENDORSIM_TEST_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

var announcement = regexp.MustCompile(`^vendorsim listening on (http://127\.0\.0\.1:[1-9][0-9]*)\n$`)

func TestCommandServesUntilItIsTold(t *testing.T) {
	for name, signal := range map[string]os.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": os.Interrupt} {
		t.Run(name, func(t *testing.T) {
			command, url := start(t, "--listen", "127.0.0.1:0", "--fault", "hang")
			if got := status(t, url+"/healthz", ""); got != http.StatusOK {
				t.Errorf("health: status %d", got)
			}
			if got := status(t, url, ""); got != http.StatusMisdirectedRequest {
				t.Errorf("without the vendor's host: status %d", got)
			}
			hanging := hang(t, url)
			if err := command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := command.Wait(); err != nil {
				t.Errorf("exit: %v", err)
			}
			if err := <-hanging; err == nil {
				t.Error("the hanging call was answered")
			}
		})
	}
}

// start runs the command until it says where it listens.
func start(t *testing.T, args ...string) (*exec.Cmd, string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], args...)
	command.Env = append(os.Environ(), "VENDORSIM_TEST_MAIN=1")
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	match := announcement.FindStringSubmatch(line)
	if match == nil {
		t.Fatalf("announcement %q, error %v", line, err)
	}
	return command, match[1]
}

func get(ctx context.Context, url, host string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Host = host
	return http.DefaultClient.Do(r)
}

func status(t *testing.T, url, host string) int {
	t.Helper()
	response, err := get(t.Context(), url, host)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// hang begins a call that the injected fault leaves without an answer, and
// returns once the simulator has it on record.
func hang(t *testing.T, url string) <-chan error {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		response, err := get(t.Context(), url, "live.tencentcloudapi.com")
		if err == nil {
			_ = response.Body.Close()
		}
		ended <- err
	}()
	for !recorded(t, url) {
	}
	return ended
}

func recorded(t *testing.T, url string) bool {
	t.Helper()
	response, err := get(t.Context(), url+"/-/sim/state", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(text), `"outcome": "hang"`)
}

func TestRunFails(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	tests := map[string]struct {
		args       []string
		wantCode   int
		wantStderr string
	}{
		"address in use":   {args: []string{"--listen", taken.Addr().String()}, wantCode: exitFailure, wantStderr: "address already in use"},
		"remote address":   {args: []string{"--listen", "0.0.0.0:0"}, wantCode: exitUsage, wantStderr: "--allow-remote"},
		"unknown scenario": {args: []string{"--scenario", "tiny"}, wantCode: exitUsage, wantStderr: "known are large, seeds"},
		"unknown fault":    {args: []string{"--fault", "sleep"}, wantCode: exitUsage, wantStderr: `unknown fault "sleep"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			code := run(t.Context(), test.args, &stdout, &stderr)
			if code != test.wantCode || !strings.Contains(stderr.String(), test.wantStderr) {
				t.Errorf("exit status %d, stderr %q", code, stderr.String())
			}
			if stdout.Len() > 0 {
				t.Errorf("stdout %q", stdout.String())
			}
		})
	}
}
