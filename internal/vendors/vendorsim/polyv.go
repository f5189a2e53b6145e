// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"k8s.io/utils/clock"
)

// What POLYV publishes: the paths, each on a page of its own, and the limit of
// its SDK's documentation,
// https://github.com/polyv/polyv-java-sdk/blob/2c39db464fd9a019fab2bd4b2510feadd45579d6/docs/live/limit.md.
const (
	polyvHost = "api.polyv.net"

	polyvPackagesPath = "/live/v4/group/user/package-validity/list"
	polyvUsagePath    = "/live/v4/channel/use-detail/list"
	polyvHealthPath   = "/live/v4/group/health-check"

	polyvRequestsPerWindow = 1500
	polyvWindow            = 10 * time.Second
	polyvBlock             = 5 * time.Minute
)

// DefaultPolyvBillPath is where the bill of an isolation zone is found until
// SetBillPath says otherwise. POLYV does not publish the path; this one is in
// its command-line client, https://github.com/polyv/polyv-live-cli.
const DefaultPolyvBillPath = "/live/v4/group/isolation/billing/list"

// The operations of POLYV, as calls name them.
const (
	actionPackageValidity = "package-validity"
	actionUseDetail       = "use-detail"
	actionIsolationBill   = "isolation-bill"
	actionHealthCheck     = "health-check"
)

// Polyv is POLYV. It is safe for concurrent use.
//
// POLYV does not say whether the key of a group's main account may read usage
// details; here it may not, and gets the error for missing rights.
type Polyv struct {
	clock    clock.PassiveClock
	injected *faultSet
	start    func(now time.Time) map[string]PolyvAccount

	mu          sync.Mutex
	credentials map[string]PolyvCredential // by AppID
	accounts    map[string]PolyvAccount    // by name
	addresses   *addressBlocks
	billPath    string
	requests    int
}

// polyvRequest is a request that came through the door.
type polyvRequest struct {
	parameters polyvParameters
	account    PolyvAccount
	// now is the vendor's clock.
	now time.Time
}

// polyvEndpoint is one operation.
type polyvEndpoint struct {
	action string
	// group tells that only the main account of a group may call; otherwise only
	// an ordinary account may.
	group bool
	// parameters are those that only this operation has.
	parameters []string
	// prepare checks the parameters, notes in call what is asked, and returns what
	// makes up the data. That must not be called before everything else is found
	// in order.
	prepare func(p *Polyv, request polyvRequest, call *Call) (func() any, *polyvError)
}

func newPolyv(clock clock.PassiveClock, start func(now time.Time) map[string]PolyvAccount) *Polyv {
	p := &Polyv{clock: clock, start: start, injected: newFaultSet(ServicePolyv), billPath: DefaultPolyvBillPath}
	p.reset()
	return p
}

func (p *Polyv) hosts() []string { return []string{polyvHost} }

func (p *Polyv) faults() *faultSet { return p.injected }

// reset keeps the path of the bill: that is a setting, not state.
func (p *Polyv) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = 0
	p.addresses = newAddressBlocks(polyvRequestsPerWindow, polyvWindow, polyvBlock)
	p.accounts = p.start(p.clock.Now())
	p.credentials = map[string]PolyvCredential{}
	for _, credential := range []PolyvCredential{ExamplePolyvGroupCredential(), ExamplePolyvStandardCredential()} {
		p.credentials[credential.AppID] = credential
	}
}

func (p *Polyv) answer(r *http.Request, _ []byte) (answer, Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	call := Call{Service: ServicePolyv, Action: unknown, Credential: unknown, Time: p.clock.Now(), Outcome: OutcomeOK}
	now := p.injected.vendorTime(call.Time)
	reply := p.reply(r, now, &call)
	reply.date = now
	return reply, call
}

