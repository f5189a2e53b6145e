// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// SetCredential adds a credential, or replaces all else about the one with the
// same AccessKeyID. An account that is new starts empty.
func (v *Volcengine) SetCredential(credential VolcengineCredential) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.credentials[credential.AccessKeyID] = credential
	if _, known := v.accounts[credential.Account]; !known {
		v.accounts[credential.Account] = VolcengineAccount{}
	}
}

// RemoveCredential makes an AccessKeyID unknown. Its account stays.
func (v *Volcengine) RemoveCredential(accessKeyID string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.credentials, accessKeyID)
	v.rates.forget(accessKeyID)
}

// SetAccount replaces all that is known of the account of that name.
func (v *Volcengine) SetAccount(name string, account VolcengineAccount) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.accounts[name] = account.clone()
}

// Account returns a copy of an account, empty for an unknown name.
func (v *Volcengine) Account(name string) VolcengineAccount {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.accounts[name].clone()
}

func (a VolcengineAccount) clone() VolcengineAccount {
	a.Rooms = slices.Clone(a.Rooms)
	for i := range a.Rooms {
		a.Rooms[i].Days = slices.Clone(a.Rooms[i].Days)
	}
	return a
}

var errUnknownRoom = errors.New("unknown room")

// SetDay adds a day to a live room, in whichever accounts have it, or replaces
// the same day. It fails for an ID that no account has, for a day that is none,
// and for negative numbers.
func (v *Volcengine) SetDay(roomID int64, day VolcengineDay) error {
	if _, err := time.Parse(volcengineDayLayout, day.Day); err != nil {
		return fmt.Errorf("%w: the day is none as YYYYMMDD", errOutOfRange)
	}
	if min(day.Viewers, int64(day.Estimated), int64(day.PostPaid), int64(day.Prepaid)) < 0 {
		return fmt.Errorf("%w: viewers and traffic are not negative", errOutOfRange)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	found := false
	for _, account := range v.accounts {
		for i := range account.Rooms {
			if account.Rooms[i].ID == roomID {
				account.Rooms[i].setDay(day)
				found = true
			}
		}
	}
	if !found {
		return fmt.Errorf("%w %d", errUnknownRoom, roomID)
	}
	return nil
}

func (r *VolcengineRoom) setDay(day VolcengineDay) {
	r.Days = slices.DeleteFunc(r.Days, func(d VolcengineDay) bool { return d.Day == day.Day })
	r.Days = append(r.Days, day)
}
