// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"encoding/base64"
	"testing"
)

func TestListenerHearsSecrets(t *testing.T) {
	tests := map[string]struct {
		text string
		want int
	}{
		"nothing secret":            {text: "Vendor call failed"},
		"a secret":                  {text: "secret " + secretOf("key"), want: 1},
		"a secret as a Secret's":    {text: base64.StdEncoding.EncodeToString([]byte(secretOf("key"))), want: 1},
		"a signed URL":              {text: "https://api.polyv.net/x?appId=key&sign=0A", want: 1},
		"a header with a signature": {text: "Credential=key, SignedHeaders=host, Signature=0a", want: 1},
		"an e-mail address":         {text: email("account", 1), want: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := &listener{}
			l.logger().Info("A message", "value", test.text)
			if got := l.told(); len(got) != test.want {
				t.Errorf("heard %q", got)
			}
		})
	}
}

func TestListenerHearsAllLogs(t *testing.T) {
	l := &listener{}
	l.logger().Error(nil, "A message", "value", canary)
	l.logger().V(1).Info("A message", "value", canary)
	if _, err := l.Write([]byte(canary)); err != nil || len(l.told()) != 3 {
		t.Errorf("heard %q, error %v", l.told(), err)
	}
}
