// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"
)

// simulatorGreeting is the first line that vendorsim prints.
var simulatorGreeting = regexp.MustCompile(`^vendorsim listening on (http://\S+)$`)

// startSimulator runs the vendors' APIs on a free port of this machine.
func (d *demo) startSimulator(ctx context.Context) error {
	greeting := newFirstLine()
	simulator, err := startProcess(d.path("vendorsim.log"), greeting,
		filepath.Join("bin", "vendorsim"), "--listen", "127.0.0.1:0", "--scenario", "seeds")
	if err != nil {
		return err
	}
	d.atClose(simulator.stop)

	select {
	case line := <-greeting.line:
		d.simulatorURL, err = parseGreeting(line)
		return err
	case <-simulator.done:
		return simulator.ended()
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(startTimeout):
		return errors.New("vendorsim did not say where it listens:\n" + simulator.tail(40))
	}
}

func parseGreeting(line string) (url string, err error) {
	match := simulatorGreeting.FindStringSubmatch(line)
	if match == nil {
		return "", fmt.Errorf("vendorsim printed %q, not where it listens", line)
	}
	return match[1], nil
}
