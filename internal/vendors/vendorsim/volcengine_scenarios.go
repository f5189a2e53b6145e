// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"
)

const (
	// ExampleVolcengineAccount is the account that every scenario fills, and that
	// both example credentials belong to.
	ExampleVolcengineAccount = "example"
	// ExampleVolcengineRoomID is the live room of ScenarioSeeds.
	ExampleVolcengineRoomID = 1795096013214780
)

// CanaryVolcengineSubAccount is the name of the sub-account that created the
// room of ScenarioSeeds: personal data that nobody may show. The published
// sample masks a phone number where this one says CANARY. Where there are many
// names, each contains the canary.
const CanaryVolcengineSubAccount = "+8613CANARY00000"

// ExampleVolcengineCredential is a long-term credential of the main account that
// every scenario knows.
func ExampleVolcengineCredential() VolcengineCredential {
	return VolcengineCredential{ //nolint:gosec // published by this file
		AccessKeyID:     "AKLTEXAMPLEEXAMPLEEXAMPLE",
		SecretAccessKey: "U2VjcmV0RXhhbXBsZVNlY3JldEV4YW1wbGU=",
		Account:         ExampleVolcengineAccount,
	}
}

// ExampleVolcengineTemporaryCredential is a temporary credential of the main
// account, with a session token, that every scenario knows. It does not expire.
func ExampleVolcengineTemporaryCredential() VolcengineCredential {
	return VolcengineCredential{ //nolint:gosec // published by this file
		AccessKeyID:     "AKTPTEMPORARYEXAMPLE",
		SecretAccessKey: "VGVtcG9yYXJ5RXhhbXBsZQ==",
		SessionToken:    "STSTOKENEXAMPLE==",
		Account:         ExampleVolcengineAccount,
	}
}

// sampleVolcengineAnswer is the sample answer published at
// https://www.volcengine.com/docs/3019/1249425, with the masked digits of the
// room filled in.
//
//go:embed volcengine_seeds.json
var sampleVolcengineAnswer []byte

// volcengineSeedsShares are the parts of the sample's traffic on its three days,
// in percent. The sample tells the sum only.
var volcengineSeedsShares = []VolcengineGB{40, 30, 30}

// volcengineSeeds is the sample answer, moved in time: its three days are those
// from T-4 to T-2, of which all lists have everything at any time of day.
func volcengineSeeds(now time.Time) VolcengineAccount {
	var sample struct{ Result volcengineResult }
	if err := json.Unmarshal(sampleVolcengineAnswer, &sample); err != nil {
		panic(err) // part of the program
	}
	account := VolcengineAccount{}
	for i, estimated := range sample.Result["EstimatedResult"] {
		room := VolcengineRoom{ID: estimated.ActivityID, SubAccount: CanaryVolcengineSubAccount}
		actual := sample.Result["ActualResult"][i]
		for j, share := range volcengineSeedsShares {
			room.Days = append(room.Days, VolcengineDay{
				Day:       VolcengineDayOf(now.AddDate(0, 0, j-len(volcengineSeedsShares)-1)),
				Viewers:   *estimated.LiveUV,
				Estimated: estimated.LiveTraffic * share / 100,
				PostPaid:  actual.LiveTraffic * share / 100,
			})
		}
		account.Rooms = append(account.Rooms, room)
	}
	return account
}

// largeRooms is how many live rooms the scenario "large" has. Every fourth is a
// sub-account's, every second has an ID too large for a floating-point number.
const largeRooms = 2000

// volcengineLarge makes the same rooms every time, apart from their days.
func volcengineLarge(now time.Time) VolcengineAccount {
	account := VolcengineAccount{EstimatesWithoutViewers: true}
	days := make([]string, volcengineOldestDay)
	for i := range days {
		days[i] = VolcengineDayOf(now.AddDate(0, 0, i-volcengineOldestDay))
	}
	for i := range largeRooms {
		room := VolcengineRoom{ID: 1795096013300000 + int64(i)}
		if i%2 == 1 {
			room.ID = 9007199254740992 + int64(i)
		}
		if i%4 == 3 {
			room.SubAccount = fmt.Sprintf("%s-%d", CanaryVolcengineSubAccount, i%16/4)
		}
		for j, day := range days {
			room.Days = append(room.Days, largeDay(day, i, j))
		}
		account.Rooms = append(account.Rooms, room)
	}
	return account
}

// largeDay is the j-th day of the i-th room. Traffic is paid by packages in
// every second pair of rooms, and afterwards in the others.
func largeDay(name string, i, j int) VolcengineDay {
	day := VolcengineDay{Day: name, Viewers: int64(i%100 + 1)}
	traffic := VolcengineGB(1000*(i%50) + 10*j + 5)
	if i%4 < 2 {
		day.Prepaid = traffic
	} else {
		day.Estimated, day.PostPaid = traffic, traffic
	}
	return day
}
