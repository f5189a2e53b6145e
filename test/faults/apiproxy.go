// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/cert"
)

// apiProxy stands between a manager and the API server, and has go wrong there
// what a spec wants to. It passes on who asks, so that RBAC works as without it.
type apiProxy struct {
	address string
	ca      []byte // in PEM
	tls     tls.Certificate
	forward *httputil.ReverseProxy

	mu       sync.Mutex
	server   *http.Server // nil while nobody listens
	faults   []*apiFault
	streams  map[*watchStream]struct{}
	requests []apiRequest
}

// apiFault is something that goes wrong with requests to the API server.
type apiFault struct {
	strikes requestMatch
	// times is how many requests it strikes; 0 means all.
	times int
	serve spoiltService
}

// spoiltService answers a request wrongly, late or not at all; next is the API
// server.
type spoiltService func(w http.ResponseWriter, r *http.Request, next http.Handler)

// apiRequest is a request that arrived.
type apiRequest struct {
	time time.Time
	*http.Request
}

// startAPIProxy starts a proxy in front of an API server. Call stop.
func startAPIProxy(ctx context.Context, config *rest.Config) (*apiProxy, error) {
	const host = "127.0.0.1"
	certificate, key, err := cert.GenerateSelfSignedCertKey(host, []net.IP{net.ParseIP(host)}, nil)
	if err != nil {
		return nil, err
	}
	p := &apiProxy{address: net.JoinHostPort(host, "0"), ca: certificate, streams: map[*watchStream]struct{}{}}
	if p.tls, err = tls.X509KeyPair(certificate, key); err != nil {
		return nil, err
	}
	if p.forward, err = p.forwardTo(config); err != nil {
		return nil, err
	}
	return p, p.start(ctx)
}

// forwardTo passes requests on with the credentials that they bring.
func (p *apiProxy) forwardTo(config *rest.Config) (*httputil.ReverseProxy, error) {
	target, err := url.Parse(config.Host)
	if err != nil {
		return nil, err
	}
	transport, err := rest.TransportFor(rest.AnonymousClientConfig(config))
	if err != nil {
		return nil, err
	}
	return &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:      transport,
		ModifyResponse: p.keepStream,
		ErrorLog:       log.New(io.Discard, "", 0), // what is cut off is so on purpose
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}, nil
}

// kubeconfig is another one that leads through the proxy.
func (p *apiProxy) kubeconfig(direct []byte) ([]byte, error) {
	config, err := clientcmd.Load(direct)
	if err != nil {
		return nil, err
	}
	for _, cluster := range config.Clusters {
		cluster.Server, cluster.CertificateAuthorityData = "https://"+p.address, p.ca
	}
	return clientcmd.Write(*config)
}

// start listens, after stop at the same address.
func (p *apiProxy) start(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", p.address)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           p,
		ErrorLog:          log.New(io.Discard, "", 0),
		ReadHeaderTimeout: time.Minute,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{p.tls}, MinVersion: tls.VersionTLS12},
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.address, p.server = listener.Addr().String(), server
	go func() { _ = server.ServeTLS(listener, "", "") }() // ends with stop
	return nil
}

// stop ends all connections; whoever connects is refused.
func (p *apiProxy) stop() error {
	p.mu.Lock()
	server := p.server
	p.mu.Unlock()
	return server.Close()
}

// inject has a fault strike from now on, before those injected earlier, until it
// is removed.
func (p *apiProxy) inject(strikes requestMatch, times int, serve spoiltService) (remove func()) {
	fault := &apiFault{strikes, times, serve}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = slices.Insert(p.faults, 0, fault)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.remove(fault)
	}
}

// recover removes all faults. What is held stays held.
func (p *apiProxy) recover() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

func (p *apiProxy) remove(fault *apiFault) {
	p.faults = slices.DeleteFunc(p.faults, func(other *apiFault) bool { return other == fault })
}

// ServeHTTP implements http.Handler.
func (p *apiProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if fault := p.arrived(r); fault != nil {
		fault.serve(w, r, p.forward)
		return
	}
	p.forward.ServeHTTP(w, r)
}

// arrived notes a request, and returns the fault that strikes it, or nil.
func (p *apiProxy) arrived(r *http.Request) *apiFault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, apiRequest{time.Now(), r})
	i := slices.IndexFunc(p.faults, func(f *apiFault) bool { return f.strikes(r) })
	if i < 0 {
		return nil
	}
	fault := p.faults[i]
	if fault.times--; fault.times == 0 {
		p.remove(fault)
	}
	return fault
}

// count is how many requests of a kind have arrived since a time.
func (p *apiProxy) count(match requestMatch, since time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	count := 0
	for _, r := range p.requests {
		if match(r.Request) && !r.time.Before(since) {
			count++
		}
	}
	return count
}

// keepStream makes the answer to a watch one that can be cut off.
func (p *apiProxy) keepStream(response *http.Response) error {
	if !watching(response.Request) {
		return nil
	}
	stream := &watchStream{ReadCloser: response.Body}
	stream.ended = func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.streams, stream)
	}
	response.Body = stream
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams[stream] = struct{}{}
	return nil
}

// open is how many watches are open.
func (p *apiProxy) open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.streams)
}

// cutWatches ends all open watches at once.
func (p *apiProxy) cutWatches() { p.eachStream((*watchStream).cut) }

// tearWatches ends each open watch in the middle of the next thing it tells.
func (p *apiProxy) tearWatches() { p.eachStream((*watchStream).tear) }

func (p *apiProxy) eachStream(do func(*watchStream)) {
	p.mu.Lock()
	streams := make([]*watchStream, 0, len(p.streams))
	for stream := range p.streams {
		streams = append(streams, stream)
	}
	p.mu.Unlock()
	for _, stream := range streams { // which takes itself off the list
		do(stream)
	}
}
