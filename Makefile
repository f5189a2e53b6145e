# `make` or `make help` lists the targets. Nothing but Go, git and bash has to be installed:
# the tools and the control plane of the tests are built from Go modules into bin/.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -eo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Image that docker-build builds and deploy installs.
IMG ?= controller:latest
CONTAINER_TOOL ?= docker
# What the binaries and the image call themselves.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# kubectl of the machine, else the one built for the control plane.
KUBECTL ?= $(firstword $(shell command -v kubectl) $(wildcard bin/controlplane/*/kubectl) kubectl)
# Flags of the manager for `make run`, and of go test for the test targets.
RUN_ARGS ?= --leader-elect=false
TEST_ARGS ?=

GO_BUILD := CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

CONTROLLER_GEN := bin/controller-gen
GOLANGCI_LINT := bin/golangci-lint
KUBE_API_LINTER := bin/kube-api-linter

##@ General

.PHONY: help
help: ## Show this list.
	@awk 'BEGIN { FS = ":.*## "; print "Usage: make <target>" } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: clean
clean: ## Remove what make built: bin/ and dist/.
	@if [ -d bin ]; then chmod -R u+w bin; fi # downloaded control planes are read-only
	rm -rf bin dist

##@ Development

.PHONY: generate
generate: $(CONTROLLER_GEN) ## Generate the deep copies of the API types.
	$(CONTROLLER_GEN) object:headerFile=hack/boilerplate.go.txt paths=./api/...

.PHONY: manifests
manifests: $(CONTROLLER_GEN) ## Generate the CRDs and the manager's role.
	$(CONTROLLER_GEN) crd paths=./api/... output:crd:artifacts:config=config/crd/bases
	$(CONTROLLER_GEN) rbac:roleName=manager-role paths=./internal/controller/... output:rbac:artifacts:config=config/rbac

.PHONY: fmt
fmt: ## Format the Go code.
	go fmt ./...

.PHONY: vet
vet: ## Run go vet.
	go vet ./...

.PHONY: lint
lint: $(GOLANGCI_LINT) ## Lint the Go code.
	$(GOLANGCI_LINT) run

.PHONY: lint-api
lint-api: $(KUBE_API_LINTER) ## Lint the API types against the Kubernetes API conventions.
	$(KUBE_API_LINTER) run --config .golangci-kal.yml ./api/...

.PHONY: lint-config
lint-config: $(GOLANGCI_LINT) $(KUBE_API_LINTER) ## Check the two linters' configurations.
	$(GOLANGCI_LINT) config verify
	$(KUBE_API_LINTER) config verify --config .golangci-kal.yml

.PHONY: verify
verify: ## Fail when generated files, module files or formatting are not up to date.
	@hack/verify.sh

##@ Test

# The race detector needs a C compiler, the only thing here that Go does not bring along.
RACE := $(if $(shell command -v $$(go env CC)),-race)
race-notice = $(if $(RACE),,@echo 'No C compiler found: testing without the race detector.')
define go-test
$(race-notice)
@assets="$$(hack/controlplane/ensure.sh)" && \
	( set -x; KUBEBUILDER_ASSETS="$$assets" go test -timeout 30m $(RACE) $(TEST_ARGS) $(1) )
endef

# Packages whose tests start the control plane.
ENVTEST_PACKAGES := ./internal/controller/... ./internal/metrics/access ./test/...

.PHONY: test
test: ## Run all tests: unit tests, and CRD and controller tests on a real API server.
	$(call go-test,./...)

.PHONY: test-unit
test-unit: ## Run the tests that need no control plane.
	$(race-notice)
	go test $(RACE) $(TEST_ARGS) $$(go list ./... | grep -vE '/(internal/controller|internal/metrics/access|test)(/|$$)')

.PHONY: test-envtest
test-envtest: ## Run the tests that need the control plane.
	$(call go-test,$(ENVTEST_PACKAGES))

.PHONY: test-simulation
test-simulation: ## Live through a day with 1,000 watches, and print the account of its calls.
	$(call go-test,-v ./test/simulation)

.PHONY: test-faults
test-faults: export FAULTS = full
test-faults: ## Have the manager live through every fault, with those that last minutes.
	$(call go-test,-v ./test/faults)

# How many watches the soak has, for how many simulated minutes, and which course it takes.
SOAK_WATCHES ?= 5000
SOAK_MINUTES ?= 60
SOAK_SEED ?= $(shell date +%s)

# Without the race detector, which multiplies time and memory; `make test` runs a short form with it.
.PHONY: test-soak
test-soak: ## Poll SOAK_WATCHES watches for SOAK_MINUTES of simulated time while everything fails.
	@assets="$$(hack/controlplane/ensure.sh)" && \
		( set -x; KUBEBUILDER_ASSETS="$$assets" \
		SOAK_WATCHES='$(SOAK_WATCHES)' SOAK_MINUTES='$(SOAK_MINUTES)' SOAK_SEED='$(SOAK_SEED)' \
		go test -timeout 3h -v $(TEST_ARGS) ./test/simulation -run TestSimulation -ginkgo.v -ginkgo.timeout 3h -ginkgo.label-filter soak )

# How long each fuzz target runs.
FUZZ_TIME ?= 1m

.PHONY: fuzz
fuzz: ## Fuzz every decoder and signer, each for FUZZ_TIME.
	hack/fuzz.sh $(FUZZ_TIME)

.PHONY: demo
demo: build ## Show the operator at work on a local control plane; KEEP=1 leaves it running.
	$(GO_BUILD) -o bin/demo ./hack/demo
	@assets="$$(hack/controlplane/ensure.sh)" && KUBEBUILDER_ASSETS="$$assets" bin/demo

# How many watches to measure, at which of them restart and faults as well, and for how many
# minutes each steady state; more in docs/performance.md.
BENCH_N ?= 1000,5000,10000
BENCH_FAULTS_N ?= 5000
BENCH_MINUTES ?= 2
BENCH_ARGS ?=

.PHONY: bench
bench: build ## Measure what the operator costs: half an hour, or BENCH_N=200 BENCH_MINUTES=0.25.
	$(GO_BUILD) -o bin/bench/bench ./hack/bench
	@assets="$$(hack/controlplane/ensure.sh)" && KUBEBUILDER_ASSETS="$$assets" bin/bench/bench \
		--watches '$(BENCH_N)' --faults '$(BENCH_FAULTS_N)' --minutes '$(BENCH_MINUTES)' $(BENCH_ARGS)

##@ Build

.PHONY: build
build: ## Build the manager and the vendor simulator into bin/.
	$(GO_BUILD) -o bin/manager ./cmd
	$(GO_BUILD) -o bin/vendorsim ./cmd/vendorsim

.PHONY: run
run: ## Run the manager against the current kubeconfig; its flags in RUN_ARGS.
	go run ./cmd $(RUN_ARGS)

.PHONY: docker-build
docker-build: ## Build the image IMG.
	$(CONTAINER_TOOL) build --build-arg VERSION=$(VERSION) -t $(IMG) .

.PHONY: build-installer
build-installer: manifests ## Render everything a cluster needs to dist/install.yaml, with image IMG.
	mkdir -p dist
	$(render-default) >dist/install.yaml

##@ Deployment

# The image is put in on the way, so that no tracked file changes.
render-default = $(KUBECTL) kustomize config/default | sed 's|image: controller:latest|image: $(IMG)|'

.PHONY: install
install: manifests ## Install the CRDs into the current cluster.
	$(KUBECTL) apply --server-side -k config/crd

.PHONY: uninstall
uninstall: ## Remove the CRDs, and with them every object of their kinds.
	$(KUBECTL) delete --ignore-not-found -k config/crd

.PHONY: deploy
deploy: manifests ## Install CRDs, roles and the manager with image IMG into the current cluster.
	$(render-default) | $(KUBECTL) apply --server-side -f -

.PHONY: undeploy
undeploy: ## Remove what deploy installed, the CRDs and their objects included.
	$(KUBECTL) delete --ignore-not-found -k config/default

##@ Tools

.PHONY: controlplane
controlplane: ## Get etcd, kube-apiserver and kubectl for demo and tests; the first time takes minutes.
	@hack/controlplane/ensure.sh

.PHONY: tools
tools: $(CONTROLLER_GEN) $(GOLANGCI_LINT) $(KUBE_API_LINTER) ## Build the tools that other targets use.

# Each tool is pinned by a module of its own, so that no tool decides what another or the
# project is built with. A tool is built again when its module changes.
define build-tool
@echo 'Building $@; the first time takes a while.'
GOWORK=off go build -C $(<D) -trimpath -ldflags '-s -w' -o '$(CURDIR)/$@' $(1)
@touch $@
endef

$(CONTROLLER_GEN): hack/tools/go.mod hack/tools/go.sum
	$(call build-tool,sigs.k8s.io/controller-tools/cmd/controller-gen)

$(GOLANGCI_LINT): hack/tools/golangci-lint/go.mod hack/tools/golangci-lint/go.sum
	$(call build-tool,github.com/golangci/golangci-lint/v2/cmd/golangci-lint)

$(KUBE_API_LINTER): hack/tools/kube-api-linter/go.mod hack/tools/kube-api-linter/go.sum
	$(call build-tool,sigs.k8s.io/kube-api-linter/cmd/golangci-lint-kube-api-linter)
