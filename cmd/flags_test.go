// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryFlagIsDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	(&options{}).register(flags)
	(&scopeFlags{}).register(flags)
	flags.VisitAll(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "zap-") && !strings.Contains(string(page), "\n| `--"+f.Name+"` |") {
			t.Errorf("--%s is not in the table of docs/operations.md", f.Name)
		}
	})
}
