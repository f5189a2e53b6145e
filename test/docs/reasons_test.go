// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Below a heading that is a condition's type, a table has the columns Status and
// Reason. Of a condition that both kinds have, each page tells its own part.
func TestPagesTellWhatConditionsSay(t *testing.T) {
	told := toldVerdicts(t)
	for _, condition := range conditionTypes(t) {
		for _, want := range verdicts(t, condition) {
			if !slices.Contains(told[condition.value], want) {
				t.Errorf("no page tells that %s may be %s with reason %s", condition.value, want.status, want.reason)
			}
		}
		if !isHeading(t, condition.value) {
			t.Errorf("no page has a section on condition %s", condition.value)
		}
	}
}

func TestPagesTellOfEveryReason(t *testing.T) {
	var told []string
	for condition, verdicts := range toldVerdicts(t) {
		for _, v := range verdicts {
			told = append(told, v.reason)
			if !hasValue(reasons(t), v.reason) {
				t.Errorf("a page tells of reason %s of condition %s, which does not exist", v.reason, condition)
			}
		}
	}
	for _, reason := range reasons(t) {
		if !slices.Contains(told, reason.value) {
			t.Errorf("no page tells of reason %s", reason.value)
		}
	}
}

// toldVerdicts returns what the tables of all spec pages say of conditions, by
// their type.
func toldVerdicts(t *testing.T) map[string][]verdict {
	t.Helper()
	told := map[string][]verdict{}
	for _, section := range specTables(t) {
		status, reason := slices.Index(section.columns, "Status"), slices.Index(section.columns, "Reason")
		if status < 0 || reason < 0 || !hasValue(conditionTypes(t), section.heading) {
			continue
		}
		for _, row := range section.rows {
			told[section.heading] = append(told[section.heading], verdict{row[status], row[reason]})
		}
	}
	return told
}

// Below the heading Events, a table has the columns Type and Reason.
func TestPagesTellOfEveryEvent(t *testing.T) {
	told := toldEvents(t)
	for _, event := range events(t) {
		switch eventType, found := told[event.value]; {
		case !found:
			t.Errorf("no page tells of Event %s", event.value)
		case !strings.HasPrefix(event.comment, event.name+" ("+eventType+")"):
			t.Errorf("a page tells that Event %s is of type %s; the API says: %s", event.value, eventType, event.comment)
		}
	}
	for reason := range told {
		if !hasValue(events(t), reason) {
			t.Errorf("a page tells of Event %s, which does not exist", reason)
		}
	}
}

// toldEvents returns the types of the Events that the spec pages tell of, by their
// reason.
func toldEvents(t *testing.T) map[string]string {
	t.Helper()
	told := map[string]string{}
	for _, section := range specTables(t) {
		eventType, reason := slices.Index(section.columns, "Type"), slices.Index(section.columns, "Reason")
		if section.heading != "Events" || eventType < 0 || reason < 0 {
			continue
		}
		for _, row := range section.rows {
			told[row[reason]] = row[eventType]
		}
	}
	return told
}

func hasValue(constants []constant, value string) bool {
	return slices.ContainsFunc(constants, func(c constant) bool { return c.value == value })
}

// specTables returns the tables of all pages on a kind.
func specTables(t *testing.T) []table {
	t.Helper()
	var all []table
	for _, page := range kindPages(t) {
		found, err := tables(read(t, page))
		if err != nil {
			t.Errorf("%s: %v", page, err)
		}
		all = append(all, found...)
	}
	return all
}

func isHeading(t *testing.T, text string) bool {
	t.Helper()
	return slices.ContainsFunc(kindPages(t), func(page string) bool {
		return slices.ContainsFunc(strings.Split(read(t, page), "\n"), func(line string) bool {
			return strings.HasPrefix(line, "#") && plain(strings.TrimLeft(line, "#")) == text
		})
	})
}

// kindPages are the pages on the kinds, one each.
func kindPages(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, crd := range api(t).crds {
		found = append(found, filepath.Join(specPages, crd.Spec.Names.Plural+".md"))
	}
	return found
}

func TestVerdicts(t *testing.T) {
	kinds := func(status string, but ...string) []verdict {
		var all []verdict
		for _, kind := range errorKinds(t) {
			if !slices.Contains(but, kind.value) {
				all = append(all, verdict{status, kind.value})
			}
		}
		return all
	}
	cases := map[string]struct {
		comment string
		want    []verdict
	}{
		"no list": {"ConditionA says a. Its reason is \"B\".\n", nil},
		"one reason for each status": {
			"Possible reasons for this condition to be True are:\n\n* \"A\"\n\n" +
				"Possible reasons for this condition to be Unknown are:\n\n* \"B\"\n* \"C\"\n",
			[]verdict{{"True", "A"}, {"Unknown", "B"}, {"Unknown", "C"}},
		},
		"every kind of failure": {
			"Possible reasons for this condition to be False are:\n\n* every ErrorKind, while a reading\n  fails\n",
			kinds("False"),
		},
		"every other kind of failure": {
			"Possible reasons for this condition to be False are:\n\n* \"Throttled\"\n\n" +
				"Possible reasons for this condition to be Unknown are:\n\n* every other ErrorKind\n",
			append([]verdict{{"False", "Throttled"}}, kinds("Unknown", "Throttled")...),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := verdicts(t, constant{comment: tc.comment})
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(verdict{})); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}
