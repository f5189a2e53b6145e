// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// markdown is made-up Markdown, with ' for every backquote.
func markdown(text string) string { return strings.ReplaceAll(text, "'", "`") }

func TestBlocks(t *testing.T) {
	cases := map[string]struct {
		markdown string
		want     []block
		wantErr  string
	}{
		"none":                           {"Some ''' text\n", nil, ""},
		"one":                            {"'''yaml\na: 1\n'''\n", []block{{2, "yaml", "a: 1\n"}}, ""},
		"between text":                   {"# A\n\n'''sh\nls\n'''\n\n'''yaml\na: 1\n'''\nB\n", []block{{4, "sh", "ls\n"}, {8, "yaml", "a: 1\n"}}, ""},
		"below a list item":              {"1. A\n\n   '''yaml\n   a:\n     b: 1\n\n   '''\n", []block{{4, "yaml", "a:\n  b: 1\n\n"}}, ""},
		"with a tilde":                   {"~~~yaml\na: 1\n~~~\n", []block{{2, "yaml", "a: 1\n"}}, ""},
		"with another block in it":       {"''''yaml\n'''yaml\na: 1\n'''\n''''\n", []block{{2, "yaml", "'''yaml\na: 1\n'''\n"}}, ""},
		"with more than a language":      {"'''yaml title=a.yaml\na: 1\n'''\n", []block{{2, "yaml", "a: 1\n"}}, ""},
		"with a space before that":       {"''' yaml\na: 1\n'''\n", []block{{2, "yaml", "a: 1\n"}}, ""},
		"empty":                          {"'''yaml\n'''\n", []block{{2, "yaml", ""}}, ""},
		"that does not say its language": {"A\n\n'''\na: 1\n'''\n", nil, "line 3: the block does not say its language"},
		"that does not end":              {"A\n\n'''yaml\na: 1\n", nil, "line 3: the block does not end"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := blocks(markdown(tc.markdown))
			for i := range tc.want {
				tc.want[i].text = markdown(tc.want[i].text)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(block{}), cmpopts.EquateEmpty()); diff != "" && tc.wantErr == "" {
				t.Errorf("blocks (-want +got):\n%s", diff)
			}
			expectError(t, err, tc.wantErr)
		})
	}
}

// expectError wants an error that says so; none when that is empty.
func expectError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("want an error with %q, got: %v", want, err)
	}
}

func TestTables(t *testing.T) {
	got, err := tables(markdown("# Page\n\n| A | B |\n|---|:-:|\n| 'a' | b c |\n\n" +
		"### 'Ready'\n\n'''console\n| no | table |\n|---|---|\n'''\n\n| C |\n|---|\n| c |\n| d |\n"))
	want := []table{
		{"Page", []string{"A", "B"}, [][]string{{"a", "b c"}}},
		{"Ready", []string{"C"}, [][]string{{"c"}, {"d"}}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(table{})); diff != "" || err != nil {
		t.Errorf("tables (-want +got), %v:\n%s", err, diff)
	}
}

func TestCodeSpans(t *testing.T) {
	got, err := codeSpans(markdown("Set '.spec.suspend' to 'true'.\n\n'''yaml\na: 'b'\n'''\n\n| 'c' |\n"))
	if diff := cmp.Diff([]string{".spec.suspend", "true", "c"}, got); diff != "" || err != nil {
		t.Errorf("code spans (-want +got), %v:\n%s", err, diff)
	}
}
