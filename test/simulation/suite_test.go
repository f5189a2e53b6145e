// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/format"
)

func TestSimulation(t *testing.T) {
	RegisterFailHandler(Fail)
	format.MaxLength = 20_000 // so that more than the first problem of a ledger shows
	RunSpecs(t, "Simulation")
}

var _ = BeforeSuite(func() { startControlPlane(filepath.Join("..", "..", "config", "crd", "bases")) })
