// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package amount

import (
	"encoding/json"
	"errors"
	"math/big"
	"math/rand/v2"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// statusPattern is the pattern of v1alpha1.Amount.
var statusPattern = regexp.MustCompile(`^-?[0-9]{1,24}(\.[0-9]{1,9})?$`)

func TestParseAndString(t *testing.T) {
	tests := map[string]struct {
		text string
		want string
	}{
		"zero":                               {"0", "0"},
		"negative zero":                      {"-0", "0"},
		"a package in bytes":                 {"497634728735", "497634728735"},
		"above 2^53":                         {"9007199254740993", "9007199254740993"},
		"above 2^64":                         {"18446744073709551617", "18446744073709551617"},
		"the most integer digits":            {"999999999999999999999999", "999999999999999999999999"},
		"negative":                           {"-12.5", "-12.5"},
		"trailing zeros":                     {"12.500", "12.5"},
		"leading zeros":                      {"007", "7"},
		"positive exponent":                  {"1.5e3", "1500"},
		"capital exponent":                   {"2E+2", "200"},
		"the largest exponent":               {"1e23", "100000000000000000000000"},
		"negative exponent":                  {"15e-1", "1.5"},
		"the residue of a float sum":         {"0.30000000000000004", "0.3"},
		"nine fraction digits":               {"0.123456789", "0.123456789"},
		"rounded away from zero":             {"0.0000000005", "0.000000001"},
		"negative, rounded away from zero":   {"-0.0000000005", "-0.000000001"},
		"too small to show":                  {"1e-60", "0"},
		"negative and too small to show":     {"-1e-60", "0"},
		"rounding that carries in the whole": {"0.9999999999", "1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.String()); diff != "" {
				t.Errorf("String (-want +got):\n%s", diff)
			}
			if !statusPattern.MatchString(got.String()) {
				t.Errorf("%q is no status amount", got)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]string{
		"nothing":                        "",
		"a sign alone":                   "-",
		"a point alone":                  ".",
		"an exponent alone":              "e5",
		"an exponent without digits":     "1e",
		"two signs":                      "--1",
		"a sign after the point":         "1234567890123456789.-1",
		"words":                          "unlimited",
		"not a number":                   "NaN",
		"infinity":                       "Infinity",
		"hexadecimal":                    "0x10",
		"underscores":                    "1_000",
		"thousands separators":           "1,000",
		"space":                          " 1",
		"a unit":                         "5GB",
		"25 integer digits":              "1000000000000000000000000",
		"25 integer digits, negative":    "-1000000000000000000000000",
		"25 integer digits by exponent":  "1e24",
		"25 integer digits by rounding":  "999999999999999999999999.9999999999",
		"an exponent over the bound":     "1e25",
		"an exponent far over it":        "1e9999",
		"zero with such an exponent":     "0e9999",
		"an exponent under the bound":    "1e-65",
		"an exponent far under it":       "1e-9999",
		"an exponent bomb":               "1e999999999",
		"a negative exponent bomb":       "1e-999999999",
		"an exponent beyond 32 bits":     "1e99999999999",
		"a zero with an exponent bomb":   "0e999999999",
		"more text than any number has":  strings.Repeat("0", 65),
		"megabytes of digits":            strings.Repeat("9", 1<<22),
		"megabytes of digits after zero": "0." + strings.Repeat("3", 1<<22),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(text)
			if !errors.Is(err, ErrNotAnAmount) {
				t.Fatalf("Parse = %s, %v; want ErrNotAnAmount", got, err)
			}
			if diff := cmp.Diff(ErrNotAnAmount.Error(), err.Error()); diff != "" {
				t.Errorf("the error says more than it may (-want +got):\n%s", diff)
			}
		})
	}
}

