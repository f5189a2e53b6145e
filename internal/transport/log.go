// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"bytes"
	"io"
)

// unsolicited begins the one message of net/http that quotes an answer: what
// came over an idle connection, such as a body longer than its Content-Length.
var unsolicited = []byte("Unsolicited response received on idle HTTP channel")

// RedactLog returns a writer that keeps answers out of w. Package net/http
// writes to the standard logger alone, so a program that exchanges anything
// sets it there: log.SetOutput(transport.RedactLog(os.Stderr)).
func RedactLog(w io.Writer) io.Writer { return redactedLog{w} }

type redactedLog struct{ w io.Writer }

// Write relies on package log to write each message at once.
func (l redactedLog) Write(message []byte) (int, error) {
	at := bytes.Index(message, unsolicited)
	if at < 0 {
		return l.w.Write(message)
	}
	end := at + len(unsolicited)
	if _, err := l.w.Write(append(bytes.Clone(message[:end]), '\n')); err != nil {
		return 0, err
	}
	return len(message), nil
}
