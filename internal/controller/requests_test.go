// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"maps"
	"net/http"
	"strings"
	"sync"

	"k8s.io/client-go/rest"
)

// request is a request to the API server.
type request struct {
	verb      string // as RBAC calls it
	namespace string
	resource  string // with its subresource
	name      string
	accept    string // the form of the answer
}

// asksForMetadata tells whether the answer is to hold nothing but metadata.
func (r request) asksForMetadata() bool {
	preferred, _, _ := strings.Cut(r.accept, ",")
	return strings.Contains(preferred, "as=PartialObjectMetadata")
}

// requestLog counts an operator's requests to the API server.
type requestLog struct {
	mu       sync.Mutex
	requests []request
	statuses []int // of the answers
	// around sends a request in place of next, unless it is nil. Set it before the
	// operator starts.
	around func(next http.RoundTripper, r request, sent *http.Request) (*http.Response, error)
}

// of returns a configuration whose requests are counted.
func (l *requestLog) of(config *rest.Config) *rest.Config {
	counted := rest.CopyConfig(config)
	counted.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) { return l.send(next, r) })
	})
	return counted
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (l *requestLog) send(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	sent := parseRequest(r)
	l.mu.Lock()
	l.requests = append(l.requests, sent)
	l.mu.Unlock()
	around := l.around
	if around == nil {
		around = plainly
	}
	response, err := around(next, sent, r)
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.statuses = append(l.statuses, response.StatusCode)
	}
	return response, err
}

func plainly(next http.RoundTripper, _ request, r *http.Request) (*http.Response, error) {
	return next.RoundTrip(r)
}

// parseRequest reads /api/v1/... and /apis/group/version/..., with or without
// namespaces/name before the resource.
func parseRequest(r *http.Request) request {
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	prefix := map[string]int{"api": 2, "apis": 3}[path[0]]
	path = append(path[min(prefix, len(path)):], "", "", "")
	parsed := request{accept: r.Header.Get("Accept")}
	if path[0] == "namespaces" && path[2] != "" {
		parsed.namespace, path = path[1], path[2:]
	}
	parsed.resource, parsed.name = path[0], path[1]
	if path[2] != "" {
		parsed.resource += "/" + path[2]
	}
	verbs := map[string]string{
		http.MethodPost: "create", http.MethodPut: "update", http.MethodPatch: "patch", http.MethodDelete: "delete",
	}
	switch verb, ok := verbs[r.Method]; {
	case ok:
		parsed.verb = verb
	case r.URL.Query().Get("watch") != "":
		parsed.verb = "watch"
	case parsed.name == "":
		parsed.verb = "list"
	default:
		parsed.verb = "get"
	}
	return parsed
}

// reset forgets what was counted.
func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests, l.statuses = nil, nil
}

// all returns the requests, in the order in which they were sent.
func (l *requestLog) all() []request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]request(nil), l.requests...)
}

// counts says how many requests of each kind were sent, such as "patch
// quotawatches/status". Watches, which come back for as long as the operator
// lives, do not count.
func (l *requestLog) counts() map[string]int {
	counts := map[string]int{}
	for _, r := range l.all() {
		counts[r.verb+" "+r.resource]++
	}
	maps.DeleteFunc(counts, func(kind string, _ int) bool { return strings.HasPrefix(kind, "watch ") })
	return counts
}

// answered counts the answers of an HTTP status.
func (l *requestLog) answered(status int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := 0
	for _, s := range l.statuses {
		if s == status {
			count++
		}
	}
	return count
}
