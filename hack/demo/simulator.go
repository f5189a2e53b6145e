// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"github.com/quotawatch/quotawatch/internal/rig"
)

// startTimeout is generous: a cold page cache on a busy machine is no reason to fail.
const startTimeout = time.Minute

// simulatorGreeting is the first line that vendorsim prints.
var simulatorGreeting = regexp.MustCompile(`^vendorsim listening on (http://\S+)$`)

// startSimulator runs the vendors' APIs on a free port of this machine.
func (d *demo) startSimulator(ctx context.Context) error {
	greeting := newFirstLine()
	simulator, err := rig.StartProcess(d.path("vendorsim.log"), greeting,
		filepath.Join("bin", "vendorsim"), "--listen", "127.0.0.1:0", "--scenario", "seeds")
	if err != nil {
		return err
	}
	d.atClose(simulator.Stop)

	select {
	case line := <-greeting.line:
		d.simulatorURL, err = parseGreeting(line)
		return err
	case <-simulator.Done():
		return simulator.Ended()
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(startTimeout):
		return errors.New("vendorsim did not say where it listens:\n" + simulator.Tail(40))
	}
}

func parseGreeting(line string) (url string, err error) {
	match := simulatorGreeting.FindStringSubmatch(line)
	if match == nil {
		return "", fmt.Errorf("vendorsim printed %q, not where it listens", line)
	}
	return match[1], nil
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
