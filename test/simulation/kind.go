// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// accountKind is a kind of account at one of the vendors. All amounts of an
// account follow from one number, so that it is known what a watch has to show.
type accountKind interface {
	name() string
	// service is the vendor's name in the simulator.
	service() string
	// spec is that of a VendorAccount, without its Secret and endpoint.
	spec() v1alpha1.VendorAccountSpec
	// secret is what the Secret of a key holds.
	secret(key, secret string) map[string]string
	// admit lets a key into an account, and revoke makes it unknown.
	admit(v *vendorsim.Simulator, key, secret, account string)
	revoke(v *vendorsim.Simulator, key string)
	// fill sets all amounts of an account.
	fill(v *vendorsim.Simulator, account string, number int64, now time.Time)
	// readings are different questions to ask of an account.
	readings(account string) []reading
}

// reading is what a watch asks, and what it then shows.
type reading struct {
	spec v1alpha1.QuotaWatchSpec
	// shows has the amounts by the names of rows and items, each as a multiple of
	// the account's number.
	shows map[string]int64
}

// accountKinds are those that accounts take turns in.
var accountKinds = []accountKind{tencentAccount{}, polyvGroup{}, polyvAccount{}, volcengineAccount{}}

// usedDaysAgo is when all that is used was used: within every window at any time
// of a simulation of few days, and long since accounted for.
const usedDaysAgo = 4
