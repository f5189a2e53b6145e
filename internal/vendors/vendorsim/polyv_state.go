// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"fmt"
	"slices"
)

// PolyvAccount is what POLYV knows of one account.
type PolyvAccount struct {
	// Group tells the main account of a group, which has SubAccounts, Zones and
	// Health, from an ordinary account, which has Usage and Channels.
	Group       bool
	SubAccounts []PolyvSubAccount
	Zones       []PolyvIsolationZone
	// Health is how busy the group's background is, in percent.
	Health float64
	Usage  []PolyvUsageRow
	// Channels are the account's channels besides those in Usage.
	Channels []int64
}

// SetBillPath moves the bill of isolation zones to another path; everything else
// on this host that is not simulated answers 404.
func (p *Polyv) SetBillPath(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.billPath = path
}

// SetCredential adds a credential, or replaces the secret and account of the one
// with the same AppID. An account that is new starts as an ordinary, empty one.
func (p *Polyv) SetCredential(credential PolyvCredential) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.credentials[credential.AppID] = credential
	if _, known := p.accounts[credential.Account]; !known {
		p.accounts[credential.Account] = PolyvAccount{}
	}
}

// RemoveCredential makes an AppID unknown. Its account stays.
func (p *Polyv) RemoveCredential(appID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.credentials, appID)
}

// SetAccount replaces all that is known of the account of that name.
func (p *Polyv) SetAccount(name string, account PolyvAccount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accounts[name] = account.clone()
}

// Account returns a copy of an account, empty for an unknown name.
func (p *Polyv) Account(name string) PolyvAccount {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.accounts[name].clone()
}

// clone shares nothing that the simulator changes.
func (a PolyvAccount) clone() PolyvAccount {
	a.SubAccounts = slices.Clone(a.SubAccounts)
	for i := range a.SubAccounts {
		for _, resource := range a.SubAccounts[i].resources() {
			*resource = slices.Clone(*resource)
		}
	}
	a.Zones = slices.Clone(a.Zones)
	for i := range a.Zones {
		a.Zones[i].Bill = slices.Clone(a.Zones[i].Bill)
	}
	a.Usage, a.Channels = slices.Clone(a.Usage), slices.Clone(a.Channels)
	return a
}

var errUnknownResource = errors.New("unknown resource")

// SetAvailable changes what is available of a resource of a sub-account, in
// whichever accounts have it: concurrent, minutes, flow or space, of which the
// first part that today may be used is changed, or linkMicMinutes or
// guideMinutes. It fails for an unknown sub-account, for a resource without such
// a part, and for a negative amount.
func (p *Polyv) SetAvailable(userID, resource string, available int64) error {
	if available < 0 {
		return fmt.Errorf("%w: available is not negative", errOutOfRange)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	today, found := PolyvDay(p.clock.Now()), false
	for _, account := range p.accounts {
		for i := range account.SubAccounts {
			if s := &account.SubAccounts[i]; s.UserID == userID && s.setAvailable(resource, today, available) {
				found = true
			}
		}
	}
	if !found {
		return fmt.Errorf("%w: no sub-account %.32q with %.32q to use today", errUnknownResource, userID, resource)
	}
	return nil
}

// setAvailable reports whether there was something to change.
func (s *PolyvSubAccount) setAvailable(resource, today string, available int64) bool {
	switch resource {
	case "linkMicMinutes":
		s.LinkMicMinutes = available
		return true
	case "guideMinutes":
		s.GuideMinutes = available
		return true
	}
	list := s.resources()[resource]
	if list == nil {
		return false
	}
	i := slices.IndexFunc(*list, func(r PolyvResource) bool { return r.Start <= today && today <= r.End })
	if i < 0 {
		return false
	}
	(*list)[i].Available = available
	return true
}
