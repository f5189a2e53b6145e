// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// parseCredential takes a vendor's keys out of a Secret. Other keys do not
// matter. The error names the key and never its value.
func parseCredential(data map[string][]byte, factory vendors.Factory) (map[string]vendors.Secret, error) {
	credential := map[string]vendors.Secret{}
	for _, key := range factory.RequiredKeys {
		if _, ok := data[key]; !ok {
			return nil, fmt.Errorf("key %s is missing", key)
		}
	}
	for _, key := range slices.Concat(factory.RequiredKeys, factory.OptionalKeys) {
		raw, ok := data[key]
		if !ok {
			continue
		}
		value, err := parseValue(string(raw))
		if err != nil {
			return nil, fmt.Errorf("key %s %w", key, err)
		}
		credential[key] = value
	}
	return credential, nil
}

// parseValue drops the one newline that editors and "echo" leave at the end,
// and refuses what cannot be a credential.
func parseValue(raw string) (vendors.Secret, error) {
	value, found := strings.CutSuffix(raw, "\r\n")
	if !found {
		value = strings.TrimSuffix(raw, "\n")
	}
	switch {
	case value == "":
		return "", fmt.Errorf("is empty")
	case strings.TrimSpace(value) != value:
		return "", fmt.Errorf("begins or ends with white space")
	case strings.ContainsFunc(value, unicode.IsControl):
		return "", fmt.Errorf("holds a control character")
	}
	return vendors.Secret(value), nil
}

// accessKeyHash stands for the ID of an access key in status, where it tells that
// the numbers may be another account's from now on. Temporary credentials get
// another ID with each renewal, which tells nothing; they have none.
func accessKeyHash(credential map[string]vendors.Secret, factory vendors.Factory) string {
	for _, key := range factory.OptionalKeys { // tokens
		if credential[key] != "" {
			return ""
		}
	}
	sum := sha256.Sum256([]byte(factory.Host + "\x00" + credential[factory.RequiredKeys[0]].Reveal()))
	return hex.EncodeToString(sum[:4])
}
