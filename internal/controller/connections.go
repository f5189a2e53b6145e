// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// connections are those made with one version of a Secret, by the name of their
// account. They go when the Secret changes or goes, so that no credential is used
// for longer; one of an account that is gone is made for nobody until then.
type connections struct {
	mu   sync.Mutex
	made map[string]madeConnection
}

// madeConnection is a connection with what it was made from.
type madeConnection struct {
	account    types.UID
	generation int64
	ca         []byte
	*Connection
}

// connection returns the one that was made for the account as it is now; nil when
// there is none, or no Secret.
func (s *secretValues) connection(account *v1alpha1.VendorAccount, ca []byte) *Connection {
	if s == nil {
		return nil
	}
	s.connections.mu.Lock()
	defer s.connections.mu.Unlock()
	made := s.connections.made[account.Name]
	if made.account != account.UID || made.generation != account.Generation || !bytes.Equal(made.ca, ca) {
		return nil
	}
	return made.Connection
}

// keep has the connection used again until the account, its certificate
// authorities or the Secret change.
func (s *secretValues) keep(account *v1alpha1.VendorAccount, ca []byte, connection *Connection) {
	s.connections.mu.Lock()
	defer s.connections.mu.Unlock()
	if s.connections.made == nil {
		s.connections.made = map[string]madeConnection{}
	}
	s.connections.made[account.Name] = madeConnection{account.UID, account.Generation, ca, connection}
}
