// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"strings"
	"sync"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
)

// canary is in every secret.
const canary = "unspeakable"

// canaries are what nobody may be told: secrets, also as Secrets hold them, the
// signatures made with them, and e-mail addresses.
var canaries = []string{canary, "dW5zcGVha2Fi", "sign=", "ignature=", ".example.com"}

// listener listens for canaries, and keeps nothing else.
type listener struct {
	mu     sync.Mutex
	heard  int
	secret []string
}

// hear takes in what somebody was told.
func (l *listener) hear(where, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard++
	for _, secret := range canaries {
		if strings.Contains(text, secret) {
			l.secret = append(l.secret, fmt.Sprintf("%s has %s: %.500s", where, secret, text))
		}
	}
}

// Write implements io.Writer, for the loggers that know nothing else.
func (l *listener) Write(line []byte) (int, error) {
	l.hear("a log", string(line))
	return len(line), nil
}

// logger returns one that is listened to.
func (l *listener) logger() logr.Logger {
	return funcr.New(func(prefix, line string) { l.hear("a log", prefix+" "+line) }, funcr.Options{Verbosity: 1})
}

// told returns what was heard of what nobody may be told.
func (l *listener) told() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.secret
}
