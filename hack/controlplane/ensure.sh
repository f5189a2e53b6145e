#!/usr/bin/env bash
# Copyright The quotawatch Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Makes sure that etcd, kube-apiserver and kubectl are there and prints, as its only line on
# stdout, the directory that holds them. Everything a person should know goes to stderr.
#
# The first of these that works is taken:
#   1. KUBEBUILDER_ASSETS, when it holds all three;
#   2. bin/controlplane/<version>/, filled by an earlier run;
#   3. the archive that setup-envtest downloads, linked into that directory;
#   4. a build of the Go modules that go.mod beside this script names, into that directory.
#
# QUOTAWATCH_SKIP_DOWNLOAD=1 leaves out step 3.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
readonly here root
readonly binaries=(etcd kube-apiserver kubectl)
readonly heartbeat=15 # seconds between two signs of life
readonly index_timeout=10 download_timeout=600

version=$(awk '$1 == "k8s.io/kubernetes" { print $2 }' "$here/go.mod")
assets=$root/bin/controlplane/$version
part=$assets/.part-$$ # beginning of the names of this run's unfinished files
readonly version assets part

child=    # process started by run, while it runs
lock_dir= # lock directory to remove at the end, where flock(1) is missing

main() {
	if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
		holds_all "$KUBEBUILDER_ASSETS" && finish "$KUBEBUILDER_ASSETS"
		say "KUBEBUILDER_ASSETS ($KUBEBUILDER_ASSETS) lacks one of ${binaries[*]}; looking elsewhere"
	fi
	up_to_date && finish "$assets"

	mkdir -p "$assets"
	lock
	up_to_date && finish "$assets" # by the run this one waited for
	prepare
	download || build_all
	finish "$assets"
}

say() { printf 'control plane: %s\n' "$*" >&2; }

finish() {
	printf '%s\n' "$1"
	exit 0
}

holds_all() {
	local name
	for name in "${binaries[@]}"; do
		[[ -x $1/$name ]] || return 1
	done
}

# The stamp names everything that decides what a build gives. It is written before the first
# binary, and binaries appear by rename only, so one that is there is whole and belongs to it.
stamp() { { cat "$here/go.mod" "$here/go.sum" && go_flags; } | cksum; }

up_to_date() {
	[[ -f $assets/.stamp && $(<"$assets/.stamp") == "$(stamp)" ]] && holds_all "$assets"
}

prepare() {
	rm -f "$assets"/.part-* # of runs that were killed
	if [[ ! -f $assets/.stamp || $(<"$assets/.stamp") != "$(stamp)" ]]; then
		rm -f "${binaries[@]/#/$assets/}"
		stamp >"$part-stamp"
		mv -f "$part-stamp" "$assets/.stamp"
	fi
}

# lock spares a second run the same work. Nothing breaks without it, because files appear whole.
lock() {
	if command -v flock >/dev/null; then
		exec 9>"$root/bin/controlplane/.lock"
		flock -n 9 && return
		say "another run is preparing it; waiting"
		flock 9
		return
	fi
	lock_by_directory "$root/bin/controlplane/.lock.d"
}

lock_by_directory() {
	local waiting=
	until mkdir "$1" 2>/dev/null; do
		if ! owner_alive "$1"; then
			rm -rf "$1"
			continue
		fi
		[[ -n $waiting ]] || say "another run is preparing it; waiting"
		waiting=yes
		sleep 1
	done
	lock_dir=$1
	echo $$ >"$1/pid"
}

# An owner that has not written its process ID yet gets a moment to do so.
owner_alive() {
	[[ -s $1/pid ]] || sleep 2
	[[ -s $1/pid ]] && kill -0 "$(<"$1/pid")" 2>/dev/null
}

download() {
	[[ -z ${QUOTAWATCH_SKIP_DOWNLOAD:-} ]] || return 1
	local tool=$root/bin/setup-envtest cache=$root/bin/controlplane/download
	local release=${version#v} found=$part-found
	release=${release%.*}.x # archives are not published for every patch release

	say "asking for a published archive of $release (QUOTAWATCH_SKIP_DOWNLOAD=1 skips this)"
	go build -C "$root/hack/tools" -o "$tool" sigs.k8s.io/controller-runtime/tools/setup-envtest || return 1
	if ! run "looking it up" "$index_timeout" "$tool" list "$release" --bin-dir "$cache" >"$found" ||
		! grep -q available "$found"; then
		say "no archive to be had from here"
		return 1
	fi
	if ! run "downloading" "$download_timeout" "$tool" use "$release" --bin-dir "$cache" -p path >"$found"; then
		say "the download failed"
		return 1
	fi
	adopt "$(<"$found")"
}

# adopt links a downloaded set of binaries into the assets directory.
adopt() {
	holds_all "$1" || return 1
	local name
	for name in "${binaries[@]}"; do
		ln -f "$1/$name" "$assets/$name" || return 1
	done
	say "downloaded to $assets"
}

build_all() {
	say "building Kubernetes $version and its etcd from their Go modules, this once;" \
		"with a cold Go cache that takes five to ten minutes on two cores"
	build 1 etcd go.etcd.io/etcd/server/v3
	build 2 kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver
	build 3 kubectl k8s.io/kubernetes/cmd/kubectl
	say "built in ${SECONDS}s: $assets"
}

build() {
	local label="$2 ($1 of ${#binaries[@]})" flags=() flag
	if [[ -x $assets/$2 ]]; then
		say "$label: already built"
		return
	fi
	while IFS= read -r flag; do flags+=("$flag"); done < <(go_flags)
	say "$label: building"
	CGO_ENABLED=0 GOWORK=off run "$label" 0 go build -C "$here" "${flags[@]}" -o "$part-$2" "$3"
	mv -f "$part-$2" "$assets/$2"
}

# The version goes into both packages that report one: without it kube-apiserver calls itself
# v0.0.0-master, which kubectl cannot parse.
go_flags() {
	local number=${version#v} ldflags='-s -w' package minor
	minor=${number#*.}
	for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
		ldflags+=" -X $package.gitVersion=$version"
		ldflags+=" -X $package.gitMajor=${number%%.*}"
		ldflags+=" -X $package.gitMinor=${minor%%.*}"
		ldflags+=" -X $package.gitTreeState=archive"
	done
	printf '%s\n' -trimpath -buildvcs=false "-ldflags=$ldflags"
}

# run LABEL LIMIT COMMAND... runs the command, says every now and then that it still does, and
# ends it after LIMIT seconds; 0 sets no limit.
run() {
	local label=$1 limit=$2 started=$SECONDS passed next=$heartbeat status=0
	shift 2
	"$@" &
	child=$!
	while kill -0 "$child" 2>/dev/null; do
		sleep 0.5
		passed=$((SECONDS - started))
		if ((limit > 0 && passed >= limit)); then
			say "$label: gave up after ${passed}s"
			kill "$child" 2>/dev/null || true
		elif ((passed >= next)); then
			say "$label: ${passed}s"
			next=$((passed + heartbeat))
		fi
	done
	wait "$child" || status=$?
	child=
	return "$status"
}

# shellcheck disable=SC2317 # called by the trap below
cleanup() {
	[[ -z $child ]] || kill "$child" 2>/dev/null || true
	rm -f "$part"-*
	[[ -z $lock_dir ]] || rm -rf "$lock_dir"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

main
