// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/rig"
)

const sample = `apiVersion: v1
kind: Secret
metadata: {name: key}
---
apiVersion: quotawatch.dev/v1alpha1
kind: VendorAccount
metadata: {name: account}
spec: {vendor: TencentCloud%s}
`

func TestPointAtChangesAccountsOnly(t *testing.T) {
	objects, err := rig.Decode(fmt.Appendf(nil, sample, ""))
	if err != nil {
		t.Fatal(err)
	}
	want, err := rig.Decode(fmt.Appendf(nil, sample, ", endpoint: 'http://127.0.0.1:1'"))
	if err != nil {
		t.Fatal(err)
	}
	if err := pointAt("http://127.0.0.1:1", objects); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, objects); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}