// A refusal must cost next to nothing: an exponent that is expanded before it is
// bounded takes hundreds of megabytes.
func TestParseRefusesBombsCheaply(t *testing.T) {
	const runs, limit = 100, 4096
	for _, text := range []string{"1e9999", "1e-9999", "1e999999999", "1e-999999999", "9.9e+2147483647", "1e-2147483648"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			if _, err := Parse(text); err == nil {
				t.Errorf("Parse(%s) accepts", text)
			}
		}
		runtime.ReadMemStats(&after)
		if got := (after.TotalAlloc - before.TotalAlloc) / runs; got > limit {
			t.Errorf("Parse(%s) allocates %d bytes", text, got)
		}
	}
}

func TestUnmarshalJSON(t *testing.T) {
	type row struct {
		Left  Amount
		Total *Amount
	}
	total := MustParse("500")
	tests := map[string]struct {
		body    string
		want    row
		wantErr bool
	}{
		"numbers":                {body: `{"Left":497.5,"Total":500}`, want: row{Left: MustParse("497.5"), Total: &total}},
		"above 2^53":             {body: `{"Left":9007199254740993}`, want: row{Left: MustParse("9007199254740993")}},
		"strings":                {body: `{"Left":"497.50","Total":"500"}`, want: row{Left: MustParse("497.5"), Total: &total}},
		"an escaped string":      {body: `{"Left":"\u0035"}`, want: row{Left: FromInt(5)}},
		"a total that is null":   {body: `{"Left":1,"Total":null}`, want: row{Left: FromInt(1)}},
		"a total that is absent": {body: `{"Left":1}`, want: row{Left: FromInt(1)}},
		"null is not zero":       {body: `{"Left":null}`, wantErr: true},
		"an empty string":        {body: `{"Left":""}`, wantErr: true},
		"a string cut short":     {body: `{"Left":"\ud800"}`, wantErr: true},
		"a string of words":      {body: `{"Left":"plenty"}`, wantErr: true},
		"a boolean":              {body: `{"Left":false}`, wantErr: true},
		"a list":                 {body: `{"Left":[1]}`, wantErr: true},
		"an object":              {body: `{"Left":{}}`, wantErr: true},
		"an exponent bomb":       {body: `{"Left":1e999999999}`, wantErr: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got row
			err := json.Unmarshal([]byte(test.body), &got)
			if test.wantErr {
				if !errors.Is(err, ErrNotAnAmount) {
					t.Fatalf("Unmarshal = %+v, %v; want ErrNotAnAmount", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("row (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMustParsePanicsOnNonsense(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	MustParse("nonsense")
}

// randomText returns a decimal within the bounds of a status amount.
func randomText(r *rand.Rand) string {
	digits := func(n int) string {
		text := make([]byte, n)
		for i := range text {
			text[i] = byte('0' + r.IntN(10))
		}
		return string(text)
	}
	text := digits(1 + r.IntN(maxIntegerDigits))
	if n := r.IntN(maxFractionDigits + 1); n > 0 {
		text += "." + digits(n)
	}
	if r.IntN(3) == 0 {
		text = "-" + text
	}
	return text
}

func rational(t *testing.T, text string) *big.Rat {
	t.Helper()
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return value
}

// Whatever status can hold survives being read and written, exactly.
func TestJSONRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		text := randomText(random)
		// A JSON number may not start with a superfluous zero; a string may.
		for _, wire := range []string{`"` + text + `"`, rational(t, text).FloatString(maxFractionDigits)} {
			var first, second Amount
			if err := json.Unmarshal([]byte(wire), &first); err != nil {
				t.Fatalf("%s: %v", wire, err)
			}
			if rational(t, first.String()).Cmp(rational(t, text)) != 0 {
				t.Fatalf("%s was read as %s", wire, first)
			}
			if err := json.Unmarshal([]byte(first.String()), &second); err != nil {
				t.Fatalf("%s: %v", first, err)
			}
			if !first.Equal(second) || first.String() != second.String() {
				t.Fatalf("%s became %s", first, second)
			}
		}
	}
}

func TestArithmeticIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		left, right := randomText(random), randomText(random)
		a, b := MustParse(left), MustParse(right)
		x, y := rational(t, left), rational(t, right)
		checks := map[string]struct {
			got  Amount
			want *big.Rat
		}{
			"sum":        {a.Add(b), new(big.Rat).Add(x, y)},
			"difference": {a.Sub(b), new(big.Rat).Sub(x, y)},
		}
		for name, check := range checks {
			if rational(t, check.got.String()).Cmp(check.want) != 0 {
				t.Fatalf("%s of %s and %s = %s", name, left, right, check.got)
			}
		}
		if a.Cmp(b) != x.Cmp(y) || a.Sign() != x.Sign() || a.Equal(b) != (x.Cmp(y) == 0) {
			t.Fatalf("%s and %s compare wrongly", left, right)
		}
	}
	if got := MustParse("1.8").Mul(MustParse("0.5")); !got.Equal(MustParse("0.9")) {
		t.Errorf("1.8 x 0.5 = %s", got)
	}
}

func TestDiv(t *testing.T) {
	tests := map[string]struct{ a, b, want string }{
		"what comes out even":            {"10", "4", "2.5"},
		"a third":                        {"1", "3", "0.333333333"},
		"two thirds":                     {"2", "3", "0.666666667"},
		"less than nothing":              {"-2", "3", "-0.666666667"},
		"half of the last digit":         {"0.000000001", "2", "0.000000001"},
		"less than half of it":           {"0.000000001", "3", "0"},
		"by a fraction":                  {"1", "0.000000001", "1000000000"},
		"nothing":                        {"0", "7", "0"},
		"the most by the least there is": {"999999999999999999999999", "0.000000001", "999999999999999999999999000000000"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := MustParse(test.a).Div(MustParse(test.b)).String(); got != test.want {
				t.Errorf("%s / %s = %s, want %s", test.a, test.b, got, test.want)
			}
		})
	}
}

func TestDivByZeroPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	FromInt(1).Div(Amount{})
}

func TestShiftIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		a := MustParse(randomText(random))
		exponent := random.IntN(41) - 20
		want := a
		for range max(exponent, -exponent) {
			want = want.Mul(MustParse(map[bool]string{true: "10", false: "0.1"}[exponent > 0]))
		}
		if got := a.Shift(exponent); !got.Equal(want) {
			t.Fatalf("%s shifted by %d is %s", a, exponent, got)
		}
	}
}

func TestMinAndMax(t *testing.T) {
	small, large := MustParse("-1.5"), MustParse("1")
	for _, pair := range [][2]Amount{{small, large}, {large, small}} {
		if got := Min(pair[0], pair[1]); !got.Equal(small) {
			t.Errorf("Min(%s, %s) = %s", pair[0], pair[1], got)
		}
		if got := Max(pair[0], pair[1]); !got.Equal(large) {
			t.Errorf("Max(%s, %s) = %s", pair[0], pair[1], got)
		}
	}
}

func TestInt64(t *testing.T) {
	tests := map[string]struct {
		text string
		want int64
		fits bool
	}{
		"nothing":              {"0", 0, true},
		"whole":                {"1200", 1200, true},
		"with a fraction":      {"1.999999999", 1, true},
		"below zero":           {"-1.5", -1, true},
		"as much as fits":      {"9223372036854775807.9", 9223372036854775807, true},
		"as little as fits":    {"-9223372036854775808", -9223372036854775808, true},
		"one more than fits":   {"9223372036854775808", 0, false},
		"one less than fits":   {"-9223372036854775809", 0, false},
		"much more than fits":  {"999999999999999999999999", 0, false},
		"written with a power": {"1e3", 1000, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, fits := MustParse(test.text).Int64()
			if fits != test.fits || fits && got != test.want {
				t.Errorf("Int64(%s) = %d, %t; want %d, %t", test.text, got, fits, test.want, test.fits)
			}
		})
	}
}

