// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func TestCachesAreCurrentWhenTheyHaveSeenEveryWrite(t *testing.T) {
	object := func(uid types.UID, version string) *metav1.ObjectMeta {
		return &metav1.ObjectMeta{UID: uid, ResourceVersion: version}
	}
	wrote := func(w *writes, uid types.UID, version string) { w.wrote(object(uid, version)) }
	saw := func(w *writes, cache int, uid types.UID, version string) {
		w.saw(w.caches[cache], object(uid, version))
	}
	tests := map[string]struct {
		happens func(w *writes)
		want    bool
	}{
		"nothing": {happens: func(*writes) {}, want: true},
		"a write": {happens: func(w *writes) { wrote(w, "a", "9") }},
		"a write that one cache of two has seen": {happens: func(w *writes) {
			wrote(w, "a", "9")
			saw(w, 0, "a", "9")
		}},
		"a write that both have seen": {happens: func(w *writes) {
			wrote(w, "a", "9")
			saw(w, 0, "a", "9")
			saw(w, 1, "a", "9")
		}, want: true},
		"a write that they saw before the writer had the answer": {happens: func(w *writes) {
			saw(w, 0, "a", "10")
			saw(w, 1, "a", "10")
			wrote(w, "a", "10")
		}, want: true},
		"an older version, seen late": {happens: func(w *writes) {
			wrote(w, "a", "10")
			saw(w, 0, "a", "9")
			saw(w, 1, "a", "9")
		}},
		"a newer version, by somebody else": {happens: func(w *writes) {
			wrote(w, "a", "9")
			saw(w, 0, "a", "10")
			saw(w, 1, "a", "11")
		}, want: true},
		"another object": {happens: func(w *writes) {
			wrote(w, "a", "9")
			saw(w, 0, "b", "9")
			saw(w, 1, "b", "9")
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := &writes{caches: []*cacheView{newCacheView(), newCacheView()}}
			test.happens(w)
			if got := w.current(); got != test.want {
				t.Errorf("current: %t", got)
			}
		})
	}
}
