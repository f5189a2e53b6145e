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

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // so that any kubeconfig works
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/controller"
	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/polyv"
	"github.com/quotawatch/quotawatch/internal/vendors/tencent"
	"github.com/quotawatch/quotawatch/internal/vendors/volcengine"
)

// version is set when a release is built.
var version = "dev"

const leaderElectionID = "manager.quotawatch.dev"

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
		LeaderElection:                o.leaderElect,
		LeaderElectionID:              leaderElectionID,
		LeaderElectionNamespace:       o.leaderElectionNamespace,
		LeaderElectionReleaseOnCancel: true, // main ends right after the manager
		// The values of Secrets stay out of the cache.
		Client: client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}},
		Cache: cache.Options{
			DefaultTransform: cache.TransformStripManagedFields(),
			ByObject:         map[client.Object]cache.ByObject{&corev1.Secret{}: {Transform: controller.StripSecret}},
		},
	}
}

func metricsOptions(o *options) metricsserver.Options {
	metrics := metricsserver.Options{BindAddress: o.metricsAddress, SecureServing: o.metricsSecure}
	if o.metricsSecure {
		metrics.FilterProvider = filters.WithAuthenticationAndAuthorization
	}
	return metrics
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return scheme
}

// setup wires the poller, the controllers and the probes into the manager.
func setup(ctx context.Context, mgr ctrl.Manager, o *options) error {
	wakeups := controller.NewWakeups()
	poller := polling.New(polling.Options{
		Clock: clock.RealClock{},
		Wake:  wakeups.Wake,
		Log:   mgr.GetLogger().WithName("poller"),
	})
	if err := mgr.Add(poller); err != nil {
		return fmt.Errorf("add the poller: %w", err)
	}
	if err := setupControllers(ctx, mgr, o, poller, wakeups); err != nil {
		return err
	}
	if err := mgr.AddHealthzCheck("healthz", healthz.Ping); err != nil {
		return fmt.Errorf("add the liveness probe: %w", err)
	}
	if err := mgr.AddReadyzCheck("readyz", healthz.Ping); err != nil {
		return fmt.Errorf("add the readiness probe: %w", err)
	}
	return nil
}

func setupControllers(ctx context.Context, mgr ctrl.Manager, o *options, poller *polling.Poller, wakeups *controller.Wakeups) error {
	if err := controller.SetupIndexes(ctx, mgr); err != nil {
		return err
	}
	pool, err := newPool(o)
	if err != nil {
		return err
	}
	connector := &controller.Connector{
		Secrets: &controller.SecretReader{Metadata: mgr.GetCache(), Live: mgr.GetAPIReader()},
		Vendors: vendorFactories,
		Pool:    pool,
		Poller:  poller,
		Keyer:   polling.NewKeyer(),
		Clock:   clock.RealClock{},
	}
	accounts := &controller.VendorAccountReconciler{
		Client: mgr.GetClient(), Recorder: mgr.GetEventRecorder("quotawatch"), Clock: clock.RealClock{},
		Connector: connector, Poller: poller,
	}
	if err := accounts.SetupWithManager(mgr, wakeups, o.workers); err != nil {
		return fmt.Errorf("set up the VendorAccount controller: %w", err)
	}
	watches := &controller.QuotaWatchReconciler{
		Client: mgr.GetClient(), Recorder: mgr.GetEventRecorder("quotawatch"), Clock: clock.RealClock{},
		Connector: connector, Poller: poller, MinInterval: o.minInterval,
	}
	if err := watches.SetupWithManager(mgr, wakeups, o.workers); err != nil {
		return fmt.Errorf("set up the QuotaWatch controller: %w", err)
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
