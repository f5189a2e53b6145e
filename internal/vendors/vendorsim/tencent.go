// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"k8s.io/utils/clock"
)

// What Tencent Cloud Live publishes of DescribeLivePackageInfo, see
// https://cloud.tencent.com/document/api/267/40942.
const (
	tencentHost              = "live.tencentcloudapi.com"
	tencentVersion           = "2018-08-01"
	tencentRequestsPerSecond = 20

	actionDescribeLivePackageInfo = "DescribeLivePackageInfo"
)

// tencentMaxBody is the longest body that may be signed with TC3-HMAC-SHA256.
const tencentMaxBody = 10 << 20

// Error codes of https://cloud.tencent.com/document/api/1592/76198.
const (
	codeInvalidAuthorization     = "AuthFailure.InvalidAuthorization"
	codeSecretIDNotFound         = "AuthFailure.SecretIdNotFound" //nolint:gosec // an error code
	codeSignatureExpire          = "AuthFailure.SignatureExpire"
	codeSignatureFailure         = "AuthFailure.SignatureFailure"
	codeTokenFailure             = "AuthFailure.TokenFailure" //nolint:gosec // an error code
	codeFreezeService            = "ResourceNotFound.FreezeService"
	codeInvalidAction            = "InvalidAction"
	codeInvalidParameter         = "InvalidParameter"
	codeInvalidParameterValue    = "InvalidParameterValue"
	codeInvalidRequest           = "InvalidRequest"
	codeMissingParameter         = "MissingParameter"
	codeNoSuchVersion            = "NoSuchVersion"
	codeRequestLimitExceeded     = "RequestLimitExceeded"
	codeRequestSizeLimitExceeded = "RequestSizeLimitExceeded"
	codeUnknownParameter         = "UnknownParameter"
	codeUnsupportedProtocol      = "UnsupportedProtocol"
)

// Tencent is Tencent Cloud Live. It is safe for concurrent use.
type Tencent struct {
	clock    clock.PassiveClock
	injected *faultSet
	start    func(now time.Time) TencentAccount

	mu          sync.Mutex
	credentials map[string]TencentCredential // by SecretID
	accounts    map[string]TencentAccount    // by name
	rates       *callRates                   // by SecretID
	requests    int
}

// tencentError is the Error of an answer. Messages are for people and repeat
// nothing of the request but names of parameters.
type tencentError struct {
	Code    string
	Message string
}

// tencentEnvelope is the body of every answer; Response is null only by fault.
type tencentEnvelope struct {
	Response *tencentResponse
}

type tencentResponse struct {
	Error *tencentError `json:",omitempty"`
	*packagePage
	RequestID string `json:"RequestId"`
}

func newTencent(clock clock.PassiveClock, start func(now time.Time) TencentAccount) *Tencent {
	t := &Tencent{
		clock:    clock,
		start:    start,
		injected: newFaultSet(ServiceTencent),
	}
	t.reset()
	return t
}

func (t *Tencent) hosts() []string { return []string{tencentHost} }

func (t *Tencent) faults() *faultSet { return t.injected }

func (t *Tencent) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests = 0
	t.rates = newCallRates(tencentRequestsPerSecond)
	t.accounts = map[string]TencentAccount{ExampleTencentAccount: t.start(t.clock.Now())}
	t.credentials = map[string]TencentCredential{}
	for _, credential := range []TencentCredential{ExampleTencentCredential(), ExampleTencentTemporaryCredential()} {
		t.credentials[credential.SecretID] = credential
	}
}

// answer wraps whatever handle says in Tencent's envelope; errors, too, have the
// HTTP status 200.
func (t *Tencent) answer(r *http.Request, body []byte) (answer, Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	call := Call{Service: ServiceTencent, Action: knownAction(r), Credential: unknown, Time: t.clock.Now(), Outcome: OutcomeOK}
	envelope := tencentEnvelope{Response: &tencentResponse{RequestID: t.nextRequestID()}}
	now := t.injected.vendorTime(call.Time)
	page, failure := t.handle(r, body, now, &call)
	envelope.Response.packagePage, envelope.Response.Error = page, failure
	switch {
	case failure != nil:
		call.Outcome = failure.Code
	case t.injected.took(FaultPayloadNull):
		call.Outcome = string(FaultPayloadNull)
		envelope.Response = nil
	}
	text, err := json.Marshal(envelope)
	if err != nil {
		panic(err) // plain structs of numbers and strings always marshal
	}
	return answer{status: http.StatusOK, contentType: "application/json", body: text, date: now}, call
}

