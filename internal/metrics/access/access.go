// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Package access lets only those read the metrics whom the cluster lets. It is in
// place of controller-runtime's filter, which asks the same two questions, but
// through k8s.io/apiserver: gRPC, OpenTelemetry and CEL were a third of the
// manager, in memory too.
package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/time/rate"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/cache"
	authenticationclient "k8s.io/client-go/kubernetes/typed/authentication/v1"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const (
	// timeout bounds what the API server takes to answer both questions.
	timeout = 10 * time.Second
	// perSecond bounds how many requests with a token are looked at, so that nobody
	// reaches the API server through here more often.
	perSecond = 10
	// remembered is how long whoever was let in is let in again without asking, so
	// that neither those who are turned away nor a short outage of the API server
	// keep a scraper out; maxRemembered is how many are.
	remembered    = time.Minute
	maxRemembered = 64
)

// The reasons for which a request is turned away.
var (
	errUnauthenticated = errors.New("no token that the cluster knows")
	errForbidden       = errors.New("may not get this path")
	errTooMany         = errors.New("too many requests to look at")
)

// reviewer asks the API server who somebody is, and what they may do.
type reviewer struct {
	tokens  authenticationclient.TokenReviewInterface
	access  authorizationclient.SubjectAccessReviewInterface
	limiter *rate.Limiter
	allowed *cache.LRUExpireCache // of admission
}

// admission is what somebody was allowed: by a hash, so that no token is kept.
type admission [sha256.Size]byte

func admissionOf(request *http.Request, token string) admission {
	return sha256.Sum256([]byte(request.Method + "\x00" + request.URL.Path + "\x00" + token))
}

// Filter returns a filter that answers 401 to requests without a bearer token
// that the API server knows, 403 to those who may not get the path (as a
// nonResourceURL), 429 to too many, and 503 when the API server cannot tell. It is
// for metrics.Options.FilterProvider of controller-runtime. The manager has to be
// allowed to create TokenReviews and SubjectAccessReviews.
func Filter(config *rest.Config, httpClient *http.Client) (metricsserver.Filter, error) {
	r, err := newReviewer(config, httpClient)
	if err != nil {
		return nil, err
	}
	return func(log logr.Logger, next http.Handler) (http.Handler, error) {
		return r.guard(log, next), nil
	}, nil
}

func newReviewer(config *rest.Config, httpClient *http.Client) (*reviewer, error) {
	authentication, err := authenticationclient.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return nil, fmt.Errorf("set up TokenReviews: %w", err)
	}
	authorization, err := authorizationclient.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return nil, fmt.Errorf("set up SubjectAccessReviews: %w", err)
	}
	return &reviewer{
		tokens: authentication.TokenReviews(), access: authorization.SubjectAccessReviews(),
		limiter: rate.NewLimiter(perSecond, perSecond), allowed: cache.NewLRUExpireCache(maxRemembered),
	}, nil
}

// guard passes the requests of those who may make them.
func (r *reviewer) guard(log logr.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		switch err := r.admit(request); {
		case err == nil:
			next.ServeHTTP(w, request)
		case errors.Is(err, errUnauthenticated):
			refuse(w, http.StatusUnauthorized)
		case errors.Is(err, errForbidden):
			refuse(w, http.StatusForbidden)
		case errors.Is(err, errTooMany):
			refuse(w, http.StatusTooManyRequests)
		default:
			log.Error(err, "Could not find out who may read the metrics")
			refuse(w, http.StatusServiceUnavailable)
		}
	})
}

// admit returns nil when the request may be made.
func (r *reviewer) admit(request *http.Request) error {
	token := bearerToken(request)
	if token == "" {
		return errUnauthenticated
	}
	admission := admissionOf(request, token)
	if _, ok := r.allowed.Get(admission); ok {
		return nil
	}
	if !r.limiter.Allow() {
		return errTooMany
	}
	if err := r.review(request, token); err != nil {
		return err
	}
	r.allowed.Add(admission, nil, remembered)
	return nil
}

// bearerToken returns the token of a request; empty when it has none.
func bearerToken(request *http.Request) string {
	scheme, token, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func refuse(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

// review returns nil when whoever has the token may make the request.
func (r *reviewer) review(request *http.Request, token string) error {
	ctx, cancel := context.WithTimeout(request.Context(), timeout)
	defer cancel()
	user, err := r.authenticate(ctx, token)
	if err != nil {
		return err
	}
	return r.authorize(ctx, user, request)
}

func (r *reviewer) authenticate(ctx context.Context, token string) (*authenticationv1.UserInfo, error) {
	review, err := r.tokens.Create(ctx, &authenticationv1.TokenReview{
		Spec: authenticationv1.TokenReviewSpec{Token: token},
	}, metav1.CreateOptions{})
	if err != nil {
		return nil, fmt.Errorf("review a token: %w", err)
	}
	if !review.Status.Authenticated {
		return nil, errUnauthenticated
	}
	return &review.Status.User, nil
}

func (r *reviewer) authorize(ctx context.Context, user *authenticationv1.UserInfo, request *http.Request) error {
	extra := map[string]authorizationv1.ExtraValue{}
	for key, values := range user.Extra {
		extra[key] = authorizationv1.ExtraValue(values)
	}
	review, err := r.access.Create(ctx, &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user.Username, UID: user.UID, Groups: user.Groups, Extra: extra,
		NonResourceAttributes: &authorizationv1.NonResourceAttributes{
			Path: request.URL.Path, Verb: strings.ToLower(request.Method),
		},
	}}, metav1.CreateOptions{})
	switch {
	case err != nil:
		return fmt.Errorf("review access: %w", err)
	case review.Status.Denied || !review.Status.Allowed:
		return errForbidden
	}
	return nil
}
