// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package vendorsim simulates the vendors' HTTP APIs for the demo, for tests and
// for anyone who rehearses an alert. It is as strict as the vendors document
// themselves to be: signatures, clocks, parameters, page sizes and rates are
// checked from their published rules and share no code with our clients.
//
// Requests are told apart by their Host header, so a client must keep the
// vendor's own host and only connect here. Paths under ControlPrefix belong to
// the simulator itself, whatever the host.
package vendorsim

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"k8s.io/utils/clock"
)

// The names of the services in calls, faults and control paths.
const (
	ServicePolyv      = "polyv"      // POLYV
	ServiceTencent    = "tencent"    // Tencent Cloud Live
	ServiceVolcengine = "volcengine" // Volcengine Enterprise Live
)

// maxRequestBytes bounds what is read of one request. It lies above every
// vendor's own limit, so that the service can tell a request over it.
const maxRequestBytes = 16 << 20

// service is one vendor's API. It decides the answer; the Simulator delivers it,
// spoilt when a fault says so. Implementations are safe for concurrent use.
type service interface {
	// hosts are the vendor's host names, in lower case and without a port.
	hosts() []string
	// answer handles a request whose body has been read, and describes the call.
	answer(r *http.Request, body []byte) (answer, Call)
	// faults are the faults injected into this service.
	faults() *faultSet
	// reset returns to the scenario's first state, as of now.
	reset()
	// routes adds the service's own control routes.
	routes(mux *http.ServeMux)
}

// answer is what a vendor sends back when nothing goes wrong on the way.
type answer struct {
	status      int
	contentType string
	body        []byte
	// date is the vendor's clock, for the Date header. A client that was told
	// that its clock is wrong measures by it how wrong.
	date time.Time
}

// Simulator is an http.Handler that plays the vendors. It is safe for concurrent
// use.
type Simulator struct {
	scenario   string
	polyv      *Polyv
	tencent    *Tencent
	volcengine *Volcengine
	services   map[string]service
	calls      callLog
	observe    func(Call)
	control    http.Handler
}

// New makes a Simulator in the first state of a scenario, one of Scenarios. All
// the time it knows is what clock tells; only the pauses of FaultSlowBody are real.
func New(clock clock.PassiveClock, scenarioName string) (*Simulator, error) {
	start, known := scenarios[scenarioName]
	if !known {
		return nil, fmt.Errorf("unknown scenario %q, known are %s", scenarioName, strings.Join(Scenarios(), ", "))
	}
	s := &Simulator{
		scenario:   scenarioName,
		polyv:      newPolyv(clock, start.polyv),
		tencent:    newTencent(clock, start.tencent),
		volcengine: newVolcengine(clock, start.volcengine),
		observe:    func(Call) {},
	}
	s.services = map[string]service{
		ServicePolyv: s.polyv, ServiceTencent: s.tencent, ServiceVolcengine: s.volcengine,
	}
	s.control = s.newControl()
	return s, nil
}

// Services lists the names of the simulated services, sorted.
func (s *Simulator) Services() []string {
	return slices.Sorted(maps.Keys(s.services))
}

// Polyv gives access to the state of POLYV.
func (s *Simulator) Polyv() *Polyv { return s.polyv }

// Tencent gives access to the state of Tencent Cloud Live.
func (s *Simulator) Tencent() *Tencent { return s.tencent }

// Volcengine gives access to the state of Volcengine Enterprise Live.
func (s *Simulator) Volcengine() *Volcengine { return s.volcengine }

// Calls returns the newest calls to the vendors, oldest first. Control requests
// and requests for unknown hosts are not among them. The last ten thousand are
// kept; CallCount counts all.
func (s *Simulator) Calls() []Call { return s.calls.list() }

// CallCount returns how many calls arrived since the start or the last Reset.
func (s *Simulator) CallCount() int { return s.calls.count() }

// Observe has f told of every call, after its answer is made up and before that
// leaves, so that f may change the state for the next call. Set it before the
// first request; f is called from many goroutines.
func (s *Simulator) Observe(f func(Call)) { s.observe = f }

// Inject makes a service misbehave. A fault of the same name is replaced; faults
// of different names act together.
func (s *Simulator) Inject(service string, fault Fault) error {
	target, err := s.service(service)
	if err != nil {
		return err
	}
	return target.faults().set(fault)
}

// Clear ends a fault of a service, active or not.
func (s *Simulator) Clear(service string, name FaultName) error {
	target, err := s.service(service)
	if err != nil {
		return err
	}
	return target.faults().clear(name)
}

// ActiveFaults lists the faults of a service; Count is what is left of each.
func (s *Simulator) ActiveFaults(service string) ([]Fault, error) {
	target, err := s.service(service)
	if err != nil {
		return nil, err
	}
	return target.faults().list(), nil
}

// Reset forgets calls and faults and returns every service to the first state of
// the scenario, with times relative to the clock of this moment.
func (s *Simulator) Reset() {
	for _, target := range s.services {
		target.faults().clearAll()
		target.reset()
	}
	s.calls.clear()
}

func (s *Simulator) service(name string) (service, error) {
	if target, known := s.services[name]; known {
		return target, nil
	}
	return nil, fmt.Errorf("%w %q, known are %s", errUnknownService, name, strings.Join(s.Services(), ", "))
}

// ServeHTTP implements http.Handler.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, ControlPrefix) || r.URL.Path == HealthPath {
		s.control.ServeHTTP(w, r)
		return
	}
	target, known := s.serviceAt(r.Host)
	if !known {
		s.misdirected(w)
		return
	}
	s.serve(w, r, target)
}

// serviceAt finds the service that a Host header means. A port is ignored,
// because some clients write the one they connect to.
func (s *Simulator) serviceAt(host string) (service, bool) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	for _, candidate := range s.services {
		if slices.Contains(candidate.hosts(), strings.ToLower(host)) {
			return candidate, true
		}
	}
	return nil, false
}

// serve records the call before the answer leaves, so that whoever has the
// answer also finds the call; a call that hangs is seen at once.
func (s *Simulator) serve(w http.ResponseWriter, r *http.Request, target service) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBytes))
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away while it was sending
	}
	reply, call := target.answer(r, body)
	deliver := deliverIntact
	if fault, spoil := target.faults().takeDelivery(); spoil != nil {
		call.Outcome = string(fault.Name)
		deliver = func(w http.ResponseWriter, r *http.Request, a answer) { spoil(w, r, a, fault.Argument) }
	}
	s.calls.add(call)
	s.observe(call)
	w.Header().Set("Date", reply.date.UTC().Format(http.TimeFormat))
	deliver(w, r, reply)
}

func deliverIntact(w http.ResponseWriter, _ *http.Request, a answer) {
	w.Header().Set("Content-Type", a.contentType)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// misdirected helps whoever connects here without the vendor's Host header.
func (s *Simulator) misdirected(w http.ResponseWriter) {
	hosts := []string{}
	for _, target := range s.services {
		hosts = append(hosts, target.hosts()...)
	}
	slices.Sort(hosts)
	writeJSON(w, http.StatusMisdirectedRequest, map[string]any{
		"error":      "no vendor is simulated under this Host; connect here, but keep the vendor's own Host header",
		"knownHosts": hosts,
	})
}
