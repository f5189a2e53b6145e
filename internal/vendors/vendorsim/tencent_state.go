// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"fmt"
	"slices"
)

// SetCredential adds a credential, or replaces the key, token and account of the
// one with the same SecretID. An account that is new starts empty.
func (t *Tencent) SetCredential(credential TencentCredential) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.credentials[credential.SecretID] = credential
	if _, known := t.accounts[credential.Account]; !known {
		t.accounts[credential.Account] = TencentAccount{}
	}
}

// RemoveCredential makes a SecretID unknown. Its account stays.
func (t *Tencent) RemoveCredential(secretID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.credentials, secretID)
	t.rates.forget(secretID)
}

// SetAccount replaces all that is known of the account of that name.
func (t *Tencent) SetAccount(name string, account TencentAccount) {
	t.mu.Lock()
	defer t.mu.Unlock()
	account.Packages = slices.Clone(account.Packages)
	t.accounts[name] = account
}

// Account returns a copy of an account, empty for an unknown name.
func (t *Tencent) Account(name string) TencentAccount {
	t.mu.Lock()
	defer t.mu.Unlock()
	account := t.accounts[name]
	account.Packages = slices.Clone(account.Packages)
	return account
}

// Errors of SetLeft.
var (
	errUnknownPackage = errors.New("unknown package")
	errOutOfRange     = errors.New("out of range")
)

// SetLeft changes what is left of a package, in whichever accounts have it, as
// if the rest had been used. At 0 the package turns exhausted, and an exhausted
// one with something left is in use again. It fails for an ID that no account
// has and for an amount that is negative or above the total.
func (t *Tencent) SetLeft(packageID string, left int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := false
	for _, account := range t.accounts {
		for i := range account.Packages {
			if account.Packages[i].ID != packageID {
				continue
			}
			if err := account.Packages[i].setLeft(left); err != nil {
				return err
			}
			found = true
		}
	}
	if !found {
		return fmt.Errorf("%w %.32q", errUnknownPackage, packageID)
	}
	return nil
}

func (p *TencentPackage) setLeft(left int64) error {
	if left < 0 || left > p.Total {
		return fmt.Errorf("%w: left is between 0 and the total of %d", errOutOfRange, p.Total)
	}
	p.Used, p.Left = p.Total-left, left
	switch {
	case left == 0:
		p.Status = packageExhausted
	case p.Status == packageExhausted:
		p.Status = packageInUse
	}
	return nil
}