// reply answers what never reaches an operation as the gateway before it does,
// in HTML: what a blocked address sees is not published.
func (p *Polyv) reply(r *http.Request, now time.Time, call *Call) answer {
	endpoint, known := p.endpoint(r.URL.EscapedPath())
	if known {
		call.Action = endpoint.action
	}
	status := 0
	switch {
	case !p.addresses.allow(clientAddress(r), call.Time):
		status = http.StatusTooManyRequests
	case !known:
		status = http.StatusNotFound
	case r.Method != http.MethodGet:
		status = http.StatusMethodNotAllowed
	}
	if status != 0 {
		call.Outcome = "HTTP " + strconv.Itoa(status)
		return htmlAnswer(status)
	}
	data, failure := p.handle(endpoint, r, now, call)
	if failure != nil {
		call.Outcome = failure.outcome()
		return failure.answer(p.requestID(), endpoint)
	}
	if p.injected.took(FaultPayloadNull) {
		call.Outcome = string(FaultPayloadNull)
		data = nil
	}
	return polyvSuccess(data, p.requestID())
}

// clientAddress is the address that a request came from, without its port.
func clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (p *Polyv) endpoint(path string) (polyvEndpoint, bool) {
	switch path {
	case polyvPackagesPath:
		return polyvEndpoint{actionPackageValidity, true, []string{"emails", "pageNumber", "pageSize"}, (*Polyv).preparePackages}, true
	case polyvUsagePath:
		return polyvEndpoint{
			actionUseDetail, false,
			[]string{"itemCategory", "startDate", "endDate", "channelId", "pageNumber", "pageSize"}, (*Polyv).prepareUsage,
		}, true
	case polyvHealthPath:
		return polyvEndpoint{actionHealthCheck, true, nil, (*Polyv).prepareHealth}, true
	case p.billPath:
		return polyvEndpoint{
			actionIsolationBill, true,
			[]string{"billingDate", "isolationId", "pageNumber", "pageSize"}, (*Polyv).prepareBill,
		}, true
	}
	return polyvEndpoint{}, false
}

// handle finds the data, and notes in call what it finds out about the request.
func (p *Polyv) handle(endpoint polyvEndpoint, r *http.Request, now time.Time, call *Call) (any, *polyvError) {
	parameters, failure := parsePolyvParameters(r.URL.RawQuery)
	if failure != nil {
		return nil, failure
	}
	credential, failure := polyvVerifier{p.credentials}.verify(parameters, now)
	if credential.AppID != "" {
		call.Credential = credential.AppID
	}
	if failure != nil {
		return nil, failure
	}
	request := polyvRequest{parameters, p.accounts[credential.Account], now}
	if failure := endpoint.admit(request); failure != nil {
		return nil, failure
	}
	data, failure := endpoint.prepare(p, request, call)
	if failure == nil {
		failure = p.injectedError()
	}
	if failure != nil {
		return nil, failure
	}
	return data(), nil
}

// admit checks the kind of the account, then the names of the parameters.
func (e polyvEndpoint) admit(request polyvRequest) *polyvError {
	switch {
	case e.group && !request.account.Group:
		return polyvNoGroup()
	case !e.group && request.account.Group:
		return polyvAccessForbidden()
	}
	return request.parameters.check(e.parameters)
}

// injectedError is the error that a fault puts in place of a good answer.
func (p *Polyv) injectedError() *polyvError {
	if p.injected.took(FaultThrottle) {
		return polyvTooManyCalls()
	}
	if p.injected.took(FaultAccountFrozen) {
		return polyvAccountForbidden()
	}
	if fault, active := p.injected.take(FaultVendorError); active {
		return polyvInjected(fault.Argument)
	}
	return nil
}

// polyvHealth is how busy the background of a group is, in percent.
type polyvHealth struct {
	Health float64 `json:"health"`
}

func (p *Polyv) prepareHealth(request polyvRequest, _ *Call) (func() any, *polyvError) {
	return func() any { return polyvHealth{request.account.Health} }, nil
}
