// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"golang.org/x/time/rate"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/cache"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"
)

const content = "quotawatch_polls_total 1"

func TestFilterAsksTheCluster(t *testing.T) {
	config := startControlPlane(t)
	reader, stranger := token(t, config, "prometheus"), token(t, config, "stranger")
	letRead(t, config, "prometheus")
	tests := map[string]struct {
		method, path, authorization string
		want                        int
	}{
		"nobody in particular":          {http.MethodGet, "/metrics", "", http.StatusUnauthorized},
		"a token that nobody issued":    {http.MethodGet, "/metrics", "Bearer made-up", http.StatusUnauthorized},
		"a name and a password":         {http.MethodGet, "/metrics", "Basic cHJvbTpwcm9t", http.StatusUnauthorized},
		"a token without its scheme":    {http.MethodGet, "/metrics", reader, http.StatusUnauthorized},
		"whoever may":                   {http.MethodGet, "/metrics", "Bearer " + reader, http.StatusOK},
		"whoever may, in small letters": {http.MethodGet, "/metrics", "bearer " + reader, http.StatusOK},
		"whoever may, something else":   {http.MethodGet, "/debug/pprof/heap", "Bearer " + reader, http.StatusForbidden},
		"whoever may read, but changes": {http.MethodPost, "/metrics", "Bearer " + reader, http.StatusForbidden},
		"whoever is known, and no more": {http.MethodGet, "/metrics", "Bearer " + stranger, http.StatusForbidden},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, body := ask(t, guarded(t, config, logr.Discard()), test.method, test.path, test.authorization)
			if status != test.want {
				t.Errorf("status %d, want %d", status, test.want)
			}
			if shown := strings.Contains(body, content); shown != (test.want == http.StatusOK) {
				t.Errorf("answer %q", body)
			}
			if strings.Contains(body, reader) || strings.Contains(body, stranger) {
				t.Error("the answer holds a token")
			}
		})
	}
}

func TestFilterShowsNothingWithoutTheAPIServer(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	var log bytes.Buffer
	logger := funcr.New(func(prefix, args string) { log.WriteString(prefix + args) }, funcr.Options{Verbosity: 10})
	status, body := ask(t, guarded(t, &rest.Config{Host: gone.URL}, logger), http.MethodGet, "/metrics", "Bearer canary-token")
	if status != http.StatusServiceUnavailable || strings.Contains(body, content) {
		t.Errorf("status %d and %q, want %d", status, body, http.StatusServiceUnavailable)
	}
	if log.Len() == 0 || strings.Contains(log.String(), "canary-token") {
		t.Errorf("log: %q", log.String())
	}
}

func TestFilterSparesTheAPIServer(t *testing.T) {
	var reviews int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reviews++
		w.WriteHeader(http.StatusInternalServerError)
	}))
	defer server.Close()
	config := &rest.Config{Host: server.URL}
	r, err := newReviewer(config, httpClient(t, config))
	if err != nil {
		t.Fatal(err)
	}
	r.limiter = rate.NewLimiter(0, 3)
	handler := r.guard(logr.Discard(), http.NotFoundHandler())
	for range 5 {
		if status, _ := ask(t, handler, http.MethodGet, "/metrics", ""); status != http.StatusUnauthorized {
			t.Fatalf("status %d without a token", status)
		}
	}
	var refused int
	for range 5 {
		if status, _ := ask(t, handler, http.MethodGet, "/metrics", "Bearer x"); status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 2 || reviews != 3 {
		t.Errorf("%d of 5 were too many and %d were looked at, want 2 and 3", refused, reviews)
	}
}

// Whoever was let in stays in while others are turned away and while the API
// server is away, for a while.
func TestFilterRemembersWhoMayRead(t *testing.T) {
	config := startControlPlane(t)
	reader := token(t, config, "prometheus")
	letRead(t, config, "prometheus")
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, content) })
	r, err := newReviewer(config, httpClient(t, config))
	if err != nil {
		t.Fatal(err)
	}
	clock := clocktesting.NewFakeClock(time.Now())
	r.allowed = cache.NewLRUExpireCacheWithClock(maxRemembered, clock)
	handler := r.guard(logr.Discard(), page)
	if status, _ := ask(t, handler, http.MethodGet, "/metrics", "Bearer "+reader); status != http.StatusOK {
		t.Fatalf("status %d for a reader", status)
	}

	r.limiter = rate.NewLimiter(0, 0) // spent by others
	for authorization, want := range map[string]int{
		"Bearer " + reader: http.StatusOK,
		"Bearer x":         http.StatusTooManyRequests,
	} {
		if status, _ := ask(t, handler, http.MethodGet, "/metrics", authorization); status != want {
			t.Errorf("status %d, want %d", status, want)
		}
	}
	if status, _ := ask(t, handler, http.MethodGet, "/debug/pprof/heap", "Bearer "+reader); status == http.StatusOK {
		t.Error("a path that was not asked about is shown")
	}
	clock.Step(remembered + time.Second)
	if status, _ := ask(t, handler, http.MethodGet, "/metrics", "Bearer "+reader); status != http.StatusTooManyRequests {
		t.Errorf("status %d after a minute, want another review", status)
	}
}

// ask makes a request and returns what the answer says.
func ask(t *testing.T, handler http.Handler, method, path, authorization string) (int, string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

// guarded is a page behind the filter.
func guarded(t *testing.T, config *rest.Config, log logr.Logger) http.Handler {
	t.Helper()
	filter, err := Filter(config, httpClient(t, config))
	if err != nil {
		t.Fatal(err)
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, content) })
	handler, err := filter(log, page)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func httpClient(t *testing.T, config *rest.Config) *http.Client {
	t.Helper()
	c, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func startControlPlane(t *testing.T) *rest.Config {
	t.Helper()
	environment := &envtest.Environment{}
	config, err := environment.Start()
	if err != nil {
		t.Fatal("cannot start the control plane: ", err)
	}
	t.Cleanup(func() {
		if err := environment.Stop(); err != nil {
			t.Error("cannot stop the control plane: ", err)
		}
	})
	return config
}

// token creates a ServiceAccount and returns a token of it.
func token(t *testing.T, config *rest.Config, name string) string {
	t.Helper()
	accounts := kubernetes.NewForConfigOrDie(config).CoreV1().ServiceAccounts(metav1.NamespaceDefault)
	if _, err := accounts.Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	request, err := accounts.CreateToken(t.Context(), name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return request.Status.Token
}

// letRead binds the role that config/rbac has for it.
func letRead(t *testing.T, config *rest.Config, account string) {
	t.Helper()
	manifest, err := os.ReadFile("../../../config/rbac/metrics_reader_role.yaml")
	if err != nil {
		t.Fatal(err)
	}
	role := &rbacv1.ClusterRole{}
	if err := yaml.UnmarshalStrict(manifest, role); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: account},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role.Name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: metav1.NamespaceDefault, Name: account}},
	}
	c, err := client.New(config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range []client.Object{role, binding} {
		if err := c.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
}
