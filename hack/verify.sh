#!/usr/bin/env bash
# Copyright The quotawatch Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Fails when something that is generated does not match what it is generated from: deep copies,
# CRDs and roles, go.mod and go.sum, formatting. Work that is not committed yet does not matter,
# only what changes by generating; the new files stay in place, ready to be committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly modules=(. hack/controlplane hack/tools hack/tools/golangci-lint hack/tools/kube-api-linter)
readonly generated=(api config) # folders with generated files in them
index=$(mktemp)                 # a scratch index: the real one stays as it is
trap 'rm -f "$index"' EXIT
failed=

main() {
	verify_generated
	verify_modules
	verify_format
	[[ -z $failed ]] || exit 1
	echo 'verify: everything is up to date'
}

fail() {
	printf 'verify: %s\n' "$*" >&2
	failed=yes
}

verify_generated() {
	local before after
	before=$(work_tree)
	make --no-print-directory generate manifests
	after=$(work_tree)
	[[ $before == "$after" ]] && return
	git --no-pager diff "$before" "$after"
	fail 'generated files were not up to date (difference above); commit what was generated now'
}

# work_tree prints the ID of a git tree of those folders as they are, new files included.
work_tree() {
	rm -f "$index"
	GIT_INDEX_FILE=$index git add --all -- "${generated[@]}"
	GIT_INDEX_FILE=$index git write-tree
}

verify_modules() {
	local module
	for module in "${modules[@]}"; do
		GOWORK=off go -C "$module" mod tidy -diff ||
			fail "go.mod or go.sum of $module is not tidy (difference above); run go mod tidy there"
	done
}

verify_format() {
	local files
	files=$(gofmt -l .)
	[[ -z $files ]] || fail "not formatted, run make fmt:"$'\n'"$files"
}

main
