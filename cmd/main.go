// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

// Command manager runs the quotawatch operator.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	goruntime "runtime"
	"runtime/debug"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // so that any kubeconfig works
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/controller"
	"github.com/quotawatch/quotawatch/internal/metrics/access"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/polyv"
	"github.com/quotawatch/quotawatch/internal/vendors/tencent"
	"github.com/quotawatch/quotawatch/internal/vendors/volcengine"
)

// version is set when a release is built.
var version = "dev"

// mutexProfileFraction has one in so many waits for a lock profiled, once
// profiles are served.
const mutexProfileFraction = 100

// gcPercent is how much garbage may come up before it is collected, by what is
// alive, unless GOGC says otherwise. What is alive is the cache, for the most part,
// and with the default of 100 the process is twice as large as that, for fewer
// collections.
const gcPercent = 25

// vendorFactories are the vendors that this version knows.
var vendorFactories = map[v1alpha1.Vendor]vendors.Factory{
	v1alpha1.VendorPolyv:        polyv.Factory(),
	v1alpha1.VendorTencentCloud: tencent.Factory(),
	v1alpha1.VendorVolcengine:   volcengine.Factory(),
}

func main() {
	if err := run(ctrl.SetupSignalHandler(), os.Args[1:]); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "manager:", err)
			os.Exit(1)
		}
	}
}

func run(ctx context.Context, args []string) error {
	options, err := parseFlags(args)
	if err != nil {
		return err
	}
	ctrl.SetLogger(controller.WithoutBodies(zap.New(zap.UseFlagOptions(&options.zap))))
	// net/http writes surplus bytes of answers to the standard logger.
	log.SetOutput(transport.RedactLog(os.Stderr))
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if options.pprofAddress != "0" {
		goruntime.SetMutexProfileFraction(mutexProfileFraction)
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find the cluster: %w", err)
	}
	mgr, err := ctrl.NewManager(config, managerOptions(options))
	if err != nil {
		return fmt.Errorf("set up the manager: %w", err)
	}
	if err := setup(ctx, mgr, options); err != nil {
		return err
	}
	mgr.GetLogger().Info("Starting", "version", version)
	return mgr.Start(ctx)
}

func managerOptions(o *options) ctrl.Options {
	return ctrl.Options{
		Scheme:                        newScheme(),
		Metrics:                       metricsOptions(o),
		HealthProbeBindAddress:        o.probeAddress,
		PprofBindAddress:              o.pprofAddress,
		LeaderElection:                o.leaderElect,
		LeaderElectionID:              leaderElectionID(o.scope),
		LeaderElectionNamespace:       o.leaderElectionNamespace,
		LeaderElectionReleaseOnCancel: true, // main ends right after the manager
		Client:                        controller.ClientOptions(o.scope),
		Cache:                         controller.CacheOptions(o.scope),
	}
}

func metricsOptions(o *options) metricsserver.Options {
	metrics := metricsserver.Options{BindAddress: o.metricsAddress, SecureServing: o.metricsSecure}
	if o.metricsSecure {
		metrics.FilterProvider = access.Filter
	}
	return metrics
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return scheme
}

// setup adds the controllers and the probes to the manager.
func setup(ctx context.Context, mgr ctrl.Manager, o *options) error {
	pool, err := newPool(o)
	if err != nil {
		return err
	}
	if err := controller.Setup(ctx, mgr, controller.Options{
		Scope: o.scope, Vendors: vendorFactories, Pool: pool, Clock: clock.RealClock{},
		Workers: o.workers, MinInterval: o.minInterval,
		Metrics: metrics.Registry,
	}); err != nil {
		return err
	}
	if err := mgr.AddHealthzCheck("healthz", healthz.Ping); err != nil {
		return fmt.Errorf("add the liveness probe: %w", err)
	}
	synced, err := controller.Synced(ctx, mgr.GetCache())
	if err != nil {
		return fmt.Errorf("make the readiness probe: %w", err)
	}
	if err := mgr.AddReadyzCheck("caches", synced); err != nil {
		return fmt.Errorf("add the readiness probe: %w", err)
	}
	return nil
}

// newPool returns the way out to the vendors. It fails when the proxy of the
// environment is none, which no VendorAccount could mend.
func newPool(o *options) (*transport.Pool, error) {
	pool := transport.NewPool(transport.PoolOptions{Allowlist: o.allowlist, UserAgent: "quotawatch/" + version})
	for vendor, factory := range vendorFactories {
		if _, err := pool.Client(transport.Target{VendorHost: factory.Host}); err != nil {
			return nil, fmt.Errorf("reach %s: %w", vendor, err)
		}
	}
	return pool, nil
}
