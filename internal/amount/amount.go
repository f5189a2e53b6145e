// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package amount holds exact decimal quantities: what vendors send, what the
// status stores and what thresholds compare. Nothing here is ever a float.
package amount

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/shopspring/decimal"
)

const (
	// maxIntegerDigits and maxFractionDigits are the bounds of an amount in
	// status; see the pattern of v1alpha1.Amount.
	maxIntegerDigits  = 24
	maxFractionDigits = 9

	// maxWireLength bounds the text of one number before it is parsed, so that
	// a hostile answer cannot make us multiply megabytes of digits. The longest
	// float64 in shortest form has 24 characters.
	maxWireLength = 64
)

// ErrNotAnAmount is returned for text that is no decimal number, or one too
// large to be an amount of anything. It never repeats the text.
var ErrNotAnAmount = errors.New("not a decimal amount of at most 24 integer digits")

// Amount is an exact decimal number. The zero value is 0, and values compare
// with Equal or Cmp, not with ==.
type Amount struct {
	value decimal.Decimal
}

// FromInt returns i as an Amount.
func FromInt(i int64) Amount {
	return Amount{value: decimal.NewFromInt(i)}
}

// Parse reads a decimal number, with or without a fraction or an exponent.
func Parse(text string) (Amount, error) {
	if len(text) == 0 || len(text) > maxWireLength {
		return Amount{}, ErrNotAnAmount
	}
	value, err := decimal.NewFromString(text)
	if err != nil || tooLarge(value) {
		return Amount{}, ErrNotAnAmount
	}
	return Amount{value: value}, nil
}

// MustParse is Parse for constants.
func MustParse(text string) Amount {
	a, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return a
}

// tooLarge tells whether value cannot be written within the bounds of a status
// amount. The exponent is bounded first, because rounding expands it; rounding
// comes before counting, because it can carry into one more integer digit.
func tooLarge(value decimal.Decimal) bool {
	if value.Exponent() < -maxWireLength || value.Exponent() > maxIntegerDigits {
		return true
	}
	rounded := rounded(value)
	return rounded.NumDigits()+int(rounded.Exponent()) > maxIntegerDigits
}

// rounded returns value with at most nine digits after the point. Most have no
// more, and decimal would write zeros behind them first.
func rounded(value decimal.Decimal) decimal.Decimal {
	if value.Exponent() >= -maxFractionDigits {
		return value
	}
	return value.Round(maxFractionDigits)
}

// UnmarshalJSON reads a JSON number, or a string holding one. A null is an
// error: an amount that is absent must not read as zero, so fields that may be
// null are pointers.
func (a *Amount) UnmarshalJSON(data []byte) error {
	text := string(bytes.TrimSpace(data))
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(data, &text); err != nil {
			return ErrNotAnAmount
		}
	}
	parsed, err := Parse(text)
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// String writes the amount without an exponent and with at most nine digits
// after the point, rounded half away from zero; trailing zeros are dropped.
// That is the form of v1alpha1.Amount.
func (a Amount) String() string {
	return rounded(a.value).String()
}

// Add returns a + b.
func (a Amount) Add(b Amount) Amount { return Amount{value: a.value.Add(b.value)} }

// Sub returns a - b.
func (a Amount) Sub(b Amount) Amount { return Amount{value: a.value.Sub(b.value)} }

// Mul returns a * b.
func (a Amount) Mul(b Amount) Amount { return Amount{value: a.value.Mul(b.value)} }

// Div returns a / b, rounded half away from zero to nine digits after the point.
// It panics when b is zero.
func (a Amount) Div(b Amount) Amount {
	return Amount{value: a.value.DivRound(b.value, maxFractionDigits)}
}

// Shift returns a times ten to the power of exponent.
func (a Amount) Shift(exponent int) Amount {
	return Amount{value: a.value.Shift(int32(exponent))} //nolint:gosec // a few dozen digits
}

// Int64 returns a without what stands after the point; false when that does not
// fit.
func (a Amount) Int64() (int64, bool) {
	whole := a.value.BigInt()
	return whole.Int64(), whole.IsInt64()
}

// Ceil returns a with so many digits that tell, the rest rounded up: 1234 with
// two of them is 1300. For estimates, whose other digits mean nothing.
func (a Amount) Ceil(digits int) Amount {
	return Amount{value: a.value.RoundCeil(a.placesOf(digits))}
}

// Floor is Ceil the other way: 1234 with two digits is 1200.
func (a Amount) Floor(digits int) Amount {
	return Amount{value: a.value.RoundFloor(a.placesOf(digits))}
}

// placesOf returns how many places after the point the first digits of a take;
// below zero when they end before it.
func (a Amount) placesOf(digits int) int32 {
	places := digits - a.value.NumDigits() - int(a.value.Exponent())
	return int32(places) //nolint:gosec // a few dozen digits
}

// Cmp returns -1, 0 or +1 as a is less than, equal to or greater than b.
func (a Amount) Cmp(b Amount) int { return a.value.Cmp(b.value) }

// Equal reports whether a and b are the same number: 1.0 equals 1.
func (a Amount) Equal(b Amount) bool { return a.value.Equal(b.value) }

// Sign returns -1, 0 or +1 as a is negative, zero or positive.
func (a Amount) Sign() int { return a.value.Sign() }

// Min returns the smaller of a and b.
func Min(a, b Amount) Amount {
	if b.Cmp(a) < 0 {
		return b
	}
	return a
}

// Max returns the larger of a and b.
func Max(a, b Amount) Amount {
	if b.Cmp(a) > 0 {
		return b
	}
	return a
}

// PercentOf returns a as a percentage of total, rounded down and held within 0
// and 100. The second result is false when total is not above zero, because a
// share of nothing is not a number.
func (a Amount) PercentOf(total Amount) (int32, bool) {
	if total.Sign() <= 0 {
		return 0, false
	}
	// Not Div, which rounds: that could show 100 % while something is spent.
	percent, _ := a.value.Mul(decimal.NewFromInt(100)).QuoRem(total.value, 0)
	switch {
	case percent.Sign() < 0:
		return 0, true
	case percent.Cmp(decimal.NewFromInt(100)) > 0:
		return 100, true
	}
	return int32(percent.IntPart()), true //nolint:gosec // held within 0 and 100 above
}

// IntegerDigits returns how many digits stand before the point; 1 below one.
func (a Amount) IntegerDigits() int {
	whole := a.value.Truncate(0)
	if whole.IsZero() {
		return 1
	}
	return whole.NumDigits() + max(int(whole.Exponent()), 0)
}

// Scaled writes a divided by ten to the power of exponent, with at most two
// digits after the point and never rounded up, for people to read.
func (a Amount) Scaled(exponent int) string {
	return a.value.Shift(-int32(exponent)).Truncate(2).String() //nolint:gosec // exponents of units
}
