// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// stopTimeout is how long a program gets to end by itself; the manager's own limit is 30s.
const stopTimeout = 40 * time.Second

// process is a program that runs beside the demo, in a process group of its own: Ctrl-C in a
// terminal reaches the demo alone, which then stops everything in order.
type process struct {
	name string
	log  string // path of the file with its output
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// startProcess runs a program with its output in a log file. What it prints goes to stdout too,
// unless that is nil.
func startProcess(log string, stdout io.Writer, name string, args ...string) (*process, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(name, args...) //nolint:noctx // outlives the context: stop ends it, in order
	cmd.Stdout, cmd.Stderr = file, file
	if stdout != nil {
		cmd.Stdout = io.MultiWriter(file, stdout)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w (make build builds it)", name, err)
	}
	p := &process{name: name, log: log, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in cmd.ProcessState
		_ = file.Close()
		close(p.done)
	}()
	return p, nil
}

// stop ends the program and all it started.
func (p *process) stop() error {
	group := -p.cmd.Process.Pid
	select {
	case <-p.done:
	default:
		_ = syscall.Kill(group, syscall.SIGTERM) // fails only when it has just ended
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopTimeout):
		_ = syscall.Kill(group, syscall.SIGKILL)
		<-p.done
		return fmt.Errorf("%s did not stop within %s and was killed", p.name, stopTimeout)
	}
}

// ended says how a program ended that should not have. Call it after done is closed.
func (p *process) ended() error {
	return fmt.Errorf("%s ended unexpectedly (%v):\n%s", p.name, p.cmd.ProcessState, p.tail(40))
}

// tail returns the last lines of the program's output.
func (p *process) tail(lines int) string {
	content, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// firstLine is a Writer that hands over the first line written to it.
type firstLine struct {
	line    chan string // gets one line
	partial []byte
	found   bool
}

func newFirstLine() *firstLine {
	return &firstLine{line: make(chan string, 1)}
}

// Write implements io.Writer. It never fails.
func (f *firstLine) Write(p []byte) (int, error) {
	if f.found {
		return len(p), nil
	}
	f.partial = append(f.partial, p...)
	if line, _, ok := bytes.Cut(f.partial, []byte("\n")); ok {
		f.found = true
		f.line <- string(line)
	}
	return len(p), nil
}
