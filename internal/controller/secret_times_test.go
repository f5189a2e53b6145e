// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestWhenASecretWasWritten(t *testing.T) {
	created := metav1.NewTime(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	changed := metav1.NewTime(created.Add(24 * time.Hour))
	tests := map[string]struct {
		fields string
		want   metav1.Time
	}{
		"its data":                           {`{"f:data":{"f:secretKey":{}}}`, changed},
		"its data, applied as stringData":    {`{"f:stringData":{"f:secretKey":{}}}`, changed},
		"a label that another tool set":      {`{"f:metadata":{"f:labels":{"f:team":{}}}}`, created},
		"an entry that says nothing of what": {``, created},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			entry := metav1.ManagedFieldsEntry{Time: &changed}
			if test.fields != "" {
				entry.FieldsV1 = metav1.NewFieldsV1(test.fields)
			}
			secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
				CreationTimestamp: created, ManagedFields: []metav1.ManagedFieldsEntry{entry},
			}}
			if got := lastWritten(secret); !got.Equal(test.want.Time) {
				t.Errorf("written at %s, want %s", got, test.want)
			}
		})
	}
}
