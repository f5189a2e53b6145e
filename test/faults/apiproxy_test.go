// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

const (
	watchPath  = "/apis/quotawatch.dev/v1alpha1/quotawatches?watch=true"
	listPath   = "/apis/quotawatch.dev/v1alpha1/quotawatches"
	statusPath = "/apis/quotawatch.dev/v1alpha1/namespaces/live/quotawatches/sales/status"
)

// testedProxy is a proxy with a server behind it.
type testedProxy struct {
	*apiProxy
	client *http.Client
	// news is what the server tells watches, and got how many requests it has had.
	news chan string
	got  atomic.Int32
}

func newTestedProxy(t *testing.T) *testedProxy {
	t.Helper()
	p := &testedProxy{news: make(chan string)}
	upstream := httptest.NewTLSServer(p.upstream())
	t.Cleanup(upstream.Close)
	var err error
	config := &rest.Config{Host: upstream.URL, TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
	if p.apiProxy, err = startAPIProxy(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.stop() })
	p.client = p.newClient(t)
	return p
}

func (p *testedProxy) upstream() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.got.Add(1)
		if !watching(r) {
			_, _ = io.WriteString(w, r.Header.Get("Authorization"))
			return
		}
		flusher := http.NewResponseController(w)
		for flusher.Flush() == nil {
			select {
			case news := <-p.news:
				_, _ = io.WriteString(w, news)
			case <-r.Context().Done():
				return
			}
		}
	})
}

// newClient returns a client of the kubeconfig that leads through the proxy.
func (p *testedProxy) newClient(t *testing.T) *http.Client {
	t.Helper()
	direct := clientcmdapi.NewConfig()
	direct.Clusters["c"] = &clientcmdapi.Cluster{Server: "https://127.0.0.1:1"}
	direct.AuthInfos["u"] = &clientcmdapi.AuthInfo{Token: "token"}
	direct.Contexts["x"] = &clientcmdapi.Context{Cluster: "c", AuthInfo: "u"}
	direct.CurrentContext = "x"
	kubeconfig, err := clientcmd.Write(*direct)
	if err != nil {
		t.Fatal(err)
	}
	if kubeconfig, err = p.kubeconfig(kubeconfig); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// ask makes a request and returns the answer, whose body the test closes.
func (p *testedProxy) ask(ctx context.Context, method, path string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, "https://"+p.address+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	return p.client.Do(request)
}

// told is the status and the body of an answer.
type told struct {
	Status int
	Body   string
}

func (p *testedProxy) mustAsk(t *testing.T, method, path string) told {
	t.Helper()
	response, err := p.ask(t.Context(), method, path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return told{response.StatusCode, string(body)}
}

func TestAPIProxyPassesOnWhoAsks(t *testing.T) {
	p := newTestedProxy(t)
	if diff := cmp.Diff(told{http.StatusOK, "Bearer token"}, p.mustAsk(t, http.MethodGet, listPath)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestAPIProxyStrikesAsOftenAsToldAndOnlyWhatIsMeant(t *testing.T) {
	p := newTestedProxy(t)
	p.inject(writingStatus("sales"), 2, refusal(http.StatusTooManyRequests, "TooManyRequests", "later", 7*time.Second))
	var got []int
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodPatch, http.MethodPatch} {
		got = append(got, p.mustAsk(t, method, statusPath).Status)
	}
	if diff := cmp.Diff([]int{http.StatusOK, http.StatusTooManyRequests, http.StatusTooManyRequests, http.StatusOK}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if count := p.count(writingStatus("sales"), time.Time{}); count != 3 {
		t.Errorf("counted %d writes", count)
	}
}

func TestAPIProxyStrikesUntilTheFaultIsRemoved(t *testing.T) {
	p := newTestedProxy(t)
	remove := p.inject(anyRequest, 0, refusal(http.StatusServiceUnavailable, "ServiceUnavailable", "no", 0))
	first, second := p.mustAsk(t, http.MethodGet, listPath), p.mustAsk(t, http.MethodGet, listPath)
	remove()
	third := p.mustAsk(t, http.MethodGet, listPath)
	want := []int{http.StatusServiceUnavailable, http.StatusServiceUnavailable, http.StatusOK}
	if diff := cmp.Diff(want, []int{first.Status, second.Status, third.Status}); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestAPIProxyHolds(t *testing.T) {
	tests := map[string]struct {
		hold func(*gate) spoiltService
		// got is how many requests the server has had while one is held.
		got int32
	}{
		"requests": {hold: holdRequests, got: 0},
		"answers":  {hold: holdAnswers, got: 1},
	}
	for name, test := range tests {
		t.Run(name+" until the gate is opened", func(t *testing.T) {
			p, held := newTestedProxy(t), newGate()
			p.inject(anyRequest, 1, test.hold(held))
			answered := make(chan error, 1)
			go func() {
				response, err := p.ask(t.Context(), http.MethodPatch, statusPath)
				if err == nil {
					err = response.Body.Close()
				}
				answered <- err
			}()
			<-held.arrived
			if got := p.got.Load(); got != test.got {
				t.Errorf("the server got %d requests", got)
			}
			held.open()
			if err := <-answered; err != nil {
				t.Error(err)
			}
		})
		t.Run(name+" for good when the client goes", func(t *testing.T) {
			p, held := newTestedProxy(t), newGate()
			p.inject(anyRequest, 1, test.hold(held))
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-held.arrived
				cancel()
			}()
			response, err := p.ask(ctx, http.MethodPatch, statusPath)
			if err == nil {
				_ = response.Body.Close()
				t.Error("a request that was held was answered")
			}
			if got := p.got.Load(); got != test.got {
				t.Errorf("the server got %d requests", got)
			}
		})
	}
}

func TestAPIProxyEndsWatches(t *testing.T) {
	tests := map[string]struct {
		end  func(*testedProxy)
		want string // of the news that come then
	}{
		"between news":        {end: func(p *testedProxy) { p.cutWatches() }},
		"in the middle of it": {end: func(p *testedProxy) { p.tearWatches(); p.news <- "second\n" }, want: "sec"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := newTestedProxy(t)
			response, err := p.ask(t.Context(), http.MethodGet, watchPath)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			p.news <- "first\n"
			body := bufio.NewReader(response.Body)
			if line, err := body.ReadString('\n'); line != "first\n" || err != nil {
				t.Fatalf("got %q, %v", line, err)
			}
			test.end(p)
			rest, err := io.ReadAll(body)
			if string(rest) != test.want || err == nil {
				t.Errorf("got %q and error %v, want %q and an error", rest, err, test.want)
			}
			if open := p.open(); open != 0 {
				t.Errorf("%d watches are open", open)
			}
		})
	}
}

func TestAPIProxyRefusesWhileStopped(t *testing.T) {
	p := newTestedProxy(t)
	p.mustAsk(t, http.MethodGet, listPath)
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	response, err := p.ask(t.Context(), http.MethodGet, listPath)
	if err == nil {
		_ = response.Body.Close()
		t.Error("answered while stopped")
	}
	if err := p.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := p.mustAsk(t, http.MethodGet, listPath).Status; got != http.StatusOK {
		t.Errorf("status %d after it started again", got)
	}
}
