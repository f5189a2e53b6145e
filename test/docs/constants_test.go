// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// constant is a constant of the API's Go package that is a text.
type constant struct {
	name, ofType, value, comment string
}

// constants returns those of api/v1alpha1.
func constants(t *testing.T) []constant {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "api", "v1alpha1", "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no API types: %v", err)
	}
	var found []constant
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			found = append(found, declared(declaration)...)
		}
	}
	return found
}

// declared returns the constants of a declaration that are texts.
func declared(declaration ast.Decl) []constant {
	group, ok := declaration.(*ast.GenDecl)
	if !ok || group.Tok != token.CONST {
		return nil
	}
	var found []constant
	for _, spec := range group.Specs {
		value := spec.(*ast.ValueSpec)
		comment := value.Doc
		if !group.Lparen.IsValid() {
			comment = group.Doc
		}
		for i, name := range value.Names {
			if text, ok := literal(value, i); ok {
				found = append(found, constant{name.Name, typeOf(value), text, comment.Text()})
			}
		}
	}
	return found
}

func literal(spec *ast.ValueSpec, i int) (string, bool) {
	if i >= len(spec.Values) {
		return "", false
	}
	value, ok := spec.Values[i].(*ast.BasicLit)
	if !ok || value.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(value.Value)
	return text, err == nil
}

func typeOf(spec *ast.ValueSpec) string {
	if name, ok := spec.Type.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// The constants that the pages list, by how they are called.

func conditionTypes(t *testing.T) []constant { return named(t, "Condition") }
func events(t *testing.T) []constant         { return named(t, "Event") }

// reasons are those of conditions, of which the kinds of failures are some.
func reasons(t *testing.T) []constant { return append(named(t, "Reason"), errorKinds(t)...) }

func errorKinds(t *testing.T) []constant {
	t.Helper()
	return atLeastOne(t, func(c constant) bool { return c.ofType == "ErrorKind" })
}

func named(t *testing.T, prefix string) []constant {
	t.Helper()
	return atLeastOne(t, func(c constant) bool { return c.ofType == "" && strings.HasPrefix(c.name, prefix) })
}

func atLeastOne(t *testing.T, wanted func(constant) bool) []constant {
	t.Helper()
	var found []constant
	for _, c := range constants(t) {
		if wanted(c) {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		t.Fatal("the API has no such constants any more: this test looks for the wrong ones")
	}
	return found
}

// verdict is what a condition may say.
type verdict struct{ status, reason string }

var (
	possible  = regexp.MustCompile(`^Possible reasons for this condition to be (True|False|Unknown) are:$`)
	oneReason = regexp.MustCompile(`^\* "([A-Za-z]+)"$`)
	everyKind = regexp.MustCompile(`^\* every (other )?ErrorKind\b`)
)

// verdicts returns what the comment of a condition type says that it may say.
func verdicts(t *testing.T, condition constant) []verdict {
	t.Helper()
	var said []verdict
	var status string
	for line := range strings.Lines(condition.comment) {
		line = strings.TrimSpace(line)
		if match := possible.FindStringSubmatch(line); match != nil {
			status = match[1]
		} else if match := oneReason.FindStringSubmatch(line); match != nil {
			said = append(said, verdict{status, match[1]})
		} else if everyKind.MatchString(line) {
			said = append(said, ofOtherKinds(t, status, said)...)
		}
	}
	return said
}

// ofOtherKinds returns verdicts with every kind of failure that is not among those
// said.
func ofOtherKinds(t *testing.T, status string, said []verdict) []verdict {
	t.Helper()
	var others []verdict
	for _, kind := range errorKinds(t) {
		if !slices.ContainsFunc(said, func(v verdict) bool { return v.reason == kind.value }) {
			others = append(others, verdict{status, kind.value})
		}
	}
	return others
}
