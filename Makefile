# Two commands do everything: `make demo` and `make test`. Builds go to a folder outside the clone, so that a second checkout
# reuses what the first has compiled.
SCRATCH ?= $(or $(TERRACE_SCRATCH),$(HOME)/.cache/terrace-build)
SWIFT_BUILD = swift build --scratch-path "$(SCRATCH)"
TERRACE = "$(SCRATCH)/release/terrace"
ARGS ?=

.PHONY: help setup build demo test format lint

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## Install what is missing
	@sh scripts/setup.sh

build: setup ## Build the release program
	$(SWIFT_BUILD) -c release --product terrace

demo: build ## Build and make markets on simulated venues; ARGS="--seconds 60" and the like are passed on
	$(TERRACE) demo $(ARGS)

test: setup ## Run every test
	$(SWIFT_BUILD) --build-tests
	swift test --scratch-path "$(SCRATCH)" --skip-build

format: ## Format the sources in place
	swift format -i -r Sources Tests Package.swift

lint: ## Check the format
	swift format lint --strict -r Sources Tests Package.swift
