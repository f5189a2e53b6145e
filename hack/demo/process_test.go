// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

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
	p, err := startProcess(filepath.Join(t.TempDir(), "log"), nil, "sh", "-c", "sleep 600 >'"+fifo+"' & wait")
	if err != nil {
		t.Fatal(err)
	}
	held, err := os.Open(fifo) // waits for the child to open it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()

	if err := p.stop(); err != nil {
		t.Error(err)
	}
	if err := held.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(held); err != nil {
		t.Errorf("something the process started is still there: %v", err)
	}
	if err := p.stop(); err != nil {
		t.Errorf("stopped again: %v", err)
	}
}

func TestEndedTellsTheEndOfTheLog(t *testing.T) {
	p, err := startProcess(filepath.Join(t.TempDir(), "log"), nil, "sh", "-c", "echo why >&2; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	<-p.done
	got := p.ended().Error()
	for _, want := range []string{"sh ended unexpectedly", "exit status 3", "why"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

func TestFirstLineIsPutTogether(t *testing.T) {
	first := newFirstLine()
	for _, part := range []string{"vendorsim list", "ening\nsecond", "\nthird\n"} {
		if n, err := first.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("Write(%q) = %d, %v", part, n, err)
		}
	}
	if got := <-first.line; got != "vendorsim listening" {
		t.Errorf("first line %q", got)
	}
}

func TestParseGreeting(t *testing.T) {
	tests := map[string]struct {
		line    string
		want    string
		wantErr bool
	}{
		"address on a free port": {
			line: "vendorsim listening on http://127.0.0.1:40123",
			want: "http://127.0.0.1:40123",
		},
		"something else": {line: "flag provided but not defined: -scenario", wantErr: true},
		"no address":     {line: "vendorsim listening on ", wantErr: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseGreeting(tc.line)
			if got != tc.want || (err != nil) != tc.wantErr {
				t.Errorf("got %q, %v; want %q, error %t", got, err, tc.want, tc.wantErr)
			}
		})
	}
}
