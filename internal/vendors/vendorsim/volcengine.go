// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"k8s.io/utils/clock"
)

// What Volcengine publishes of GetLiveTrafficPostPayData, see
// https://www.volcengine.com/docs/3019/1249425.
const (
	volcengineHost              = "livesaas.volcengineapi.com"
	volcengineService           = "livesaas"
	volcengineRegion            = "cn-north-1"
	volcengineVersion           = "2023-08-01"
	volcengineRequestsPerSecond = 10

	actionGetLiveTrafficPostPayData = "GetLiveTrafficPostPayData"
)

// Volcengine is Volcengine Enterprise Live. It is safe for concurrent use.
type Volcengine struct {
	clock    clock.PassiveClock
	injected *faultSet
	start    func(now time.Time) VolcengineAccount

	mu          sync.Mutex
	credentials map[string]VolcengineCredential // by AccessKeyID
	accounts    map[string]VolcengineAccount    // by name
	rates       *callRates                      // by AccessKeyID
	requests    int
}

func newVolcengine(clock clock.PassiveClock, start func(now time.Time) VolcengineAccount) *Volcengine {
	v := &Volcengine{clock: clock, start: start, injected: newFaultSet(ServiceVolcengine)}
	v.reset()
	return v
}

func (v *Volcengine) hosts() []string { return []string{volcengineHost} }

func (v *Volcengine) faults() *faultSet { return v.injected }

func (v *Volcengine) reset() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests = 0
	v.rates = newCallRates(volcengineRequestsPerSecond)
	v.accounts = map[string]VolcengineAccount{ExampleVolcengineAccount: v.start(v.clock.Now())}
	v.credentials = map[string]VolcengineCredential{}
	for _, credential := range []VolcengineCredential{ExampleVolcengineCredential(), ExampleVolcengineTemporaryCredential()} {
		v.credentials[credential.AccessKeyID] = credential
	}
}

func (v *Volcengine) answer(r *http.Request, body []byte) (answer, Call) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests++
	call := Call{Service: ServiceVolcengine, Action: unknown, Credential: unknown, Time: v.clock.Now(), Outcome: OutcomeOK}
	now := v.injected.vendorTime(call.Time)
	reply := v.reply(r, body, now, &call)
	reply.date = now
	return reply, call
}

func (v *Volcengine) reply(r *http.Request, body []byte, now time.Time, call *Call) answer {
	metadata := volcengineMetadata{RequestID: v.requestID(call.Time), Service: volcengineService, Region: volcengineRegion}
	result, failure := v.handle(r, body, now, call, &metadata)
	if failure != nil {
		call.Outcome = failure.outcome()
		return failure.answer(metadata)
	}
	if v.injected.took(FaultPayloadNull) {
		call.Outcome = string(FaultPayloadNull)
		result = nil
	}
	return volcengineSuccess(metadata, result, now)
}

// handle finds the result, and notes in call and metadata what it finds out
// about the request. The vendor's clock shows now.
func (v *Volcengine) handle(
	r *http.Request, body []byte, now time.Time, call *Call, metadata *volcengineMetadata,
) (volcengineResult, *volcengineError) {
	credential, failure := v.admit(r, body, now, call)
	if failure != nil {
		return nil, failure
	}
	if failure := checkVolcengineAction(r); failure != nil {
		return nil, failure
	}
	call.Action = actionGetLiveTrafficPostPayData
	metadata.Action, metadata.Version = actionGetLiveTrafficPostPayData, volcengineVersion
	query, failure := parseTrafficQuery(body, credential, now)
	if failure != nil {
		return nil, failure
	}
	call.Query = query.String()
	account := v.accounts[credential.Account]
	if failure := query.checkVisible(account, credential); failure != nil {
		return nil, failure
	}
	if failure := v.injectedError(); failure != nil {
		return nil, failure
	}
	return account.traffic(query, now), nil
}

// admit comes before all that depends on the operation, so that a stranger
// learns nothing and uses up nobody's rate.
func (v *Volcengine) admit(r *http.Request, body []byte, now time.Time, call *Call) (VolcengineCredential, *volcengineError) {
	if r.URL.EscapedPath() != "/" {
		return VolcengineCredential{}, volcengineServiceNotFound()
	}
	verifier := volcengineVerifier{volcengineService, volcengineRegion, v.credentials}
	credential, failure := verifier.verify(r, body, now)
	if credential.AccessKeyID != "" {
		call.Credential = credential.AccessKeyID
	}
	if failure == nil && !v.rates.allow(credential.AccessKeyID, call.Time) {
		failure = volcengineFlowLimitExceeded()
	}
	return credential, failure
}

// checkVolcengineAction accepts the one operation that is simulated. Its name
// and version are all that the query holds.
func checkVolcengineAction(r *http.Request) *volcengineError {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return volcengineInvalidParameter("The query cannot be read.")
	}
	for _, name := range []string{"Action", "Version"} {
		if values.Get(name) == "" {
			return volcengineMissingParameter(name)
		}
	}
	switch {
	case values.Get("Action") != actionGetLiveTrafficPostPayData, values.Get("Version") != volcengineVersion:
		return volcengineInvalidActionOrVersion()
	case r.Method != http.MethodPost:
		return volcengineMethodNotAllowed()
	case len(values) != 2, len(values["Action"]) != 1, len(values["Version"]) != 1:
		return volcengineInvalidParameter("The query holds more than Action and Version.")
	case !isJSON(r.Header.Values("Content-Type")):
		return volcengineInvalidParameter("The Content-Type is application/json, in UTF-8.")
	}
	return nil
}

// injectedError is the error that a fault puts in place of a good answer.
func (v *Volcengine) injectedError() *volcengineError {
	if v.injected.took(FaultThrottle) {
		return volcengineFlowLimitExceeded()
	}
	if v.injected.took(FaultAccountFrozen) {
		return volcengineAccountOverdue()
	}
	if fault, active := v.injected.take(FaultVendorError); active {
		return volcengineInjected(fault.Argument)
	}
	return nil
}

// requestID has the form of the published sample, a time and then what is here
// a count.
func (v *Volcengine) requestID(now time.Time) string {
	return fmt.Sprintf("%s%019X", now.In(beijing).Format("20060102150405"), v.requests)
}
