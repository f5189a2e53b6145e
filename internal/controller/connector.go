// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"k8s.io/utils/clock"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/quota"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// caKey is the key of a caSecretRef's Secret.
const caKey = "ca.crt"

// Connector turns a VendorAccount and a Secret into a connection to the vendor.
// It does no I/O but to read Secrets.
type Connector struct {
	Scope   Scope
	Secrets *SecretReader
	Vendors map[v1alpha1.Vendor]vendors.Factory
	Pool    *transport.Pool
	Poller  *polling.Poller
	Keyer   *polling.Keyer
	Clock   clock.PassiveClock
}

// Connection is a way to ask a vendor with one credential. All watches of an
// account share it.
type Connection struct {
	Vendor v1alpha1.Vendor
	// Description says in words what account it is.
	Description string
	Source      polling.Source
	Account     *vendors.Account
	// AccessKeyHash tells access keys apart; empty for temporary ones.
	AccessKeyHash string
	// CredentialChanged is when the credential's Secret last changed.
	CredentialChanged time.Time
}

// connectFailure is why there is no connection. accountAtFault tells whether the
// account's spec has to be mended, as opposed to a credential.
type connectFailure struct {
	quota.Problem
	accountAtFault bool
}

// problem returns the failure as the account itself shows it.
func (f *connectFailure) problem() *quota.Problem {
	if f == nil {
		return nil
	}
	return &f.Problem
}

// ofAccount returns the failure as a watch of the account shows it.
func (f *connectFailure) ofAccount(name string) *quota.Problem {
	if f == nil || !f.accountAtFault {
		return f.problem()
	}
	return &quota.Problem{
		Class:   quota.Missing,
		Reason:  v1alpha1.ReasonAccountNotReady,
		Message: fmt.Sprintf("VendorAccount %s cannot be used: %s", name, f.Message),
	}
}

// connect returns a connection to the account with the credential in the Secret
// that secretRef names, or why there is none. The error is the API server's.
func (c *Connector) connect(ctx context.Context, account *v1alpha1.VendorAccount, secretRef v1alpha1.SecretReference) (*Connection, *connectFailure, error) {
	factory, ok := c.Vendors[account.Spec.Vendor]
	if !ok {
		return nil, accountFault(v1alpha1.ReasonUnsupportedVendor,
			fmt.Sprintf("This version has no client for vendor %s", account.Spec.Vendor)), nil
	}
	ca, failure, err := c.caBundle(ctx, account)
	if failure != nil || err != nil {
		return nil, failure, err
	}
	secret, missing, err := c.secret(ctx, account.Namespace, secretRef.Name)
	if err != nil {
		return nil, nil, err
	}
	if connection := secret.connection(account, ca); connection != nil {
		return connection, nil, nil
	}
	httpClient, err := c.Pool.Client(target(account, factory.Host, ca))
	if err != nil {
		return nil, refusedTarget(err), nil
	}
	if missing != nil {
		return nil, missing, nil
	}
	credential, err := parseCredential(secret.data, factory)
	if err != nil {
		return nil, secretFault(v1alpha1.ReasonSecretKeyMissing, fmt.Sprintf("Secret %s: %v", secretRef.Name, err)), nil
	}
	connection := c.newConnection(account, factory, credential, ca, httpClient)
	connection.CredentialChanged = secret.changed
	secret.keep(account, ca, connection)
	return connection, nil, nil
}

func (c *Connector) newConnection(
	account *v1alpha1.VendorAccount, factory vendors.Factory, credential map[string]vendors.Secret, ca []byte, httpClient *transport.Client,
) *Connection {
	source := c.source(account, factory, credential, ca)
	return &Connection{
		Vendor:      account.Spec.Vendor,
		Description: describe(account),
		Source:      source,
		Account: factory.New(vendors.Access{
			Credential: credential, Client: httpClient, Clock: c.Clock, Pace: c.Poller.Pace(source),
			Polyv: polyvOptions(account),
		}),
		AccessKeyHash: accessKeyHash(credential, factory),
	}
}