// handle finds the answer, and notes in call what it finds out about the request.
// The vendor's clock shows now.
func (t *Tencent) handle(r *http.Request, body []byte, now time.Time, call *Call) (*packagePage, *tencentError) {
	credential, failure := t.admit(r, body, now, call)
	if failure != nil {
		return nil, failure
	}
	if failure := checkAction(r.Header); failure != nil {
		return nil, failure
	}
	query, failure := parsePackageQuery(body)
	if failure != nil {
		return nil, failure
	}
	call.Query, call.Page = fmt.Sprintf("PackageType=%d", query.packageType), query.requestedPage()
	if failure := t.injectedError(); failure != nil {
		return nil, failure
	}
	return t.page(t.accounts[credential.Account], query), nil
}

// admit comes before all that depends on the operation, so that a stranger
// learns nothing and uses up nobody's rate.
func (t *Tencent) admit(r *http.Request, body []byte, now time.Time, call *Call) (TencentCredential, *tencentError) {
	if failure := checkProtocol(r, body); failure != nil {
		return TencentCredential{}, failure
	}
	verifier := tc3Verifier{service: "live", credentials: t.credentials}
	credential, failure := verifier.verify(r, body, now)
	if credential.SecretID != "" {
		call.Credential = credential.SecretID
	}
	if failure == nil && !t.rates.allow(credential.SecretID, call.Time) {
		failure = requestLimitExceeded()
	}
	return credential, failure
}

// injectedError is the error that a fault puts in place of a good answer.
func (t *Tencent) injectedError() *tencentError {
	if t.injected.took(FaultThrottle) {
		return requestLimitExceeded()
	}
	if t.injected.took(FaultAccountFrozen) {
		return &tencentError{codeFreezeService, "The service of this account is frozen."}
	}
	if fault, active := t.injected.take(FaultVendorError); active {
		return &tencentError{fault.Argument, "This error was injected."}
	}
	return nil
}

// page cuts the page asked for, and bends it where a fault says so.
func (t *Tencent) page(account TencentAccount, query packageQuery) *packagePage {
	page := account.page(query)
	if query.page > 1 && t.injected.took(FaultRepeatedPage) {
		query.page--
		page.LivePackageInfoList = account.page(query).LivePackageInfoList
	}
	if t.injected.took(FaultNullPaging) {
		page.setPaging(nil)
	}
	if t.injected.took(FaultZeroPaging) {
		page.setPaging(new(int64))
	}
	return page
}

// nextRequestID counts in the form of a random UUID, the same in every run.
func (t *Tencent) nextRequestID() string {
	t.requests++
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", t.requests)
}

func requestLimitExceeded() *tencentError {
	return &tencentError{codeRequestLimitExceeded, fmt.Sprintf("At most %d requests per second.", tencentRequestsPerSecond)}
}

// checkProtocol accepts what every JSON call looks like, whatever it asks.
func checkProtocol(r *http.Request, body []byte) *tencentError {
	switch {
	case r.Method != http.MethodPost:
		return &tencentError{codeUnsupportedProtocol, "JSON is sent with POST."}
	case r.URL.EscapedPath() != "/" || r.URL.RawQuery != "":
		return &tencentError{codeInvalidRequest, "The path is / and there is no query."}
	case !isJSON(r.Header.Values("Content-Type")):
		return &tencentError{codeInvalidRequest, "The Content-Type is application/json, in UTF-8."}
	case len(body) > tencentMaxBody:
		return &tencentError{codeRequestSizeLimitExceeded, "The body is longer than 10 MB."}
	}
	return nil
}

func isJSON(contentTypes []string) bool {
	if len(contentTypes) != 1 {
		return false
	}
	mediaType, parameters, err := mime.ParseMediaType(contentTypes[0])
	charset, named := parameters["charset"]
	return err == nil && mediaType == "application/json" && (!named || strings.EqualFold(charset, "utf-8"))
}

// checkAction accepts the one operation that is simulated.
func checkAction(header http.Header) *tencentError {
	if header.Get("X-TC-Version") != tencentVersion {
		return &tencentError{codeNoSuchVersion, "The X-TC-Version is " + tencentVersion + "."}
	}
	if header.Get("X-TC-Action") != actionDescribeLivePackageInfo {
		return &tencentError{codeInvalidAction, "The X-TC-Action is not one that is simulated."}
	}
	return nil
}

func knownAction(r *http.Request) string {
	if r.Header.Get("X-TC-Action") == actionDescribeLivePackageInfo {
		return actionDescribeLivePackageInfo
	}
	return unknown
}
