// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestExamples(t *testing.T) {
	for _, page := range pages(t) {
		examples, err := examplesOf(page, read(t, page))
		if err != nil {
			t.Errorf("%s: %v", page, err)
		}
		for _, e := range examples {
			t.Run(e.page+":"+strconv.Itoa(e.line), func(t *testing.T) {
				if err := api(t).check(t, e); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestSamples(t *testing.T) {
	manifests, err := api(t).build(t, filepath.Join(root, "config", "samples"))
	if err != nil {
		t.Fatal(err)
	}
	if err := api(t).check(t, example{text: manifests}); err != nil {
		t.Error(err)
	}
}

// pages are the Markdown files of the repository, without those that were built or
// brought along.
func pages(t *testing.T) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && isForeign(entry.Name()):
			return fs.SkipDir
		case filepath.Ext(path) == ".md":
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func isForeign(folder string) bool {
	return folder != "." && strings.HasPrefix(folder, ".") || folder == "bin" || folder == "dist"
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
