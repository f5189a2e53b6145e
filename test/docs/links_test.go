// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Links within the repository lead somewhere: to a file, and to a heading in it.
func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		for _, link := range linksOf(t, page) {
			path, anchor, _ := strings.Cut(link, "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: link %s leads to no file", page, link)
			} else if anchor != "" && !slices.Contains(anchorsOf(t, target), anchor) {
				t.Errorf("%s: link %s leads to no heading", page, link)
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// linksOf returns the links of a page to places in the repository.
func linksOf(t *testing.T, page string) []string {
	t.Helper()
	text, err := withoutBlocks(read(t, page))
	if err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	var links []string
	for _, match := range link.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(match[1], "://") {
			links = append(links, match[1])
		}
	}
	return links
}

// notInAnchor is what an anchor leaves out of its heading.
var notInAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// anchorsOf returns the anchors of a page's headings, as GitHub makes them.
func anchorsOf(t *testing.T, page string) []string {
	t.Helper()
	text, err := withoutBlocks(read(t, page))
	if err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	var anchors []string
	for line := range strings.Lines(text) {
		if heading := strings.TrimLeft(line, "#"); heading != line {
			heading = notInAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
			anchors = append(anchors, strings.ReplaceAll(heading, " ", "-"))
		}
	}
	return anchors
}
