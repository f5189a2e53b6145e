// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// conditions are those of an object under assessment, with the time at which
// the next of them changes by itself.
type conditions struct {
	list       *[]metav1.Condition
	generation int64
	now        time.Time
	next       time.Time
}

// set writes a condition; its transition time moves only with its status.
func (c *conditions) set(conditionType string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(c.list, metav1.Condition{
		Type:               conditionType,
		Status:             status,
		ObservedGeneration: c.generation,
		LastTransitionTime: stamp(c.now),
		Reason:             reason,
		Message:            clip(message, maxMessage),
	})
}

// remove drops a condition that is present only while True.
func (c *conditions) remove(conditionType string) {
	if meta.FindStatusCondition(*c.list, conditionType) != nil { // or the list is copied for nothing
		meta.RemoveStatusCondition(c.list, conditionType)
	}
}

// statusOf returns what a condition says by now.
func (c *conditions) statusOf(conditionType string) metav1.ConditionStatus {
	if found := meta.FindStatusCondition(*c.list, conditionType); found != nil {
		return found.Status
	}
	return metav1.ConditionUnknown
}

// wakeAt notes that something changes at t.
func (c *conditions) wakeAt(t time.Time) {
	if t.After(c.now) && (c.next.IsZero() || t.Before(c.next)) {
		c.next = t
	}
}

// ready writes Ready=True.
func (c *conditions) ready(message string) {
	c.set(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonSucceeded, message)
	c.remove(v1alpha1.ConditionReconciling)
	c.remove(v1alpha1.ConditionStalled)
}

// progressing says that the first answer to the spec is awaited.
func (c *conditions) progressing(message string) {
	c.set(v1alpha1.ConditionReady, metav1.ConditionUnknown, v1alpha1.ReasonProgressing, message)
	c.set(v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonProgressing, message)
	c.remove(v1alpha1.ConditionStalled)
}

// notReady writes Ready=False, and whether a person or the operator is to act.
func (c *conditions) notReady(reason, message string, stalled bool) {
	c.set(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
	present, absent := v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled
	if stalled {
		present, absent = absent, present
	}
	c.set(present, metav1.ConditionTrue, reason, message)
	c.remove(absent)
}

// suspended writes that nothing is done because somebody asked for that.
func (c *conditions) suspended(p *Problem) {
	c.set(v1alpha1.ConditionReady, metav1.ConditionFalse, p.Reason, p.Message)
	c.remove(v1alpha1.ConditionReconciling)
	c.remove(v1alpha1.ConditionStalled)
}

// stalls tells whether a problem needs a person by now. Reconciling, which is
// present for that long, remembers since when the problem lasts; Ready cannot,
// because it may have been False before for another reason.
func (c *conditions) stalls(p *Problem) bool {
	if p.Class == Terminal || c.tells(v1alpha1.ConditionStalled, p) {
		return true
	}
	since := stamp(c.now)
	if c.tells(v1alpha1.ConditionReconciling, p) {
		since = meta.FindStatusCondition(*c.list, v1alpha1.ConditionReconciling).LastTransitionTime
	} else {
		c.remove(v1alpha1.ConditionReconciling)
	}
	return c.over(since.Add(grace))
}

// tells whether a condition is present because of p.
func (c *conditions) tells(conditionType string, p *Problem) bool {
	found := meta.FindStatusCondition(*c.list, conditionType)
	return found != nil && found.Reason == p.Reason && found.Message == clip(p.Message, maxMessage)
}

// passes tells whether a failure is expected to pass by itself.
func (c *conditions) passes(failure *v1alpha1.VendorError, credentialChanged time.Time) bool {
	if failure.Kind == v1alpha1.ErrorUnauthenticated {
		// Vendors take a while to learn of a new key.
		return !c.over(credentialChanged.Add(grace))
	}
	return vendors.Kind(failure.Kind).Transient()
}

// over tells whether a deadline is past, and wakes for it otherwise.
func (c *conditions) over(deadline time.Time) bool {
	c.wakeAt(deadline)
	return !c.now.Before(deadline)
}

// order is that of the conditions in status: for people, the answer comes first.
var order = []string{
	v1alpha1.ConditionReady,
	v1alpha1.ConditionReconciling,
	v1alpha1.ConditionStalled,
	v1alpha1.ConditionCredentialsValid,
	v1alpha1.ConditionQuotaLow,
	v1alpha1.ConditionQuotaExhausted,
	v1alpha1.ConditionExpiringSoon,
	v1alpha1.ConditionRunOutSoon,
	v1alpha1.ConditionPlannedDemandShort,
	v1alpha1.ConditionUsageHigh,
	v1alpha1.ConditionDataStale,
	v1alpha1.ConditionPartialData,
}

func (c *conditions) sort() {
	slices.SortStableFunc(*c.list, func(a, b metav1.Condition) int {
		return slices.Index(order, a.Type) - slices.Index(order, b.Type)
	})
}
