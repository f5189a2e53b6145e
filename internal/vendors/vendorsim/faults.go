// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FaultName names a way in which a service can misbehave.
type FaultName string

// The faults that a service brings about itself, each in the vendor's own words.
// All but FaultClockSkew strike only calls that would otherwise have succeeded:
// they never hide a mistake of the caller.
const (
	FaultThrottle      FaultName = "throttle"
	FaultVendorError   FaultName = "vendor-error"
	FaultAccountFrozen FaultName = "account-frozen"
	FaultClockSkew     FaultName = "clock-skew"
	FaultPayloadNull   FaultName = "payload-null"
	FaultNullPaging    FaultName = "null-paging"
	FaultZeroPaging    FaultName = "zero-paging"
	FaultRepeatedPage  FaultName = "repeated-page"
)

// The faults that happen to an answer on its way, whatever it says. When several
// are active, the first of FaultKinds strikes.
const (
	FaultHang              FaultName = "hang"
	FaultConnectionReset   FaultName = "connection-reset"
	FaultHTTPHTML          FaultName = "http-html"
	FaultHTTP429           FaultName = "http-429"
	FaultHTTP429RetryAfter FaultName = "http-429-retry-after"
	FaultRedirect          FaultName = "redirect"
	FaultBodyNull          FaultName = "body-null"
	FaultBodyEmptyObject   FaultName = "body-empty-object"
	FaultTruncatedJSON     FaultName = "truncated-json"
	FaultWrongContentType  FaultName = "wrong-content-type"
	FaultHugeBody          FaultName = "huge-body"
	FaultSlowBody          FaultName = "slow-body"
)

// Fault is a fault to inject.
type Fault struct {
	Name FaultName `json:"name"`
	// Argument refines the fault; empty means the default of its FaultKind.
	Argument string `json:"argument,omitempty"`
	// Count is how many calls it strikes; 0 means every call until it is cleared.
	// A call that the fault cannot change does not use it up.
	Count int `json:"count,omitempty"`
}

// FaultKind describes a fault to people.
type FaultKind struct {
	Name FaultName
	// Argument says what the argument means; empty when the fault takes none.
	Argument string
	// Default is the argument that an empty one stands for.
	Default string
	Help    string
	// Services are those that can have the fault, sorted.
	Services []string

	valid   func(argument string) bool
	deliver spoiltDelivery // nil: the service brings the fault about
}

// Syntax is how the fault is written for ParseFault, without a count.
func (k FaultKind) Syntax() string {
	if k.Argument == "" {
		return string(k.Name)
	}
	return fmt.Sprintf("%s[:%s]", k.Name, k.Argument)
}

// FaultKinds lists every fault there is.
func FaultKinds() []FaultKind {
	kinds := slices.Clone(faultKinds)
	for i, kind := range kinds {
		for _, service := range slices.Sorted(maps.Keys(renderedFaults)) {
			if kind.strikes(service) {
				kinds[i].Services = append(kinds[i].Services, service)
			}
		}
	}
	return kinds
}

// strikes tells whether a service can have the fault.
func (k FaultKind) strikes(service string) bool {
	return k.deliver != nil || slices.Contains(renderedFaults[service], k.Name)
}

// renderedFaults are the faults that each service brings about itself.
// Volcengine's answer has no pages.
var renderedFaults = map[string][]FaultName{
	ServicePolyv: {
		FaultThrottle, FaultVendorError, FaultAccountFrozen, FaultClockSkew,
		FaultPayloadNull, FaultNullPaging, FaultZeroPaging, FaultRepeatedPage,
	},
	ServiceTencent: {
		FaultThrottle, FaultVendorError, FaultAccountFrozen, FaultClockSkew,
		FaultPayloadNull, FaultNullPaging, FaultZeroPaging, FaultRepeatedPage,
	},
	ServiceVolcengine: {
		FaultThrottle, FaultVendorError, FaultAccountFrozen, FaultClockSkew, FaultPayloadNull,
	},
}

var faultKinds = []FaultKind{
	{Name: FaultThrottle, Help: "the vendor's error for too many calls"},
	{
		Name: FaultVendorError, Argument: "code", Default: "InternalError", valid: isErrorCode,
		Help: "the vendor's error with any code, HTTP status 200; at POLYV any text or numeric code, " +
			"and at Volcengine a number is a CodeN without a Code",
	},
	{Name: FaultAccountFrozen, Help: "the vendor's error for a frozen account"},
	{
		Name: FaultClockSkew, Argument: "offset", Default: "20m", valid: isDuration,
		Help: "the vendor's clock, which the Date header shows, is ahead by offset, which may be negative",
	},
	{Name: FaultPayloadNull, Help: "the vendor's envelope with null in place of the payload"},
	{Name: FaultNullPaging, Help: "every paging field is null"},
	{Name: FaultZeroPaging, Help: "every paging field is 0, beside rows"},
	{Name: FaultRepeatedPage, Help: "a page after the first brings the rows of the one before it"},
	{Name: FaultHang, Help: "no answer until the client gives up", deliver: hang},
	{Name: FaultConnectionReset, Help: "the connection is reset", deliver: resetConnection},
	{
		Name: FaultHTTPHTML, Argument: "status", Default: "502", valid: isErrorStatus,
		Help: "an error page in HTML, as gateways send it", deliver: sendHTML,
	},
	{Name: FaultHTTP429, Help: "HTTP 429 with an empty body", deliver: sendTooManyRequests},
	{
		Name: FaultHTTP429RetryAfter, Argument: "seconds", Default: "30", valid: isSeconds,
		Help: "HTTP 429 with a Retry-After header", deliver: sendRetryAfter,
	},
	{
		Name: FaultRedirect, Argument: "url", Default: "https://redirected.invalid/", valid: isURL,
		Help: "HTTP 307 to another host", deliver: sendRedirect,
	},
	{Name: FaultBodyNull, Help: "the body is null", deliver: sendBody("null")},
	{Name: FaultBodyEmptyObject, Help: "the body is {}", deliver: sendBody("{}")},
	{Name: FaultTruncatedJSON, Help: "the first half of the answer", deliver: sendHalf},
	{
		Name: FaultWrongContentType, Argument: "type", Default: "text/html", valid: isMediaType,
		Help: "the right answer under a wrong content type", deliver: sendContentType,
	},
	{Name: FaultHugeBody, Help: "64 MiB of JSON, streamed", deliver: streamHugeBody},
	{
		Name: FaultSlowBody, Argument: "pause", Default: "1s", valid: isDuration,
		Help: "the right answer, with a pause before each byte", deliver: trickle,
	},
}

