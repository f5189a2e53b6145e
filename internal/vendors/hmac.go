// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// HMACSHA256Chain signs each message with the signature of the one before it,
// and the first one with key. That is how vendors derive the key of a day, a
// region and a service.
func HMACSHA256Chain(key string, messages ...string) []byte {
	sum := []byte(key)
	for _, message := range messages {
		mac := hmac.New(sha256.New, sum)
		mac.Write([]byte(message))
		sum = mac.Sum(nil)
	}
	return sum
}

// HexSHA256 returns the SHA-256 of data in lower-case hexadecimal.
func HexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
