// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// trailLength is how much a review remembers of what it took in last: as much as
// it takes to understand why a poll is early or lost.
const trailLength = 12

// trail is what came last before a verdict: polls, and changes of what is wanted.
type trail []fmt.Stringer

// add adds something, and forgets what is too long ago.
func (t *trail) add(what fmt.Stringer) {
	if len(*t) == trailLength {
		*t = slices.Delete(*t, 0, 1)
	}
	*t = append(*t, what)
}

// String writes each of them to a line.
func (t trail) String() string {
	if len(t) == 0 {
		return ""
	}
	var text strings.Builder
	_, _ = text.WriteString(", after")
	for _, what := range t {
		_, _ = fmt.Fprintf(&text, "\n    %s", what)
	}
	return text.String()
}

func (p asked) String() string {
	ended := "answered"
	switch {
	case p.refused:
		ended = "kept from a call"
	case p.failed:
		ended = "failed"
	}
	return fmt.Sprintf("%s poll with key %s %s", clockTime(p.at), p.key, ended)
}

func (c change) String() string {
	if c.interval == 0 {
		return clockTime(c.at) + " wanted by nobody"
	}
	text := fmt.Sprintf("%s wanted with key %s every %s, after a failure %s", clockTime(c.at), c.key, c.interval, c.retry)
	if c.joined > 0 {
		text += fmt.Sprintf(", by somebody new every %s", c.joined)
	}
	if c.requested {
		text += ", and at once"
	}
	return text
}

func (s span) String() string {
	return fmt.Sprintf("from %s to %s", clockTime(s.from), clockTime(s.to))
}

func clockTime(t time.Time) string { return t.Format("15:04:05.000") }
