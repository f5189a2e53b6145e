// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"path/filepath"
	"testing"
)

// Pages on which made-up examples stand.
var (
	accountPage = filepath.Join(specPages, "vendoraccounts.md")
	watchPage   = filepath.Join(specPages, "quotawatches.md")
)

const wholeWatch = "apiVersion: quotawatch.dev/v1alpha1\nkind: QuotaWatch\nmetadata: {name: a, namespace: live}\n"

// What is wrong in an example must come out, or all others prove nothing.
func TestExamplesAreChecked(t *testing.T) {
	cases := map[string]struct{ page, yaml, wantErr string }{
		"a whole object":                   {"README.md", wholeWatch + "spec: {accountRef: {name: a}, packages: {}}", ""},
		"several objects":                  {"README.md", "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b}\n---\n" + wholeWatch + "spec: {accountRef: {name: a}, packages: {}}", ""},
		"the second of them is bad":        {"README.md", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\n" + wholeWatch + "spec: {}", "spec.accountRef: Required value"},
		"a field that does not exist":      {"README.md", wholeWatch + "spec: {accountRef: {name: a}, intervall: 1h, packages: {}}", `unknown field "spec.intervall"`},
		"a rule is broken":                 {"README.md", wholeWatch + "spec: {accountRef: {name: a}}", "set at least one of packages, usage and bill"},
		"a name that cannot be":            {"README.md", "apiVersion: v1\nkind: Secret\nmetadata: {name: A_}", "metadata.name: Invalid value"},
		"a built-in kind's field":          {"README.md", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringdata: {a: b}", `unknown field "stringdata"`},
		"a kind that does not exist":       {"README.md", "apiVersion: quotawatch.dev/v1alpha1\nkind: Quota\nmetadata: {name: a}", "no matches for kind"},
		"a version that does not exist":    {"README.md", "apiVersion: quotawatch.dev/v1\nkind: QuotaWatch\nmetadata: {name: a}", "no matches for kind"},
		"a field twice":                    {"README.md", wholeWatch + "spec: {accountRef: {name: a}, packages: {}, packages: {}}", "already set in map"},
		"a kind without a version":         {"README.md", "kind: QuotaWatch", "only one of apiVersion and kind"},
		"a fragment on a page of no kind":  {"README.md", "spec: {suspend: true}", "its page is not about one kind"},
		"a fragment on a page of another":  {accountPage, "interval: 1h", `unknown field "spec.interval"`},
		"a fragment of a spec":             {watchPage, "spec:\n  interval: 30m\n", ""},
		"a field of a spec":                {watchPage, "thresholds:\n- {name: a, remainingBelowPercent: 5}\n", ""},
		"a field of an account":            {accountPage, "verifyInterval: 30m", ""},
		"a fragment with a bad value":      {accountPage, "requestsPerSecond: 1000", "spec.requestsPerSecond: Invalid value"},
		"a fragment with a bad field":      {watchPage, "thresholds:\n- {name: a, remainingBelowPercentage: 5}\n", `unknown field "spec.thresholds[0].remainingBelowPercentage"`},
		"annotations":                      {watchPage, "metadata: {annotations: {a: b}}", ""},
		"a status":                         {watchPage, "status: {state: Low}", ""},
		"a status with a bad value":        {watchPage, "status: {state: Lowish}", "status.state: Unsupported value"},
		"a status with a bad field":        {watchPage, "status: {stat: Low}", `unknown field "status.stat"`},
		"a status of the other kind":       {accountPage, "status: {watches: -1}", "status.watches: Invalid value"},
		"a whole object with a bad status": {"README.md", wholeWatch + "spec: {accountRef: {name: a}, packages: {}}\nstatus: {state: Lowish}", "status.state: Unsupported value"},
		"an overlay":                       {"README.md", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../quotawatch/config/default]", ""},
		"an overlay of nothing":            {"README.md", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../quotawatch/config/none]", "kubectl kustomize"},
		"an overlay that breaks something": {"README.md", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../quotawatch/config/default]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: add, path: /spec/replica, value: 2}", `unknown field "spec.replica"`},
		"a list":                           {watchPage, "- interval: 1h", "cannot unmarshal"},
		"nothing":                          {watchPage, "# interval: 1h\n", "there is nothing in it"},
		"no YAML":                          {watchPage, "interval: [1h", "did not find expected"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			examples, err := examplesOf(tc.page, markdown("'''sh\nls\n'''\n\n'''yaml\n")+tc.yaml+markdown("\n'''\n"))
			if err != nil || len(examples) != 1 {
				t.Fatalf("want one example, got: %v, %v", examples, err)
			}
			expectError(t, api(t).check(t, examples[0]), tc.wantErr)
		})
	}
}
