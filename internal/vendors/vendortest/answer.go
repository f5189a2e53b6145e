// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendortest

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
)

// Always answers every request alike.
func Always(reply Reply) func(Request) Reply {
	return func(Request) Reply { return reply }
}

// InTurn answers the first request with the first reply, and so on. A request
// beyond the last reply fails the test.
func InTurn(t *testing.T, replies ...Reply) func(Request) Reply {
	var requests atomic.Int64
	return func(Request) Reply {
		number := int(requests.Add(1))
		if number > len(replies) {
			t.Errorf("request %d, but there are %d replies", number, len(replies))
			return Reply{Status: http.StatusTeapot}
		}
		return replies[number-1]
	}
}

// JSON encodes what a test made up.
func JSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Testdata returns the file of this name in the package's testdata.
func Testdata(t testing.TB, name string) string {
	t.Helper()
	text, err := fs.ReadFile(os.DirFS("testdata"), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
