// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// BenchmarkWorthWriting decides about a poll that found nothing new: all that
// differs is times.
func BenchmarkWorthWriting(b *testing.B) {
	before, after := polledTwice()
	b.ReportAllocs()
	for b.Loop() {
		if worthWriting(before, after) {
			b.Fatal("times alone are no news")
		}
	}
}

// BenchmarkStatusPatch makes the patch for a poll that found another amount.
func BenchmarkStatusPatch(b *testing.B) {
	before, after := polledTwice()
	after.Status.Resources[0].Remaining = "2"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := statusPatch("41", before.Status, after.Status); err != nil {
			b.Fatal(err)
		}
	}
}

// polledTwice returns a watch before and after a poll that found nothing new.
func polledTwice() (before, after *v1alpha1.QuotaWatch) {
	present := metav1.NewTime(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
	before = &v1alpha1.QuotaWatch{Spec: v1alpha1.QuotaWatchSpec{Packages: &v1alpha1.PackagesReading{}}}
	before.Status = v1alpha1.QuotaWatchStatus{
		LastAttemptTime: present, LastSuccessTime: present, NextPollTime: later(present, time.Minute),
		Packages: &v1alpha1.PackagesStatus{LastSuccessTime: present},
	}
	for _, condition := range []string{
		v1alpha1.ConditionReady, v1alpha1.ConditionQuotaLow, v1alpha1.ConditionQuotaExhausted, v1alpha1.ConditionExpiringSoon,
		v1alpha1.ConditionRunOutSoon, v1alpha1.ConditionPlannedDemandShort, v1alpha1.ConditionUsageHigh,
		v1alpha1.ConditionDataStale, v1alpha1.ConditionPartialData,
	} {
		before.Status.Conditions = append(before.Status.Conditions, metav1.Condition{Type: condition, LastTransitionTime: present})
	}
	for _, name := range []string{"traffic", "transcoding", "mic-link", "live-minutes"} {
		before.Status.Resources = append(before.Status.Resources, v1alpha1.ResourceStatus{Name: name, Remaining: "1"})
		before.Status.Packages.Items = append(before.Status.Packages.Items, v1alpha1.PackageStatus{Resource: name, Start: present, End: later(present, time.Hour)})
	}
	after = before.DeepCopy()
	after.Status.LastAttemptTime = later(present, time.Minute)
	after.Status.LastSuccessTime, after.Status.Packages.LastSuccessTime = after.Status.LastAttemptTime, after.Status.LastAttemptTime
	after.Status.NextPollTime = later(present, 2*time.Minute)
	return before, after
}
