// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/quotawatch/quotawatch/internal/controller"
)

// scopeFlags are the flags that say what part of the cluster is looked at.
type scopeFlags struct {
	namespaces, objects, secrets string
}

func (f *scopeFlags) register(flags *flag.FlagSet) {
	flags.StringVar(&f.namespaces, "watch-namespaces", "",
		"Comma-separated list of the namespaces that are watched; empty for all. "+
			"With it the manager needs no right outside of them but its Lease.")
	flags.StringVar(&f.objects, "watch-label-selector", "",
		"Label selector of the VendorAccounts and QuotaWatches that are watched; empty for all. "+
			"An account and its watches need the same labels.")
	flags.StringVar(&f.secrets, "secret-label-selector", "",
		"Label selector of the Secrets that are seen; empty for all. A Secret without the labels counts as missing.")
}

// parse returns the scope that the flags describe.
func (f *scopeFlags) parse() (scope controller.Scope, err error) {
	if scope.Namespaces, err = parseNamespaces(f.namespaces); err != nil {
		return scope, fmt.Errorf("--watch-namespaces: %w", err)
	}
	if scope.Objects, err = parseSelector(f.objects); err != nil {
		return scope, fmt.Errorf("--watch-label-selector: %w", err)
	}
	if scope.Secrets, err = parseSelector(f.secrets); err != nil {
		return scope, fmt.Errorf("--secret-label-selector: %w", err)
	}
	return scope, nil
}

// parseNamespaces returns the names in order, each once. A list of nothing but
// commas is refused: whoever wrote it did not mean all namespaces.
func parseNamespaces(text string) ([]string, error) {
	names := splitList(text)
	if len(names) == 0 && text != "" {
		return nil, fmt.Errorf("%q names no namespace; leave the flag out to watch all", text)
	}
	for _, name := range names {
		if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
			return nil, fmt.Errorf("%q cannot be a namespace: %s", name, strings.Join(problems, "; "))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// parseSelector returns nil for a selector of everything.
func parseSelector(text string) (labels.Selector, error) {
	if text == "" {
		return nil, nil
	}
	selector, err := labels.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no label selector, such as team=live,tier in (a,b): %w", text, err)
	}
	if selector.Empty() {
		return nil, fmt.Errorf("%q selects by no label; leave the flag out to see all", text)
	}
	return selector, nil
}

// leaderElectionID names the Lease that replicas of one scope share. Operators
// that look at different objects each lead for themselves, so that shards can
// live in one namespace. Which Secrets they see makes no difference: two that
// look at the same objects must not both lead.
func leaderElectionID(scope controller.Scope) string {
	if len(scope.Namespaces) == 0 && scope.Objects == nil {
		return "manager.quotawatch.dev"
	}
	objects := labels.Everything()
	if scope.Objects != nil {
		objects = scope.Objects
	}
	sum := sha256.Sum256([]byte(strings.Join(scope.Namespaces, ",") + ";" + objects.String()))
	return "manager-" + hex.EncodeToString(sum[:5]) + ".quotawatch.dev"
}
