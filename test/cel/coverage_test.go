// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A rule or bound that no table tries may never have worked.
func TestEveryRuleAndBoundIsTried(t *testing.T) {
	tried := map[string][]cause{
		"VendorAccount": append(
			causesOfRules(accountRules, accountUpdateRules),
			causesOfBounds(accountBounds, accountStatusBounds)...),
		"QuotaWatch": append(
			causesOfRules(watchRules, watchUpdateRules, thresholdRules),
			causesOfBounds(watchBounds, watchStatusBounds)...),
	}
	for kind := range api(t).crds {
		for _, want := range causesOfSchema(schemaOf(t, kind)) {
			if !isTried(tried[kind], want) {
				t.Errorf("%s: nothing tries that %s says %q", kind, want.field, want.says)
			}
		}
	}
}

func causesOfRules(tables ...map[string]rule) []cause {
	var causes []cause
	for _, table := range tables {
		for _, r := range table {
			causes = append(causes, inSchema(r.cause()))
		}
	}
	return causes
}

func causesOfBounds(tables ...boundsOf) []cause {
	var causes []cause
	for _, table := range tables {
		for _, bounds := range table {
			for _, b := range bounds {
				for _, c := range b.causes {
					causes = append(causes, inSchema(c))
				}
			}
		}
	}
	return causes
}

var (
	index    = regexp.MustCompile(`\[\d+\]`)
	mapValue = regexp.MustCompile(`(subjectNames)\.[^.]+`)
)

// inSchema returns the cause with the field as walk names it.
func inSchema(c cause) cause {
	c.field = index.ReplaceAllString(c.field, "[]")
	c.field = mapValue.ReplaceAllString(c.field, "$1.*")
	return c
}

// isTried tells whether a table expects all that the schema says.
func isTried(tried []cause, want cause) bool {
	return slices.ContainsFunc(tried, func(c cause) bool {
		return c.field == want.field && strings.Contains(c.says, want.says)
	})
}

// causesOfSchema are all reasons for which a schema can refuse an object, wrong
// types aside.
func causesOfSchema(root schema) []cause {
	var causes []cause
	walk(root, "", func(field string, s schema) {
		if field == "status.conditions[]" {
			return
		}
		causes = append(causes, causesOfText(field, s)...)
		causes = append(causes, causesOfNumber(field, s)...)
		causes = append(causes, causesOfCollection(field, s)...)
		for _, name := range s.Required {
			causes = append(causes, cause{member(field, name), missing})
		}
		for _, r := range s.XValidations {
			causes = append(causes, cause{field + r.FieldPath, r.Message})
		}
	})
	return causes
}

func causesOfText(field string, s schema) []cause {
	var causes []cause
	if s.MinLength != nil {
		causes = append(causes, cause{field, tooShort(int(*s.MinLength))})
	}
	if s.MaxLength != nil {
		causes = append(causes, cause{field, tooLong(int(*s.MaxLength))})
	}
	if s.Pattern != "" {
		causes = append(causes, cause{field, misshapen})
	}
	if s.Format == "date-time" {
		causes = append(causes, cause{field, noTime})
	}
	if len(s.Enum) > 0 {
		causes = append(causes, cause{field, unsupported(enumOf(s)...)})
	}
	return causes
}

func enumOf(s schema) []string {
	names := make([]string, len(s.Enum))
	for i, value := range s.Enum {
		names[i] = strings.Trim(string(value.Raw), `"`)
	}
	return names
}

func causesOfNumber(field string, s schema) []cause {
	var causes []cause
	if s.Minimum != nil {
		causes = append(causes, cause{field, tooSmall(int64(*s.Minimum))})
	}
	if s.Maximum != nil {
		causes = append(causes, cause{field, tooLarge(int64(*s.Maximum))})
	}
	return causes
}

func causesOfCollection(field string, s schema) []cause {
	var causes []cause
	if s.MinItems != nil {
		causes = append(causes, cause{field, tooFew(int(*s.MinItems))})
	}
	if s.MaxItems != nil {
		causes = append(causes, cause{field, tooMany(int(*s.MaxItems))})
	}
	if s.MinProperties != nil {
		causes = append(causes, cause{field, tooFewProperties(int(*s.MinProperties))})
	}
	if s.MaxProperties != nil {
		causes = append(causes, cause{field, tooMany(int(*s.MaxProperties))})
	}
	if s.XListType != nil && *s.XListType != "atomic" {
		causes = append(causes, cause{field + "[]", duplicated})
	}
	return causes
}
