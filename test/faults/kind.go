// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// key lets a caller in at a vendor. Only the ID is public.
type key struct{ id, secret, token string }

// accountKind is a kind of account at one of the vendors. All amounts of an
// account follow from one number, so that it is known what a watch has to show.
type accountKind struct {
	name    string
	service string // at the simulator
	spec    v1alpha1.VendorAccountSpec
	// secret is what the Secret of a key holds.
	secret func(key) map[string]string
	// admit lets a key into an account.
	admit func(v *vendorsim.Simulator, k key, account string)
	// fill sets all amounts of an account.
	fill func(v *vendorsim.Simulator, account string, number int64)
	// watch asks for all that the account has, once in an interval.
	watch func(account string) v1alpha1.QuotaWatchSpec
	// rephrase has a watch ask for the same with a question of its own; nil where
	// that takes what nobody may show.
	rephrase func(*v1alpha1.QuotaWatchSpec)
	// shows has the amounts that such a watch shows, each as a multiple of the
	// account's number.
	shows map[string]int64
}

// accountKinds have a reading of each section at each vendor that has it.
var accountKinds = []*accountKind{&tencentKind, &polyvGroupKind, &polyvKind, &volcengineKind}

// usedDaysAgo is when all that is used was used: within the window on any day,
// and long since accounted for.
const usedDaysAgo = 4

// overMoreDays asks for usage over a window in which no more was used.
func overMoreDays(spec *v1alpha1.QuotaWatchSpec) { spec.Usage.Window = v1alpha1.UsageLast30Days }
