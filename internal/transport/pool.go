// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"k8s.io/utils/clock"
)

// maxTransports bounds the transports of a Pool, and with them idle connections
// of accounts that are gone.
const maxTransports = 256

// PoolOptions configure a Pool. The zero value reaches the vendors' own hosts
// only.
type PoolOptions struct {
	// Allowlist is what a Target's Endpoint and ProxyURL may name.
	Allowlist *Allowlist
	// UserAgent is sent when a Request has none.
	UserAgent string
	// Timeout bounds a whole exchange, from the look-up of the name to the last
	// byte of the body; 20 seconds by default.
	Timeout time.Duration
	// MaxBodyBytes bounds the body of one answer; 16 MiB by default.
	MaxBodyBytes int64
	// MaxInFlightBytes bounds the memory for all bodies that are held at one
	// time; 128 MiB by default. A growing body briefly counts up to 1.5 times.
	MaxInFlightBytes int64
	// Proxy returns the proxy for an https URL, nil for none. By default it
	// follows HTTPS_PROXY and NO_PROXY as they are when the Pool is made.
	Proxy func(*url.URL) (*url.URL, error)
	// Clock tells the present for a Retry-After that is a date.
	Clock clock.PassiveClock
}

func (o PoolOptions) withDefaults() PoolOptions {
	if o.Timeout <= 0 {
		o.Timeout = 20 * time.Second
	}
	if o.MaxBodyBytes <= 0 {
		o.MaxBodyBytes = 16 << 20
	}
	if o.MaxInFlightBytes <= 0 {
		o.MaxInFlightBytes = 128 << 20
	}
	if o.Proxy == nil {
		o.Proxy = environmentProxy()
	}
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	return o
}

// Pool makes Clients and shares their connections and bounds. A process has one.
type Pool struct {
	options PoolOptions
	// budget counts the bytes of all bodies that are held.
	budget *semaphore.Weighted

	mu         sync.Mutex
	transports map[routeKey]*sharedTransport
	uses       uint64
}

// sharedTransport is one that every Client of a route uses.
type sharedTransport struct {
	*http.Transport
	lastUse uint64
}

// NewPool returns a Pool without connections.
func NewPool(options PoolOptions) *Pool {
	options = options.withDefaults()
	return &Pool{
		options:    options,
		budget:     semaphore.NewWeighted(options.MaxInFlightBytes),
		transports: map[routeKey]*sharedTransport{},
	}
}

// Client returns a Client for the target. It does no I/O. The error is a
// *TargetError when the target may not be used, and an *Error with ReasonProxy
// when the proxy of the environment is not a URL.
func (p *Pool) Client(target Target) (*Client, error) {
	route, err := p.route(target)
	if err != nil {
		return nil, err
	}
	return &Client{pool: p, host: target.VendorHost, route: route}, nil
}

// CloseIdleConnections closes connections that no exchange uses.
func (p *Pool) CloseIdleConnections() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, shared := range p.transports {
		shared.CloseIdleConnections()
	}
}

// transport returns the one transport of the route. Asking at every exchange
// keeps those in use from being evicted.
func (p *Pool) transport(route route) *http.Transport {
	p.mu.Lock()
	defer p.mu.Unlock()
	shared, ok := p.transports[route.key]
	if !ok {
		if len(p.transports) >= maxTransports {
			p.evict()
		}
		shared = &sharedTransport{Transport: p.newTransport(route)}
		p.transports[route.key] = shared
	}
	p.uses++
	shared.lastUse = p.uses
	return shared.Transport
}

// evict drops the transport whose last use is longest ago. Exchanges that still
// run on it end normally, and its connections end with their idle timeout.
func (p *Pool) evict() {
	var oldest routeKey
	lastUse := p.uses + 1
	for key, shared := range p.transports {
		if shared.lastUse < lastUse {
			oldest, lastUse = key, shared.lastUse
		}
	}
	p.transports[oldest].CloseIdleConnections()
	delete(p.transports, oldest)
}