// Why Inject, Clear, ActiveFaults and ParseFault fail.
var (
	errUnknownService = errors.New("unknown service")
	errUnknownFault   = errors.New("unknown fault")
	errBadFault       = errors.New("bad fault")
)

var faultPattern = regexp.MustCompile(`^([a-z0-9-]+)(?::(.+?))?(?:=([0-9]+))?$`)

// ParseFault reads a fault as the command line writes it: name[:argument][=count].
func ParseFault(text string) (Fault, error) {
	parts := faultPattern.FindStringSubmatch(text)
	if parts == nil {
		return Fault{}, fmt.Errorf("%w: %q is not name[:argument][=count]", errBadFault, text)
	}
	fault := Fault{Name: FaultName(parts[1]), Argument: parts[2]}
	if parts[3] == "" {
		return fault, nil
	}
	count, err := parseCount(parts[3])
	fault.Count = count
	return fault, err
}

// parseCount reads how many calls a fault strikes.
func parseCount(text string) (int, error) {
	count, err := strconv.Atoi(text)
	if err != nil || count < 1 {
		return 0, fmt.Errorf("%w: count is a whole number from 1; leave it out for every call", errBadFault)
	}
	return count, nil
}

// faultSet holds the active faults of one service.
type faultSet struct {
	service string

	mu     sync.Mutex
	active map[FaultName]Fault
}

func newFaultSet(service string) *faultSet {
	return &faultSet{service: service, active: map[FaultName]Fault{}}
}

// kind finds a fault that the service can have.
func (f *faultSet) kind(name FaultName) (FaultKind, error) {
	for _, kind := range faultKinds {
		if kind.Name == name && kind.strikes(f.service) {
			return kind, nil
		}
	}
	return FaultKind{}, fmt.Errorf("%w %q of %s", errUnknownFault, name, f.service)
}

func (f *faultSet) set(fault Fault) error {
	kind, err := f.kind(fault.Name)
	if err != nil {
		return err
	}
	if fault.Count < 0 {
		return fmt.Errorf("%w: %s: the count is negative", errBadFault, fault.Name)
	}
	if fault.Argument == "" {
		fault.Argument = kind.Default
	} else if kind.valid == nil || !kind.valid(fault.Argument) {
		return fmt.Errorf("%w: the argument does not fit %s", errBadFault, kind.Syntax())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active[fault.Name] = fault
	return nil
}

func (f *faultSet) clear(name FaultName) error {
	if _, err := f.kind(name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.active, name)
	return nil
}

func (f *faultSet) clearAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.active)
}

func (f *faultSet) list() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := []Fault{}
	for _, kind := range faultKinds {
		if fault, active := f.active[kind.Name]; active {
			list = append(list, fault)
		}
	}
	return list
}

// take uses up one call of a fault, if it is active.
func (f *faultSet) take(name FaultName) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.takeLocked(name)
}

func (f *faultSet) takeLocked(name FaultName) (Fault, bool) {
	fault, active := f.active[name]
	switch {
	case !active:
		return Fault{}, false
	case fault.Count == 1:
		delete(f.active, name)
	case fault.Count > 1:
		f.active[name] = Fault{Name: name, Argument: fault.Argument, Count: fault.Count - 1}
	}
	return fault, true
}

// took is take for faults without an argument.
func (f *faultSet) took(name FaultName) bool {
	_, active := f.take(name)
	return active
}

// vendorTime is what the vendor's clock shows at now. It uses up one call of
// FaultClockSkew.
func (f *faultSet) vendorTime(now time.Time) time.Time {
	fault, skewed := f.take(FaultClockSkew)
	if !skewed {
		return now
	}
	offset, _ := time.ParseDuration(fault.Argument) // checked by set
	return now.Add(offset)
}

// takeDelivery uses up the first active fault of the delivery; the function is
// nil when there is none.
func (f *faultSet) takeDelivery() (Fault, spoiltDelivery) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, kind := range faultKinds {
		if kind.deliver == nil {
			continue
		}
		if fault, active := f.takeLocked(kind.Name); active {
			return fault, kind.deliver
		}
	}
	return Fault{}, nil
}

// errorCodePattern allows a text, too, because POLYV has few codes.
var errorCodePattern = regexp.MustCompile(`^[\p{L}\p{N}_.:-]+( [\p{L}\p{N}_.:-]+)*$`)

func isErrorCode(text string) bool { return errorCodePattern.MatchString(text) }

func isDuration(text string) bool {
	_, err := time.ParseDuration(text)
	return err == nil
}

func isErrorStatus(text string) bool {
	status, err := strconv.Atoi(text)
	return err == nil && status >= 400 && status <= 599
}

func isSeconds(text string) bool {
	_, err := strconv.ParseUint(text, 10, 31)
	return err == nil
}

func isURL(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

func isMediaType(text string) bool { return strings.Contains(text, "/") }
