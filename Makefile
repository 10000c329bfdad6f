# Two commands do everything: `make demo` and `make test`. Builds go to a folder outside the clone, so that a second checkout
# reuses what the first has compiled.
SCRATCH ?= $(or $(TERRACE_SCRATCH),$(HOME)/.cache/terrace-build)
SWIFT_BUILD = swift build --scratch-path "$(SCRATCH)"
# All at once they would wait for each other: a test that watches a server would look at it once in seconds.
SWIFT_TEST = swift test --scratch-path "$(SCRATCH)" --skip-build --experimental-maximum-parallelization-width 4
TERRACE = "$(SCRATCH)/release/terrace"
EXCHANGE = "$(SCRATCH)/release/terrace-exchange"
FEED = $(SCRATCH)/bench.feed
SEEDS ?= 200
KILLS ?= 25
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-network test soak bench fuzz lint format picture

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install what is missing: git, certificates, openssl, and the headers that building needs
	@sh scripts/setup.sh

build: setup ## Build the release programs
	$(SWIFT_BUILD) -c release --product terrace
	$(SWIFT_BUILD) -c release --product terrace-exchange

demo: build ## Build, and make markets on simulated venues; ARGS="--seconds 60" and the like are passed on
	$(TERRACE) demo $(ARGS)

demo-network: build ## Build, and trade over TLS on two simulated exchanges of different protocols; ARGS="--seconds 60"
	@bash scripts/demo_network.sh $(TERRACE) $(EXCHANGE) $(ARGS)

test: ## Run every test, with real servers that it starts; ARGS="--filter NAME" and the like are passed on
	@sh scripts/setup.sh test
	$(SWIFT_BUILD) --build-tests
	$(SWIFT_TEST) $(ARGS)

soak: build ## Run the campaigns of faults and kills over SEEDS seeds, 200 if nothing is said, and kill real runs; hours
	@sh scripts/setup.sh test
	$(SWIFT_BUILD) --build-tests
	TERRACE_SOAK_SEEDS=$(SEEDS) $(SWIFT_TEST) --filter "FaultCampaign|StoreCrash|Journal(Crash|Fault|Damage)|TerraceBusTests"
	python3 scripts/crash_network.py $(TERRACE) $(EXCHANGE) --seeds 1-$(KILLS)
	scripts/with_servers.sh python3 scripts/crash_network.py $(TERRACE) $(EXCHANGE) --seeds 1-$(KILLS) --store postgres --bus
	@bash scripts/demo_network.sh $(TERRACE) $(EXCHANGE) --seconds 60

bench: build ## Measure the core alone, on a feed of 100 pairs on 4 venues; ARGS="--json FILE" and the like are passed on
	$(TERRACE) bench feed --pairs 100 --venues 4 --updates 3000000 --seed 1 --out "$(FEED)"
	$(TERRACE) bench engine --feed "$(FEED)" $(ARGS)

fuzz: setup ## Mutate what venues send for a minute; ARGS="-max_total_time=3600" and the like are passed on
	TERRACE_FUZZ=1 swift build --scratch-path "$(SCRATCH)-fuzz" -c release --sanitize fuzzer --product FuzzVenues
	mkdir -p "$(SCRATCH)-fuzz/corpus"
	SWIFT_BACKTRACE=enable=no "$(SCRATCH)-fuzz/release/FuzzVenues" -max_total_time=60 -max_len=8192 $(ARGS) \
		"$(SCRATCH)-fuzz/corpus" Fuzz/corpus

lint: ## Check the format
	swift format lint --strict -r Sources Tests Package.swift

format: ## Format the sources in place
	swift format -i -r Sources Tests Package.swift

picture: build ## Draw the README's picture anew, from a demo of half a minute; needs tmux
	python3 scripts/picture.py --out docs/images/demo.svg --seconds 35 --columns 100 --lines 36 -- $(TERRACE) demo