func TestDigitsThatTell(t *testing.T) {
	tests := map[string]struct {
		text        string
		digits      int
		ceil, floor string
	}{
		"more digits than asked for":     {"1234", 2, "1300", "1200"},
		"as many as asked for":           {"1234", 4, "1234", "1234"},
		"fewer than asked for":           {"7", 4, "7", "7"},
		"a fraction":                     {"0.00123456", 3, "0.00124", "0.00123"},
		"before and after the point":     {"12.3456", 4, "12.35", "12.34"},
		"a carry into one more digit":    {"9999.1", 4, "10000", "9999"},
		"an amount of bytes":             {"497630000001", 4, "497700000000", "497600000000"},
		"nothing":                        {"0", 4, "0", "0"},
		"below zero":                     {"-1234", 2, "-1200", "-1300"},
		"trailing zeros are no rounding": {"1200.000", 2, "1200", "1200"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := MustParse(test.text)
			got := [2]string{a.Ceil(test.digits).String(), a.Floor(test.digits).String()}
			if diff := cmp.Diff([2]string{test.ceil, test.floor}, got); diff != "" {
				t.Errorf("Ceil and Floor (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIntegerDigits(t *testing.T) {
	tests := map[string]int{
		"0": 1, "0.5": 1, "9.99": 1, "10": 2, "-12": 2, "497634728735": 12,
		"1e3": 4, "4.9763e+11": 12, "-25e1": 3, "5e-1": 1, "0e5": 1,
	}
	for text, want := range tests {
		if got := MustParse(text).IntegerDigits(); got != want {
			t.Errorf("%s has %d digits before the point, want %d", text, got, want)
		}
	}
}

func TestScaledNeverRoundsUp(t *testing.T) {
	tests := map[string]struct {
		text     string
		exponent int
		want     string
	}{
		"gigabytes":                {"497634728735", 9, "497.63"},
		"just under a gigabyte":    {"999999999", 9, "0.99"},
		"a whole number of them":   {"500000000000", 9, "500"},
		"not scaled":               {"12.999", 0, "12.99"},
		"too little to show":       {"1", 9, "0"},
		"overdrawn":                {"-1500", 3, "-1.5"},
		"the most digits there is": {"999999999999999999999999", 15, "999999999.99"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := MustParse(test.text).Scaled(test.exponent); got != test.want {
				t.Errorf("Scaled(%d) = %s, want %s", test.exponent, got, test.want)
			}
		})
	}
}

func TestZeroValueIsZero(t *testing.T) {
	var zero Amount
	if !zero.Equal(FromInt(0)) || zero.Sign() != 0 || zero.String() != "0" {
		t.Errorf("the zero value is %s", zero)
	}
	if got := zero.Add(FromInt(2)); !got.Equal(FromInt(2)) {
		t.Errorf("0 + 2 = %s", got)
	}
}

func TestPercentOf(t *testing.T) {
	tests := map[string]struct {
		part, total string
		want        int32
		wantNone    bool
	}{
		"nothing left":               {part: "0", total: "10", want: 0},
		"half":                       {part: "5", total: "10", want: 50},
		"all":                        {part: "10", total: "10", want: 100},
		"a third":                    {part: "1", total: "3", want: 33},
		"just under a percent":       {part: "19999", total: "100000", want: 19},
		"just under, long fractions": {part: "0.199999999", total: "1", want: 19},
		"one byte spent of many":     {part: "999999999999999999999", total: "1000000000000000000000", want: 99},
		"less than one percent":      {part: "1", total: "1000000", want: 0},
		"more than bought":           {part: "11", total: "10", want: 100},
		"far more than bought":       {part: "999999999999999999999999", total: "0.000000001", want: 100},
		"overdrawn":                  {part: "-1", total: "10", want: 0},
		"overdrawn a little":         {part: "-0.000000001", total: "10", want: 0},
		"nothing bought":             {part: "0", total: "0", wantNone: true},
		"a negative total":           {part: "1", total: "-10", wantNone: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := MustParse(test.part).PercentOf(MustParse(test.total))
			if ok == test.wantNone {
				t.Fatalf("PercentOf is told: %t, want %t", ok, !test.wantNone)
			}
			if got != test.want {
				t.Errorf("PercentOf = %d, want %d", got, test.want)
			}
		})
	}
}
