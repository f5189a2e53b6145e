// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// fingerprint tells one credential from another, also where nothing but the
// secret differs, and may be printed.
func fingerprint(credential map[string]string) string {
	text, err := json.Marshal(credential) // sorts the keys
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:4])
}

// revealed returns what is in a credential.
func revealed(credential map[string]vendors.Secret) map[string]string {
	texts := make(map[string]string, len(credential))
	for key, secret := range credential {
		texts[key] = secret.Reveal()
	}
	return texts
}
