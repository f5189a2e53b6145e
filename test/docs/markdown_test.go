// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// block is a fenced block of a Markdown file.
type block struct {
	line     int // of its first line of text, counted from 1
	language string
	text     string
}

// fence is the line before, or after, a block: at the left, or below a list item.
var fence = regexp.MustCompile("^( *)(`{3,}|~{3,}) *([^ `]*)[^`]*$")

// blocks returns the fenced blocks of a Markdown file.
func blocks(markdown string) ([]block, error) {
	var found []block
	lines := strings.Split(markdown, "\n")
	for i := 0; i < len(lines); i++ {
		opening := fence.FindStringSubmatch(lines[i])
		if opening == nil {
			continue
		}
		b := block{line: i + 2, language: opening[3]}
		for i++; !closes(opening, lines, i); i++ {
			if i >= len(lines) {
				return nil, fmt.Errorf("line %d: the block does not end", b.line-1)
			}
			b.text += outdent(lines[i], len(opening[1])) + "\n"
		}
		if b.language == "" {
			return nil, fmt.Errorf("line %d: the block does not say its language", b.line-1)
		}
		found = append(found, b)
	}
	return found, nil
}

// closes tells whether a line ends the block that the fence opens.
func closes(opening, lines []string, i int) bool {
	if i >= len(lines) {
		return false
	}
	line := strings.TrimSpace(lines[i])
	return strings.HasPrefix(line, opening[2]) && strings.Trim(line, opening[2][:1]) == ""
}

// outdent takes up to so many spaces from the begin of a line.
func outdent(line string, most int) string {
	spaces := len(line) - len(strings.TrimLeft(line, " "))
	return line[min(spaces, most):]
}

// table is a table of a Markdown file, with the heading that it stands below.
type table struct {
	heading string
	columns []string
	rows    [][]string
}

// rule is the line between the head of a table and its rows.
var rule = regexp.MustCompile(`^\|[ :|-]+\|$`)

// tables returns the tables of a Markdown file. Cells have no backquotes.
func tables(markdown string) ([]table, error) {
	text, err := withoutBlocks(markdown)
	if err != nil {
		return nil, err
	}
	var found []table
	var heading string
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "#"):
			heading = plain(strings.TrimLeft(line, "#"))
		case !strings.HasPrefix(line, "|"):
		case i+1 < len(lines) && rule.MatchString(lines[i+1]):
			found = append(found, table{heading: heading, columns: cells(line)})
		case rule.MatchString(line):
		case len(found) == 0:
			return nil, errors.New("a table has no head: " + line)
		default:
			last := &found[len(found)-1]
			last.rows = append(last.rows, cells(line))
		}
	}
	return found, nil
}

// withoutBlocks returns the Markdown with blocks left out.
func withoutBlocks(markdown string) (string, error) {
	found, err := blocks(markdown)
	if err != nil {
		return "", err
	}
	lines := strings.Split(markdown, "\n")
	for _, b := range found {
		fences := 2
		for i := range strings.Count(b.text, "\n") + fences {
			lines[b.line-2+i] = ""
		}
	}
	return strings.Join(lines, "\n"), nil
}

func cells(line string) []string {
	var texts []string
	for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
		texts = append(texts, plain(cell))
	}
	return texts
}

func plain(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "`", ""))
}

var codeSpan = regexp.MustCompile("`([^`\n]+)`")

// codeSpans returns what a Markdown file has between backquotes, blocks left out.
func codeSpans(markdown string) ([]string, error) {
	text, err := withoutBlocks(markdown)
	if err != nil {
		return nil, err
	}
	var spans []string
	for _, match := range codeSpan.FindAllStringSubmatch(text, -1) {
		spans = append(spans, match[1])
	}
	return spans, nil
}
