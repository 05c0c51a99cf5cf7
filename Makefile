# Everything a contributor runs. `make` alone lists it.
#
#   make run ARGS='--listen 127.0.0.1:9000'     flags for `muster serve`
#   make test PKG=./internal/rule/...           some packages only
#   MUSTER_TEST_REQUIRE=all make test           fail instead of leaving out what a machine lacks

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

ARGS ?=
CHECKS ?= 200
FUZZTIME ?= 20s
PKG ?= ./...

# Each tool is pinned by a module file of its own, so that nothing of it lands in the
# product's go.mod. The first use of golangci-lint builds it: a minute or two.
GOFUMPT := go tool -modfile=tools/gofumpt/go.mod gofumpt
GOLANGCI := go tool -modfile=tools/golangci-lint/go.mod golangci-lint

# Packages in which goroutines meet. Those that hash passwords are left out: under
# the detector a hash takes a second. So are the random machines, each of which is one
# goroutine beside a model. Of RACE_PARTS only the tests of RACE_TESTS run: most of the
# others do one thing after another, and take many minutes.
RACE_PACKAGES := db egress jobs mail resource web
RACE_PARTS := app assessment directory evidence oauth scim webhook
RACE_TESTS := AtOnce|Carry|Flood|Key|Lease|Pass|Preview|Rate|Serve|Slow|Stop|Tree|TwoProcesses

.PHONY: help
help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build and serve on http://127.0.0.1:8080 (flags: ARGS='--listen …')
	@exec bin/muster serve $(ARGS)

.PHONY: build
build: need-go ## build bin/muster, with the dashboard when there is Node
	@scripts/ui build
	@[ -e bin/muster ] || echo "building bin/muster; the first time takes a few minutes"
	@CGO_ENABLED=0 go build -trimpath -o bin/muster ./cmd/muster

.PHONY: test
test: need-go ## run all tests on SQLite and PostgreSQL; sets up what they need
	@scripts/test-setup postgres smtp chromium
	go test -vet=off -timeout 30m $(PKG)
	@if [ "$(PKG)" = ./... ]; then scripts/ui test; fi

.PHONY: check
check: need-go fmt tidy vet lint arch golden-check ui-check vuln ## run every gate beside the tests
	@echo "check: all gates passed"

.PHONY: race
race: need-go ## run the tests of concurrent packages under the race detector
	@scripts/test-setup postgres smtp cc
	@compiler=$$(go env CC); if command -v "$${compiler%% *}" >/dev/null; then \
		race() { echo "go test -race -short $$*"; CGO_ENABLED=1 go test -race -short -vet=off -timeout 30m "$$@"; }; \
		race -skip Machine $(patsubst %,./internal/%/...,$(RACE_PACKAGES)) && \
		race -run '$(RACE_TESTS)' $(patsubst %,./internal/%,$(RACE_PARTS)); fi

.PHONY: bench
bench: build ## print ours against the floor, measured side by side (flags: ARGS=…)
	@go run ./bench $(ARGS)

.PHONY: fuzz
fuzz: need-go ## run every fuzz target for FUZZTIME each (default 20s)
	@scripts/fuzz $(FUZZTIME) $(PKG)

.PHONY: soak
soak: need-go ## run the random machines with CHECKS new runs each (default 200)
	@scripts/test-setup postgres
	go test -timeout 5h -count=1 -run Machine ./internal/account ./internal/assessment ./internal/oauth ./internal/resource ./internal/review ./internal/vulnerability -rapid.seed=0 -rapid.checks=$(CHECKS)

.PHONY: format
format: need-go ## rewrite the Go files as gofumpt wants them
	@$(GOFUMPT) -w .

.PHONY: golden
golden: need-go ## rewrite the golden files from the code
	@scripts/golden update
	@scripts/ui types

.PHONY: clean
clean: ## remove what make built (not muster-data)
	@rm -rf bin
	@scripts/ui clean

# The gates of `make check`, one by one.

.PHONY: need-go
need-go:
	@scripts/need-go

.PHONY: fmt
fmt: need-go
	@echo "== gofumpt"
	@wrong=$$($(GOFUMPT) -l .) || exit 1; \
	if [ -n "$$wrong" ]; then echo "$$wrong"; echo "not formatted: run 'make format'"; exit 1; fi

.PHONY: tidy
tidy: need-go
	@echo "== go mod tidy -diff"
	@go mod tidy -diff

.PHONY: vet
vet: need-go
	@echo "== go vet"
	@go vet ./...

.PHONY: lint
lint: need-go
	@echo "== golangci-lint"
	@$(GOLANGCI) run

.PHONY: arch
arch: need-go
	@echo "== architecture"
	@go test -count=1 ./internal/archtest

.PHONY: golden-check
golden-check: need-go
	@echo "== golden files"
	@scripts/golden

.PHONY: ui-check
ui-check:
	@echo "== dashboard"
	@scripts/ui check

.PHONY: vuln
vuln: need-go
	@echo "== govulncheck"
	@scripts/check-vulnerabilities