// caBundle returns the account's own certificate authorities, if it has any.
func (c *Connector) caBundle(ctx context.Context, account *v1alpha1.VendorAccount) ([]byte, *connectFailure, error) {
	ref := account.Spec.CASecretRef
	if ref == nil {
		return nil, nil, nil
	}
	secret, failure, err := c.secret(ctx, account.Namespace, ref.Name)
	if err != nil {
		return nil, nil, err
	}
	if failure == nil && len(secret.data[caKey]) == 0 {
		failure = secretFault(v1alpha1.ReasonSecretKeyMissing,
			fmt.Sprintf("Secret %s: key %s is missing or empty", ref.Name, caKey))
	}
	if failure != nil {
		failure.OtherSecret = true
		return nil, failure, nil
	}
	return secret.data[caKey], nil, nil
}

func (c *Connector) secret(ctx context.Context, namespace, name string) (*secretValues, *connectFailure, error) {
	secret, err := c.Secrets.read(ctx, namespace, name)
	if err != nil || secret != nil {
		return secret, nil, err
	}
	return nil, secretFault(v1alpha1.ReasonSecretNotFound, c.Scope.noSecret(name)), nil
}

// source identifies everything that decides what an answer is.
func (c *Connector) source(account *v1alpha1.VendorAccount, factory vendors.Factory, credential map[string]vendors.Secret, ca []byte) polling.Source {
	spec := &account.Spec
	identity := []string{string(spec.Vendor), spec.Endpoint, spec.ProxyURL, string(ca), fmt.Sprint(polyvOptions(account))}
	for _, key := range slices.Concat(factory.RequiredKeys, factory.OptionalKeys) {
		identity = append(identity, key, credential[key].Reveal())
	}
	return polling.Source{
		Key:                   c.Keyer.Key(identity...),
		ID:                    credential[factory.RequiredKeys[0]].Reveal(),
		Vendor:                string(spec.Vendor),
		Host:                  factory.Host,
		Route:                 spec.Endpoint + " " + spec.ProxyURL,
		RequestsPerSecond:     min(account.GetRequestsPerSecond(), factory.RequestsPerSecond),
		HostRequestsPerSecond: factory.HostRequestsPerSecond,
	}
}

func polyvOptions(account *v1alpha1.VendorAccount) vendors.PolyvOptions {
	options := vendors.PolyvOptions{
		Group:             account.GetAccountType() == v1alpha1.PolyvAccountGroup,
		IsolationBillPath: account.GetIsolationBillPath(),
	}
	if p := account.Spec.Polyv; p != nil {
		options.SHA256 = p.SignatureMethod == v1alpha1.PolyvSignatureSHA256
	}
	return options
}

// describe says in words what account it is.
func describe(account *v1alpha1.VendorAccount) string {
	if account.Spec.Vendor == v1alpha1.VendorPolyv {
		return fmt.Sprintf("An account at Polyv with accountType %s", account.GetAccountType())
	}
	return fmt.Sprintf("An account at %s", account.Spec.Vendor)
}

func target(account *v1alpha1.VendorAccount, host string, ca []byte) transport.Target {
	return transport.Target{
		VendorHost: host,
		Endpoint:   account.Spec.Endpoint,
		ProxyURL:   account.Spec.ProxyURL,
		CABundle:   ca,
	}
}

// refusedTarget says which part of the account the transport refuses.
func refusedTarget(err error) *connectFailure {
	var refused *transport.TargetError
	if errors.As(err, &refused) && refused.Field == transport.FieldCABundle {
		return accountFault(v1alpha1.ReasonInvalidCABundle, err.Error())
	}
	return accountFault(v1alpha1.ReasonEndpointNotAllowed, err.Error())
}

func accountFault(reason, message string) *connectFailure {
	return &connectFailure{
		Problem:        quota.Problem{Class: quota.Terminal, Reason: reason, Message: message},
		accountAtFault: true,
	}
}

func secretFault(reason, message string) *connectFailure {
	return &connectFailure{Problem: quota.Problem{Class: quota.Missing, Reason: reason, Message: message}}
}
