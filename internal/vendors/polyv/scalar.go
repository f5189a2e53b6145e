// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"encoding/json"
	"strconv"
)

// scalarText is the text of a string, number or boolean: the vendor sends the
// same field as one here and as another there. Anything else, null included, is
// empty.
type scalarText string

// UnmarshalJSON implements json.Unmarshaler; it never fails.
func (s *scalarText) UnmarshalJSON(data []byte) error {
	*s = ""
	switch data[0] {
	case 'n', '{', '[':
	case '"':
		var text string
		_ = json.Unmarshal(data, &text) // checked by the decoder that called
		*s = scalarText(text)
	default:
		*s = scalarText(data)
	}
	return nil
}

// scalarInt is a whole number, or a string holding one. Anything else, null
// included, is zero.
type scalarInt int64

// UnmarshalJSON implements json.Unmarshaler; it never fails.
func (s *scalarInt) UnmarshalJSON(data []byte) error {
	var text scalarText
	_ = text.UnmarshalJSON(data) // never fails
	number, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		number = 0 // ParseInt returns the nearest number, which nobody sent
	}
	*s = scalarInt(number)
	return nil
}
