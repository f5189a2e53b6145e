// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

func TestWorthWriting(t *testing.T) {
	present := metav1.NewTime(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
	every := func(d time.Duration) *metav1.Duration { return &metav1.Duration{Duration: d} }
	packages := v1alpha1.QuotaWatchSpec{Packages: &v1alpha1.PackagesReading{}, Interval: every(5 * time.Minute)}
	usage := v1alpha1.QuotaWatchSpec{Usage: &v1alpha1.UsageReading{Interval: every(5 * time.Minute)}}
	often := v1alpha1.QuotaWatchSpec{Bill: &v1alpha1.BillReading{Interval: every(5 * time.Minute)}}
	daily := v1alpha1.QuotaWatchSpec{Bill: &v1alpha1.BillReading{}}
	both := v1alpha1.QuotaWatchSpec{Packages: &v1alpha1.PackagesReading{}, Interval: every(24 * time.Hour), Usage: usage.Usage}

	read := func(s *v1alpha1.QuotaWatchStatus, at metav1.Time) {
		s.LastAttemptTime, s.LastSuccessTime, s.NextPollTime = at, at, at
		s.Packages = &v1alpha1.PackagesStatus{LastSuccessTime: at}
		s.Usage = &v1alpha1.UsageStatus{LastSuccessTime: at, LastError: &v1alpha1.VendorError{Kind: v1alpha1.ErrorThrottled, RetryTime: present}}
		s.Bill = &v1alpha1.BillStatus{LastSuccessTime: at, ClosedMonths: &v1alpha1.ClosedMonthsStatus{LastSuccessTime: at}}
	}
	tests := map[string]struct {
		spec   v1alpha1.QuotaWatchSpec
		change func(*v1alpha1.QuotaWatchStatus)
		want   bool
	}{
		"nothing":                              {packages, func(*v1alpha1.QuotaWatchStatus) {}, false},
		"times, a moment later":                {packages, func(s *v1alpha1.QuotaWatchStatus) { read(s, later(present, 5*time.Minute)) }, false},
		"times, ten minutes later":             {packages, func(s *v1alpha1.QuotaWatchStatus) { read(s, later(present, 10*time.Minute)) }, true},
		"times of usage, ten minutes later":    {usage, func(s *v1alpha1.QuotaWatchStatus) { read(s, later(present, 10*time.Minute)) }, true},
		"times of a daily bill, an hour later": {daily, func(s *v1alpha1.QuotaWatchStatus) { read(s, later(present, time.Hour)) }, false},
		"times of a daily bill, a day later":   {daily, func(s *v1alpha1.QuotaWatchStatus) { read(s, later(present, 24*time.Hour)) }, true},
		"closed months beside a running one read often, an hour later": {often, func(s *v1alpha1.QuotaWatchStatus) {
			s.Bill.ClosedMonths.LastSuccessTime = later(present, time.Hour)
		}, false},
		"closed months beside a running one read often, a day later": {often, func(s *v1alpha1.QuotaWatchStatus) {
			s.Bill.ClosedMonths.LastSuccessTime = later(present, 24*time.Hour)
		}, true},
		"a failure of the closed months": {packages, func(s *v1alpha1.QuotaWatchStatus) {
			s.Bill.ClosedMonths.LastError = &v1alpha1.VendorError{Kind: v1alpha1.ErrorThrottled}
		}, true},
		"usage beside packages read once a day": {both, func(s *v1alpha1.QuotaWatchStatus) { s.Usage.LastSuccessTime = later(present, 10*time.Minute) }, true},
		"only when the vendor is asked again, a moment later": {packages, func(s *v1alpha1.QuotaWatchStatus) {
			s.Usage.LastError.RetryTime = later(present, 5*time.Minute)
		}, false},
		"only when the vendor is asked again, ten minutes later": {packages, func(s *v1alpha1.QuotaWatchStatus) {
			s.Usage.LastError.RetryTime = later(present, 10*time.Minute)
		}, true},
		"that the vendor is asked again just now": {packages, func(s *v1alpha1.QuotaWatchStatus) {
			s.Usage.LastError.RetryTime = metav1.Time{}
		}, false},
		"a failure": {packages, func(s *v1alpha1.QuotaWatchStatus) {
			s.Bill.LastError = &v1alpha1.VendorError{Kind: v1alpha1.ErrorThrottled}
		}, true},
		"a condition": {packages, func(s *v1alpha1.QuotaWatchStatus) { s.Conditions = []metav1.Condition{{Type: "Ready"}} }, true},
		"a number": {packages, func(s *v1alpha1.QuotaWatchStatus) {
			s.Resources = []v1alpha1.ResourceStatus{{Name: "traffic", Remaining: "1"}}
		}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := &v1alpha1.QuotaWatch{Spec: test.spec}
			read(&before.Status, present)
			after := before.DeepCopy()
			test.change(&after.Status)
			if got := worthWriting(before, after); got != test.want {
				t.Errorf("worthWriting = %t, want %t", got, test.want)
			}
		})
	}
}

func TestAccountWorthWriting(t *testing.T) {
	present := metav1.NewTime(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
	tests := map[string]struct {
		change func(*v1alpha1.VendorAccountStatus)
		want   bool
	}{
		"nothing":                    {func(*v1alpha1.VendorAccountStatus) {}, false},
		"a check, a moment later":    {func(s *v1alpha1.VendorAccountStatus) { s.LastVerifiedTime = later(present, time.Minute) }, false},
		"a check, ten minutes later": {func(s *v1alpha1.VendorAccountStatus) { s.LastVerifiedTime = later(present, 10*time.Minute) }, true},
		"the next check, a moment later": {func(s *v1alpha1.VendorAccountStatus) {
			s.LastError.RetryTime = later(present, 5*time.Minute)
		}, false},
		"the next check, an hour later": {func(s *v1alpha1.VendorAccountStatus) {
			s.LastError.RetryTime = later(present, time.Hour)
		}, true},
		"the end of a failure": {func(s *v1alpha1.VendorAccountStatus) { s.LastError = nil }, true},
		"a watch more":         {func(s *v1alpha1.VendorAccountStatus) { s.Watches = new(int32(2)) }, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := &v1alpha1.VendorAccount{Status: v1alpha1.VendorAccountStatus{
				LastVerifiedTime: present, Watches: new(int32(1)),
				LastError: &v1alpha1.VendorError{Kind: v1alpha1.ErrorThrottled, RetryTime: present},
			}}
			after := before.DeepCopy()
			test.change(&after.Status)
			if got := accountWorthWriting(before, after); got != test.want {
				t.Errorf("accountWorthWriting = %t, want %t", got, test.want)
			}
		})
	}
}

func later(t metav1.Time, by time.Duration) metav1.Time { return metav1.NewTime(t.Add(by)) }
