// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// numberColumns show the numbers of all readings side by side.
const numberColumns = "custom-columns=NAME:.metadata.name," +
	"RESOURCE:.status.resources[*].name,LEFT:.status.resources[*].remaining," +
	"USED:.status.usage.items[*].name,AMOUNT:.status.usage.items[*].amount," +
	"BILLED:.status.bill.periods[*].lines[*].category,QUANTITY:.status.bill.periods[*].lines[*].quantity"

// show prints what a user would look at first.
func (d *demo) show(ctx context.Context) error {
	watch, err := d.firstWatch(ctx)
	if err != nil {
		return err
	}
	d.waitEvents(ctx)
	return errors.Join(
		d.kubectl.Show(ctx, "get", "vendoraccounts,quotawatches", "-n", sampleNamespace, "-o", "wide"),
		d.kubectl.Show(ctx, "get", "quotawatches", "-n", sampleNamespace, "-o", numberColumns),
		d.kubectl.Show(ctx, "describe", "quotawatches", watch, "-n", sampleNamespace),
		d.kubectl.Show(ctx, "events", "-n", sampleNamespace),
	)
}

func (d *demo) firstWatch(ctx context.Context) (string, error) {
	out, err := d.kubectl.Output(ctx, "get", "quotawatches", "-n", sampleNamespace,
		"-o", "jsonpath={.items[0].metadata.name}")
	return string(out), err
}

// waitEvents gives the Events, which are sent after the status is stored, a moment to arrive.
// None in time is no failure: the list below then says so.
func (d *demo) waitEvents(ctx context.Context) {
	_ = wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, 5*time.Second, true,
		func(ctx context.Context) (bool, error) {
			out, err := d.kubectl.Output(ctx, "get", "events", "-n", sampleNamespace, "-o", "name")
			return strings.TrimSpace(string(out)) != "", err
		})
}

func (d *demo) sayHowToLookFurther() {
	fmt.Print(`
That was the whole way: samples, manager, vendor API over HTTP, status. To look further:

  make demo KEEP=1     the same, left running until Ctrl-C, with a kubeconfig for kubectl
  config/samples/      the manifests that were applied
  make help            everything else

`)
}

// keep leaves everything running until the demo is interrupted.
func (d *demo) keep(ctx context.Context) error {
	fmt.Printf(`
Everything stays up until Ctrl-C. In another terminal:

  export KUBECONFIG=%s
  export PATH=%s:$PATH
  kubectl get quotawatches -n %s --watch

The manager's log is %s,
the simulator (%s) writes %s.

`, d.kubectl.Kubeconfig(), d.controlPlane.Assets, sampleNamespace, d.manager.Log(), d.simulatorURL, d.path("vendorsim.log"))
	select {
	case <-ctx.Done():
		return nil
	case <-d.manager.Done():
		return d.manager.Ended()
	}
}
