// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

func TestConnectionsAreUsedAgain(t *testing.T) {
	const ca = "an authority"
	account := func(change func(*metav1.ObjectMeta)) *v1alpha1.VendorAccount {
		a := &v1alpha1.VendorAccount{ObjectMeta: metav1.ObjectMeta{Name: "live", UID: "1", Generation: 2}}
		change(&a.ObjectMeta)
		return a
	}
	tests := map[string]struct {
		account *v1alpha1.VendorAccount
		ca      string
		want    bool
	}{
		"as long as nothing changes":                {account(func(*metav1.ObjectMeta) {}), ca, true},
		"not after the spec was edited":             {account(func(m *metav1.ObjectMeta) { m.Generation++ }), ca, false},
		"not by another account of the same name":   {account(func(m *metav1.ObjectMeta) { m.UID = "2" }), ca, false},
		"not by another account of the same Secret": {account(func(m *metav1.ObjectMeta) { m.Name, m.UID = "vod", "2" }), ca, false},
		"not after the authorities changed":         {account(func(*metav1.ObjectMeta) {}), "another", false},
		"whatever its status says":                  {account(func(m *metav1.ObjectMeta) { m.ResourceVersion = "9" }), ca, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			secret, made := &secretValues{}, &Connection{}
			secret.keep(account(func(*metav1.ObjectMeta) {}), []byte(ca), made)
			got := secret.connection(test.account, []byte(test.ca))
			if (got == made) != test.want || !test.want && got != nil {
				t.Errorf("got %p, made %p", got, made)
			}
		})
	}
}

func TestNoSecretHasNoConnection(t *testing.T) {
	var none *secretValues
	if got := none.connection(&v1alpha1.VendorAccount{}, nil); got != nil {
		t.Errorf("got %p", got)
	}
}
