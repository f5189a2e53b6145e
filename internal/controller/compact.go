// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	toolscache "k8s.io/client-go/tools/cache"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// compactWatches returns a transform of the cache that has a watch take less
// memory. Decoding leaves lists with room for more than they hold and every text
// in memory of its own, though conditions mostly say the same in all watches; a
// third of what the cache would hold is one or the other.
func compactWatches() toolscache.TransformFunc {
	shared := &texts{held: map[string]string{}}
	return func(object any) (any, error) {
		watch, ok := object.(*v1alpha1.QuotaWatch)
		if !ok {
			return object, nil // told of something that is gone
		}
		watch.ManagedFields = nil
		watch = watch.DeepCopy() // its lists have room for what they hold
		shared.share(watch.Status.Conditions)
		return watch, nil
	}
}

// maxTexts bounds how many texts are held; those with numbers in them never end.
const maxTexts = 1024

// texts are those that many conditions say.
type texts struct {
	mu   sync.Mutex
	held map[string]string
}

// share has conditions that say the same say it with the same text in memory.
func (t *texts) share(conditions []metav1.Condition) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range conditions {
		c := &conditions[i]
		c.Type, c.Reason, c.Message = t.text(c.Type), t.text(c.Reason), t.text(c.Message)
		c.Status = metav1.ConditionStatus(t.text(string(c.Status)))
	}
}

func (t *texts) text(text string) string {
	if held, ok := t.held[text]; ok {
		return held
	}
	if len(t.held) == maxTexts {
		clear(t.held) // most are of the past; those still said come back
	}
	t.held[text] = text
	return text
}
