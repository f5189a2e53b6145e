#!/usr/bin/env bash
# Copyright The quotawatch Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs every fuzz target for the time that is given, such as 1m. What it finds is written to
# testdata/fuzz beside the target, where go test runs it from then on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly time=${1:?how long, such as 1m}

for package in $(go list ./...); do
	dir=$(go list -f '{{.Dir}}' "$package")
	grep -qs '^func Fuzz' "$dir"/*_test.go || continue
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz'); do
		echo "fuzz: $target in ${package#github.com/quotawatch/quotawatch/} for $time"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done
