// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// bound is one limit of one field that a sample has: values within, values
// beyond, and what the user is told of each of those.
type bound struct {
	field            string
	accepts, refuses []any
	causes           []cause
}

// boundsOf are bounds by the sample that has their fields.
type boundsOf map[string][]bound

// testSpecBounds creates each sample with other values.
func testSpecBounds(t *testing.T, samples boundsOf) {
	t.Helper()
	for name, bounds := range samples {
		testBounds(t, sample(t, name), bounds, tryCreate)
	}
}

// testStatusBounds stores each sample and updates its status with other values.
func testStatusBounds(t *testing.T, samples boundsOf) {
	t.Helper()
	for name, bounds := range samples {
		testBounds(t, store(t, sample(t, name)), bounds, tryUpdateStatus)
	}
}

type attempt func(*testing.T, *unstructured.Unstructured) (*unstructured.Unstructured, error)

func testBounds(t *testing.T, base *unstructured.Unstructured, bounds []bound, try attempt) {
	t.Helper()
	for _, b := range bounds {
		t.Run(b.causes[0].field+" "+b.causes[0].says, func(t *testing.T) {
			t.Parallel()
			for _, value := range b.accepts {
				t.Run("accepts "+brief(value), func(t *testing.T) {
					answer, err := try(t, with(t, base, b.field, value))
					expectAccepted(t, answer, err)
				})
			}
			for _, value := range b.refuses {
				t.Run("refuses "+brief(value), func(t *testing.T) {
					_, err := try(t, with(t, base, b.field, value))
					expectRefused(t, err, b.causes...)
				})
			}
		})
	}
}

// brief is the beginning of a value.
func brief(value any) string {
	return fmt.Sprintf("%.60s", fmt.Sprintf("%#v", value))
}

// What the API server says of a value beyond a bound.
const (
	missing    = "Required value"
	misshapen  = "should match"
	duplicated = "Duplicate value"
	noTime     = "must be of type date-time"
	noString   = "must be of type string"
)

func tooShort(least int) string { return fmt.Sprintf("should be at least %d chars long", least) }
func tooLong(most int) string   { return fmt.Sprintf("may not be more than %d bytes", most) }
func tooFew(least int) string   { return fmt.Sprintf("should have at least %d items", least) }
func tooFewProperties(least int) string {
	return fmt.Sprintf("should have at least %d properties", least)
}
func tooMany(most int) string     { return fmt.Sprintf("must have at most %d items", most) }
func tooSmall(least int64) string { return fmt.Sprintf("should be greater than or equal to %d", least) }
func tooLarge(most int64) string  { return fmt.Sprintf("should be less than or equal to %d", most) }

func unsupported(names ...string) string {
	return `supported values: "` + strings.Join(names, `", "`) + `"`
}

// limit is a bound whose refusals name the field itself.
func limit(field string, accepts, refuses []any, says ...string) bound {
	b := bound{field: field, accepts: accepts, refuses: refuses}
	for _, s := range says {
		b.causes = append(b.causes, cause{field, s})
	}
	return b
}

// required is a field that cannot be left out.
func required(field string) []bound {
	return []bound{limit(field, nil, values(absent), missing)}
}

// text is a string of any characters.
func text(field string, least, most int) []bound {
	bounds := []bound{limit(field, values(chars(most)), values(chars(most+1)), tooLong(most))}
	if least > 0 {
		bounds = append(bounds, limit(field, values(chars(least)), values(chars(least-1)), tooShort(least)))
	}
	return bounds
}

// name is a string with a pattern that lower-case letters match, and not empty.
func name(field string, most int, good, bad []any) []bound {
	longest := strings.Repeat("a", most)
	return []bound{
		limit(field, good, bad, misshapen),
		limit(field, values(longest), values(longest+"a"), tooLong(most)),
		limit(field, values("a"), values(""), tooShort(1)),
	}
}

// objectName is the name of an object of Kubernetes.
func objectName(field string) []bound {
	return name(field, 253, values("a.b-1.c"), values("A", "a_b", "a..b", "-a", "a-", "live/a"))
}

// entryName is the name of an entry in a list.
func entryName(field string) []bound {
	return name(field, 63, values("a-1"), values("A", "a.b", "a_b", "-a", "a-"))
}

// oneOf is an enumeration.
func oneOf(field string, names ...string) []bound {
	return []bound{limit(field, values(names...), values("Bogus", ""), unsupported(names...))}
}

// between is an integer with two ends.
func between(field string, least, most int64) []bound {
	return append(atLeast(field, least),
		limit(field, values(most), values(most+1), tooLarge(most)))
}

// atLeast is an integer with one end.
func atLeast(field string, least int64) []bound {
	return []bound{limit(field, values(least), values(least-1), tooSmall(least))}
}

// timestamp is a point in time.
func timestamp(field string) []bound {
	return []bound{limit(field, values("2026-11-10T20:00:00.5+08:00"), values("2026-11-10", "", "now"), noTime)}
}

// list is a list of any items; least may be 0.
func list(field string, least, most int, item func(i int) any) []bound {
	bounds := []bound{limit(field, values(times(most, item)), values(times(most+1, item)), tooMany(most))}
	if least > 0 {
		bounds = append(bounds, limit(field, values(times(least, item)), values(times(least-1, item)), tooFew(least)))
	}
	return bounds
}

// uniqueList is a list that refuses the same item twice.
func uniqueList(field string, least, most int, item func(i int) any) []bound {
	return append(list(field, least, most, item), bound{
		field:   field,
		accepts: values(times(2, item)),
		refuses: values([]any{item(1), item(1)}),
		causes:  []cause{{field + "[1]", duplicated}},
	})
}

// numbered makes the items of a list from a format with one %d.
func numbered(format string) func(i int) any {
	return func(i int) any { return fmt.Sprintf(format, i) }
}

func times(n int, item func(i int) any) []any {
	items := make([]any, n)
	for i := range items {
		items[i] = item(i + 1)
	}
	return items
}

func chars(n int) string { return strings.Repeat("x", n) }

func digits(n int) string { return strings.Repeat("1", n) }

// values is a list of values of one type, or of any.
func values[T any](items ...T) []any {
	result := make([]any, len(items))
	for i, item := range items {
		result[i] = item
	}
	return result
}
