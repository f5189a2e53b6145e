// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
)

// Key identifies a source without telling anything of the credential in it. It
// is good for one process only.
type Key [sha256.Size]byte

// Keyer makes Keys. Its own key is random and never leaves the process, so a
// Key that finds its way into a dump cannot be matched against guesses.
type Keyer struct {
	secret [sha256.Size]byte
}

// NewKeyer returns a Keyer with a fresh random key.
func NewKeyer() *Keyer {
	k := &Keyer{}
	_, _ = rand.Read(k.secret[:]) // never fails; see crypto/rand
	return k
}

// Key returns the key of a list of texts. Lists that differ in any text, or in
// where one text ends and the next begins, have different keys.
func (k *Keyer) Key(texts ...string) Key {
	mac := hmac.New(sha256.New, k.secret[:])
	for _, text := range texts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(text)))
		mac.Write(length[:])
		mac.Write([]byte(text))
	}
	return Key(mac.Sum(nil))
}
