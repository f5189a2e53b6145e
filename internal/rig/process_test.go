// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestProcessStopsWithAllItStarted(t *testing.T) {
	// The shell's child holds the pipe open and would outlive the shell. Reading from the pipe
	// ends with the child.
	fifo := filepath.Join(t.TempDir(), "held-open")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := StartProcess(filepath.Join(t.TempDir(), "log"), nil, "sh", "-c", "sleep 600 >'"+fifo+"' & wait")
	if err != nil {
		t.Fatal(err)
	}
	held, err := os.Open(fifo) // waits for the child to open it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()

	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	if err := held.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(held); err != nil {
		t.Errorf("something the process started is still there: %v", err)
	}
	if err := p.Stop(); err != nil {
		t.Errorf("stopped again: %v", err)
	}
}

func TestExitCodeTellsHowAProgramEnded(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		kill   bool
		want   int
	}{
		"by itself": {script: "exit 66", want: 66},
		"killed":    {script: "sleep 600", kill: true, want: -1},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := StartProcess(filepath.Join(t.TempDir(), "log"), nil, "sh", "-c", test.script)
			if err != nil {
				t.Fatal(err)
			}
			if test.kill {
				p.Kill()
			}
			<-p.Done()
			if got := p.ExitCode(); got != test.want {
				t.Errorf("exit code %d, want %d", got, test.want)
			}
		})
	}
}

func TestEndedTellsTheEndOfTheLog(t *testing.T) {
	p, err := StartProcess(filepath.Join(t.TempDir(), "log"), nil, "sh", "-c", "echo why >&2; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	got := p.Ended().Error()
	for _, want := range []string{"sh ended unexpectedly", "exit status 3", "why"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}
