// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package rig

import (
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

// Process is a program that runs beside this one, in a process group of its own: Ctrl-C in a
// terminal reaches this one alone, which then stops everything in order.
type Process struct {
	name string
	log  string
	cmd  *exec.Cmd
	done chan struct{}
}

// StartProcess runs a program with its output in a log file. What it prints goes to stdout too,
// unless that is nil.
func StartProcess(log string, stdout io.Writer, name string, args ...string) (*Process, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(name, args...) //nolint:noctx // outlives the context: Stop ends it, in order
	cmd.Stdout, cmd.Stderr = file, file
	if stdout != nil {
		cmd.Stdout = io.MultiWriter(file, stdout)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w (make build builds it)", name, err)
	}
	p := &Process{name: name, log: log, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in cmd.ProcessState
		_ = file.Close()
		close(p.done)
	}()
	return p, nil
}

// Log is the path of the file with the program's output.
func (p *Process) Log() string { return p.log }

// PID is the program's process ID.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stop ends the program and all it started.
func (p *Process) Stop() error {
	group := -p.PID()
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

// Kill ends the program and all it started at once, as a machine does that loses its power.
func (p *Process) Kill() {
	_ = syscall.Kill(-p.PID(), syscall.SIGKILL) // fails only when it has just ended
	<-p.done
}

// ExitCode is the program's exit code, or -1 if a signal ended it. Call it after Done is closed.
func (p *Process) ExitCode() int { return p.cmd.ProcessState.ExitCode() }

// Ended says how a program ended that should not have. Call it after Done is closed.
func (p *Process) Ended() error {
	return fmt.Errorf("%s ended unexpectedly (%v):\n%s", p.name, p.cmd.ProcessState, p.Tail(40))
}

// Tail returns the last lines of the program's output.
func (p *Process) Tail(lines int) string {
	content, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
